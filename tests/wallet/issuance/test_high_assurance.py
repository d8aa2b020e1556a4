"""The wallet signs in at this very site's office, with keys for tokens, and waits for an officer."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.test import Client

from tests.tampering import flip
from tests.wallet.test_with_the_site import citizen as citizen
from tests.wallet.test_with_the_site import command, take
from wallet.models import Card, Pending, Waiting

pytestmark = pytest.mark.skipif(
    set(settings.ROLES) != {"issuer", "wallet", "verifier"}, reason="all three parties are needed"
)


def local(url: str) -> str:
    return urlsplit(url)._replace(scheme="", netloc="").geturl()


def to_the_office(citizen: Client, *arguments: str) -> str:
    """Take an offer as far as the link that leads to the office."""
    made = command("create_offer", *arguments, "--sign-in")
    assert made["tx_code"] is None
    question = citizen.get(f"/wallet/accept?{urlsplit(made['offer_uri']).query}").headers["Location"]
    assert "Yes, continue" in citizen.get(question).content.decode()
    page = citizen.post(question, {"decision": "accept"}).content.decode()
    assert "belongs to <strong>localhost:8000" in page
    return local(page.split('<a class="button" href="')[1].split('"')[0].replace("&amp;", "&"))


def agree(citizen: Client, office: str, code: str, decision: str = "yes") -> str:
    assert citizen.post(office, {"code": code}).status_code == 302
    page = citizen.get(office).content.decode()
    assert "it calls itself http://localhost:8000/wallet/" in page
    answer = citizen.post(office, {"decision": decision})
    assert answer.status_code == 303
    return local(answer.headers["Location"])


def access_code(record_key: str = "F-0001", registry: str = "farmers") -> str:
    found: str = command("create_access_code", registry, record_key)["access_code"]
    return found


def test_signing_in_at_the_office(citizen: Client) -> None:
    from issuer.models import Session

    back = agree(citizen, to_the_office(citizen, "farmer", "F-0001"), access_code())
    assert "iss=http%3A%2F%2Flocalhost%3A8000%2Fissuers%2Ffarmer-registry" in back
    added = citizen.get(back)
    assert "In your wallet" in citizen.get(added.headers["Location"]).content.decode()
    assert not Pending.objects.exists()
    session = Session.objects.get()
    assert (session.state, session.grant, bool(session.key_thumbprint)) == (
        "accepted",
        "authorization_code",
        True,
    )
    assert citizen.get(back).status_code == 404  # an answer is taken once


def test_saying_no_at_the_office(citizen: Client) -> None:
    back = agree(citizen, to_the_office(citizen, "farmer", "F-0001"), access_code(), "no")
    page = citizen.get(back)
    assert "You said no at the office." in page.content.decode()
    assert not Card.objects.exists()


@pytest.mark.parametrize("change", ["state", "iss", "code", "error"])
def test_answers_that_were_changed_on_the_way(citizen: Client, change: str) -> None:
    back = agree(citizen, to_the_office(citizen, "farmer", "F-0001"), access_code())
    query = {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}
    forged = {
        "state": {**query, "state": flip(query["state"])},
        "iss": {**query, "iss": "http://localhost:8000/issuers/civil-registry"},
        "code": {**query, "code": "stolen"},
        "error": {**query, "error": "access_denied"},
    }[change]
    assert citizen.get("/wallet/accept/back", forged).status_code in (400, 410)
    assert not Card.objects.exists()


def test_an_answer_in_somebody_elses_wallet(citizen: Client, site_network: Client) -> None:
    back = agree(citizen, to_the_office(citizen, "farmer", "F-0001"), access_code())
    mallory = Client(SERVER_NAME="localhost", SERVER_PORT="8000")
    form = {"name": "mallory", "passphrase": "another long phrase", "again": "another long phrase"}
    assert mallory.post("/wallet/sign-up", form).status_code == 302
    assert mallory.get(back).status_code == 404
    assert citizen.get("/wallet/accept/back?state=x").status_code == 404
    assert citizen.get(back).status_code == 302


def test_plain_offers_use_keys_too(citizen: Client) -> None:
    from issuer.models import Session

    take(citizen, "farmer", "F-0001", "--tx-code")
    assert Session.objects.get().key_thumbprint


def test_a_card_is_fetched_anew(citizen: Client) -> None:
    from issuer.models import IssuedCredential, Record, Session
    from issuer.status.change import set_status

    card = take(citizen, "farmer", "F-0001").removesuffix("/added")
    record = Record.objects.get(registry__slug="farmers", key="F-0001")
    record.data["main_crop"] = "Oca"
    record.save()
    assert "Fetch it anew" in citizen.get(card).content.decode()
    answer = citizen.post(f"{card}/renew")
    assert answer.headers["Location"] == card
    assert "Oca" in citizen.get(card).content.decode()
    assert (Card.objects.count(), IssuedCredential.objects.count()) == (1, 4)
    assert Session.objects.get().state == "accepted"
    issued = IssuedCredential.objects.first()
    assert issued is not None
    set_status(issued, "revoked", reason="x", actor="officer", now=datetime.now(UTC))
    refused = citizen.post(f"{card}/renew")
    assert (refused.status_code, "does not issue this card anew" in refused.content.decode()) == (409, True)


def test_where_everything_is_encrypted(citizen: Client) -> None:
    from issuer.models import Authority

    Authority.objects.update(requires_encryption=True)
    added = take(citizen, "farmer", "F-0001")
    assert "In your wallet" in citizen.get(added).content.decode()


@pytest.fixture
def hours_later(monkeypatch: pytest.MonkeyPatch) -> list[timedelta]:
    """The wallet's clock, which a test may put forward."""
    ahead = [timedelta()]
    monkeypatch.setattr("wallet.pages.credentials.now", lambda: datetime.now(UTC) + ahead[0])
    return ahead


@pytest.mark.parametrize("word", ["approve", "refuse"])
def test_waiting_for_an_officer(citizen: Client, hours_later: list[timedelta], word: str) -> None:
    from issuer.issuance.deferred import decide_waiting
    from issuer.models import Configuration, Session

    Configuration.objects.filter(name="farmer").update(needs_approval=True)
    assert take(citizen, "farmer", "F-0001") == "/wallet/?waiting"
    assert "Waiting for the office" in citizen.get("/wallet/").content.decode()
    hours_later[0] = timedelta(seconds=30)
    assert "Waiting for the office" in citizen.get("/wallet/").content.decode()
    now = datetime.now(UTC)
    decide_waiting(Session.objects.get(), approve=word == "approve", reason="", actor="officer", now=now)
    assert (
        "Waiting for the office" in citizen.get("/wallet/").content.decode()
    )  # not before the interval ends
    hours_later[0] = timedelta(seconds=60)
    page = citizen.get("/wallet/").content.decode()
    if word == "approve":
        assert "Your new cards are here." in page
        assert (Card.objects.count(), Waiting.objects.count()) == (1, 0)
        assert Session.objects.get().state == "accepted"
        return
    assert "Refused by the office" in page
    citizen.post(f"/wallet/waiting/{Waiting.objects.get().id}/forget")
    assert (Card.objects.count(), Waiting.objects.count()) == (0, 0)
    assert "There are no cards here yet." in citizen.get("/wallet/").content.decode()


def test_a_token_that_ran_out_is_renewed(citizen: Client, hours_later: list[timedelta]) -> None:
    from issuer.issuance.deferred import decide_waiting
    from issuer.models import Configuration, Session
    from wallet.issuance import deferred

    Configuration.objects.filter(name="farmer").update(needs_approval=True)
    take(citizen, "farmer", "F-0001")
    first = Session.objects.get().token_digest
    Session.objects.update(token_expires_at=datetime.now(UTC))
    decide_waiting(Session.objects.get(), approve=True, reason="", actor="officer", now=datetime.now(UTC))
    renewed = deferred._with_token
    waiting_token = lambda offer, now: renewed(offer, now + timedelta(days=30))  # noqa: E731
    hours_later[0] = timedelta(seconds=30)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(deferred, "_with_token", waiting_token)
        patch.setattr("wallet.issuer_client.access_tokens.create_dpop_proof", _proof_now)
        assert "Your new cards are here." in citizen.get("/wallet/").content.decode()
    assert Session.objects.get().token_digest != first


def _proof_now(**arguments: object) -> str:
    from common.keys.dpop import create_dpop_proof

    return create_dpop_proof(**{**arguments, "now": datetime.now(UTC)})  # type: ignore[arg-type]
