"""A wallet provider that the office trusts, and a wallet for which it vouches."""

import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.test import Client
from pytest_django import Settings

from common.keys import PrivateKey, jws
from common.oid4vci.authorization import create_issuance_authorization_request
from common.oid4vci.key_attestation import Resistance, create_key_attestation
from common.oid4vci.wallet_attestation import create_attestation_pop, create_wallet_attestation
from common.oid4vp.x509 import create_certificate_authority, create_leaf_certificate
from issuer.models import Configuration
from tests.client_response import ClientResponse
from tests.issuer.haip import CodeWallet
from tests.issuer.protocol import make_farmers, offer_now

CLIENT = "https://wallet.example"
MODERATE = Resistance(("iso_18045_moderate",), ("iso_18045_high",))
ROOT, LEAF = PrivateKey("P-256", bytes(31) + b"\x21"), PrivateKey("P-256", bytes(31) + b"\x22")
INSTANCE = PrivateKey("P-256", bytes(31) + b"\x23")


class Provider:
    """A wallet provider with a certificate authority of its own."""

    def __init__(self, root: PrivateKey = ROOT) -> None:
        now = datetime.now(UTC)
        span = {"not_before": now - timedelta(hours=1), "not_after": now + timedelta(days=9)}
        self.root = create_certificate_authority(signer=root, name="Provider", serial=1, **span)
        self.leaf = create_leaf_certificate(
            key=LEAF.public_key, host="provider.example", issuer=root, authority=self.root, serial=2, **span
        )

    def wallet(self, **overrides: Any) -> str:
        now = datetime.now(UTC)
        arguments = {
            "provider": "https://provider.example", "client_id": CLIENT, "name": "Wallet of the South",
            "key": INSTANCE.public_key, "signer": LEAF, "x5c": [self.leaf], "now": now,
            "expires": now + timedelta(hours=1),
        }  # fmt: skip
        return create_wallet_attestation(**{**arguments, **overrides})

    def keys(self, *keys: PrivateKey, nonce: str | None, **overrides: Any) -> str:
        now = datetime.now(UTC)
        arguments = {
            "keys": [key.public_key for key in keys], "nonce": nonce, "signer": LEAF, "x5c": [self.leaf],
            "now": now, "expires": now + timedelta(hours=1), "resistance": MODERATE,
        }  # fmt: skip
        return create_key_attestation(**{**arguments, **overrides})


@pytest.fixture
def provider(settings: Settings, tmp_path: Path) -> Provider:
    """A provider that the office trusts."""
    found = Provider()
    path = tmp_path / "providers.pem"
    path.write_bytes(x509.load_der_x509_certificate(found.root).public_bytes(Encoding.PEM))
    settings.WALLET_PROVIDER_CA_FILE = str(path)
    return found


@pytest.fixture
def farmer(provider: Provider) -> Configuration:
    return make_farmers()


@pytest.fixture
def wallet(farmer: Configuration, ana: PrivateKey) -> CodeWallet:
    found = CodeWallet(farmer.authority, ana, Client(), client_id=CLIENT)
    found.fresh_nonce()
    return found


def refusal(response: ClientResponse) -> tuple[int, str]:
    return response.status_code, response.json()["error"]


def challenge(wallet: CodeWallet) -> str:
    answer = wallet.client.post(wallet.url("challenge"))
    assert answer.headers["Cache-Control"] == "no-store"
    found: str = answer.json()["attestation_challenge"]
    return found


def pop(wallet: CodeWallet, **overrides: Any) -> str:
    arguments = {
        "client_id": CLIENT, "audience": wallet.authority.identifier, "jti": secrets.token_urlsafe(8),
        "challenge": challenge(wallet), "signer": INSTANCE, "now": datetime.now(UTC),
    }  # fmt: skip
    return create_attestation_pop(**{**arguments, **overrides})


def headers(wallet: CodeWallet, attestation: str, proof: str | None = None) -> dict[str, str]:
    return {
        "OAuth-Client-Attestation": attestation,
        "OAuth-Client-Attestation-PoP": pop(wallet) if proof is None else proof,
    }


def push(wallet: CodeWallet, attestation: str, proof: str | None = None, **overrides: Any) -> ClientResponse:
    fields = create_issuance_authorization_request(wallet.asked(**overrides))
    found: ClientResponse = wallet.form("par", fields, **headers(wallet, attestation, proof))
    return found


def signed_wallet(
    provider: Provider,
    *,
    header: dict[str, Any] | None = None,
    signer: PrivateKey = LEAF,
    **claims: Any,
) -> str:
    """A wallet attestation with claims of our choice; None leaves one out."""
    parsed = jws.parse(provider.wallet())
    body = {name: value for name, value in {**parsed.claims(), **claims}.items() if value is not None}
    return jws.sign({**parsed.header, **(header or {})}, body, signer=signer)


@pytest.fixture
def token(farmer: Configuration, wallet: CodeWallet) -> str:
    found: str = wallet.token(offer_now(farmer)).json()["access_token"]
    return found


def ask(wallet: CodeWallet, token: str, kind: str, *proofs: str) -> ClientResponse:
    body = {"credential_configuration_id": "farmer.dc+sd-jwt", "proofs": {kind: list(proofs)}}
    found: ClientResponse = wallet.credential(token, body)
    return found
