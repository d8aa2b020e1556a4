"""A credential of a boat, signed and shown in parts without any published file."""

from collections.abc import Mapping
from typing import Any

from common.formats.data_integrity import ecdsa_sd_2023
from common.keys import PrivateKey
from common.rdf.contexts import CREDENTIALS_V2, type_context
from tests.common.rdf.examples import contexts

HMAC_KEY = bytes.fromhex("00112233445566778899aabbccddeeff" * 2)
TYPE = "https://registry.example/types/Boat"
TERMS = type_context(
    type_url=TYPE,
    type_name="Boat",
    terms={
        "sail": None,
        "owner": None,
        "boards": {"terms": {"year": None, "maker": None}},
        "log": {"list": True},
    },
)
KEY = PrivateKey("P-256", b"\x07" * 32, "did:example:issuer#key")
BOAT: dict[str, Any] = {
    "@context": [CREDENTIALS_V2, TYPE],
    "type": ["VerifiableCredential", "Boat"],
    "issuer": "did:example:issuer",
    "validFrom": "2026-01-01T00:00:00Z",
    "credentialSubject": {
        "id": "did:example:ana",
        "sail": "PE-101",
        "owner": "Ana",
        "boards": [
            {"year": 2020, "maker": "Wayra"},
            {"year": 2021, "maker": "Wayra"},
            {"year": 2020, "maker": "Wayra"},
        ],
        "log": ["out", "in", "out"],
    },
}
OPTIONS = {
    "type": "DataIntegrityProof",
    "cryptosuite": "ecdsa-sd-2023",
    "verificationMethod": KEY.key_id,
    "proofPurpose": "assertionMethod",
}


def boat_contexts(url: str) -> Mapping[str, Any]:
    return TERMS if url == TYPE else contexts(url)


def without(document: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in document.items() if key != name}


def sign(document: Mapping[str, Any] = BOAT, **options: Any) -> dict[str, Any]:
    return ecdsa_sd_2023.create_proof(
        document,
        {**OPTIONS, **options},
        signer=KEY,
        contexts=boat_contexts,
        hmac_key=HMAC_KEY,
        proof_key=PrivateKey("P-256", b"\x08" * 32),
    )


def show(
    *pointers: str, base: Mapping[str, Any] | None = None, document: Mapping[str, Any] = BOAT
) -> tuple[dict[str, Any], dict[str, Any]]:
    return ecdsa_sd_2023.derive_proof(
        document, base or sign(document), pointers=pointers, contexts=boat_contexts
    )


def verify(document: Mapping[str, Any], proof: Mapping[str, Any], key: PrivateKey = KEY) -> None:
    ecdsa_sd_2023.verify_proof(document, proof, key=key.public_key, contexts=boat_contexts)
