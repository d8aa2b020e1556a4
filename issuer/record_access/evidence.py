"""The ground of an access request, looked into: what a person showed and signed, whose record it finds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from common.adapters.documents.sources import check_credential_status, resolve_did, sources
from common.did import did_web
from common.errors import SelloError, UnknownPartError
from common.formats import FORMATS
from common.formats.base import Binding, VerifiedCredential
from common.keys import jwk
from common.oid4vp.transaction_data import DataAccess, read_transaction_data
from common.registries.record_access.grant import AccessRefusedError, Evidence
from common.registries.values.texts import matchable
from common.vcdm import times
from issuer.models import DataAgreement
from issuer.registries.connectors import open_registry

EVIDENCE_AGE: Final = timedelta(minutes=5)
CLIENT_PREFIX: Final = "decentralized_identifier:"


@dataclass(frozen=True, slots=True)
class VerifiedEvidence:
    """The one credential of an evidence, the thumbprint of the key that showed it, the terms it signed."""

    evidence: Evidence = field(repr=False)
    credential: VerifiedCredential
    thumbprint: str
    terms: DataAccess | None


def verify_evidence(evidence: Evidence, client_id: str, *, now: datetime) -> VerifiedEvidence:
    """What the evidence shows, once it is seen to have been made for this client, just now."""
    if evidence.audience.removeprefix(CLIENT_PREFIX) != client_id:
        raise AccessRefusedError("The evidence was shown to somebody else.")
    if evidence.format not in FORMATS:
        raise UnknownPartError("format", evidence.format, FORMATS)
    binding = Binding(evidence.audience, evidence.nonce, evidence.transaction_data)
    try:
        shown = FORMATS[evidence.format].verify_presentation(
            evidence.presentation, binding=binding, sources=sources(), now=now
        )
        if isinstance(evidence.presentation, Mapping):
            _require_recent(evidence.presentation, now=now)
        thumbprint = _thumbprint(shown.holder)
        signed = [read_transaction_data(entry).content for entry in shown.transaction_data]
    except SelloError as error:
        raise AccessRefusedError(
            "The evidence does not hold.", detail=f"{error.code} {error.public}"
        ) from error
    if len(shown.credentials) != 1:
        raise AccessRefusedError("The evidence must be one credential.")
    if set(shown.transaction_data) != set(evidence.transaction_data):
        raise AccessRefusedError("The person did not sign these terms.")
    terms = [content for content in signed if isinstance(content, DataAccess)]
    if len(terms) > 1:
        raise AccessRefusedError("The evidence is consent to one thing at a time.")
    return VerifiedEvidence(evidence, shown.credentials[0], thumbprint, terms[0] if terms else None)


def require_agreed(agreement: DataAgreement, credential: VerifiedCredential, *, now: datetime) -> None:
    """Raise unless the evidence is of an agreed type, by an agreed issuer, and valid: not merely unknown."""
    if not set(agreement.evidence_types) & set(credential.types):
        raise AccessRefusedError("This kind of evidence was not agreed upon.")
    if _did(credential.issuer) not in {_did(issuer) for issuer in agreement.evidence_issuers}:
        raise AccessRefusedError("The evidence is by an issuer that was not agreed upon.")
    if check_credential_status(credential, now=now).status != "valid":
        raise AccessRefusedError("The evidence is revoked, suspended, or nobody can say.")


def match_record(agreement: DataAgreement, value: object) -> str:
    """The key of the one record that says `value` in the agreed column."""
    if not isinstance(value, str) or not matchable(value):  # N/A is nobody's number
        raise AccessRefusedError("Nothing is shown that finds the record.")
    found = list(open_registry(agreement.registry).find(agreement.matching_column, value))
    if len(found) != 1:
        raise AccessRefusedError("This does not point to one record.")
    return found[0].key


def _require_recent(presentation: Mapping[str, Any], *, now: datetime) -> None:
    """Raise unless each proof of a verified JSON presentation was made just now; tokens say so themselves."""
    proofs = presentation.get("proof")
    for proof in proofs if isinstance(proofs, list) else [proofs]:
        created = proof.get("created") if isinstance(proof, Mapping) else None
        if not isinstance(created, str) or times.parse(created) < now - EVIDENCE_AGE:
            raise AccessRefusedError("The evidence is too old.")


def _thumbprint(holder: str) -> str:
    """RFC 7638 thumbprint of a holder's key: itself, or of the one key behind its DID."""
    if not holder.startswith("did:"):
        return holder
    [method] = resolve_did(holder).methods.values()
    return jwk.thumbprint(method.public_key)


def _did(issuer: str) -> str:
    """One name for an issuer that is a DID in one format and that DID's web address in another."""
    return did_web.encode(issuer) if "://" in issuer else issuer
