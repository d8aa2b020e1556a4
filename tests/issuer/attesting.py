"""A wallet provider that the office trusts, and a wallet for which it vouches."""

import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.test import Client

from common.keys import PrivateKey, jws
from common.oid4vci.authorization import create_issuance_authorization_request
from common.oid4vci.key_attestation import Resistance, create_key_attestation
from common.oid4vci.wallet_attestation import create_attestation_pop, create_wallet_attestation
from common.oid4vp.x509 import create_certificate_authority, create_leaf_certificate
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

    def wallet(self, **overrides) -> str:
        now = datetime.now(UTC)
        arguments = {
            "provider": "https://provider.example", "client_id": CLIENT, "name": "Wallet of the South",
            "key": INSTANCE.public_key, "signer": LEAF, "x5c": [self.leaf], "now": now,
            "expires": now + timedelta(hours=1),
        }  # fmt: skip
        return create_wallet_attestation(**{**arguments, **overrides})

    def keys(self, *keys: PrivateKey, nonce: str | None, **overrides) -> str:
        now = datetime.now(UTC)
        arguments = {
            "keys": [key.public_key for key in keys], "nonce": nonce, "signer": LEAF, "x5c": [self.leaf],
            "now": now, "expires": now + timedelta(hours=1), "resistance": MODERATE,
        }  # fmt: skip
        return create_key_attestation(**{**arguments, **overrides})


@pytest.fixture
def provider(settings, tmp_path: Path) -> Provider:
    """A provider that the office trusts."""
    found = Provider()
    path = tmp_path / "providers.pem"
    path.write_bytes(x509.load_der_x509_certificate(found.root).public_bytes(Encoding.PEM))
    settings.WALLET_PROVIDER_CA_FILE = str(path)
    return found


@pytest.fixture
def farmer(provider):
    return make_farmers()


@pytest.fixture
def wallet(farmer, ana) -> CodeWallet:
    found = CodeWallet(farmer.authority, ana, Client(), client_id=CLIENT)
    found.fresh_nonce()
    return found


def refusal(response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]


def challenge(wallet: CodeWallet) -> str:
    answer = wallet.client.post(wallet.url("challenge"))
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.json()["attestation_challenge"]


def pop(wallet: CodeWallet, **overrides) -> str:
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


def push(wallet: CodeWallet, attestation: str, proof: str | None = None, **overrides):
    fields = create_issuance_authorization_request(wallet.asked(**overrides))
    return wallet.form("par", fields, **headers(wallet, attestation, proof))


def signed_wallet(provider, *, header=None, signer=LEAF, **claims) -> str:
    """A wallet attestation with claims of our choice; None leaves one out."""
    parsed = jws.parse(provider.wallet())
    body = {name: value for name, value in {**parsed.claims(), **claims}.items() if value is not None}
    return jws.sign({**parsed.header, **(header or {})}, body, signer=signer)


@pytest.fixture
def token(farmer, wallet) -> str:
    return wallet.token(offer_now(farmer)).json()["access_token"]


def ask(wallet: CodeWallet, token: str, kind: str, *proofs: str):
    body = {"credential_configuration_id": "farmer.dc+sd-jwt", "proofs": {kind: list(proofs)}}
    return wallet.credential(token, body)
