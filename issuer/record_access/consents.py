"""Consents at the authority: given by a signature, relied upon while they stand, ended by the person's word.

Whoever reads on a consent locks its row in the transaction that logs the reading, and whoever withdraws it
locks it too: of the two, one is first, and nothing is read after a withdrawal was answered.
"""

import json
import uuid
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from common.adapters.storage.sealing import seal, unseal
from common.oid4vp.transaction_data import DataAccess
from common.registries.record_access.grant import AccessRefusedError, AccessRequest
from issuer.models import Consent, DataAgreement
from issuer.record_access.attributes import narrow_attributes
from issuer.record_access.evidence import VerifiedEvidence
from issuer.status.cards import key_stands

ONE_READING: Final = timedelta(minutes=5)  # how long a presentation opens what it was made for


def allowed_attributes(agreement: DataAgreement, shown: VerifiedEvidence, *, now: datetime) -> list[str]:
    """What a presentation opens: the terms that the person signed with it, else all that was agreed."""
    if shown.terms is None:
        return list(agreement.attributes)
    _require_terms(shown.terms, agreement, now=now)
    return list(shown.terms.attributes)


def record_consent(
    agreement: DataAgreement,
    request: AccessRequest,
    shown: VerifiedEvidence,
    *,
    allowed: Sequence[str],
    record_key: str,
    now: datetime,
) -> Consent:
    """Keep what a person agreed to: the terms that they signed, else this one reading of `allowed`."""
    id, terms = uuid.uuid4(), shown.terms
    return Consent.objects.create(
        id=id,
        agreement=agreement,
        record_key=record_key,
        holder_thumbprint=shown.thumbprint,
        client_id=request.client_id,
        purpose=agreement.purpose,
        attributes=list(terms.attributes if terms else allowed),
        how=Consent.How.SIGNED if terms else Consent.How.SHOWN,
        given_at=now,
        expires_at=terms.valid_until if terms else now + ONE_READING,
        sealed_evidence=seal(json.dumps(asdict(shown.evidence)).encode(), name=_name(id)),
    )


def consent_evidence(consent: Consent) -> dict[str, Any]:
    """What the person signed, as it arrived, for whoever must prove it."""
    found: dict[str, Any] = json.loads(unseal(consent.sealed_evidence, name=_name(consent.id)))
    return found


def find_consent(agreement: DataAgreement, id: str) -> Consent:
    """The lasting consent of that identifier under this very agreement, whether or not it still stands."""
    try:
        wanted = UUID(id)
    except ValueError as error:
        raise AccessRefusedError("There is no such consent.") from error
    # A presentation was for one reading: its identifier opens no second one.
    found = Consent.objects.filter(agreement=agreement, id=wanted, how=Consent.How.SIGNED).first()
    if found is None:
        raise AccessRefusedError("There is no such consent.")
    return found


def require_valid_consent(consent: Consent, *, now: datetime) -> None:
    """Raise where a consent was withdrawn or has ended, or the card whose key gave it was withdrawn."""
    if consent.withdrawn_at is not None:
        raise AccessRefusedError("The person has withdrawn their consent.")
    if consent.expires_at <= now:
        raise AccessRefusedError("The person's consent has ended.")
    if not key_stands(consent.holder_thumbprint):
        raise AccessRefusedError("The document with which the person agreed has been withdrawn.")


def lock_consent(id: UUID, *, now: datetime) -> Consent:
    """A standing consent, which nobody withdraws before this transaction ends."""
    consent = Consent.objects.select_for_update().get(pk=id)
    require_valid_consent(consent, now=now)
    return consent


@transaction.atomic
def end_consent(id: UUID, *, now: datetime) -> Consent:
    """End a consent; once more changes nothing."""
    consent = Consent.objects.select_for_update().get(pk=id)
    if consent.withdrawn_at is None:
        consent.withdrawn_at = now
        consent.save(update_fields=["withdrawn_at"])
    return consent


def consent_state(consent: Consent, *, now: datetime) -> str:
    """`active`, `withdrawn` or `expired`."""
    if consent.withdrawn_at is not None:
        return "withdrawn"
    return "active" if consent.expires_at > now else "expired"


def _require_terms(terms: DataAccess, agreement: DataAgreement, *, now: datetime) -> None:
    """Raise unless what the person signed is what was agreed with this organisation, or less."""
    if terms.authority != agreement.authority.identifier or terms.client_id != agreement.client_id:
        raise AccessRefusedError("The person agreed to another reader, or to another registry.")
    if terms.purpose != agreement.purpose:
        raise AccessRefusedError("The person agreed to another purpose.")
    narrow_attributes(terms.attributes, agreement.attributes)
    if not now < terms.valid_until <= now + timedelta(days=agreement.longest_days):
        raise AccessRefusedError("The person's consent has ended, or lasts longer than was agreed upon.")


def _name(id: UUID) -> str:
    return f"consent {id}"
