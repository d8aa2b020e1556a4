"""Adding and verifying proofs, one or several, whatever the suite (VC Data Integrity §4.2 to §4.5)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from common.did import VerificationMethod
from common.errors import InvalidSignatureError, UnknownPartError
from common.formats.base import BindingMismatchError, ExpiredError, InvalidCredentialError, Sources
from common.formats.data_integrity import SUITE_OF_CURVE, SUITES
from common.formats.data_integrity.suite import PROOF_TYPE, Cryptosuite, SignedContent
from common.keys import Signer
from common.rdf.contexts import Contexts
from common.vcdm import times, validation

MAX_PROOFS: Final = 8  # each of them canonicalises the whole document
_DECIDED_BEFORE: Final = ("type", "cryptosuite", "verificationMethod", "proofPurpose")
CLOCK_SKEW: Final = timedelta(seconds=60)


class ProofVerificationError(InvalidCredentialError):
    """A proof that does not hold (§4.7)."""

    code = "PROOF_VERIFICATION_ERROR"


class ProofByAnotherError(ProofVerificationError):
    """Every proof holds, and none was made by the one who speaks; `signed` is what the first one covers."""

    def __init__(self, signed: Mapping[str, Any]) -> None:
        super().__init__("The proof was made by somebody else than the one who speaks here.")
        self.signed = signed


class UnknownSuiteError(UnknownPartError):
    """A proof of a kind that is not known here."""

    code = "PROOF_VERIFICATION_ERROR"


class ProofGenerationError(InvalidCredentialError):
    """A proof that cannot be made (§4.7)."""

    code = "PROOF_GENERATION_ERROR"


@dataclass(frozen=True, slots=True)
class Expected:
    """What a proof must say to be believed; `domain` and `challenge` None mean that none was asked for.

    `controller` is who must have made at least one of a document's proofs; None where it names nobody.
    """

    purpose: str
    controller: str | None
    domain: str | None
    challenge: str | None


def proof_options(
    *,
    signer: Signer,
    purpose: str,
    created: datetime,
    suite: str | None = None,
    domain: str | None = None,
    challenge: str | None = None,
) -> dict[str, Any]:
    """The options of a proof by `signer`, in the suite of its key unless another is named (§2.1)."""
    curve = signer.public_key.curve
    given = {"domain": domain, "challenge": challenge}
    return {
        "type": PROOF_TYPE,
        "cryptosuite": suite or SUITE_OF_CURVE[curve],
        "created": times.write(created),
        "verificationMethod": signer.key_id,
        "proofPurpose": purpose,
        **{name: value for name, value in given.items() if value is not None},
    }


def add_proof(
    document: Mapping[str, Any],
    options: Mapping[str, Any],
    *,
    signer: Signer,
    contexts: Contexts,
    configuration_hash: bytes | None = None,
) -> dict[str, Any]:
    """The document with one proof more (§4.2; §4.3 where it has some already)."""
    try:
        _require_shape(options)
        for name in ("created", "expires"):
            if name in options:
                times.parse(options[name])
    except (ProofVerificationError, times.InvalidTimeError) as error:
        raise ProofGenerationError(error.public) from error
    proofs, unsecured = take_apart(document) if "proof" in document else ([], dict(document))
    signed = _with_previous(unsecured, options, proofs=proofs)
    proof = _suite(options).create_proof(
        signed, options, signer=signer, contexts=contexts, configuration_hash=configuration_hash
    )
    return {**unsecured, "proof": [*proofs, proof] if proofs else proof}


def verify_proofs(
    document: Mapping[str, Any], *, expected: Expected, sources: Sources, contexts: Contexts, now: datetime
) -> tuple[dict[str, Any], VerificationMethod]:
    """The document without its proofs, and the expected controller's key (§4.4, §4.5).

    Every proof must hold, whoever made it; one that is not understood does not. What is returned is what was
    signed, as it is to be read: nothing that decides is read from the `document` given.
    """
    proofs, unsecured = take_apart(document)
    verified = [
        _verify_proof(
            _with_previous(unsecured, proof, proofs=proofs),
            proof,
            expected=expected,
            sources=sources,
            contexts=contexts,
            now=now,
        )
        for proof in proofs
    ]
    theirs = [each for each in verified if expected.controller in (None, each[1].controller)]
    if theirs:  # of several, the same one wherever it stands: their order is nobody's
        signed, method = min(theirs, key=lambda each: (str(each[0].options["cryptosuite"]), each[1].id))
        return _as_signed(signed, unsecured), method
    raise ProofByAnotherError(_as_signed(verified[0][0], unsecured))


def _verify_proof(
    document: Mapping[str, Any],
    proof: Mapping[str, Any],
    *,
    expected: Expected,
    sources: Sources,
    contexts: Contexts,
    now: datetime,
) -> tuple[SignedContent, VerificationMethod]:
    """What one proof covers of a document without it, and its key, once it holds (§4.4 steps 4 to 8)."""
    _require_shape(proof)
    suite = _suite(proof)
    _require_expected(proof, expected=expected, now=now)
    method = sources.method(proof["verificationMethod"], purpose=expected.purpose)
    try:
        signed = suite.verify_proof(document, proof, key=method.public_key, contexts=contexts)
    except (InvalidSignatureError, UnknownPartError) as error:
        raise ProofVerificationError(
            "This document was changed, or its proof is not its own.", detail=str(error)
        ) from error
    _require_expected(signed.options, expected=expected, now=now)  # as they were signed
    if any(signed.options.get(name) != proof.get(name) for name in _DECIDED_BEFORE):
        raise ProofVerificationError("This proof can be read in several ways.")
    return signed, method


def _require_expected(proof: Mapping[str, Any], *, expected: Expected, now: datetime) -> None:
    """What a proof says of itself (§4.4 steps 4 to 6)."""
    if proof["proofPurpose"] != expected.purpose:
        raise ProofVerificationError(f"A proof for {expected.purpose} was expected.")
    if expected.domain is not None and proof.get("domain") not in (expected.domain, [expected.domain]):
        raise BindingMismatchError("This was made for somebody else.", code="INVALID_DOMAIN_ERROR")
    if expected.challenge is not None and proof.get("challenge") != expected.challenge:
        raise BindingMismatchError("This was made for another request.", code="INVALID_CHALLENGE_ERROR")
    if "created" in proof and times.parse(proof["created"]) > now + CLOCK_SKEW:
        raise ProofVerificationError("This proof was made in the future.")
    if "expires" in proof and times.parse(proof["expires"]) <= now:
        raise ExpiredError("This proof is no longer valid.")


def _require_shape(proof: Mapping[str, Any]) -> None:
    """What §2.1 says of a proof's properties, but for its value, which is the suite's."""
    required = [proof.get(name) for name in ("type", "verificationMethod", "proofPurpose")]
    if not all(isinstance(value, str) and value for value in required):
        raise ProofVerificationError("A proof says its type, its key and its purpose.")
    if not all(isinstance(proof.get(name, ""), str) for name in ("challenge", "nonce")):
        raise ProofVerificationError("The challenge and the nonce of a proof are texts.")
    if "id" in proof and not validation.is_url(proof["id"]):
        raise ProofVerificationError("A proof is named by a URL.")
    domain = proof.get("domain", "")
    if not all(isinstance(name, str) for name in (domain if isinstance(domain, list) else [domain])):
        raise ProofVerificationError("The domain of a proof is a text, or several.")


def _suite(proof: Mapping[str, Any]) -> Cryptosuite:
    if proof.get("type") != PROOF_TYPE:
        raise UnknownSuiteError("proof type", proof.get("type"), [PROOF_TYPE])
    name = proof.get("cryptosuite")
    if not isinstance(name, str) or name not in SUITES:
        raise UnknownSuiteError("cryptosuite", name, SUITES)
    return SUITES[name]


def take_apart(document: Mapping[str, Any]) -> tuple[list[Mapping[str, Any]], dict[str, Any]]:
    """The proofs of a document, and the document without them."""
    value = document.get("proof")
    proofs: list[Any] = list(value) if isinstance(value, list) else [value]
    if not proofs or not all(isinstance(proof, Mapping) for proof in proofs):
        raise ProofVerificationError("This document has no proof.")
    if len(proofs) > MAX_PROOFS:
        raise ProofVerificationError(f"More than {MAX_PROOFS} proofs are not accepted.")
    return proofs, _without_proof(document)


def _without_proof(document: Mapping[str, Any]) -> dict[str, Any]:
    return {name: part for name, part in document.items() if name != "proof"}


def _as_signed(signed: SignedContent, shown: Mapping[str, Any]) -> dict[str, Any]:
    """What was signed, without proofs; the credentials in it, each verified by itself, as they were shown."""
    within = {name: shown[name] for name in ("verifiableCredential",) if name in shown}
    return {**_without_proof(signed.document), **within}


def _with_previous(
    unsecured: Mapping[str, Any], options: Mapping[str, Any], *, proofs: Sequence[Mapping[str, Any]]
) -> Mapping[str, Any]:
    """The document as a proof signs it: with the proofs that it builds upon (§4.3 steps 3 to 6, §4.5)."""
    if "previousProof" not in options:
        return unsecured
    value = options["previousProof"]
    names = value if isinstance(value, list) else [value]
    by_id = {proof["id"]: proof for proof in proofs if isinstance(proof.get("id"), str)}
    if len(by_id) != sum("id" in proof for proof in proofs):
        raise ProofVerificationError("Each proof has an identifier of its own.")
    if not names or not all(isinstance(name, str) and name in by_id for name in names):
        raise ProofVerificationError("A proof builds upon another that is not here.")
    return {**unsecured, "proof": [proof for proof in proofs if proof.get("id") in names]}
