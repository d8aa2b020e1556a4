"""ecdsa-rdfc-2019: RDF canonicalisation and ECDSA, on P-256 with SHA-256, on P-384 with SHA-384.

VC-DI-ECDSA §3.2; a P-384 key brings SHA-384 into canonicalisation too (§3.2.3).
"""

from collections.abc import Mapping
from hashlib import sha256, sha384
from typing import Any, Final

from common.encoding import multibase
from common.formats.data_integrity.suite import proof_bytes, require_curve, without_value
from common.keys import PublicKey, Signer
from common.rdf.canonical import HashAlgorithm, canonicalize
from common.rdf.dataset import to_quads
from common.rdf.expansion import Contexts, expand

NAME = "ecdsa-rdfc-2019"
CURVES: tuple[str, ...] = ("P-256", "P-384")
_CANONICAL: Final[dict[str, HashAlgorithm]] = {"P-256": "sha256", "P-384": "sha384"}
_HASHES: Final = {"P-256": sha256, "P-384": sha384}


def transform(document: Mapping[str, Any], *, curve: str, contexts: Contexts) -> bytes:
    """The canonical N-Quads of a document (§3.2.3)."""
    return canonicalize(to_quads(expand(document, contexts=contexts)), algorithm=_CANONICAL[curve])


def configure(
    options: Mapping[str, Any], *, document: Mapping[str, Any], curve: str, contexts: Contexts
) -> bytes:
    """The canonical N-Quads of the proof's options under the document's contexts (§3.2.5)."""
    config = {**options, "@context": document.get("@context", [])}
    return canonicalize(to_quads(expand(config, contexts=contexts)), algorithm=_CANONICAL[curve])


def hash_configuration(canonical: bytes, *, curve: str) -> bytes:
    """Step 1 of §3.2.4: 32 bytes, or 48."""
    return _HASHES[curve](canonical).digest()


def hash(transformed: bytes, *, configuration_hash: bytes, curve: str) -> bytes:
    """Steps 2 and 3 of §3.2.4: 64 bytes or 96, the configuration's hash before the document's."""
    return configuration_hash + _HASHES[curve](transformed).digest()


def create_proof(
    document: Mapping[str, Any],
    options: Mapping[str, Any],
    *,
    signer: Signer,
    contexts: Contexts,
    configuration_hash: bytes | None = None,
) -> dict[str, Any]:
    """The proof of an unsecured document (§3.2.1, §3.2.6)."""
    curve = signer.public_key.curve
    require_curve(NAME, CURVES, curve)
    if configuration_hash is None:
        canonical = configure(options, document=document, curve=curve, contexts=contexts)
        configuration_hash = hash_configuration(canonical, curve=curve)
    transformed = transform(document, curve=curve, contexts=contexts)
    data = hash(transformed, configuration_hash=configuration_hash, curve=curve)
    return {**options, "proofValue": multibase.encode(signer.sign(data))}


def verify_proof(
    document: Mapping[str, Any], proof: Mapping[str, Any], *, key: PublicKey, contexts: Contexts
) -> Mapping[str, Any]:
    """The document, once it is seen that `key` made `proof` over it (§3.2.2, §3.2.7)."""
    require_curve(NAME, CURVES, key.curve)
    canonical = configure(without_value(proof), document=document, curve=key.curve, contexts=contexts)
    transformed = transform(document, curve=key.curve, contexts=contexts)
    configuration_hash = hash_configuration(canonical, curve=key.curve)
    data = hash(transformed, configuration_hash=configuration_hash, curve=key.curve)
    key.verify(proof_bytes(proof), data)
    return document
