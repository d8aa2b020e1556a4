"""Whether a document is well formed and its speaker's own: what the VC-API asks of a verifier.

1. data model: the document has the shape that its version of the data model wants.
2. proof: each proof, or the enveloping token, holds, by a key that its controller lists for that purpose; one
   of them is the issuer's own, or the named holder's; a presentation's was made for the domain and challenge.
3. meaning: every term and type means something, and nothing of it is lost.
4. validity: now lies within the validity period.
5. references: related resources and schemas are what the issuer says of them.

Nobody's trust is asked: what comes back says who speaks, and is no reason to believe a claim. The product's
own procedure, which asks more, is in `procedure`. Conformance suites, like the specifications' vectors, have
credentials that another than their issuer signed: in a trial they pass, with a warning.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from common.did import Fetch
from common.errors import MalformedInputError, SelloError
from common.formats.base import ExpiredError, NotYetValidError, Sources
from common.formats.data_integrity import pipeline
from common.formats.data_integrity.pipeline import Expected, ProofByAnotherError
from common.formats.w3c import envelopes, jose
from common.rdf.contexts import Contexts
from common.rdf.dataset import to_quads
from common.rdf.expansion import expand
from common.vcdm import validation
from common.vcdm.related_resources import Known
from common.verification import references

MAX_CREDENTIALS: Final = 20  # in one presentation; each is verified by itself
ASSERTION: Final = "assertionMethod"


class NotSecuredError(MalformedInputError):
    """Something that is no secured document of the data model."""

    code = "PARSING_ERROR"


@dataclass(frozen=True, slots=True)
class ProofSources:
    """What a check finds outside the document: keys, the contexts that some speakers may use, the network.

    `known` are resources whose digests are known without fetching them. In a `trial` a credential may be
    signed by another than its issuer.
    """

    sources: Sources
    contexts_of: Callable[[Sequence[str]], Contexts]
    fetch: Fetch
    known: Mapping[str, Known]
    trial: bool = False


@dataclass(frozen=True, slots=True)
class Checked:
    """A document without its proof or envelope, once it holds, with what its reader must be warned of."""

    document: Mapping[str, Any]
    warnings: tuple[SelloError, ...] = ()


def check_credential(document: object, *, world: ProofSources, now: datetime) -> Checked:
    """A credential, once steps 1 to 5 hold."""
    warnings: tuple[SelloError, ...] = ()
    if not isinstance(document, Mapping):
        raise NotSecuredError("A secured credential is a JSON object.")
    if envelopes.is_envelope(document):
        token = envelopes.open_envelope(document, kind=envelopes.CREDENTIAL)
        credential = jose.verify(token, kind="vc", sources=world.sources, now=now).document
        written = credential
        contexts = world.contexts_of([validation.issuer_id(credential)])
    else:
        validation.validate_credential(document, accept_v1=True)
        issuer = validation.issuer_id(document)
        contexts = world.contexts_of([issuer])
        expected = Expected(ASSERTION, controller=issuer, domain=None, challenge=None)
        try:
            credential, _ = pipeline.verify_proofs(
                document, expected=expected, sources=world.sources, contexts=contexts, now=now
            )
        except ProofByAnotherError as error:
            if not world.trial:
                raise
            credential, warnings = error.signed, (error,)
        validation.validate_as_read(credential, shown=document)
        written = {name: part for name, part in document.items() if name != "proof"}
    require_meaning(credential, contexts=contexts)
    _require_validity(credential, now=now)
    check_document_references(credential, written=written, world=world, now=now)
    return Checked(credential, warnings)


def check_presentation(
    document: object, *, domain: str | None, challenge: str | None, world: ProofSources, now: datetime
) -> Checked:
    """A presentation, once steps 1 to 3 hold, and all for what is in it."""
    if not isinstance(document, Mapping):
        raise NotSecuredError("A secured presentation is a JSON object.")
    if envelopes.is_envelope(document):
        token = envelopes.open_envelope(document, kind=envelopes.PRESENTATION)
        verified = jose.verify(token, kind="vp", sources=world.sources, now=now)
        jose.require_binding(verified.claims, audience=domain, nonce=challenge)
        presentation = verified.document
        contexts = world.contexts_of(_speakers(presentation))
    else:
        validation.validate_presentation(document, accept_v1=True)
        contexts = world.contexts_of(_speakers(document))
        holder = validation.holder_id(document) if "holder" in document else None
        presentation, _ = pipeline.verify_proofs(
            document,
            expected=Expected("authentication", holder, domain=domain, challenge=challenge),
            sources=world.sources,
            contexts=contexts,
            now=now,
        )
    require_meaning(presentation, contexts=contexts)
    shown = validation.entries(presentation, "verifiableCredential")
    if len(shown) > MAX_CREDENTIALS:
        raise NotSecuredError(f"More than {MAX_CREDENTIALS} credentials in a presentation are not accepted.")
    within = [check_credential(credential, world=world, now=now) for credential in shown]
    return Checked(presentation, tuple(warning for one in within for warning in one.warnings))


def require_meaning(document: Mapping[str, Any], *, contexts: Contexts) -> None:
    """Step 3: raise unless every term and type means something in RDF (VCDM 2.0 §4.3, §4.5)."""
    to_quads(expand(document, contexts=contexts))


def check_document_references(
    credential: Mapping[str, Any],
    *,
    written: Mapping[str, Any] | None = None,
    world: ProofSources,
    now: datetime,
) -> None:
    """Step 5, which an issuer asks of what it is about to sign, too."""
    references.check_references(
        credential,
        written=written,
        fetch=world.fetch,
        known=world.known,
        sources=world.sources,
        now=now,
    )


def _require_validity(credential: Mapping[str, Any], *, now: datetime) -> None:
    begins, ends = validation.validity(credential)
    if begins is not None and now < begins:
        raise NotYetValidError("This credential is not valid yet.")
    if ends is not None and ends < now:
        raise ExpiredError("This credential has expired.")


def _speakers(presentation: Mapping[str, Any]) -> list[str]:
    """The holder, and the issuers of what is in a presentation: it speaks in the contexts of them all."""
    shown = validation.entries(presentation, "verifiableCredential")
    issuers = [validation.issuer_id(entry) for entry in shown if not envelopes.is_envelope(entry)]
    holder = [validation.holder_id(presentation)] if "holder" in presentation else []
    return list(dict.fromkeys([*holder, *issuers]))
