"""Reading elsewhere: what came of each request stands in the log, whatever the authority answers."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from common.adapters.network import http
from common.errors import FetchError, SelloError
from common.registries.record_access.grant import AccessGrant, create_grant
from common.registries.record_access.record import MEDIA_TYPE, InvalidRecordError
from tests.wallet.fakes import reply
from verifier.errors import UnlockRefusedError
from verifier.models import ReadingConsent, ReadLog
from verifier.record_access import client as reading
from verifier.services.catalogue import find_service
from verifier.services.sample import issuer_url

pytestmark = pytest.mark.usefixtures("site")
AUTHORITY = issuer_url("disability-registry")
Answer = Callable[[], http.HttpReply]


@pytest.fixture
def consent(site: None, today: datetime) -> ReadingConsent:
    return ReadingConsent.objects.create(
        service=find_service("clinic-care"), reference="CARE-0001", session="s", authority=AUTHORITY,
        consent_id="c-1", purpose="care", attributes=["assistive_device"], given_at=today,
        valid_until=today + timedelta(days=30),
    )  # fmt: skip


@pytest.fixture
def authority(monkeypatch: pytest.MonkeyPatch) -> dict[str, Answer]:
    """An authority of canned answers, by the end of the address."""
    answers: dict[str, Answer] = {}

    def carry(method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> http.HttpReply:
        assert "DPoP" in headers
        return answers[url.removeprefix(f"{AUTHORITY}/access/")]()

    monkeypatch.setattr(http, "transport", carry)
    return answers


def grant(*attributes: str, consent_id: str = "c-1") -> Answer:
    return lambda: reply(create_grant(AccessGrant("t", 300, attributes, consent_id)))


def away() -> http.HttpReply:
    raise FetchError("This host does not answer.")


@pytest.mark.parametrize(
    ("token", "record", "error", "kept"),
    [
        (
            lambda: reply({"error": "access_denied"}, 403),
            away,
            UnlockRefusedError,
            ("refused", "access_denied"),
        ),
        (lambda: reply({"error": "x" * 99}, 400), away, UnlockRefusedError, ("refused", "x" * 60)),
        (lambda: reply("no JSON"), away, FetchError, ("asked", FetchError.code)),
        (lambda: reply({}, 503), away, FetchError, ("asked", FetchError.code)),
        (away, away, FetchError, ("asked", FetchError.code)),
        (grant("assistive_device"), away, FetchError, ("asked", FetchError.code)),
        (grant("given_names"), away, InvalidRecordError, ("asked", "invalid_response")),
        (
            grant("assistive_device"),
            lambda: reply({"error": "access_denied"}, 403),
            UnlockRefusedError,
            ("refused", "access_denied"),
        ),
        (
            grant("assistive_device"),
            lambda: reply('{"attributes": {"assistive_device": "unsigned"}}', content_type=MEDIA_TYPE),
            InvalidRecordError,
            ("asked", "invalid_response"),
        ),
    ],
)
def test_each_answer_leaves_its_line(
    consent: ReadingConsent,
    authority: dict[str, Answer],
    today: datetime,
    token: Answer,
    record: Answer,
    error: type[SelloError],
    kept: tuple[str, str],
) -> None:
    authority.update({"token": token, "record": record})
    with pytest.raises(error):
        reading.read_on_consent(consent, actor="nurse", now=today)
    log = ReadLog.objects.get()
    assert (log.outcome, log.problem, log.actor, log.basis) == (*kept, "nurse", "consent")
    consent.refresh_from_db()
    assert (consent.refused_at is not None) == (kept == ("refused", "access_denied"))


def test_staff_read_with_a_permission_of_their_own(
    client: Client, consent: ReadingConsent, authority: dict[str, Answer]
) -> None:
    authority["token"] = lambda: reply({"error": "access_denied"}, 403)
    pages = ("/services/staff/records", f"/services/staff/records/{consent.pk}")
    assert [client.get(page).status_code for page in pages] == [302, 302]
    staff = User.objects.create_user("nurse", is_staff=True)
    client.force_login(staff)
    assert [client.get(page).status_code for page in pages] == [403, 403]
    assert client.post(pages[1]).status_code == 403
    staff.user_permissions.add(Permission.objects.get(codename="view_readingconsent"))
    assert "CARE-0001" in client.get(pages[0]).content.decode()
    answer = client.post(pages[1])
    assert "does not open this record" in answer.content.decode()
    assert answer.headers["Cache-Control"] == "no-store"
    assert ReadLog.objects.get().actor == "nurse"
    assert "refused on" in client.get(pages[0]).content.decode()
    assert client.get("/services/staff/records/0").status_code == 404


def test_who_may_not_ask_by_law_does_not(today: datetime, authority: dict[str, Any]) -> None:
    with pytest.raises(UnlockRefusedError):
        reading.read_by_mandate(find_service("clinic-care"), "4017", actor="nurse", now=today)
    assert not ReadLog.objects.exists()
