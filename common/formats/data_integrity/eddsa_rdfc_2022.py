"""eddsa-rdfc-2022: RDF canonicalisation, SHA-256, Ed25519 (VC-DI-EDDSA §3.2)."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from common.encoding import multibase
from common.formats.data_integrity.suite import proof_bytes, require_curve, without_value
from common.keys import PublicKey, Signer
from common.rdf.canonical import canonicalize
from common.rdf.dataset import to_quads
from common.rdf.expansion import Contexts, expand

NAME = "eddsa-rdfc-2022"
CURVES: tuple[str, ...] = ("Ed25519",)


def transform(document: Mapping[str, Any], *, curve: str, contexts: Contexts) -> bytes:
    """The canonical N-Quads of a document (§3.2.3)."""
    return canonicalize(to_quads(expand(document, contexts=contexts)))


def configure(
    options: Mapping[str, Any], *, document: Mapping[str, Any], curve: str, contexts: Contexts
) -> bytes:
    """The canonical N-Quads of the proof's options under the document's contexts (§3.2.5)."""
    config = {**options, "@context": document.get("@context", [])}
    return canonicalize(to_quads(expand(config, contexts=contexts)))


def hash_configuration(canonical: bytes, *, curve: str) -> bytes:
    """Step 1 of §3.2.4: 32 bytes."""
    return sha256(canonical).digest()


def hash(transformed: bytes, *, configuration_hash: bytes, curve: str) -> bytes:
    """Steps 2 and 3 of §3.2.4: 64 bytes, the configuration's hash before the document's."""
    return configuration_hash + sha256(transformed).digest()


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
