"""Tokens bound to a key (DPoP): at every endpoint, with the server's nonces, and never without the key."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from common.keys import PrivateKey, jwk
from common.oid4vci.credential import CredentialRequest, create_credential_request
from common.oid4vci.offer import PRE_AUTHORIZED
from issuer.issuance.offers import CreatedOffer
from issuer.models import Configuration, IssuedCredential, Session
from issuer.oauth.dpop import create_dpop_nonce
from issuer.status.change import set_status
from tests.client_response import ClientResponse
from tests.clock import from_now
from tests.issuer.haip import CodeWallet, person_of
from tests.issuer.protocol import make_farmers, offer_now

pytestmark = pytest.mark.django_db


@pytest.fixture
def farmer() -> Configuration:
    return make_farmers()


@pytest.fixture
def wallet(farmer: Configuration, ana: PrivateKey) -> CodeWallet:
    found = CodeWallet(farmer.authority, ana, Client())
    found.fresh_nonce()
    return found


def refusal(response: ClientResponse) -> tuple[int, str]:
    return response.status_code, response.json()["error"]


def form_of(offer: CreatedOffer) -> dict[str, str]:
    return {
        "grant_type": PRE_AUTHORIZED,
        "pre-authorized_code": offer.document["grants"][PRE_AUTHORIZED]["pre-authorized_code"],
    }


@pytest.fixture
def given(farmer: Configuration, wallet: CodeWallet) -> dict[str, Any]:
    """A bound token, and the refresh token beside it."""
    response = wallet.form("token", form_of(offer_now(farmer)), wallet.dpop("token"))
    assert response.status_code == 200, response.content
    found: dict[str, Any] = response.json()
    return found


def body(wallet: CodeWallet, format_: str = "dc+sd-jwt") -> dict[str, Any]:
    return create_credential_request(CredentialRequest((wallet.proof(wallet.nonce()),), f"farmer.{format_}"))


def ask(wallet: CodeWallet, token: str, **overrides: Any) -> ClientResponse:
    proof = wallet.dpop("credential", token, **overrides)
    found: ClientResponse = wallet.bound("credential", token, body(wallet), proof)
    return found


def test_a_token_for_a_key(wallet: CodeWallet, given: dict[str, Any]) -> None:
    assert given["token_type"] == "DPoP"
    assert Session.objects.get().key_thumbprint == jwk.thumbprint(wallet.dpop_key.public_key)
    answer = ask(wallet, given["access_token"])
    assert answer.status_code == 200, answer.content
    told = {"notification_id": answer.json()["notification_id"], "event": "credential_accepted"}
    assert wallet.bound("notification", given["access_token"], told).status_code == 204


def test_it_is_worth_nothing_without_the_key(
    wallet: CodeWallet, given: dict[str, Any], mallory: PrivateKey
) -> None:
    token = given["access_token"]
    as_bearer = wallet.credential(token, body(wallet))
    assert refusal(as_bearer) == (401, "invalid_token")
    with_proof = wallet.credential(token, body(wallet), DPoP=wallet.dpop("credential", token))
    assert refusal(with_proof) == (401, "invalid_token")
    assert refusal(ask(wallet, token, signer=mallory)) == (401, "invalid_dpop_proof")
    no_proof = wallet.client.post(
        wallet.url("credential"), body(wallet), content_type="application/json",
        headers={"Authorization": f"DPoP {token}"},
    )  # fmt: skip
    assert refusal(no_proof) == (401, "invalid_dpop_proof")
    assert no_proof.headers["WWW-Authenticate"].startswith('DPoP error="invalid_dpop_proof", algs="ES256')
    assert not IssuedCredential.objects.exists()


def test_a_bearers_token_is_no_bound_one(farmer: Configuration, wallet: CodeWallet) -> None:
    token = wallet.token(offer_now(farmer)).json()["access_token"]
    assert refusal(ask(wallet, token)) == (401, "invalid_token")


@pytest.mark.parametrize(
    "overrides",
    [
        {"method": "GET"},
        {"url": "http://localhost:8000/issuers/farmer-registry/notification"},
        {"url": "http://localhost:8000/issuers/other/credential"},
        {"access_token": "another"},
        {"access_token": None},
        {"now": -timedelta(hours=5)},
        {"now": timedelta(hours=5)},
    ],
)
def test_proofs_for_something_else(
    wallet: CodeWallet, given: dict[str, Any], overrides: dict[str, Any]
) -> None:
    token = given["access_token"]
    arguments = {"access_token": token, **from_now(overrides)}
    proof = wallet.dpop("credential", arguments.pop("access_token"), **arguments)
    assert refusal(wallet.bound("credential", token, body(wallet), proof)) == (401, "invalid_dpop_proof")


def test_a_proof_is_good_once(farmer: Configuration, wallet: CodeWallet, given: dict[str, Any]) -> None:
    proof = wallet.dpop("credential", given["access_token"])
    assert wallet.bound("credential", given["access_token"], body(wallet), proof).status_code == 200
    again = wallet.bound("credential", given["access_token"], body(wallet), proof)
    assert refusal(again) == (401, "invalid_dpop_proof")
    once = wallet.dpop("token")
    assert wallet.form("token", form_of(offer_now(farmer)), once).status_code == 200
    assert refusal(wallet.form("token", form_of(offer_now(farmer)), once)) == (400, "invalid_dpop_proof")


def test_the_servers_nonce_comes_with_the_refusal(
    farmer: Configuration, wallet: CodeWallet, given: dict[str, Any]
) -> None:
    token = given["access_token"]
    old = create_dpop_nonce(farmer.authority, now=datetime.now(UTC) - timedelta(minutes=6))
    other = create_dpop_nonce(make_farmers("civil-registry", name="b").authority, now=datetime.now(UTC))
    for nonce in (None, "", "x", old, other, wallet.nonce()):
        refused = ask(wallet, token, nonce=nonce)
        assert refusal(refused) == (401, "use_dpop_nonce")
        assert refused.headers["WWW-Authenticate"].startswith('DPoP error="use_dpop_nonce"')
    assert ask(wallet, token, nonce=refused.headers["DPoP-Nonce"]).status_code == 200
    offer = offer_now(farmer)
    refused = wallet.form("token", form_of(offer), wallet.dpop("token", nonce=None))
    assert refusal(refused) == (400, "use_dpop_nonce")
    wallet.dpop_nonce = refused.headers["DPoP-Nonce"]
    assert "DPoP-Nonce" in refused.headers["Access-Control-Expose-Headers"]
    assert wallet.form("token", form_of(offer), wallet.dpop("token")).status_code == 200


def test_plain_wallets_hear_nothing_of_it(farmer: Configuration, wallet: CodeWallet) -> None:
    assert "DPoP-Nonce" not in wallet.token(offer_now(farmer)).headers


def test_proofs_that_are_none(farmer: Configuration, wallet: CodeWallet) -> None:
    _, payload, _ = wallet.dpop("token").split(".")
    for proof in ("", "x", "a.b.c", "eyJhbGciOiJub25lIn0." + payload + "."):
        sent = wallet.form("token", form_of(offer_now(farmer)), DPoP=proof)
        assert refusal(sent) == (400, "invalid_dpop_proof"), proof


# --- a code that is bound to a key ------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["parameter", "proof", "both"])
def test_a_code_bound_to_a_key(
    farmer: Configuration, wallet: CodeWallet, mallory: PrivateKey, how: str
) -> None:
    thumbprint = jwk.thumbprint(wallet.dpop_key.public_key)
    pushed = wallet.push(
        proof=None if how == "parameter" else wallet.dpop("par"),
        dpop_thumbprint=None if how == "proof" else thumbprint,
    )
    code = person_of(wallet, farmer.registry).walk(pushed.json()["request_uri"])["code"]
    assert refusal(wallet.redeem(code)) == (400, "invalid_dpop_proof")
    stolen = wallet.redeem(code, wallet.dpop("token", signer=mallory))
    assert refusal(stolen) == (400, "invalid_dpop_proof")
    assert wallet.redeem(code, wallet.dpop("token")).json()["token_type"] == "DPoP"


def test_two_keys_at_the_pushed_request(wallet: CodeWallet, mallory: PrivateKey) -> None:
    thumbprint = jwk.thumbprint(mallory.public_key)
    refused = wallet.push(proof=wallet.dpop("par"), dpop_thumbprint=thumbprint)
    assert refusal(refused) == (400, "invalid_request")


def test_high_assurance_takes_keys_alone(farmer: Configuration, wallet: CodeWallet) -> None:
    farmer.authority.high_assurance = True
    farmer.authority.save()
    assert refusal(wallet.token(offer_now(farmer)))[1] in ("invalid_client", "invalid_dpop_proof")


# --- refreshing -------------------------------------------------------------------------------------------


def refresh(
    wallet: CodeWallet, given: dict[str, Any], proof: str | None = None, **fields: str
) -> ClientResponse:
    form = {"grant_type": "refresh_token", "refresh_token": given["refresh_token"], **fields}
    found: ClientResponse = wallet.form("token", form, proof or wallet.dpop("token"))
    return found


def accept(wallet: CodeWallet, token: str) -> None:
    answer = ask(wallet, token)
    assert answer.status_code == 200, answer.content
    told = {"notification_id": answer.json()["notification_id"], "event": "credential_accepted"}
    assert wallet.bound("notification", token, told).status_code == 204


def test_a_credential_is_issued_anew(
    farmer: Configuration, wallet: CodeWallet, given: dict[str, Any]
) -> None:
    accept(wallet, given["access_token"])
    assert refusal(ask(wallet, given["access_token"])) == (400, "credential_request_denied")
    record = farmer.registry.records.get(key="F-0001")
    record.data["crop"] = "maize"
    record.save()
    for _ in range(2):  # the same refresh token goes on
        renewed = refresh(wallet, given).json()
        assert (renewed["token_type"], renewed["refresh_token"]) == ("DPoP", given["refresh_token"])
        assert refusal(ask(wallet, given["access_token"])) == (401, "invalid_token")
        accept(wallet, renewed["access_token"])
        given = {**given, "access_token": renewed["access_token"]}
    assert IssuedCredential.objects.count() == 3
    assert Session.objects.get().state == "accepted"


def test_refreshing_needs_the_key(
    farmer: Configuration, wallet: CodeWallet, given: dict[str, Any], mallory: PrivateKey
) -> None:
    assert refusal(refresh(wallet, given, wallet.dpop("token", signer=mallory))) == (
        400,
        "invalid_dpop_proof",
    )
    form = {"grant_type": "refresh_token", "refresh_token": given["refresh_token"]}
    assert refusal(wallet.form("token", form)) == (400, "invalid_dpop_proof")
    wrong = {**given, "refresh_token": given["access_token"]}
    assert refusal(refresh(wallet, wrong)) == (400, "invalid_grant")
    assert refusal(refresh(wallet, given, client_id="somebody-else")) == (400, "invalid_grant")
    assert refresh(wallet, given).status_code == 200


@pytest.mark.parametrize("state", ["suspended", "revoked"])
def test_what_was_withdrawn_is_not_issued_anew(wallet: CodeWallet, given: dict[str, Any], state: str) -> None:
    accept(wallet, given["access_token"])
    set_status(IssuedCredential.objects.get(), state, reason="x", actor="officer", now=datetime.now(UTC))
    assert refusal(refresh(wallet, given)) == (400, "invalid_grant")


def test_refresh_tokens_end(wallet: CodeWallet, given: dict[str, Any]) -> None:
    Session.objects.update(refresh_expires_at=datetime.now(UTC))
    assert refusal(refresh(wallet, given)) == (400, "invalid_grant")
    assert given["refresh_token"] not in json.dumps(list(Session.objects.values()), default=str)


def test_another_key_of_the_wrong_kind(wallet: CodeWallet, given: dict[str, Any]) -> None:
    p384 = PrivateKey("P-384", bytes(47) + b"\x0a")
    assert refusal(ask(wallet, given["access_token"], signer=p384)) == (401, "invalid_dpop_proof")
