"""ecdsa-sd-2023: each statement signed for itself, so that its holder shows some and keeps the others.

VC-DI-ECDSA §3.6. The issuer signs a *base* proof, which holds every signature and stays with the holder. The
holder derives from it a proof of what is shown; only derived proofs are ever verified. A verifier sees
how many statements were shown, never how many there are.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, Final

from common.errors import InvalidSignatureError
from common.formats.data_integrity.ecdsa_sd_2023_value import (
    HMAC_SIZE,
    BaseValue,
    DerivedValue,
    is_base,
    multikey_bytes,
    parse_base,
    parse_derived,
    serialize_base,
    serialize_derived,
)
from common.formats.data_integrity.grouping import hmac_statements, relabelled_statements
from common.formats.data_integrity.rdfc_suites import ECDSA_RDFC_2019
from common.formats.data_integrity.selection import SelectionError, pointers_of, select_json_ld
from common.formats.data_integrity.suite import SignedContent, require_curve, without_value
from common.keys import PrivateKey, PublicKey, Signer
from common.keys.private_key import generate, generate_secret
from common.rdf.contexts import Contexts
from common.rdf.dataset import to_quads
from common.rdf.expansion import expand
from common.rdf.statements import read_statements
from common.vcdm.credential import ClaimPath

NAME = "ecdsa-sd-2023"
CURVES: tuple[str, ...] = ("P-256",)
SELECTIVE: bool = True
POINTERS: Final = "mandatoryPointers"  # among the options of a base proof, not in the proof itself (§3.6.2)
OPTIONS: tuple[str, ...] = (POINTERS,)
# What a verifier needs to judge any credential; the types and identifiers on the way are shown with it.
ALWAYS_SHOWN: Final[tuple[ClaimPath, ...]] = (
    ("issuer",),
    ("validFrom",),
    ("validUntil",),
    ("issuanceDate",),
    ("expirationDate",),
    ("credentialStatus",),
    ("credentialSchema",),
    ("credentialSubject", "id"),
    ("credentialSubject", None, "id"),
)

configure = ECDSA_RDFC_2019.configure  # §3.6.4
hash_configuration = ECDSA_RDFC_2019.hash_configuration  # step 1 of §3.6.3


def create_proof(
    document: Mapping[str, Any],
    options: Mapping[str, Any],
    *,
    signer: Signer,
    contexts: Contexts,
    configuration_hash: bytes | None = None,
    hmac_key: bytes | None = None,
    proof_key: PrivateKey | None = None,
) -> dict[str, Any]:
    """The base proof of an unsecured document (§3.6.1).

    `options` may name the `mandatoryPointers`, else they are those of `default_pointers`. Both keys are made
    anew for each proof; they are arguments for the sake of published vectors.
    """
    curve = signer.public_key.curve
    require_curve(NAME, CURVES, curve)
    options = dict(options)
    pointers = options.pop(POINTERS, None)
    pointers = default_pointers(document) if pointers is None else _texts(pointers)
    hmac_key, proof_key = hmac_key or generate_secret(HMAC_SIZE), proof_key or generate("P-256")
    if configuration_hash is None:
        canonical = configure(options, document=document, curve=curve, contexts=contexts)
        configuration_hash = hash_configuration(canonical, curve=curve)
    statements = hmac_statements(document, hmac_key=hmac_key, contexts=contexts)
    mandatory = set(statements.indexes(pointers))
    shown, others = _divide(statements.lines, mandatory)
    signed = sign_data(configuration_hash, proof_key.public_key, shown)
    value = BaseValue(
        signature=signer.sign(signed),
        key=proof_key.public_key,
        hmac_key=hmac_key,
        signatures=tuple(proof_key.sign(line) for line in others),
        mandatory_pointers=tuple(pointers),
    )
    return {**options, "proofValue": serialize_base(value)}


def derive_proof(
    document: Mapping[str, Any],
    base: Mapping[str, Any],
    *,
    pointers: Sequence[str],
    contexts: Contexts,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What `pointers` and the issuer select of an unsecured document, and its proof (§3.6.6, §3.5.4).

    Nothing is verified here, but what could not be verified later is an error.
    """
    value = parse_base(base.get("proofValue"))
    statements = hmac_statements(document, hmac_key=value.hmac_key, contexts=contexts)
    combined_pointers = [*value.mandatory_pointers, *pointers]
    mandatory = set(statements.indexes(value.mandatory_pointers))
    combined = statements.group(combined_pointers)
    others = [index for index in range(len(statements.lines)) if index not in mandatory]
    if len(others) != len(value.signatures):
        raise InvalidSignatureError("This proof has another number of signatures than there are statements.")
    signatures = dict(zip(others, value.signatures, strict=True))
    revealed = select_json_ld(document, combined_pointers)
    shown = [statements.lines[index] for index in combined.indexes]
    if revealed is None or shown != relabelled_statements(
        to_quads(expand(revealed, contexts=contexts)), labels=combined.labels
    ):
        raise SelectionError("A part of this document means something else without the rest.")
    derived = DerivedValue(
        signature=value.signature,
        key=value.key,
        signatures=tuple(signatures[index] for index in combined.indexes if index not in mandatory),
        labels=combined.labels,
        mandatory_indexes=tuple(place for place, index in enumerate(combined.indexes) if index in mandatory),
    )
    return revealed, {**base, "proofValue": serialize_derived(derived)}


def verify_proof(
    document: Mapping[str, Any], proof: Mapping[str, Any], *, key: PublicKey, contexts: Contexts
) -> SignedContent:
    """The document, once `key` vouches for the key that signed each of its statements (§3.6.7, §3.5.9).

    A base proof is refused: it belongs to the holder, and would show a verifier what hides the rest.
    """
    require_curve(NAME, CURVES, key.curve)
    value = parse_derived(proof.get("proofValue"))
    reading = read_statements(document, contexts=contexts)
    lines = relabelled_statements(reading.quads, labels=value.labels)
    if lines is None:
        raise InvalidSignatureError("This proof's label map is not that of this document.")
    if value.mandatory_indexes and value.mandatory_indexes[-1] >= len(lines):
        raise InvalidSignatureError("This proof speaks of statements that are not there.")
    shown, others = _divide(lines, set(value.mandatory_indexes))
    if len(value.signatures) != len(others):
        raise InvalidSignatureError("This proof has another number of signatures than there are statements.")
    configuration = ECDSA_RDFC_2019.configuration(without_value(proof), document=document)
    canonical, options = ECDSA_RDFC_2019.transform_and_read(configuration, curve=key.curve, contexts=contexts)
    configuration_hash = hash_configuration(canonical, curve=key.curve)
    key.verify(value.signature, sign_data(configuration_hash, value.key, shown))
    for signature, line in zip(value.signatures, others, strict=True):
        value.key.verify(signature, line)
    return SignedContent(reading.document, options)


def sign_data(configuration_hash: bytes, proof_key: PublicKey, mandatory: Sequence[bytes]) -> bytes:
    """What the issuer's own key signs (§3.5.1, §3.4.17): 32, 35 and 32 bytes."""
    return configuration_hash + multikey_bytes(proof_key) + sha256(b"".join(mandatory)).digest()


def default_pointers(document: Mapping[str, Any]) -> list[str]:
    """Where a document has what `ALWAYS_SHOWN` names."""
    found = (pointer for path in ALWAYS_SHOWN for pointer in pointers_of(document, path))
    return list(dict.fromkeys(found))


def all_pointers(document: Mapping[str, Any]) -> list[str]:
    """Pointers to all that a document says."""
    return [pointer for name in document if name != "@context" for pointer in pointers_of(document, (name,))]


def is_base_proof(proof: Mapping[str, Any]) -> bool:
    """Whether a proof calls itself a base proof of this suite."""
    return proof.get("cryptosuite") == NAME and is_base(proof.get("proofValue"))


def _texts(pointers: object) -> list[str]:
    if not isinstance(pointers, list | tuple) or not all(isinstance(pointer, str) for pointer in pointers):
        raise SelectionError("The mandatory pointers are not a list of JSON Pointers.")
    return list(pointers)


def _divide(lines: Sequence[bytes], mandatory: set[int]) -> tuple[list[bytes], list[bytes]]:
    return (
        [line for index, line in enumerate(lines) if index in mandatory],
        [line for index, line in enumerate(lines) if index not in mandatory],
    )
