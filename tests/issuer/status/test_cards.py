"""An officer's word about one credential reaches the whole card, and ends what would bring another copy."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from issuer.configurations.types import create_configuration
from issuer.issuance import deferred
from issuer.issuance.batch_issuance import issue_batches
from issuer.issuance.credential_request import issue_directly
from issuer.models import Configuration, Deferral, IssuedCredential, Session
from issuer.oauth.access_codes import give_access_code
from issuer.status.cards import CardWithdrawnError
from issuer.status.change import StatusChangeError, set_status
from tests.issuer.haip import CodeWallet, Person, person_of
from tests.issuer.issuance.test_concurrency import published_bits
from tests.issuer.issuance.test_deferred import later
from tests.issuer.protocol import TinyWallet, make_farmers, offer_now

pytestmark = pytest.mark.django_db
WITHDRAWN = ["suspended", "revoked"]


@pytest.fixture
def farmer() -> Configuration:
    return make_farmers()


@pytest.fixture
def wallet(farmer: Configuration, ana: Any) -> TinyWallet:
    return TinyWallet(farmer.authority, ana, Client())


def withdraw(state: str, *, key: str = "F-0001", format_: str = "ldp_vc") -> Any:
    mine = {"configuration__name": "farmer", "record_key": key, "format": format_}
    row = IssuedCredential.objects.filter(**mine).first()
    assert row is not None
    return set_status(row, state, reason="stolen", actor="officer", now=datetime.now(UTC))


def states(**which: Any) -> set[str]:
    return set(IssuedCredential.objects.filter(**which).values_list("state", flat=True))


def ask(wallet: TinyWallet, token: str, format_: str = "ldp_vc", copies: int = 1) -> Any:
    nonce = wallet.nonce()
    return wallet.request(token, f"farmer.{format_}", *[wallet.proof(nonce) for _ in range(copies)])


def printed(configuration: Configuration, key: str = "F-0001", format_: str = "ldp_vc") -> IssuedCredential:
    return issue_directly(configuration, key, format_, holder=None, now=datetime.now(UTC))[0]


def refusal(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["error"]


def test_every_copy_in_every_format(farmer: Configuration, wallet: TinyWallet, bruno: Any) -> None:
    """Two phones, a batch, a paper: one card, in one decision, and back again."""
    token = wallet.token(offer_now(farmer)).json()["access_token"]
    assert ask(wallet, token, "ldp_vc").status_code == 200
    assert ask(wallet, token, "dc+sd-jwt").status_code == 200
    phone = TinyWallet(farmer.authority, bruno, Client())
    assert ask(phone, phone.token(offer_now(farmer)).json()["access_token"]).status_code == 200
    printed(farmer, format_="dc+sd-jwt")
    neighbours = {printed(farmer, "F-0002").pk}
    other = create_configuration(farmer.registry, type="Other", name="other")
    neighbours.add(printed(other).pk)
    card = {"configuration": farmer, "record_key": "F-0001"}

    for state in ("suspended", "valid", "suspended", "revoked"):
        decided = withdraw(state, format_="dc+sd-jwt")
        assert (decided.credential.state, len(decided.changed)) == (state, 4)
        assert states(**card) == {state}
        assert states(pk__in=neighbours) == {"valid"}
        assert {uri.rpartition("/")[2] for uri in decided.lists} == {
            "token-1", "revocation-1", "suspension-1",
        }  # fmt: skip
    for kind in ("bitstring", "token"):
        rows = IssuedCredential.objects.filter(**card, status_list__kind=kind)
        assert published_bits(farmer.authority, kind) == {row.status_index for row in rows}
    with pytest.raises(StatusChangeError, match="final"):
        withdraw("valid")


def test_what_is_left_of_a_card_follows_the_rest(farmer: Configuration) -> None:
    """Copies that were treated apart, before or by a renewal, come together again; revoked ones stay so."""
    renewed, current, lagging = (printed(farmer) for _ in range(3))
    IssuedCredential.objects.filter(pk=renewed.pk).update(state="revoked", superseded=True)
    IssuedCredential.objects.filter(pk=current.pk).update(state="suspended")
    now = datetime.now(UTC)
    decided = set_status(current, "suspended", reason="x", actor="officer", now=now)
    assert [row.pk for row in decided.changed] == [lagging.pk]
    with pytest.raises(StatusChangeError, match="already"):
        set_status(current, "suspended", reason="x", actor="officer", now=now)
    with pytest.raises(StatusChangeError, match="final"):
        set_status(renewed, "valid", reason="x", actor="officer", now=now)
    set_status(renewed, "revoked", reason="x", actor="officer", now=now)
    assert states() == {"revoked"}


def test_an_operators_own_credentials_are_cards_of_their_own(farmer: Configuration) -> None:
    rows = [printed(farmer), printed(farmer)]
    IssuedCredential.objects.update(configuration=None, record_key="")
    row = IssuedCredential.objects.get(pk=rows[0].pk)
    set_status(row, "revoked", reason="x", actor="officer", now=datetime.now(UTC))
    assert IssuedCredential.objects.get(pk=rows[1].pk).state == "valid"


@pytest.mark.parametrize("state", WITHDRAWN)
@pytest.mark.parametrize("copies", [1, 3])
def test_a_token_of_before(farmer: Configuration, wallet: TinyWallet, state: str, copies: int) -> None:
    answer = wallet.token(offer_now(farmer)).json()
    told = ask(wallet, answer["access_token"])
    nonce = wallet.nonce()
    decided = withdraw(state)
    assert decided.ended_sessions == 1
    late = wallet.request(
        answer["access_token"], "farmer.ldp_vc", *[wallet.proof(nonce) for _ in range(copies)]
    )
    assert refusal(late) == (401, "invalid_token")
    assert refusal(ask(wallet, answer["access_token"], "dc+sd-jwt")) == (401, "invalid_token")
    event = {"notification_id": told.json()["notification_id"], "event": "credential_accepted"}
    assert refusal(wallet.notify(answer["access_token"], event)) == (401, "invalid_token")
    assert states() == {state}


@pytest.mark.parametrize("state", WITHDRAWN)
def test_an_offer_of_before(farmer: Configuration, wallet: TinyWallet, state: str) -> None:
    offer, reference = offer_now(farmer), offer_now(farmer)
    printed(farmer)
    withdraw(state)
    assert refusal(wallet.token(offer)) == (400, "invalid_grant")
    address = reference.uri.partition("credential_offer_uri=")[2].rpartition("%2F")[2]
    assert wallet.client.get(wallet.url(f"offers/{address}")).status_code == 404


@pytest.mark.parametrize("state", WITHDRAWN)
def test_an_answer_that_was_put_off(farmer: Configuration, wallet: TinyWallet, state: str) -> None:
    Configuration.objects.update(needs_approval=True)
    farmer.refresh_from_db()
    printed(farmer)
    token = wallet.token(offer_now(farmer)).json()["access_token"]
    waiting, approved = (ask(wallet, token, name).json() for name in ("ldp_vc", "dc+sd-jwt"))
    Deferral.objects.filter(format="dc+sd-jwt").update(state="approved")
    withdraw(state)
    for answer in (waiting, approved):
        assert refusal(later(wallet, token, answer["transaction_id"])) == (401, "invalid_token")
    assert not deferred.waiting_sessions(type(farmer.registry).objects.all()).exists()
    assert states() == {state}


@pytest.mark.parametrize("state", WITHDRAWN)
def test_a_refresh_token_of_before(farmer: Configuration, ana: Any, state: str) -> None:
    """Of a wallet that has not fetched yet, too: nothing it was given was withdrawn, but its card was."""
    wallet = CodeWallet(farmer.authority, ana, Client())
    wallet.fresh_nonce()
    grant = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
    code = offer_now(farmer).document["grants"][grant]["pre-authorized_code"]
    form = {"grant_type": grant, "pre-authorized_code": code}
    given = wallet.form("token", form, wallet.dpop("token")).json()
    printed(farmer)
    withdraw(state)
    form = {"grant_type": "refresh_token", "refresh_token": given["refresh_token"]}
    assert refusal(wallet.form("token", form, wallet.dpop("token"))) == (400, "invalid_grant")


@pytest.fixture
def person(farmer: Configuration, ana: Any) -> Person:
    return person_of(CodeWallet(farmer.authority, ana, Client()), farmer.registry)


@pytest.mark.parametrize("state", WITHDRAWN)
def test_an_authorization_code_of_before(farmer: Configuration, person: Person, state: str) -> None:
    answer = person.walk(person.wallet.push().json()["request_uri"])
    printed(farmer)
    withdraw(state)
    assert refusal(person.wallet.redeem(answer["code"])) == (400, "invalid_grant")


@pytest.mark.parametrize("state", WITHDRAWN)
@pytest.mark.parametrize("offered", [False, True])
def test_a_sign_in_of_before(farmer: Configuration, person: Person, state: str, offered: bool) -> None:
    """The request was pushed and the access code given before the card was withdrawn."""
    asked = {}
    if offered:
        grants = offer_now(farmer, sign_in=True).document["grants"]
        asked = {"issuer_state": grants["authorization_code"]["issuer_state"]}
    request_uri = person.wallet.push(**asked).json()["request_uri"]
    person.sign_in(request_uri)
    printed(farmer)
    withdraw(state)
    assert person.decide(request_uri).status_code in (404, 409)
    assert not Session.objects.filter(ended_at=None).exists()


@pytest.mark.parametrize("state", WITHDRAWN)
def test_a_new_code_opens_the_new_card(farmer: Configuration, ana: Any, state: str) -> None:
    printed(farmer)
    withdraw(state)
    if state == "suspended":
        withdraw("valid")
    wallet = CodeWallet(farmer.authority, ana, Client())
    code = give_access_code(farmer.registry, "F-0001", given_by="officer", now=datetime.now(UTC))
    answer = Person(wallet, code).walk(wallet.push().json()["request_uri"])
    token = wallet.redeem(answer["code"]).json()["access_token"]
    assert wallet.request(token, "farmer.dc+sd-jwt", wallet.proof(wallet.nonce())).status_code == 200


def test_nothing_is_issued_of_a_suspended_card(
    farmer: Configuration, wallet: TinyWallet, tmp_path: Any
) -> None:
    now = datetime.now(UTC)
    printed(farmer)
    withdraw("suspended")
    ways: list[Callable[[], Any]] = [
        lambda: offer_now(farmer),
        lambda: offer_now(farmer, elsewhere=True),
        lambda: printed(farmer, format_="dc+sd-jwt"),
    ]
    for way in ways:
        with pytest.raises(CardWithdrawnError, match="suspended"):
            way()
    *_, done = issue_batches(farmer, "ldp_vc", out=tmp_path, workers=1, now=now)
    assert (done.unusable, done.minted) == (["F-0001"], 2)
    withdraw("valid")
    token = wallet.token(offer_now(farmer)).json()["access_token"]
    assert ask(wallet, token).status_code == 200


def test_a_suspension_that_no_officer_spoke(farmer: Configuration, wallet: TinyWallet) -> None:
    """Whatever suspended it: a token that was not ended issues nothing, neither now nor by renewal."""
    token = wallet.token(offer_now(farmer)).json()["access_token"]
    printed(farmer)
    IssuedCredential.objects.update(state="suspended")
    assert refusal(ask(wallet, token)) == (400, "credential_request_denied")
    IssuedCredential.objects.update(state="valid")
    assert ask(wallet, token).status_code == 200


def test_a_card_withdrawn_while_its_copy_is_signed(
    farmer: Configuration, wallet: TinyWallet, monkeypatch: pytest.MonkeyPatch
) -> None:
    from issuer.issuance import credential as credentials

    printed(farmer)
    token = wallet.token(offer_now(farmer)).json()["access_token"]
    sign = credentials.secure_credential

    def slowly(*given: Any) -> Any:
        withdraw("revoked")
        return sign(*given)

    monkeypatch.setattr(credentials, "secure_credential", slowly)
    assert refusal(ask(wallet, token)) == (400, "credential_request_denied")
    assert states() == {"revoked"}


def test_a_card_suspended_while_its_paper_is_signed(
    farmer: Configuration, monkeypatch: pytest.MonkeyPatch
) -> None:
    from issuer.issuance import credential as credentials

    printed(farmer)
    sign = credentials.secure_credential

    def slowly(*given: Any) -> Any:
        withdraw("suspended")
        return sign(*given)

    monkeypatch.setattr(credentials, "secure_credential", slowly)
    with pytest.raises(CardWithdrawnError, match="meanwhile"):
        printed(farmer)
    assert IssuedCredential.objects.count() == 1


def test_a_card_withdrawn_between_two_signatures_of_one_answer(
    farmer: Configuration, wallet: TinyWallet, bruno: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a batch of two keys nothing is given out, nor anything by the same token afterwards."""
    from issuer.issuance import credential as credentials

    printed(farmer)
    token = wallet.token(offer_now(farmer)).json()["access_token"]
    sign, signed = credentials.secure_credential, []

    def slowly(*given: Any) -> Any:
        signed.append(given)
        if len(signed) == 2:
            withdraw("suspended")
            withdraw("valid")  # lifted at once: what was on its way has ended all the same
        return sign(*given)

    monkeypatch.setattr(credentials, "secure_credential", slowly)
    nonce = wallet.nonce()
    proofs = [wallet.proof(nonce), TinyWallet(farmer.authority, bruno, Client()).proof(nonce)]
    answer = wallet.request(token, "farmer.ldp_vc", *proofs)
    assert refusal(answer) == (400, "credential_request_denied")
    assert len(signed) == 2
    assert IssuedCredential.objects.count() == 1
    assert ask(wallet, token).status_code == 401


def test_what_was_delivered_cannot_be_told_of_any_more(farmer: Configuration, wallet: TinyWallet) -> None:
    """A notification of before neither brings the withdrawn card back nor lets it take another's place."""
    printed(farmer, format_="ldp_vc")
    token = wallet.token(offer_now(farmer)).json()["access_token"]
    told = ask(wallet, token).json()["notification_id"]
    withdraw("revoked")
    before = set(IssuedCredential.objects.values_list("pk", "state", "superseded"))
    answer = wallet.notify(token, {"notification_id": told, "event": "credential_accepted"})
    assert answer.status_code == 401
    assert set(IssuedCredential.objects.values_list("pk", "state", "superseded")) == before


@pytest.mark.parametrize("state", WITHDRAWN)
def test_somebody_let_in_while_the_card_is_withdrawn(
    farmer: Configuration, person: Person, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    """The person says yes after the office's open sessions were ended, and before the card is locked."""
    from issuer.status import cards

    printed(farmer)
    request_uri = person.wallet.push().json()["request_uri"]
    person.sign_in(request_uri)
    lock = cards.lock_card

    def late(credential: IssuedCredential) -> Any:
        assert person.decide(request_uri).status_code == 303
        return lock(credential)

    monkeypatch.setattr(cards, "lock_card", late)
    assert withdraw(state).ended_sessions == 1
    assert not Session.objects.filter(ended_at=None).exists()
