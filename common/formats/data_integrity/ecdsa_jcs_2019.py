"""ecdsa-jcs-2019: JSON canonicalisation (RFC 8785) and ECDSA: P-256 with SHA-256, P-384 with SHA-384.

VC-DI-ECDSA §3.3.
"""

from collections.abc import Mapping
from hashlib import sha256, sha384
from typing import Any, Final

from common.encoding import jcs, multibase
from common.formats.data_integrity.suite import (
    proof_bytes,
    require_curve,
    with_context,
    with_signed_context,
    without_value,
)
from common.keys import PublicKey, Signer
from common.rdf.expansion import Contexts

NAME = "ecdsa-jcs-2019"
CURVES: tuple[str, ...] = ("P-256", "P-384")
_HASHES: Final = {"P-256": sha256, "P-384": sha384}


def transform(document: Mapping[str, Any], *, curve: str, contexts: Contexts) -> bytes:
    """The canonical JSON of a document (§3.3.3); no context is read."""
    return jcs.canonicalize(document)


def configure(
    options: Mapping[str, Any], *, document: Mapping[str, Any], curve: str, contexts: Contexts
) -> bytes:
    """The canonical JSON of the proof's options, which carry their own `@context` (§3.3.5)."""
    return jcs.canonicalize(options)


def hash_configuration(canonical: bytes, *, curve: str) -> bytes:
    """Step 2 of §3.3.4: 32 bytes, or 48."""
    return _HASHES[curve](canonical).digest()


def hash(transformed: bytes, *, configuration_hash: bytes, curve: str) -> bytes:
    """Steps 1 and 3 of §3.3.4: 64 bytes or 96, the configuration's hash before the document's."""
    return configuration_hash + _HASHES[curve](transformed).digest()


def create_proof(
    document: Mapping[str, Any],
    options: Mapping[str, Any],
    *,
    signer: Signer,
    contexts: Contexts,
    configuration_hash: bytes | None = None,
) -> dict[str, Any]:
    """The proof of an unsecured document (§3.3.1, §3.3.6)."""
    curve = signer.public_key.curve
    require_curve(NAME, CURVES, curve)
    options = with_context(options, document=document)
    if configuration_hash is None:
        canonical = configure(options, document=document, curve=curve, contexts=contexts)
        configuration_hash = hash_configuration(canonical, curve=curve)
    transformed = transform(document, curve=curve, contexts=contexts)
    data = hash(transformed, configuration_hash=configuration_hash, curve=curve)
    return {**options, "proofValue": multibase.encode(signer.sign(data))}


def verify_proof(
    document: Mapping[str, Any], proof: Mapping[str, Any], *, key: PublicKey, contexts: Contexts
) -> Mapping[str, Any]:
    """The document that `key` made `proof` over, with the contexts it was signed with (§3.3.2, §3.3.7)."""
    require_curve(NAME, CURVES, key.curve)
    document = with_signed_context(document, proof)
    canonical = configure(without_value(proof), document=document, curve=key.curve, contexts=contexts)
    transformed = transform(document, curve=key.curve, contexts=contexts)
    configuration_hash = hash_configuration(canonical, curve=key.curve)
    data = hash(transformed, configuration_hash=configuration_hash, curve=key.curve)
    key.verify(proof_bytes(proof), data)
    return document
