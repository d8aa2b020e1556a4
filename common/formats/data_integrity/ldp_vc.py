"""`ldp_vc`: W3C credentials with embedded proofs (OpenID4VCI 1.0 §A.1.2, OpenID4VP 1.0 §B.1.2)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import Any, Final

from common.encoding import base64url
from common.errors import SelloError
from common.formats.base import (
    Binding,
    BindingMismatchError,
    Holder,
    InvalidCredentialError,
    Secured,
    Sources,
    VerifiedCredential,
    VerifiedPresentation,
)
from common.formats.data_integrity import disclosure, ecdsa_sd_2023, pipeline, selection
from common.formats.data_integrity.pipeline import Expected
from common.formats.w3c import data_model, envelopes, status_entries, vc_token
from common.keys import Signer
from common.rdf.contexts import CREDENTIALS_V2, Contexts
from common.rdf.expansion import expand_types
from common.rdf.terms import TRANSACTION_DATA_HASHES
from common.vcdm import times, validation
from common.vcdm.credential import ClaimPath, Credential

IDENTIFIER: Final = "ldp_vc"
ENVELOPED: Final = "vc+jwt"  # what a presentation may show beside it
MAX_AGE: Final = timedelta(minutes=5)  # between signing a presentation and its arrival
ASSERTION: Final = "assertionMethod"
AUTHENTICATION: Final = "authentication"
MAX_CREDENTIALS: Final = 20  # in one presentation; each is verified by itself


class LdpVc:
    """`common.formats.base.Format` for Data Integrity.

    It issues with the `suite` given, else with that of the signer's key, and verifies what any suite signed.
    """

    def __init__(self, suite: str | None = None) -> None:
        self._suite = suite

    def issue(
        self,
        credential: Credential,
        *,
        signer: Signer,
        holder: Holder | None,
        sources: Sources,
        now: datetime,
        salt: Callable[[], str],
    ) -> Secured:
        """A credential of the VC Data Model 2.0, bound to the holder's DID."""
        document = create_unsecured(credential, holder=holder)
        return secure_document(
            document,
            signer=signer,
            sources=sources,
            now=min(now, credential.valid_from),  # the second of signing would tell credentials apart
            suite=self._suite,
            mandatory_pointers=(
                _always_shown(document, credential) if self._suite == ecdsa_sd_2023.NAME else None
            ),
        )

    def verify_credential(self, secured: Secured, *, sources: Sources, now: datetime) -> VerifiedCredential:
        """The credential, once its shape, its proof by its own issuer and its validity period hold.

        One with a base proof is checked as its holder does, statement for statement; shown to a verifier it
        is refused. Its holder chooses among its claims where they stand, so they stay where they are.
        """
        document = _json_object(secured)
        if not disclosure.is_selective(document):
            return self.verify_shown(document, sources=sources, now=now)
        contexts = _contexts_of(validation.issuer_id(document), sources)
        document = disclosure.derive_whole(document, contexts=contexts)
        verified = self.verify_shown(document, sources=sources, now=now)
        [subject] = validation.subjects(document)
        claims = {name: value for name, value in subject.items() if name != "id"}
        return replace(verified, document=verified.written, claims=claims)

    def verify_shown(
        self, document: Mapping[str, Any], *, sources: Sources, now: datetime
    ) -> VerifiedCredential:
        """The same of a credential that its holder shows: a base proof is none."""
        validation.validate_credential(document, accept_v1=True)
        issuer = validation.issuer_id(document)
        contexts = _contexts_of(issuer, sources)
        expected = Expected(purpose=ASSERTION, controller=issuer, domain=None, challenge=None)
        unsecured, method = pipeline.verify_proofs(
            document, expected=expected, sources=sources, contexts=contexts, now=now
        )
        validation.validate_as_read(unsecured, shown=document)
        types = expand_types(unsecured, contexts=contexts)
        verified = data_model.verified_credential(
            unsecured,
            format_=IDENTIFIER,
            key_id=method.id,
            types=types,
            now=now,
            written={name: part for name, part in document.items() if name != "proof"},
        )
        suites = {  # of the issuer's proofs: whoever adds one of their own makes nothing a part of itself
            proof.get("cryptosuite")
            for proof in validation.entries(document, "proof")
            if str(proof.get("verificationMethod")).partition("#")[0] == issuer
        }
        return replace(verified, partial=suites == {ecdsa_sd_2023.NAME})

    def _verify_entry(
        self, entry: Mapping[str, Any], *, sources: Sources, now: datetime
    ) -> VerifiedCredential:
        """A credential of a presentation: with a proof, or as a token in an envelope (§4.13.2)."""
        if not envelopes.is_envelope(entry):
            return self.verify_shown(entry, sources=sources, now=now)
        token = envelopes.open_envelope(entry, kind=envelopes.CREDENTIAL)
        return vc_token.verify(token, format_=ENVELOPED, sources=sources, now=now)

    def present(
        self,
        secured: Secured,
        *,
        disclose: Sequence[ClaimPath] | None,
        binding: Binding,
        signer: Signer,
        sources: Sources,
        now: datetime,
    ) -> Secured:
        """A presentation of the credential by its subject, for one request.

        With a base proof it is shown with the claims at `disclose` alone, else as a whole.
        """
        document = _json_object(secured)
        contexts = _contexts_of(validation.issuer_id(document), sources)
        holder = signer.key_id.partition("#")[0]
        if any(subject.get("id") != holder for subject in validation.subjects(document)):
            raise BindingMismatchError("This credential speaks of somebody else.")
        if disclosure.is_selective(document):
            document = (
                disclosure.derive_whole(document, contexts=contexts)
                if disclose is None
                else disclosure.derive(document, disclose, contexts=contexts)
            )
        presentation: dict[str, Any] = {
            "@context": [CREDENTIALS_V2],
            "type": ["VerifiablePresentation"],
            "holder": holder,
            "verifiableCredential": [document],
        }
        if binding.transaction_data:
            presentation[TRANSACTION_DATA_HASHES] = [_digest(entry) for entry in binding.transaction_data]
        options = pipeline.proof_options(
            signer=signer,
            purpose=AUTHENTICATION,
            created=now,
            domain=binding.audience,
            challenge=binding.nonce,
        )
        return pipeline.add_proof(presentation, options, signer=signer, contexts=contexts)

    def verify_presentation(
        self, presented: Secured, *, binding: Binding, sources: Sources, now: datetime
    ) -> VerifiedPresentation:
        """The credentials shown, once each holds and their subject signed for this very request.

        `domain` is the audience and `challenge` the nonce (OpenID4VP 1.0 §B.1.2.4).
        """
        document = _json_object(presented)
        validation.validate_presentation(document, accept_v1=True)
        holder = validation.holder_id(document)
        shown = validation.entries(document, "verifiableCredential")
        if not 0 < len(shown) <= MAX_CREDENTIALS:
            raise InvalidCredentialError(f"A presentation shows one credential, or up to {MAX_CREDENTIALS}.")
        credentials = tuple(self._verify_entry(entry, sources=sources, now=now) for entry in shown)
        issuers = tuple(dict.fromkeys(credential.issuer for credential in credentials))
        expected = Expected(
            purpose=AUTHENTICATION, controller=holder, domain=binding.audience, challenge=binding.nonce
        )
        unsecured, _ = pipeline.verify_proofs(
            document, expected=expected, sources=sources, contexts=_contexts_of_any(issuers, sources), now=now
        )
        _require_recent(document, now=now)
        if validation.holder_id(unsecured) != holder:
            raise BindingMismatchError("A presentation has one holder.")
        if any(credential.subject != holder for credential in credentials):
            raise BindingMismatchError("A credential was shown by somebody else than its holder.")
        return VerifiedPresentation(credentials, holder, _confirmed(unsecured, binding))


def _require_recent(presentation: Mapping[str, Any], *, now: datetime) -> None:
    """Raise unless each proof of a verified presentation was made just now, as a Key Binding JWT must be."""
    for proof in validation.entries(presentation, "proof"):
        created = proof.get("created")
        if not isinstance(created, str) or times.parse(created) < now - MAX_AGE:
            raise BindingMismatchError("This presentation was made at another time.")


def create_unsecured(credential: Credential, *, holder: Holder | None) -> dict[str, Any]:
    """The unsecured document of a credential (VC Data Model 2.0 §4)."""
    subject = {name: value for name, value in credential.claims.items() if name != "id"}
    document: dict[str, Any] = {
        "@context": [CREDENTIALS_V2, *credential.context],
        "id": credential.id,
        "type": ["VerifiableCredential", credential.type],
        "issuer": (
            {"id": credential.issuer, "name": credential.issuer_name}
            if credential.issuer_name
            else credential.issuer
        ),
        "validFrom": times.write(credential.valid_from),
        "credentialSubject": {"id": holder.did, **subject} if holder else subject,
    }
    if credential.valid_until is not None:
        document["validUntil"] = times.write(credential.valid_until)
    if credential.name:
        document["name"] = credential.name
    if credential.schema is not None:
        document["credentialSchema"] = dict(credential.schema)
    if credential.status:
        document["credentialStatus"] = status_entries.create_status_entries(credential.status)
    return document


def _always_shown(document: Mapping[str, Any], credential: Credential) -> list[str]:
    """Pointers to what a base proof lets nobody hold back: its head, and the claims not made separable."""
    separable = {path[0] for path in credential.disclosable}
    return [
        *ecdsa_sd_2023.default_pointers(document),
        *(
            selection.pointer(("credentialSubject", name))
            for name in document["credentialSubject"]
            if name != "id" and name not in separable
        ),
    ]


def secure_document(
    document: Mapping[str, Any],
    *,
    signer: Signer,
    sources: Sources,
    now: datetime,
    suite: str | None = None,
    mandatory_pointers: Sequence[str] | None = None,
) -> dict[str, Any]:
    """Any unsecured credential with its issuer's proof: what `issue` builds, a status list, a VC-API body.

    `mandatory_pointers` say what a proof for selective disclosure always shows; None leaves it to the suite.
    """
    validation.validate_credential(document)
    issuer = validation.issuer_id(document)
    if signer.key_id.partition("#")[0] != issuer:
        raise pipeline.ProofGenerationError("A credential is signed with its issuer's own key.")
    options = pipeline.proof_options(signer=signer, purpose=ASSERTION, created=now, suite=suite)
    if mandatory_pointers is not None:
        options[ecdsa_sd_2023.POINTERS] = list(mandatory_pointers)
    return pipeline.add_proof(document, options, signer=signer, contexts=_contexts_of(issuer, sources))


def _json_object(secured: Secured) -> Mapping[str, Any]:
    if not isinstance(secured, Mapping):
        raise InvalidCredentialError("A credential with a Data Integrity proof is a JSON object.")
    return secured


def _contexts_of(issuer: str, sources: Sources) -> Contexts:
    return partial(sources.context, issuer=issuer)


def _contexts_of_any(issuers: Sequence[str], sources: Sources) -> Contexts:
    """A presentation speaks in the contexts of all whose credentials it holds."""

    def contexts(url: str) -> Mapping[str, Any]:
        for issuer in issuers[:-1]:
            try:
                return sources.context(url, issuer=issuer)
            except SelloError:
                continue
        return sources.context(url, issuer=issuers[-1])

    return contexts


def _digest(entry: str) -> str:
    """The hash of one entry of `transaction_data`, taken of its base64url text (OpenID4VP 1.0 §B.3.3.1)."""
    return base64url.encode(sha256(entry.encode()).digest())


def _confirmed(document: Mapping[str, Any], binding: Binding) -> tuple[str, ...]:
    """The entries of the binding that the holder signed; a hash of anything else is refused."""
    value = document.get(TRANSACTION_DATA_HASHES, [])
    hashes = value if isinstance(value, list) else [value]
    known = {_digest(entry): entry for entry in binding.transaction_data}
    if not all(isinstance(item, str) and item in known for item in hashes):
        raise BindingMismatchError("The holder signed transaction data that was not asked for.")
    return tuple(entry for digest, entry in known.items() if digest in hashes)
