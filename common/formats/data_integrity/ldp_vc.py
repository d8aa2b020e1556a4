"""`ldp_vc`: W3C credentials with embedded proofs (OpenID4VCI 1.0 §A.1.2, OpenID4VP 1.0 §B.1.2)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, Final

from common.errors import MalformedInputError, SelloError, UnknownPartError
from common.formats.base import (
    Binding,
    BindingMismatchError,
    Declared,
    Format,
    Holder,
    InvalidCredentialError,
    Preview,
    Secured,
    Sources,
    VerifiedCredential,
    VerifiedPresentation,
)
from common.formats.data_integrity import (
    SUITE_OF_CURVE,
    SUITES,
    disclosure,
    pipeline,
)
from common.formats.data_integrity.pipeline import Expected
from common.formats.data_integrity.presentation_proof import declared_in, require_recent
from common.formats.data_integrity.securing import ASSERTION, always_shown, secure_document
from common.formats.data_integrity.suite import PROOF_TYPE
from common.formats.data_integrity.transaction_data import confirmed, transaction_data_digest
from common.formats.query_meta import TypeValues
from common.formats.traits import Kind, PublishedType, Traits, TypeNames
from common.formats.w3c import data_model, envelopes, vc_token
from common.formats.w3c.data_model import create_unsecured
from common.keys import Signer
from common.rdf.contexts import CREDENTIALS_V2, Contexts
from common.rdf.expansion import expand_types
from common.rdf.terms import TRANSACTION_DATA_HASHES
from common.vcdm import validation
from common.vcdm.credential import ClaimPath, Credential

IDENTIFIER: Final = "ldp_vc"
AUTHENTICATION: Final = "authentication"
SELECTIVE_SUITES: Final = {name for name, suite in SUITES.items() if suite.SELECTIVE}
MAX_CREDENTIALS: Final = 20  # in one presentation; each is verified by itself


TRAITS: Final = Traits(
    identifier=IDENTIFIER,
    query_meta=TypeValues(),
    vp_format={"proof_type_values": [PROOF_TYPE], "cryptosuite_values": list(SUITES)},
    curve="Ed25519",
    algorithms=(SUITE_OF_CURVE["Ed25519"],),
    status_list="bitstring",
    without_binding=True,
    data_model=True,
    lists_are_sets=True,
)


class LdpVc(Format):
    """The `Format` of Data Integrity.

    It issues with the `suite` given, else with that of the signer's key, and verifies what any suite signed.
    """

    def __init__(self, suite: str | None = None) -> None:
        self._suite = suite

    @property
    def traits(self) -> Traits:
        """Those of Data Integrity, with the suite with which it issues."""
        if self._suite is None:
            return TRAITS
        suite = SUITES[self._suite]
        return replace(TRAITS, curve=suite.CURVES[0], algorithms=(suite.NAME,), selective=suite.SELECTIVE)

    def with_suite(self, suite: str) -> Format:
        """The format that issues with a suite of `SUITES`."""
        if suite not in SUITES:
            raise UnknownPartError(f"suite of {IDENTIFIER}", suite, SUITES)
        return LdpVc(suite)

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
            mandatory_pointers=(always_shown(document, credential) if self.traits.selective else None),
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
        return replace(verified, partial=bool(suites) and suites <= SELECTIVE_SUITES)

    def _verify_entry(
        self, entry: Mapping[str, Any], *, sources: Sources, now: datetime
    ) -> VerifiedCredential:
        """A credential of a presentation: with a proof, or as a token in an envelope (§4.13.2)."""
        if not envelopes.is_envelope(entry):
            return self.verify_shown(entry, sources=sources, now=now)
        token = envelopes.open_envelope(entry, kind=envelopes.CREDENTIAL)
        return vc_token.verify(token, format_=vc_token.JOSE, sources=sources, now=now)

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
            presentation[TRANSACTION_DATA_HASHES] = [
                transaction_data_digest(entry) for entry in binding.transaction_data
            ]
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
        require_recent(document, now=now)
        if validation.holder_id(unsecured) != holder:
            raise BindingMismatchError("A presentation has one holder.")
        if any(credential.subject != holder for credential in credentials):
            raise BindingMismatchError("A credential was shown by somebody else than its holder.")
        return VerifiedPresentation(credentials, holder, confirmed(unsecured, binding))

    def detect(self, secured: Secured) -> Kind | None:
        """A JSON object with a proof (VC-DI §2.1)."""
        if not isinstance(secured, Mapping):
            return None
        if "proof" not in secured:
            raise MalformedInputError("This JSON object has no proof: it is not a secured credential.")
        names = secured.get("type")
        types = names if isinstance(names, list) else [names]
        return "presentation" if "VerifiablePresentation" in types else "credential"

    def parse_presentation(self, presented: Secured) -> Declared:
        """A presentation with one proof, which says for whom, for what and when (VC-DI §2.1)."""
        return declared_in(_json_object(presented))

    def publish(self, names: TypeNames) -> PublishedType:
        """By its contexts and types (OpenID4VCI 1.0 §A.1.2.2)."""
        return PublishedType(
            context=(CREDENTIALS_V2, names.type_url), types=("VerifiableCredential", names.type)
        )

    def is_selective(self, secured: Secured) -> bool:
        """Whether this very document carries a base proof, from which others are derived."""
        return isinstance(secured, Mapping) and disclosure.is_selective(secured)

    def preview(
        self, secured: Secured, *, document: Mapping[str, Any], disclose: Sequence[ClaimPath]
    ) -> Preview:
        """The claims at `disclose`, and those that the base proof always shows."""
        shown = disclosure.preview_disclosure(_json_object(secured), disclose)
        [subject] = validation.subjects(shown)
        return Preview(shown, {name: value for name, value in subject.items() if name != "id"})

    def show_without_binding(
        self, secured: Secured, *, disclose: Sequence[ClaimPath] | None, sources: Sources
    ) -> Secured:
        """The document, with proofs derived from its base proof where it has one."""
        document = _json_object(secured)
        if not disclosure.is_selective(document):
            return document
        contexts = _contexts_of(validation.issuer_id(document), sources)
        if disclose is None:
            return disclosure.derive_whole(document, contexts=contexts)
        return disclosure.derive(document, disclose, contexts=contexts)


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
