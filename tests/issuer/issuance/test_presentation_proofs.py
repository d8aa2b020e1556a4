"""Credentials for keys that a presentation showed (`di_vp`), in each format; and where none are taken."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from common.did import did_key
from common.keys import PrivateKey, jwk
from common.oid4vci.presentation_proof import create_presentation_proof
from issuer.models import Authority, Configuration, IssuedCredential, Session
from tests.issuer.protocol import TinyWallet, make_farmers, offer_now

pytestmark = pytest.mark.django_db
EDWARDS = PrivateKey("Ed25519", bytes(31) + b"\x01")


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


def shown(wallet: TinyWallet, key: PrivateKey, nonce: str | None, **overrides: Any) -> dict[str, Any]:
    suite = "eddsa-rdfc-2022" if key.curve == "Ed25519" else "ecdsa-rdfc-2019"
    arguments = {"audience": wallet.authority.identifier, "nonce": nonce, "key": key, "suite": suite}
    return create_presentation_proof(**{**arguments, "now": datetime.now(UTC), **overrides})


def ask(wallet: TinyWallet, token: str, *proofs: Any, configuration: str = "farmer.dc+sd-jwt") -> Any:
    body = {"credential_configuration_id": configuration, "proofs": {"di_vp": list(proofs)}}
    return wallet.credential(token, body)


def test_a_credential_for_each_key(wallet: TinyWallet, token: str, ana: PrivateKey) -> None:
    nonce = wallet.nonce()
    answer = ask(wallet, token, shown(wallet, ana, nonce), shown(wallet, EDWARDS, nonce))
    assert answer.status_code == 200, answer.content
    assert len(answer.json()["credentials"]) == 2
    assert {row.holder_thumbprint for row in IssuedCredential.objects.all()} == {
        jwk.thumbprint(key.public_key) for key in (ana, EDWARDS)
    }
    again = ask(wallet, token, shown(wallet, ana, nonce))
    assert (again.status_code, again.json()["error"]) == (400, "invalid_nonce")


def test_the_did_is_the_subject(wallet: TinyWallet, token: str, ana: PrivateKey) -> None:
    answer = ask(wallet, token, shown(wallet, ana, wallet.nonce()), configuration="farmer.ldp_vc")
    [entry] = answer.json()["credentials"]
    assert entry["credential"]["credentialSubject"]["id"] == did_key.encode(ana.public_key)


def test_what_does_not_hold(wallet: TinyWallet, token: str, ana: PrivateKey) -> None:
    nonce = wallet.nonce()
    tampered = shown(wallet, ana, nonce) | {"id": "urn:uuid:4d6b0b4e-0b0a-4b0e-8b0a-4d6b0b4e0b0a"}
    for proof, code in (
        (shown(wallet, ana, nonce, audience="https://another.example"), "invalid_proof"),
        (shown(wallet, ana, None), "invalid_proof"),
        (shown(wallet, ana, "of nobody"), "invalid_nonce"),
        (tampered, "invalid_proof"),
        ({}, "invalid_proof"),
        ("x", "invalid_proof"),
    ):
        answer = ask(wallet, token, proof)
        assert (answer.status_code, answer.json()["error"]) == (400, code)
    assert not IssuedCredential.objects.exists()


def test_where_keys_need_an_attestation(wallet: TinyWallet, token: str, ana: PrivateKey) -> None:
    Authority.objects.update(high_assurance=True)
    Session.objects.update(key_thumbprint="")
    answer = ask(wallet, token, shown(wallet, ana, wallet.nonce()))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_proof")
