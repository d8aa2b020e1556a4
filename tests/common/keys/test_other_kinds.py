"""Keys of kinds that are standard and not used here: named, not called broken."""

import json
from typing import Any

import pytest

from common.did import ResolutionError, parse_document
from common.errors import InvalidKeyError, SelloError
from common.formats.data_integrity import pipeline
from common.formats.data_integrity.pipeline import Expected
from common.keys import cose, jwk, multikey
from common.keys.unsupported import UnknownKeyKindError
from common.rdf.contexts import CREDENTIALS_V2
from tests.conftest import NOW, shared

DID = "did:web:registry.example"


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ({"kty": "AKP", "alg": "ML-DSA-44", "pub": "AA"}, "ML-DSA-44"),
        ({"kty": "AKP", "alg": "ML-DSA-87", "pub": ""}, "ML-DSA-87"),
        ({"kty": "EC", "crv": "secp256k1", "x": "AA", "y": "AA"}, "secp256k1"),
        ({"kty": "OKP", "crv": "Ed448", "x": "AA"}, "Ed448"),
        ({"kty": "AKP", "alg": ["x"]}, "another kind"),
        ({"kty": "RSA", "n": "AA", "e": "AQAB"}, "another kind"),
        ({}, "another kind"),
    ],
)
def test_a_jwk_is_named(key: dict[str, Any], name: str) -> None:
    with pytest.raises(UnknownKeyKindError, match=name):
        jwk.decode(key)


def test_a_private_key_of_any_kind_is_refused_first() -> None:
    with pytest.raises(InvalidKeyError, match="private"):
        jwk.decode({"kty": "AKP", "alg": "ML-DSA-44", "pub": "AA", "priv": "AA"})


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ({1: 7, 3: -48, -1: b"x"}, "ML-DSA-44"),
        ({1: 7, 3: -50}, "ML-DSA-87"),
        ({1: 2, -1: 8, -2: b"x", -3: b"y"}, "secp256k1"),
        ({1: 7, 3: "x"}, "another kind"),
        ({}, "another kind"),
    ],
)
def test_a_cose_key_is_named(key: dict[int, Any], name: str) -> None:
    with pytest.raises(UnknownKeyKindError, match=name):
        cose.decode_key(key)


def document(**key: Any) -> dict[str, Any]:
    method = {"id": f"{DID}#pq", "type": "Multikey", "controller": DID, **key}
    return {"id": DID, "verificationMethod": [method], "assertionMethod": [f"{DID}#pq"]}


def test_a_did_document_holds_it_all_the_same() -> None:
    found = parse_document(document(publicKeyJwk={"kty": "AKP", "alg": "ML-DSA-65", "pub": "AA"}), did=DID)
    with pytest.raises(ResolutionError, match="ML-DSA-65") as refused:
        found.method(f"{DID}#pq")
    assert refused.value.code == "INVALID_VERIFICATION_METHOD"


def test_the_published_key() -> None:
    """W3C's quantum-resistant suites, draft 2026-06: base64url, and not our base58btc."""
    text = json.loads(shared("vectors/quantum-safe/inputs/KeysMLDSA.json").read_text())["mldsa44"]
    with pytest.raises(UnknownKeyKindError, match="ML-DSA-44"):
        multikey.decode(text["publicKeyMultibase"])


def test_a_suite_is_named() -> None:
    proof = {
        "type": "DataIntegrityProof", "cryptosuite": "mldsa44-jcs-2024", "proofValue": "z1",
        "verificationMethod": f"{DID}#pq", "proofPurpose": "assertionMethod",
    }  # fmt: skip
    document = {"@context": [CREDENTIALS_V2], "proof": proof}
    expected = Expected("assertionMethod", DID, domain=None, challenge=None)
    with pytest.raises(SelloError, match="mldsa44-jcs-2024"):
        pipeline.verify_proofs(document, expected=expected, sources=None, contexts=None, now=NOW)  # type: ignore[arg-type]
