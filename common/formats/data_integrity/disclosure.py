"""What the holder of a credential with a base proof shows of it, and what of it cannot be held back."""

from collections.abc import Mapping, Sequence
from typing import Any

from common.errors import InvalidSignatureError
from common.formats.base import InvalidCredentialError, Secured
from common.formats.data_integrity import ecdsa_sd_2023
from common.formats.data_integrity.ecdsa_sd_2023 import is_base_proof
from common.formats.data_integrity.ecdsa_sd_2023_value import parse_base
from common.formats.data_integrity.pipeline import ProofVerificationError, take_apart
from common.formats.data_integrity.selection import SelectionError, pointers_of, select_json_ld
from common.rdf.contexts import Contexts
from common.vcdm.credential import ClaimPath


def is_selective(document: Mapping[str, Any]) -> bool:
    """Whether a secured document carries a base proof."""
    return "proof" in document and any(map(is_base_proof, take_apart(document)[0]))


def require_derived(secured: Secured) -> None:
    """Raise where a base proof was shown: it is its holder's alone (VC-DI-ECDSA §3.6.5).

    How a verifier would verify one, no algorithm says; its holder derives a proof from it first (§3.6.6).
    """
    if isinstance(secured, Mapping) and is_selective(secured):
        raise InvalidCredentialError(
            "This credential carries the proof that its holder keeps. Only what the holder derives from it to"
            " show can be verified."
        )


def derive(
    document: Mapping[str, Any], disclose: Sequence[ClaimPath], *, contexts: Contexts
) -> dict[str, Any]:
    """The document as it is shown: with the claims at `disclose`, under a derived proof alone."""
    unsecured, base = _base(document)
    shown, proof = _derive(unsecured, base, _pointers(unsecured, disclose), contexts)
    return {**shown, "proof": proof}


def derive_whole(document: Mapping[str, Any], *, contexts: Contexts) -> dict[str, Any]:
    """The whole document, with a derived proof in the place of each base proof."""
    proofs, unsecured = take_apart(document)
    pointers = ecdsa_sd_2023.all_pointers(unsecured)
    derived = [
        _derive(unsecured, proof, pointers, contexts)[1] if is_base_proof(proof) else proof
        for proof in proofs
    ]
    return {**unsecured, "proof": derived if isinstance(document["proof"], list) else derived[0]}


def preview_disclosure(document: Mapping[str, Any], disclose: Sequence[ClaimPath]) -> dict[str, Any]:
    """What a verifier would read of a document that is shown with the claims at `disclose`, without proof."""
    unsecured, base = _base(document)
    mandatory = parse_base(base.get("proofValue")).mandatory_pointers
    return select_json_ld(unsecured, [*mandatory, *_pointers(unsecured, disclose)]) or {}


def _derive(
    unsecured: Mapping[str, Any], base: Mapping[str, Any], pointers: Sequence[str], contexts: Contexts
) -> tuple[dict[str, Any], dict[str, Any]]:
    try:
        return ecdsa_sd_2023.derive_proof(unsecured, base, pointers=pointers, contexts=contexts)
    except InvalidSignatureError as error:
        raise ProofVerificationError("This credential's proof is not whole.", detail=str(error)) from error


def _base(document: Mapping[str, Any]) -> tuple[dict[str, Any], Mapping[str, Any]]:
    proofs, unsecured = take_apart(document)
    base = next(filter(is_base_proof, proofs), None)
    if base is None:
        raise SelectionError("This credential can only be shown as a whole.")
    return unsecured, base


def _pointers(unsecured: Mapping[str, Any], disclose: Sequence[ClaimPath]) -> list[str]:
    """Beside what was asked for, what a verifier needs to judge it, should its issuer have left that open."""
    found = ecdsa_sd_2023.default_pointers(unsecured)
    for path in disclose:
        pointers = pointers_of(unsecured, path)
        if not pointers:
            raise SelectionError("This credential does not have a claim that would be shown.")
        found += pointers
    return found
