"""Wallets and keys for which a provider vouches; strangers, stale proofs, and somebody else's word."""

import base64
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jsonschema
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.test import Client

from common.keys import PrivateKey, jwk, jws
from common.oid4vci.attestation import (
    KEY_TYPE,
    WALLET_TYPE,
    create_attestation_pop,
    create_key_attestation,
    create_wallet_attestation,
)
from common.oid4vci.authorization import create_authorization_request
from common.oid4vci.token import create_token_request
from common.oid4vp.x509 import certificate_authority, leaf_certificate
from issuer.models import Authority, Authorization, IssuedCredential
from tests.issuer.haip import CodeWallet, person_of
from tests.issuer.protocol import make_farmers, offer_now
from tests.issuer.test_documents import schema

pytestmark = pytest.mark.django_db
CLIENT = "https://wallet.example"
ROOT, LEAF = PrivateKey("P-256", bytes(31) + b"\x21"), PrivateKey("P-256", bytes(31) + b"\x22")
INSTANCE = PrivateKey("P-256", bytes(31) + b"\x23")


class Provider:
    """A wallet provider with a certificate authority of its own."""

    def __init__(self, root: PrivateKey = ROOT) -> None:
        now = datetime.now(UTC)
        span = {"not_before": now - timedelta(hours=1), "not_after": now + timedelta(days=9)}
        self.root = certificate_authority(signer=root, name="Provider", serial=1, **span)
        self.leaf = leaf_certificate(
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
            "now": now, "expires": now + timedelta(hours=1), "key_storage": ["iso_18045_moderate"],
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


def pop(wallet: CodeWallet, **overrides) -> str:
    arguments = {
        "client_id": CLIENT, "audience": wallet.authority.identifier, "jti": secrets.token_urlsafe(8),
        "signer": INSTANCE, "now": datetime.now(UTC),
    }  # fmt: skip
    return create_attestation_pop(**{**arguments, **overrides})


def headers(wallet: CodeWallet, attestation: str, proof: str | None = None) -> dict[str, str]:
    return {
        "OAuth-Client-Attestation": attestation,
        "OAuth-Client-Attestation-PoP": pop(wallet) if proof is None else proof,
    }


def push(wallet: CodeWallet, attestation: str, proof: str | None = None, **overrides):
    fields = create_authorization_request(wallet.asked(**overrides))
    return wallet.form("par", fields, **headers(wallet, attestation, proof))


def test_the_whole_way_with_high_assurance(farmer, wallet, provider):
    Authority.objects.update(high_assurance=True)
    assert refusal(wallet.push()) == (401, "invalid_client")
    pushed = push(wallet, provider.wallet())
    assert pushed.status_code == 201, pushed.content
    person = person_of(wallet, farmer.registry)
    request_uri = pushed.json()["request_uri"]
    person.sign_in(request_uri)
    assert (
        "Wallet of the South, a wallet that this office knows"
        in person.browser.get(person.page(request_uri)).content.decode()
    )
    code = _code(person, request_uri)
    fields = create_token_request(wallet.code_request(code))
    assert refusal(wallet.form("token", fields)) == (401, "invalid_client")
    vouched = headers(wallet, provider.wallet())
    assert refusal(wallet.form("token", fields, **vouched)) == (400, "invalid_dpop_proof")
    vouched = headers(wallet, provider.wallet())
    answer = wallet.form("token", fields, wallet.dpop("token"), **vouched)
    assert answer.status_code == 200, answer.content
    token = answer.json()["access_token"]
    plain = {"credential_configuration_id": "farmer.dc+sd-jwt"}
    bare = {**plain, "proofs": {"jwt": [wallet.proof(wallet.nonce())]}}
    assert refusal(wallet.bound("credential", token, bare)) == (400, "invalid_proof")
    nonce = wallet.nonce()
    attested = wallet.proof(nonce, key_attestation=provider.keys(wallet.key, nonce=nonce))
    done = wallet.bound("credential", token, {**plain, "proofs": {"jwt": [attested]}})
    assert done.status_code == 200, done.content
    refresh = {"grant_type": "refresh_token", "refresh_token": answer.json()["refresh_token"]}
    assert refusal(wallet.form("token", refresh, wallet.dpop("token"))) == (401, "invalid_client")
    vouched = headers(wallet, provider.wallet())
    assert wallet.form("token", refresh, wallet.dpop("token"), **vouched).status_code == 200


def _code(person, request_uri: str) -> str:
    location = person.decide(request_uri).headers["Location"]
    return location.split("code=")[1].split("&")[0]


def test_an_attested_wallets_code_is_its_own(farmer, wallet, provider):
    pushed = push(wallet, provider.wallet()).json()["request_uri"]
    code = person_of(wallet, farmer.registry).walk(pushed)["code"]
    assert refusal(wallet.redeem(code)) == (400, "invalid_grant")
    other = PrivateKey("P-256", bytes(31) + b"\x24")
    stolen = headers(wallet, provider.wallet(key=other.public_key), pop(wallet, signer=other))
    fields = create_token_request(wallet.code_request(code))
    assert refusal(wallet.form("token", fields, **stolen)) == (400, "invalid_grant")
    assert wallet.form("token", fields, **headers(wallet, provider.wallet())).status_code == 200


def test_attestations_at_the_pre_authorized_flow(farmer, wallet, provider):
    grant = offer_now(farmer).document["grants"]
    [(name, grant)] = grant.items()
    fields = {"grant_type": name, "pre-authorized_code": grant["pre-authorized_code"]}
    assert wallet.form("token", fields, **headers(wallet, provider.wallet())).status_code == 200


NOW = datetime.now(UTC)


@pytest.mark.parametrize(
    "change",
    [
        {"signer": PrivateKey("P-256", bytes(31) + b"\x66")},
        {"x5c": []},
        {"x5c": [b"x"]},
        {"expires": NOW - timedelta(seconds=1)},
        {"now": NOW + timedelta(hours=1), "expires": NOW + timedelta(hours=2)},
        {"client_id": ""},
        {"client_id": "https://another.example"},
        {"key": PrivateKey("P-256", bytes(31) + b"\x66").public_key},
    ],
)
def test_attestations_that_do_not_hold(wallet, provider, change):
    refused = push(wallet, provider.wallet(**change))
    assert refusal(refused)[1] in ("invalid_client_attestation", "invalid_client")
    assert not Authorization.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        {"audience": "http://localhost:8000/issuers/other"},
        {"client_id": "https://another.example"},
        {"signer": PrivateKey("P-256", bytes(31) + b"\x66")},
        {"now": NOW - timedelta(minutes=10)},
        {"now": NOW + timedelta(minutes=10)},
        {"jti": ""},
    ],
)
def test_proofs_of_an_attestation_that_do_not_hold(wallet, provider, change):
    assert refusal(push(wallet, provider.wallet(), pop(wallet, **change))) == (
        400,
        "invalid_client_attestation",
    )


def test_strangers_and_forgeries(wallet, provider, settings):
    stranger = Provider(PrivateKey("P-256", bytes(31) + b"\x66"))
    with_anchor = provider.wallet(x5c=[provider.leaf, provider.root])
    none = "eyJhbGciOiJub25lIn0." + provider.wallet().split(".")[1] + "."
    as_key = provider.keys(INSTANCE, nonce="n")
    for attestation in (stranger.wallet(), with_anchor, none, as_key, "", "x", provider.wallet()[:-4]):
        assert refusal(push(wallet, attestation)) == (400, "invalid_client_attestation")
    assert refusal(push(wallet, provider.wallet(), "")) == (400, "invalid_client_attestation")
    assert refusal(push(wallet, provider.wallet(), provider.wallet())) == (400, "invalid_client_attestation")
    settings.WALLET_PROVIDER_CA_FILE = ""
    assert refusal(push(wallet, provider.wallet())) == (400, "invalid_client_attestation")


def test_a_proof_of_an_attestation_is_good_once(wallet, provider):
    once = pop(wallet)
    assert push(wallet, provider.wallet(), once).status_code == 201
    assert refusal(push(wallet, provider.wallet(), once)) == (400, "invalid_client_attestation")


# --- keys -------------------------------------------------------------------------------------------------


@pytest.fixture
def token(farmer, wallet) -> str:
    return wallet.token(offer_now(farmer)).json()["access_token"]


def ask(wallet: CodeWallet, token: str, kind: str, *proofs: str):
    body = {"credential_configuration_id": "farmer.dc+sd-jwt", "proofs": {kind: list(proofs)}}
    return wallet.credential(token, body)


def test_keys_without_proofs(wallet, token, provider, ana, bruno):
    attestation = provider.keys(ana, bruno, nonce=wallet.nonce())
    answer = ask(wallet, token, "attestation", attestation)
    assert answer.status_code == 200, answer.content
    assert len(answer.json()["credentials"]) == 2
    assert {row.holder_thumbprint for row in IssuedCredential.objects.all()} == {
        jwk.thumbprint(ana.public_key),
        jwk.thumbprint(bruno.public_key),
    }
    assert refusal(ask(wallet, token, "attestation", attestation)) == (400, "invalid_nonce")


def test_one_proof_for_all_keys_of_an_attestation(wallet, token, provider, ana, bruno):
    nonce = wallet.nonce()
    proof = wallet.proof(nonce, key_attestation=provider.keys(bruno, ana, nonce=nonce))
    assert len(ask(wallet, token, "jwt", proof).json()["credentials"]) == 2


def test_keys_for_which_nobody_vouches(wallet, token, provider, bruno, settings):
    nonce = wallet.nonce()
    stranger = Provider(PrivateKey("P-256", bytes(31) + b"\x66"))
    for attestation, code in (
        (provider.keys(bruno, nonce=nonce), "invalid_proof"),  # not the key of the proof
        (stranger.keys(wallet.key, nonce=nonce), "invalid_proof"),
        (provider.keys(wallet.key, nonce=None), "invalid_proof"),
        (provider.keys(wallet.key, nonce="of nobody"), "invalid_nonce"),
        (provider.keys(wallet.key, nonce=nonce, expires=NOW - timedelta(hours=1)), "invalid_proof"),
        (provider.wallet(), "invalid_proof"),
        (7, "invalid_proof"),
    ):
        proof = wallet.proof(nonce, key_attestation=attestation)
        assert refusal(ask(wallet, token, "jwt", proof)) == (400, code), attestation
    assert not IssuedCredential.objects.exists()


def test_attestation_proofs_that_do_not_hold(wallet, token, provider, ana, settings):
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


def test_the_metadata_say_so(farmer, wallet):
    Authority.objects.update(high_assurance=True)
    base = "/.well-known/{}/issuers/farmer-registry"
    server = wallet.client.get(base.format("oauth-authorization-server")).json()
    assert server["token_endpoint_auth_methods_supported"] == ["attest_jwt_client_auth"]
    assert server["client_attestation_signing_alg_values_supported"] == ["ES256"]
    jsonschema.validate(server, schema("rfc8414/oauth_authorization_server_metadata.json"))
    source = wallet.client.get(base.format("openid-credential-issuer")).json()
    proofs = source["credential_configurations_supported"]["farmer.dc+sd-jwt"]["proof_types_supported"]
    assert proofs["attestation"] == {
        "proof_signing_alg_values_supported": ["ES256"],
        "key_attestations_required": {},
    }
    for name in ("credential_definition", "credential_signing_alg_values_supported"):
        source["credential_configurations_supported"]["farmer.ldp_vc"].pop(name)
    jsonschema.validate(source, schema("oid4vci/credential_issuer_metadata-1_0.json"))
