"""Several cards of one kind for one question (DCQL `multiple`), from the office to a service of ours."""

from urllib.parse import urlsplit

import pytest
from django.conf import settings as site
from django.test import Client

from common.adapters.limits import cache_backends
from tests.wallet.conftest import _cheap_passphrases as _cheap_passphrases
from tests.wallet.conftest import vault as vault
from tests.wallet.test_with_the_site import citizen as citizen
from tests.wallet.test_with_the_site import command, take

pytestmark = pytest.mark.skipif(
    set(site.ROLES) != {"issuer", "wallet", "verifier"}, reason="all three parties are needed"
)


@pytest.fixture
def couple(citizen: Client) -> Client:
    """Somebody with two identity cards, at a service that takes any number of them."""
    from verifier.models import Service

    service = Service.objects.get(slug="over-18")
    service.query = {
        "credentials": [
            {
                "id": "identity",
                "format": "dc+sd-jwt",
                "multiple": True,
                "meta": service.query["credentials"][0]["meta"],
                "claims": [{"path": ["age_over_18"], "values": [True]}],
            }
        ]
    }
    service.save()
    for record in ("P-0001", "P-0010"):
        take(citizen, "identity", record)
    return citizen


def asked(citizen: Client) -> tuple[str, str, list[str]]:
    made = command("create_request", "over-18")
    question = citizen.get(f"/wallet/authorize?{urlsplit(made['request_uri']).query}").headers["Location"]
    text = citizen.get(question).content.decode()
    ids = [part.split('"')[0] for part in text.split('name="answer-0" value="')[1:]]
    return question, text, ids


def outcome() -> str:
    from verifier.models import PresentationSession

    return PresentationSession.objects.get().status


@pytest.mark.parametrize(("count", "reached"), [(1, "UNLOCKED"), (2, "VERIFIED")])
def test_as_many_as_the_person_ticks(couple: Client, count: int, reached: str) -> None:
    """Each that was shown is verified; this service lets in one person at a time."""
    question, text, ids = asked(couple)
    assert text.count('type="checkbox"') == 2
    done = couple.post(question, {"answer-0": ids[:count], "decision": "agree"})
    assert done.status_code == 302, done.content
    assert outcome() == reached


def test_a_revoked_one_is_not_among_them(couple: Client) -> None:
    from issuer.models import IssuedCredential

    row = IssuedCredential.objects.filter(record_key="P-0010").first()
    assert row is not None
    command("set_status", str(row.id), "revoked", "--reason", "lost")
    cache_backends.forget_cached()
    question, text, ids = asked(couple)
    assert "the office has withdrawn it" in text
    assert len(ids) == 1
    couple.post(question, {"answer-0": ids, "decision": "agree"})
    assert outcome() == "UNLOCKED"
