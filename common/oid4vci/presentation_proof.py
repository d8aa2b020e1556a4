"""Key proofs of the type `di_vp`: presentations of nothing, with a Data Integrity proof (Appendix F.2).

Their key is named by a did:key or did:jwk, and their terms by contexts that everybody has, so that nobody is
asked anything.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from common.did import did_key
from common.errors import MalformedInputError, SelloError
from common.formats.base import Sources
from common.formats.data_integrity import SUITES, pipeline
from common.formats.data_integrity.pipeline import Expected
from common.formats.traits import BINDING_METHODS
from common.keys import PrivateKey
from common.oid4vci.errors import InvalidNonceError, InvalidProofError
from common.oid4vci.key_proof import KeyProof
from common.rdf.contexts import CREDENTIALS_V2, SHIPPED
from common.vcdm import times, validation

TYPE: Final = "di_vp"
PURPOSE: Final = "authentication"
# A suite whose holder derives proofs from a base proof proves nothing of a key.
SUITE_NAMES: Final = tuple(name for name, suite in SUITES.items() if not suite.SELECTIVE)
CURVES: Final = ("Ed25519", "P-256")
_DIDS: Final = tuple(f"{name}:" for name in BINDING_METHODS if name.startswith("did:"))
MAX_AGE: Final = timedelta(minutes=5)


def create_presentation_proof(
    *, audience: str, nonce: str | None, key: PrivateKey, suite: str, now: datetime
) -> dict[str, Any]:
    """Prove possession of `key` to the issuer `audience`, under its did:key."""
    signer = key.named(did_key.key_method(key.public_key))
    presentation = {
        "@context": [CREDENTIALS_V2],
        "type": ["VerifiablePresentation"],
        "holder": did_key.encode(key.public_key),
    }
    options = pipeline.proof_options(
        signer=signer, purpose=PURPOSE, created=now, suite=suite, domain=audience, challenge=nonce
    )
    return pipeline.add_proof(presentation, options, signer=signer, contexts=_context)


def verify_presentation_proofs(
    presentations: Sequence[Mapping[str, Any]],
    *,
    audience: str,
    check_nonce: Callable[[str], None],
    sources: Sources,
    now: datetime,
) -> tuple[KeyProof, ...]:
    """Verify every proof of one request; `check_nonce` raises `InvalidNonceError` and sees each nonce once.

    Keys must differ, as those of proofs of the type `jwt`.
    """
    found = [
        _verify(presentation, audience=audience, sources=sources, now=now) for presentation in presentations
    ]
    if len({proof.key for proof, _ in found}) != len(found):
        raise InvalidProofError("Two key proofs are for the same key.")
    for nonce in dict.fromkeys(nonce for _, nonce in found):
        check_nonce(nonce)
    return tuple(proof for proof, _ in found)


def _verify(
    presentation: Mapping[str, Any], *, audience: str, sources: Sources, now: datetime
) -> tuple[KeyProof, str]:
    """One proof, as F.2 and F.4 list: type, suite, key, signature, audience, time; its nonce is returned."""
    try:
        validation.validate_presentation(presentation, accept_v1=True)
        proofs, _ = pipeline.take_apart(presentation)
        proof = proofs[0]
        if len(proofs) != 1 or proof.get("cryptosuite") not in SUITE_NAMES:
            raise InvalidProofError(f"A key proof bears one proof, by {', '.join(SUITE_NAMES)}.")
        method_id, nonce = proof.get("verificationMethod"), proof.get("challenge")
        if not isinstance(method_id, str) or not method_id.startswith(_DIDS):
            raise InvalidProofError("The key of a key proof is named by a did:key or did:jwk.")
        if not isinstance(proof.get("created"), str) or times.parse(proof["created"]) < now - MAX_AGE:
            raise InvalidProofError("A key proof is too old, or does not say when it was made.")
        holder = validation.holder_id(presentation) if "holder" in presentation else None
        expected = Expected(purpose=PURPOSE, controller=holder, domain=audience, challenge=None)
        _, method = pipeline.verify_proofs(
            presentation, expected=expected, sources=sources, contexts=_context, now=now
        )
    except InvalidProofError:
        raise
    except SelloError as error:
        raise InvalidProofError("A key proof does not hold.", detail=error.public) from error
    if method.public_key.curve not in CURVES:
        raise InvalidProofError(f"Keys are on {' or '.join(CURVES)}.")
    if nonce is None:
        raise InvalidProofError("A key proof lacks its nonce.")
    if not isinstance(nonce, str):
        raise InvalidNonceError("The nonce is not one of ours.")
    return KeyProof(method.public_key, method.controller), nonce


def _context(url: str) -> Mapping[str, Any]:
    if url not in SHIPPED:
        raise MalformedInputError("The contexts of a key proof are those that everybody has.", detail=url)
    return SHIPPED[url]
