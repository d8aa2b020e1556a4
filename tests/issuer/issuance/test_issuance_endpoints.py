"""The whole way of a wallet through the endpoints, for both formats, and every way in which it is refused."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from common.adapters.documents.sources import sources
from common.did import did_key
from common.formats import FORMATS
from common.keys import PrivateKey, jwk, jws
from common.oid4vci.offer import PRE_AUTHORIZED
from issuer.models import Configuration, Delivery, IssuedCredential, Session
from issuer.single_use.nonces import create_nonce
from tests.client_response import ClientResponse
from tests.issuer.protocol import TinyWallet, make_farmers, offer_now
from tests.tampering import flip

pytestmark = pytest.mark.django_db
EDWARDS = PrivateKey("Ed25519", bytes(31) + b"\x0a")


@pytest.fixture
def farmer() -> Configuration:
    return make_farmers()


@pytest.fixture
def wallet(farmer: Configuration, ana: PrivateKey) -> TinyWallet:
    return TinyWallet(farmer.authority, ana, Client())


@pytest.fixture
def token(farmer: Configuration, wallet: TinyWallet) -> str:
    found: str = wallet.token(offer_now(farmer)).json()["access_token"]
    return found


@pytest.mark.parametrize(
    ("key", "binding"),
    [
        (EDWARDS, "did:key"),
        (EDWARDS, "did:jwk"),
        (EDWARDS, "jwk"),
        (PrivateKey("P-256", bytes(31) + b"\x0a"), "jwk"),
        (PrivateKey("P-256", bytes(31) + b"\x0a"), "did:key"),
    ],
)
@pytest.mark.parametrize("format_", ["ldp_vc", "dc+sd-jwt"])
def test_issues_to_a_key(
    farmer: Configuration, wallet: TinyWallet, token: str, key: PrivateKey, binding: str, format_: str
) -> None:
    wallet.key = key
    response = wallet.request(token, f"farmer.{format_}", wallet.proof(wallet.nonce(), binding=binding))
    assert response.status_code == 200, response.content
    assert response.headers["Cache-Control"] == "no-store"
    [entry] = response.json()["credentials"]
    verified = FORMATS[format_].verify_credential(
        entry["credential"], sources=sources(), now=datetime.now(UTC)
    )
    assert verified.claims["family_name"] == "Quispe Ñahui 1"
    [row] = IssuedCredential.objects.all()
    assert row.holder_thumbprint == jwk.thumbprint(key.public_key)
    assert {reference.index for reference in verified.status} == {row.status_index}
    assert {reference.uri for reference in verified.status} == {
        row.status_list.uri(purpose) for purpose in row.status_list.purposes
    }
    if format_ == "ldp_vc":
        assert verified.issuer == farmer.authority.did
        assert verified.subject == row.holder_did
        assert binding == "did:jwk" or row.holder_did == did_key.encode(key.public_key)
        assert verified.id == row.urn
    else:
        assert verified.issuer == farmer.authority.identifier
        assert verified.holder_key == key.public_key
    assert Session.objects.get().state == "issued"


def test_a_batch_of_three(
    farmer: Configuration, wallet: TinyWallet, token: str, ana: PrivateKey, bruno: PrivateKey
) -> None:
    nonce = wallet.nonce()
    proofs = [wallet.proof(nonce, signer=key) for key in (ana, bruno, EDWARDS)]
    response = wallet.request(token, "farmer.dc+sd-jwt", *proofs)
    credentials = [entry["credential"] for entry in response.json()["credentials"]]
    verified = [
        FORMATS["dc+sd-jwt"].verify_credential(credential, sources=sources(), now=datetime.now(UTC))
        for credential in credentials
    ]
    assert [found.holder_key for found in verified] == [ana.public_key, bruno.public_key, EDWARDS.public_key]
    assert len({found.status[0].index for found in verified}) == 3
    assert Delivery.objects.count() == 1


def test_a_batch_beyond_the_limit(wallet: TinyWallet, token: str) -> None:
    nonce = wallet.nonce()
    proofs = [
        wallet.proof(nonce, signer=PrivateKey("P-256", bytes(30) + bytes([1, number])))
        for number in range(11)
    ]
    response = wallet.request(token, "farmer.ldp_vc", *proofs)
    assert (response.status_code, response.json()["error"]) == (400, "invalid_credential_request")


def test_both_formats_in_one_session(wallet: TinyWallet, token: str) -> None:
    for format_ in ("ldp_vc", "dc+sd-jwt"):
        answer = wallet.request(token, f"farmer.{format_}", wallet.proof(wallet.nonce())).json()
        told = {"notification_id": answer["notification_id"], "event": "credential_accepted"}
        assert wallet.notify(token, told).status_code == 204
    assert Session.objects.get().state == "accepted"
    assert IssuedCredential.objects.count() == 2


def test_credential_identifiers(farmer: Configuration, wallet: TinyWallet) -> None:
    detail = {"type": "openid_credential", "credential_configuration_id": "farmer.ldp_vc"}
    answer = wallet.token(offer_now(farmer), authorization_details=json.dumps([detail])).json()
    assert answer["authorization_details"] == [{**detail, "credential_identifiers": ["farmer.ldp_vc"]}]
    token = answer["access_token"]

    def ask(**named: str) -> tuple[int, str | None]:
        body = {**named, "proofs": {"jwt": [wallet.proof(wallet.nonce())]}}
        response = wallet.credential(token, body)
        return response.status_code, response.json().get("error")

    assert ask(credential_configuration_id="farmer.ldp_vc") == (400, "invalid_credential_request")
    assert ask(credential_identifier="farmer.dc+sd-jwt") == (400, "unknown_credential_identifier")
    assert ask(credential_identifier="farmer.ldp_vc") == (200, None)


# --- the token endpoint -----------------------------------------------------------------------------------


def refusal(response: ClientResponse) -> tuple[int, str]:
    assert response.headers["Cache-Control"] == "no-store"
    return response.status_code, response.json()["error"]


def test_a_code_is_used_once(farmer: Configuration, wallet: TinyWallet) -> None:
    offer = offer_now(farmer)
    assert wallet.token(offer).status_code == 200
    assert refusal(wallet.token(offer)) == (400, "invalid_grant")


def test_token_response_is_not_kept(farmer: Configuration, wallet: TinyWallet) -> None:
    response = wallet.token(offer_now(farmer))
    assert response.headers["Cache-Control"] == "no-store"
    assert response.json()["token_type"] == "Bearer"
    token = response.json()["access_token"]
    assert token not in json.dumps(list(Session.objects.values()), default=str)


def test_an_expired_code(farmer: Configuration, wallet: TinyWallet) -> None:
    offer = offer_now(farmer, now=datetime.now(UTC) - timedelta(hours=2))
    assert refusal(wallet.token(offer)) == (400, "invalid_grant")


def test_another_authoritys_code(farmer: Configuration, wallet: TinyWallet, ana: PrivateKey) -> None:
    other = make_farmers("civil-registry", name="birth")
    stranger = TinyWallet(other.authority, ana, Client())
    assert refusal(stranger.token(offer_now(farmer))) == (400, "invalid_grant")


def test_tx_code(farmer: Configuration, wallet: TinyWallet) -> None:
    offer = offer_now(farmer, tx_code=True)
    assert offer.document["grants"][PRE_AUTHORIZED]["tx_code"]["length"] == 6
    assert refusal(wallet.token(offer)) == (400, "invalid_request")
    assert wallet.token(offer, tx_code=offer.tx_code).status_code == 200
    assert refusal(wallet.token(offer_now(farmer), tx_code="123456")) == (400, "invalid_request")


def test_tx_code_brute_force(farmer: Configuration, wallet: TinyWallet, settings: Settings) -> None:
    offer = offer_now(farmer, tx_code=True)
    wrong = [code for code in map("{:06}".format, range(6)) if code != offer.tx_code][:5]
    for code in wrong:
        assert refusal(wallet.token(offer, tx_code=code)) == (400, "invalid_grant")
    assert refusal(wallet.token(offer, tx_code=offer.tx_code)) == (400, "invalid_grant")
    assert Session.objects.get().state == "failed"


def test_four_wrong_tx_codes_are_forgiven(farmer: Configuration, wallet: TinyWallet) -> None:
    offer = offer_now(farmer, tx_code=True)
    for code in [code for code in map("{:06}".format, range(6)) if code != offer.tx_code][:4]:
        wallet.token(offer, tx_code=code)
    assert wallet.token(offer, tx_code=offer.tx_code).status_code == 200


def test_other_grants(farmer: Configuration, wallet: TinyWallet) -> None:
    response = wallet.token(offer_now(farmer), grant_type="password")
    assert refusal(response) == (400, "unsupported_grant_type")
    url = wallet.url("token")
    assert refusal(wallet.client.post(url)) == (415, "invalid_request")
    twice = wallet.client.post(
        url, "grant_type=a&grant_type=b", content_type="application/x-www-form-urlencoded"
    )
    assert refusal(twice) == (400, "invalid_request")
    assert wallet.client.post(url, {"grant_type": "a"}, content_type="application/json").status_code == 415


def test_too_many_token_requests(farmer: Configuration, wallet: TinyWallet, settings: Settings) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "token": 2}
    offer = offer_now(farmer)
    assert [wallet.token(offer).status_code for _ in range(3)] == [200, 400, 429]


# --- the credential endpoint ------------------------------------------------------------------------------


def test_no_token_and_a_wrong_one(farmer: Configuration, wallet: TinyWallet) -> None:
    body = {"credential_configuration_id": "farmer.ldp_vc", "proofs": {"jwt": [wallet.proof(wallet.nonce())]}}
    response = wallet.credential("wrong", body)
    assert refusal(response) == (401, "invalid_token")
    assert response.headers["WWW-Authenticate"].startswith("Bearer")
    assert refusal(wallet.credential("", body)) == (401, "invalid_token")


def test_another_authoritys_token(
    farmer: Configuration, wallet: TinyWallet, token: str, ana: PrivateKey
) -> None:
    other = make_farmers("civil-registry", name="birth")
    stranger = TinyWallet(other.authority, ana, Client())
    response = stranger.request(token, "birth.ldp_vc", stranger.proof(stranger.nonce()))
    assert refusal(response) == (401, "invalid_token")


def test_an_expired_token(wallet: TinyWallet, token: str) -> None:
    Session.objects.update(token_expires_at=datetime.now(UTC) - timedelta(seconds=1))
    assert refusal(wallet.request(token, "farmer.ldp_vc", wallet.proof(wallet.nonce()))) == (
        401,
        "invalid_token",
    )


def test_configurations_that_were_not_offered(farmer: Configuration, wallet: TinyWallet) -> None:
    token = wallet.token(offer_now(farmer, formats=["ldp_vc"])).json()["access_token"]
    for name in ("farmer.dc+sd-jwt", "farmer", "birth.ldp_vc"):
        response = wallet.request(token, name, wallet.proof(wallet.nonce()))
        assert refusal(response) == (400, "unknown_credential_configuration")


def test_a_nonce_is_used_once(wallet: TinyWallet, token: str) -> None:
    nonce = wallet.nonce()
    assert wallet.request(token, "farmer.ldp_vc", wallet.proof(nonce)).status_code == 200
    assert refusal(wallet.request(token, "farmer.ldp_vc", wallet.proof(nonce))) == (400, "invalid_nonce")


def test_nonces_of_others(wallet: TinyWallet, token: str, ana: PrivateKey) -> None:
    other = TinyWallet(make_farmers("civil-registry", name="birth").authority, ana, Client())
    ours = wallet.nonce()
    for nonce in ("", "abc", other.nonce(), flip(ours), "é"):
        response = wallet.request(token, "farmer.ldp_vc", wallet.proof(nonce))
        assert refusal(response) == (400, "invalid_nonce")


def test_an_old_nonce(farmer: Configuration, wallet: TinyWallet, token: str) -> None:
    old = create_nonce(farmer.authority, now=datetime.now(UTC) - timedelta(minutes=6))
    assert refusal(wallet.request(token, "farmer.ldp_vc", wallet.proof(old))) == (400, "invalid_nonce")


def test_proofs_that_do_not_hold(wallet: TinyWallet, token: str, mallory: PrivateKey) -> None:
    ways: list[dict[str, Any]] = [
        {"nonce": None},
        {"audience": "http://localhost:8000/issuers/civil-registry"},
        {"now": datetime.now(UTC) - timedelta(minutes=10)},
        {"now": datetime.now(UTC) + timedelta(minutes=10)},
    ]
    for overrides in ways:
        nonce = overrides.pop("nonce", wallet.nonce())
        response = wallet.request(token, "farmer.ldp_vc", wallet.proof(nonce, **overrides))
        assert refusal(response) == (400, "invalid_proof")
    forged = jws.sign(
        {"typ": "openid4vci-proof+jwt", "jwk": jwk.encode(wallet.key.public_key)},
        {
            "aud": wallet.authority.identifier,
            "iat": int(datetime.now(UTC).timestamp()),
            "nonce": wallet.nonce(),
        },
        signer=mallory,
    )
    assert refusal(wallet.request(token, "farmer.ldp_vc", forged)) == (400, "invalid_proof")
    assert IssuedCredential.objects.count() == 0


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "[]",
        '{"a": 1, "a": 2}',
        "null",
        '{"credential_configuration_id": "farmer.ldp_vc", "proofs": 1}',
        "9" * 30,
    ],
)
def test_bodies_that_are_no_request(wallet: TinyWallet, token: str, body: str) -> None:
    status, error = refusal(wallet.credential(token, body))
    assert (status, error in ("invalid_credential_request", "invalid_proof")) == (400, True)


def test_a_record_that_is_gone(farmer: Configuration, wallet: TinyWallet, token: str) -> None:
    farmer.registry.records.all().delete()
    response = wallet.request(token, "farmer.ldp_vc", wallet.proof(wallet.nonce()))
    assert refusal(response) == (400, "credential_request_denied")


def test_a_lost_response_may_be_asked_for_again_until_one_was_accepted(
    wallet: TinyWallet, token: str
) -> None:
    for _ in range(3):
        answer = wallet.request(token, "farmer.ldp_vc", wallet.proof(wallet.nonce()))
        assert answer.status_code == 200
    told = {"notification_id": answer.json()["notification_id"], "event": "credential_accepted"}
    assert wallet.notify(token, told).status_code == 204
    response = wallet.request(token, "farmer.ldp_vc", wallet.proof(wallet.nonce()))
    assert refusal(response) == (400, "credential_request_denied")
    assert set(IssuedCredential.objects.values_list("state", flat=True)) == {"valid"}


def test_but_not_for_ever(wallet: TinyWallet, token: str) -> None:
    answers = [
        wallet.request(token, "farmer.ldp_vc", wallet.proof(wallet.nonce())).status_code for _ in range(6)
    ]
    assert answers == [200] * 5 + [400]


# --- the notification endpoint ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "state"),
    [
        ("credential_accepted", "accepted"),
        ("credential_deleted", "deleted"),
        ("credential_failure", "failed"),
    ],
)
def test_notifications_change_the_session(wallet: TinyWallet, token: str, event: str, state: str) -> None:
    answer = wallet.request(token, "farmer.ldp_vc", wallet.proof(wallet.nonce())).json()
    told = {"notification_id": answer["notification_id"], "event": event}
    assert [wallet.notify(token, told).status_code for _ in range(2)] == [204, 204]
    assert Session.objects.get().state == state
    other = {**told, "event": "credential_deleted" if state != "deleted" else "credential_accepted"}
    assert refusal(wallet.notify(token, other)) == (400, "invalid_notification_request")


def test_notifications_that_are_refused(farmer: Configuration, wallet: TinyWallet, token: str) -> None:
    answer = wallet.request(token, "farmer.ldp_vc", wallet.proof(wallet.nonce())).json()
    told = {"notification_id": answer["notification_id"], "event": "credential_accepted"}
    another = wallet.token(offer_now(farmer)).json()["access_token"]
    assert refusal(wallet.notify(another, told)) == (400, "invalid_notification_id")
    assert refusal(wallet.notify(token, {**told, "notification_id": "x"})) == (400, "invalid_notification_id")
    assert refusal(wallet.notify(token, {**told, "event": "x"})) == (400, "invalid_notification_request")
    assert refusal(wallet.notify(token, "{")) == (400, "invalid_notification_request")
    assert refusal(wallet.notify("wrong", told)) == (401, "invalid_token")
    assert Session.objects.get(token_digest__isnull=False, deliveries__isnull=False).state == "issued"


def test_browsers_may_ask_from_anywhere(wallet: TinyWallet) -> None:
    preflight = wallet.client.options(wallet.url("credential"))
    assert (preflight.status_code, preflight.headers["Access-Control-Allow-Origin"]) == (204, "*")
    assert "Authorization" in preflight.headers["Access-Control-Allow-Headers"]
    assert wallet.client.post(wallet.url("token")).headers["Access-Control-Allow-Origin"] == "*"


def test_logs_hold_no_secret(
    farmer: Configuration, wallet: TinyWallet, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    offer = offer_now(farmer, tx_code=True)
    wallet.token(offer, tx_code="000000")
    token = wallet.token(offer, tx_code=offer.tx_code).json()["access_token"]
    nonce = wallet.nonce()
    wallet.request(token, "farmer.ldp_vc", wallet.proof(nonce))
    wallet.request(token, "farmer.ldp_vc", wallet.proof(nonce))
    code = offer.document["grants"][PRE_AUTHORIZED]["pre-authorized_code"]
    assert offer.tx_code is not None
    for secret in (code, offer.tx_code, token, nonce, "Quispe", "40170001"):
        assert secret not in caplog.text
    refused = [record.levelname for record in caplog.records if record.name == "sello.api"]
    assert refused == ["WARNING", "WARNING"]  # the wrong code and the nonce that was used: seen by default
