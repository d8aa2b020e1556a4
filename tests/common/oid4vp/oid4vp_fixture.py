"""A verifier and its wallet's trust, with fixed keys: what the tests of requests and responses lean on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from common.did import DIDDocument, parse_document
from common.did.document import ResolutionError
from common.keys import PrivateKey, jwk
from common.oid4vp import x509
from common.oid4vp.client_id import ClientId
from common.oid4vp.client_metadata import create_client_metadata
from common.oid4vp.dcql import parse_query
from common.oid4vp.request import create_request_parameters
from common.oid4vp.request_object import Trust
from tests.conftest import NOW

CLINIC = PrivateKey("P-256", bytes(31) + b"\x21", "did:web:clinic.example#key-1")
OTHER = PrivateKey("P-256", bytes(31) + b"\x22", "did:web:clinic.example#key-2")
AUTHORITY = PrivateKey("P-256", bytes(31) + b"\x23")
EPHEMERAL = PrivateKey("P-256", bytes(31) + b"\x24")
DAY = timedelta(days=1)
CA = x509.create_certificate_authority(
    signer=AUTHORITY,
    name="Verifiers of the country",
    serial=1,
    not_before=NOW - DAY,
    not_after=NOW + 900 * DAY,
)
DID = ClientId("decentralized_identifier", "did:web:clinic.example")
HOST = ClientId("x509_san_dns", "clinic.example")
RESPONSE_URI = "https://clinic.example/response"
REDIRECT = ClientId("redirect_uri", RESPONSE_URI)
QUERY: dict[str, Any] = {
    "credentials": [
        {
            "id": "identity",
            "format": "dc+sd-jwt",
            "meta": {"vct_values": ["https://people.example/types/identity"]},
            "claims": [{"path": ["national_id"]}],
        }
    ]
}


def certificate(host: str = "clinic.example", *, key: PrivateKey = CLINIC, days: int = 90) -> bytes:
    return x509.create_leaf_certificate(
        key=key.public_key,
        host=host,
        issuer=AUTHORITY,
        authority=CA,
        serial=2,
        not_before=NOW - DAY,
        not_after=NOW + days * DAY,
    )


LEAF = certificate()
HASH = ClientId("x509_hash", x509.certificate_hash(LEAF))


def parameters(asking: ClientId, /, *, encrypted: bool = False, **changes: Any) -> dict[str, Any]:
    """The parameters of a request; a change to `KeyError` leaves a parameter out."""
    values = create_request_parameters(
        client_id=asking,
        response_uri=RESPONSE_URI,
        response_mode="direct_post.jwt" if encrypted else "direct_post",
        nonce="n-0S6_WzA2Mj",
        state="eyJhb-6-sVA",
        query=parse_query(QUERY),
        client_metadata=create_client_metadata(
            name="Santa Rosa Clinic", encrypt_to=EPHEMERAL.public_key if encrypted else None, kid="enc-1"
        ),
        name="Santa Rosa Clinic",
        purpose="To treat you.",
    )
    return {name: value for name, value in {**values, **changes}.items() if value is not KeyError}


def resolve(did: str) -> DIDDocument:
    """The clinic's document: two keys of its own, and a third that it claims for somebody else."""
    if did != "did:web:clinic.example":
        raise ResolutionError("Nobody has this DID.")
    methods = [
        {
            "id": f"{did}#{name}",
            "type": "JsonWebKey",
            "controller": controller,
            "publicKeyJwk": jwk.encode(key),
        }
        for name, key, controller in (
            ("key-1", CLINIC.public_key, did),
            ("key-2", OTHER.public_key, did),
            ("key-3", CLINIC.public_key, "did:web:mallory.example"),
        )
    ]
    return parse_document(
        {"id": did, "verificationMethod": methods, "authentication": [method["id"] for method in methods]},
        did=did,
    )


TRUST = Trust(resolve=resolve, anchors=(CA,))


@dataclass
class Server:
    """What lies at one address, and what was sent there."""

    body: bytes
    status: int = 200
    seen: list[tuple[str, str, Mapping[str, str], bytes | None]] = field(default_factory=list)
    content_type: str = "application/json"

    def __call__(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> "Server":
        self.seen.append((method, url, headers or {}, body))
        return self
