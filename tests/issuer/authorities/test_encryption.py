"""Encrypted requests and answers, and signed metadata."""

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import jsonschema
import pytest
from cryptography import x509
from django.test import Client

from common.adapters.documents.sources import SiteSources
from common.did import VerificationMethod
from common.errors import SelloError
from common.keys import PrivateKey, jwe, jws
from common.oid4vci.credential import CredentialRequest, create_credential_request
from common.oid4vci.encryption import (
    EncryptionTarget,
    choose_request_target,
    decrypt_message,
    encrypt_message,
    public_jwk,
)
from common.oid4vci.errors import InvalidMessageError
from common.oid4vci.metadata import IssuerMetadata, parse_issuer_metadata
from common.oid4vci.signed_metadata import verify_metadata
from issuer.authorities import certificates, identity
from issuer.models import Configuration
from tests.client_response import ClientResponse
from tests.issuer.metadata.test_documents import schema
from tests.issuer.protocol import TinyWallet, make_farmers, offer_now

pytestmark = pytest.mark.django_db
SECRET = PrivateKey("P-256", bytes(31) + b"\x0e")


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


def metadata(wallet: TinyWallet) -> IssuerMetadata:
    source = wallet.client.get("/.well-known/openid-credential-issuer/issuers/farmer-registry").json()
    return parse_issuer_metadata(source, issuer=wallet.authority.identifier)


def body(wallet: TinyWallet, target: EncryptionTarget | None) -> dict[str, Any]:
    proof = wallet.proof(wallet.nonce())
    return create_credential_request(CredentialRequest((proof,), "farmer.dc+sd-jwt", encryption=target))


def post(wallet: TinyWallet, token: str, text: str, path: str = "credential") -> ClientResponse:
    return wallet.client.post(
        wallet.url(path), text, content_type="application/jwt", headers={"Authorization": f"Bearer {token}"}
    )


def refusal(response: ClientResponse) -> tuple[int, str]:
    assert response.headers["Content-Type"] == "application/json"
    return response.status_code, response.json()["error"]


def target_of(wallet: TinyWallet) -> EncryptionTarget:
    """The key to which this wallet's authority has requests encrypted."""
    published = metadata(wallet).request_encryption
    assert published is not None
    return choose_request_target(published)


ANSWER = EncryptionTarget(public_jwk(SECRET.public_key, kid="mine"), "A128GCM")


def test_both_ways_encrypted(wallet: TinyWallet, token: str) -> None:
    offered = metadata(wallet)
    assert offered.request_encryption is not None
    assert not offered.request_encryption.required
    sent = encrypt_message(body(wallet, ANSWER), to=choose_request_target(offered.request_encryption))
    answer = post(wallet, token, sent)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/jwt")
    assert answer.headers["Cache-Control"] == "no-store"
    header = jwe.header(answer.content.decode())
    assert (header["kid"], header["enc"]) == ("mine", "A128GCM")
    opened = decrypt_message(answer.content.decode(), key=SECRET, error=InvalidMessageError)
    assert len(opened["credentials"]) == 1


def test_the_request_alone_may_be_encrypted(wallet: TinyWallet, token: str) -> None:
    sent = encrypt_message(body(wallet, None), to=target_of(wallet))
    assert post(wallet, token, sent).json()["credentials"]


def test_an_answer_is_not_encrypted_to_a_key_that_came_in_the_clear(wallet: TinyWallet, token: str) -> None:
    refused = wallet.credential(token, body(wallet, ANSWER))
    assert refusal(refused) == (400, "invalid_encryption_parameters")


def test_where_encryption_is_required(wallet: TinyWallet, token: str) -> None:
    wallet.authority.requires_encryption = True
    wallet.authority.save()
    offered = metadata(wallet)
    assert offered.request_encryption is not None
    assert offered.response_encryption is not None
    assert offered.request_encryption.required
    assert offered.response_encryption.required
    assert refusal(wallet.credential(token, body(wallet, None))) == (400, "invalid_encryption_parameters")
    target = choose_request_target(offered.request_encryption)
    half = post(wallet, token, encrypt_message(body(wallet, None), to=target))
    assert refusal(half) == (400, "invalid_encryption_parameters")
    assert post(wallet, token, encrypt_message(body(wallet, ANSWER), to=target)).status_code == 200


@pytest.mark.parametrize(
    "change",
    [
        {"enc": "A128CBC-HS256"},
        {"enc": None},
        {"zip": "DEF"},
        {"jwk": {}},
        {"jwk": None},
        {"jwk": {**ANSWER.recipient, "alg": "RSA-OAEP"}},
        {"jwk": {name: value for name, value in ANSWER.recipient.items() if name != "alg"}},
        {"jwk": {**ANSWER.recipient, "d": "AAAA"}},
        {"jwk": public_jwk(PrivateKey("Ed25519", bytes(32)).public_key)},
        {"jwk": public_jwk(PrivateKey("P-384", bytes(47) + b"\x01").public_key)},
    ],
)
def test_answers_that_cannot_be_encrypted(wallet: TinyWallet, token: str, change: dict[str, Any]) -> None:
    source = body(wallet, ANSWER)
    source["credential_response_encryption"] |= change
    sent = encrypt_message(source, to=target_of(wallet))
    assert refusal(post(wallet, token, sent)) == (400, "invalid_encryption_parameters")


def test_requests_that_do_not_open(wallet: TinyWallet, token: str) -> None:
    target = target_of(wallet)
    right = encrypt_message(body(wallet, None), to=target)
    other = encrypt_message(body(wallet, None), to=ANSWER)
    unnamed = {name: value for name, value in target.recipient.items() if name != "kid"}
    nameless = encrypt_message(body(wallet, None), to=EncryptionTarget(unnamed, "A256GCM"))
    for text in ("x", "a.b.c.d.e", right[:-4], other, nameless, "é"):
        assert refusal(post(wallet, token, text)) == (400, "invalid_encryption_parameters")


def test_another_authoritys_key(farmer: Configuration, wallet: TinyWallet, token: str) -> None:
    other = TinyWallet(make_farmers("civil-registry", name="birth").authority, wallet.key, wallet.client)
    source = other.client.get("/.well-known/openid-credential-issuer/issuers/civil-registry").json()
    foreign = parse_issuer_metadata(source, issuer=other.authority.identifier).request_encryption
    assert foreign is not None
    sent = encrypt_message(body(wallet, None), to=choose_request_target(foreign))
    assert refusal(post(wallet, token, sent)) == (400, "invalid_encryption_parameters")


# --- signed metadata --------------------------------------------------------------------------------------

URL = "/.well-known/openid-credential-issuer/issuers/farmer-registry"


def test_signed_metadata(farmer: Configuration, wallet: TinyWallet) -> None:
    response = wallet.client.get(URL, headers={"Accept": "application/jwt"})
    assert response.headers["Content-Type"] == "application/jwt"
    assert response.headers["Vary"] == "Accept"
    signer = identity.authority_signer(farmer.authority, "P-256")
    now = datetime.now(UTC)
    text = response.content.decode()
    header = jws.parse(text).header
    assert header["kid"] == signer.key_id
    [leaf] = header["x5c"]  # HAIP 1.0 §4.1: the chain without its anchor
    root = certificates.authority_root(farmer.authority, now=now)
    x509.load_der_x509_certificate(base64.b64decode(leaf)).verify_directly_issued_by(root)
    identifier = farmer.authority.identifier
    for anchors in ((), (root,)):
        issuer_key = SiteSources(anchors=anchors).issuer_key
        found = verify_metadata(text, issuer=identifier, issuer_key=issuer_key, now=now)
    plain = wallet.client.get(URL, headers={"Accept": "application/json"})
    assert plain.json() == {name: found[name] for name in plain.json()}
    assert wallet.client.get(URL).headers["Content-Type"] == "application/json"
    parse_issuer_metadata(found, issuer=farmer.authority.identifier)


def test_signed_metadata_of_others(farmer: Configuration, wallet: TinyWallet, mallory: PrivateKey) -> None:
    text = wallet.client.get(URL, headers={"Accept": "application/jwt"}).content.decode()
    now, identifier = datetime.now(UTC), farmer.authority.identifier
    own = SiteSources().issuer_key

    def of_another(issuer: str, header: dict[str, Any]) -> VerificationMethod:
        return replace(own(identifier, header), public_key=mallory.public_key)

    right: dict[str, Any] = {"issuer": identifier, "issuer_key": own, "now": now}
    changes: list[dict[str, Any]] = [
        {"issuer_key": of_another},
        {"issuer": f"{identifier}x"},
        {"now": now + timedelta(days=365)},
        {"now": now - timedelta(days=365)},
    ]
    for change in changes:
        with pytest.raises(SelloError):
            verify_metadata(text, **(right | change))


def test_the_metadata_fit_the_schema_with_everything_on(farmer: Configuration, wallet: TinyWallet) -> None:
    wallet.authority.requires_encryption = True
    wallet.authority.save()
    source = wallet.client.get(URL).json()
    for name in ("credential_definition", "credential_signing_alg_values_supported"):
        source["credential_configurations_supported"]["farmer.ldp_vc"].pop(name)
    jsonschema.validate(source, schema("oid4vci/credential_issuer_metadata-1_0.json"))
