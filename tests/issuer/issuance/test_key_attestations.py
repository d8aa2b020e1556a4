"""Keys for which a provider vouches; strangers, stale nonces, and keys not kept well enough."""

import base64
from datetime import UTC, datetime, timedelta

import jsonschema
import pytest
from pytest_django import Settings

from common.keys import PrivateKey, jwk, jws
from common.oid4vci.key_attestation import TYPE as KEY_TYPE
from common.oid4vci.key_attestation import Resistance
from common.oid4vci.wallet_attestation import TYPE as WALLET_TYPE
from issuer.models import Authority, Configuration, IssuedCredential, Session
from tests.issuer.attesting import LEAF, Provider, ask, farmer, provider, refusal, token, wallet
from tests.issuer.haip import CodeWallet
from tests.issuer.metadata.test_documents import schema

__all__ = ["farmer", "provider", "token", "wallet"]  # fixtures
pytestmark = pytest.mark.django_db


def test_keys_without_proofs(
    wallet: CodeWallet, token: str, provider: Provider, ana: PrivateKey, bruno: PrivateKey
) -> None:
    attestation = provider.keys(ana, bruno, nonce=wallet.nonce())
    answer = ask(wallet, token, "attestation", attestation)
    assert answer.status_code == 200, answer.content
    assert len(answer.json()["credentials"]) == 2
    assert {row.holder_thumbprint for row in IssuedCredential.objects.all()} == {
        jwk.thumbprint(ana.public_key),
        jwk.thumbprint(bruno.public_key),
    }
    assert refusal(ask(wallet, token, "attestation", attestation)) == (400, "invalid_nonce")


def test_one_proof_for_all_keys_of_an_attestation(
    wallet: CodeWallet, token: str, provider: Provider, ana: PrivateKey, bruno: PrivateKey
) -> None:
    nonce = wallet.nonce()
    proof = wallet.proof(nonce, key_attestation=provider.keys(bruno, ana, nonce=nonce))
    assert len(ask(wallet, token, "jwt", proof).json()["credentials"]) == 2


def test_keys_for_which_nobody_vouches(
    wallet: CodeWallet, token: str, provider: Provider, bruno: PrivateKey, settings: Settings
) -> None:
    nonce, past = wallet.nonce(), datetime.now(UTC) - timedelta(hours=1)
    stranger = Provider(PrivateKey("P-256", bytes(31) + b"\x66"))
    for attestation, code in (
        (provider.keys(bruno, nonce=nonce), "invalid_proof"),  # not the key of the proof
        (stranger.keys(wallet.key, nonce=nonce), "invalid_proof"),
        (provider.keys(wallet.key, nonce=None), "invalid_proof"),
        (provider.keys(wallet.key, nonce="of nobody"), "invalid_nonce"),
        (provider.keys(wallet.key, nonce=nonce, expires=past), "invalid_proof"),
        (provider.wallet(), "invalid_proof"),
        (7, "invalid_proof"),
    ):
        proof = wallet.proof(nonce, key_attestation=attestation)
        assert refusal(ask(wallet, token, "jwt", proof)) == (400, code), attestation
    assert not IssuedCredential.objects.exists()


def test_attestation_proofs_that_do_not_hold(
    wallet: CodeWallet, token: str, provider: Provider, ana: PrivateKey, settings: Settings
) -> None:
    nonce = wallet.nonce()
    stranger = Provider(PrivateKey("P-256", bytes(31) + b"\x66"))
    header = {"typ": KEY_TYPE, "x5c": [base64.b64encode(provider.leaf).decode()]}
    claims = jws.parse(provider.keys(ana, nonce=nonce)).claims()
    many = [PrivateKey("P-256", bytes(30) + bytes([3, number])) for number in range(11)]
    for attestation, code in (
        (stranger.keys(ana, nonce=nonce), "invalid_proof"),
        (provider.keys(ana, nonce=None), "invalid_proof"),
        (provider.keys(ana, nonce="x"), "invalid_nonce"),
        (provider.keys(ana, ana, nonce=nonce), "invalid_proof"),
        (provider.keys(*many, nonce=nonce), "invalid_proof"),
        (jws.sign(header, {**claims, "attested_keys": []}, signer=LEAF), "invalid_proof"),
        (
            jws.sign(header, {**claims, "attested_keys": [{"kty": "oct", "k": "AA"}]}, signer=LEAF),
            "invalid_proof",
        ),
        (jws.sign(header, {**claims, "iat": None}, signer=LEAF), "invalid_proof"),
        (jws.sign({**header, "typ": WALLET_TYPE}, claims, signer=LEAF), "invalid_proof"),
        ("x", "invalid_proof"),
    ):
        assert refusal(ask(wallet, token, "attestation", attestation)) == (400, code)
    both = provider.keys(ana, nonce=nonce)
    assert refusal(ask(wallet, token, "attestation", both, both)) == (400, "invalid_proof")
    settings.WALLET_PROVIDER_CA_FILE = ""
    assert refusal(ask(wallet, token, "attestation", both)) == (400, "invalid_proof")


def test_keys_that_are_not_kept_well_enough(
    wallet: CodeWallet, token: str, provider: Provider, ana: PrivateKey, bruno: PrivateKey
) -> None:
    Authority.objects.update(high_assurance=True, key_storage=["iso_18045_moderate", "iso_18045_high"])
    Session.objects.update(key_thumbprint="")
    low = provider.keys(ana, nonce=wallet.nonce(), resistance=Resistance(("iso_18045_basic",)))
    nothing = provider.keys(ana, nonce=wallet.nonce(), resistance=Resistance())
    for attestation in (low, nothing):
        assert refusal(ask(wallet, token, "attestation", attestation)) == (400, "invalid_proof")
    good = provider.keys(ana, nonce=wallet.nonce())
    assert ask(wallet, token, "attestation", good).status_code == 200


def test_the_metadata_say_so(farmer: Configuration, wallet: CodeWallet) -> None:
    Authority.objects.update(high_assurance=True, key_storage=["iso_18045_high"])
    base = "/.well-known/{}/issuers/farmer-registry"
    server = wallet.client.get(base.format("oauth-authorization-server")).json()
    methods = ["attest_jwt_client_auth", "attest_jwt_client_auth_dpop"]
    assert server["token_endpoint_auth_methods_supported"] == methods
    assert server["client_attestation_signing_alg_values_supported"] == ["ES256"]
    assert server["client_attestation_pop_signing_alg_values_supported"] == ["ES256"]
    assert server["challenge_endpoint"] == f"{farmer.authority.identifier}/challenge"
    jsonschema.validate(server, schema("rfc8414/oauth_authorization_server_metadata.json"))
    source = wallet.client.get(base.format("openid-credential-issuer")).json()
    proofs = source["credential_configurations_supported"]["farmer.dc+sd-jwt"]["proof_types_supported"]
    assert set(proofs) == {"jwt", "attestation"}
    assert proofs["attestation"] == {
        "proof_signing_alg_values_supported": ["ES256"],
        "key_attestations_required": {"key_storage": ["iso_18045_high"]},
    }
    for name in ("credential_definition", "credential_signing_alg_values_supported"):
        source["credential_configurations_supported"]["farmer.ldp_vc"].pop(name)
    jsonschema.validate(source, schema("oid4vci/credential_issuer_metadata-1_0.json"))
