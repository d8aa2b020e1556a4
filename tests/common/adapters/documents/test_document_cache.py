"""Documents that credentials name: whoever publishes them does not hear of each use."""

from types import SimpleNamespace

import pytest

from common.adapters.documents import document_cache as keeping
from common.did import Fetched

URL = "https://office.example/types/birth"


class Office:
    """Counts who asks, and what it hands out."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.body = b"first"

    def __call__(self, url: str, *, accept: str) -> Fetched:
        self.asked.append(url)
        return Fetched(self.body, accept)


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Office:
    office = Office()
    monkeypatch.setattr(keeping, "fetch", office)
    return office


def test_a_hundred_uses_are_one_question(office: Office) -> None:
    for _ in range(100):
        assert keeping.kept(URL).body == b"first"
    assert office.asked == [URL]


def test_what_is_newer_takes_the_place_of_what_was_kept(office: Office) -> None:
    keeping.kept(URL)
    office.body = b"second"
    assert keeping.newer(URL).body == b"second"
    assert keeping.kept(URL).body == b"second"
    assert len(office.asked) == 2


def test_it_is_kept_for_a_day_and_what_is_ours_for_minutes(
    office: Office, monkeypatch: pytest.MonkeyPatch, settings: object
) -> None:
    kept = []
    monkeypatch.setattr(
        keeping,
        "caches",
        {"documents": SimpleNamespace(get=lambda key: None, set=lambda *a: kept.append(a[2]))},
    )
    keeping.kept(URL)
    keeping.kept(f"{settings.BASE_URL}/issuers/x/types/y")  # type: ignore[attr-defined]
    assert kept == [86_400, 300]


def test_one_address_in_two_forms_is_two_documents(office: Office) -> None:
    assert keeping.kept(URL, accept="text/plain").content_type == "text/plain"
    assert keeping.kept(URL, accept="application/json").content_type == "application/json"


def test_the_address_of_nobodys_use_is_asked_for(office: Office) -> None:
    """Nothing of the credential, its holder or the verifier travels with the question."""
    keeping.kept(URL)
    assert office.asked == [URL]
