"""What a person sees of the readings of their record, and the consents that they end.

The person is whoever holds the key that asks. It opens what was read or agreed to on the strength of that
very key, and whatever concerns a record of which this authority issued a credential to it. A credential that
was revoked, perhaps because its phone was stolen, opens nothing.
"""

from datetime import datetime
from functools import reduce
from operator import or_
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet

from common.registries.record_access.grant import AccessRefusedError, InvalidAssertionError
from common.registries.record_access.holder import (
    ConsentEntry,
    HolderRequest,
    LogEntry,
    verify_consents_request,
    verify_log_request,
    verify_withdrawal,
)
from common.vcdm import times
from issuer.models import AccessLog, Authority, Consent, IssuedCredential
from issuer.record_access import consents
from issuer.record_access.grant import require_first_use

LIMIT: Final = 500


class ConsentNotFoundError(AccessRefusedError):
    """No consent of whoever asks: the same answer for one of somebody else's as for none at all."""

    status = 404


def holder_log(authority: Authority, request: str, *, now: datetime) -> list[LogEntry]:
    """Who has read this person's records here or tried to, on what ground, newest first."""
    asked = verify_log_request(request, audience=authority.identifier, now=now)
    require_first_use(f"log {asked.thumbprint}", asked.jti, InvalidAssertionError, now=now)
    found = AccessLog.objects.filter(
        _own(authority, asked, registry="registry_id"), authority=authority
    ).select_related("registry")
    return [
        LogEntry(
            at=times.write(row.at),
            client_id=row.client_id,
            client_name=row.client_name or row.client_id,
            purpose=row.purpose,
            registry=row.registry.title if row.registry else authority.name,
            attributes=tuple(row.attributes),
            request_id=row.request_id,
            basis=row.basis,
            outcome=row.outcome,
            legal_basis=row.legal_basis,
            consent_id=str(row.consent_id or ""),
        )
        for row in found[:LIMIT]
    ]


def list_consents(authority: Authority, request: str, *, now: datetime) -> list[ConsentEntry]:
    """What this person has agreed to here, newest first."""
    asked = verify_consents_request(request, audience=authority.identifier, now=now)
    require_first_use(f"consents {asked.thumbprint}", asked.jti, InvalidAssertionError, now=now)
    return [_entry(consent, now=now) for consent in _consents(authority, asked)[:LIMIT]]


def withdraw_consent(authority: Authority, request: str, *, now: datetime) -> ConsentEntry:
    """End a consent at once, its tokens with it; the same word again (signed anew) changes nothing."""
    asked = verify_withdrawal(request, audience=authority.identifier, now=now)
    require_first_use(f"withdrawal {asked.thumbprint}", asked.jti, InvalidAssertionError, now=now)
    try:
        wanted = UUID(asked.consent_id)
    except ValueError as error:
        raise ConsentNotFoundError("There is no such consent of yours.") from error
    found = _consents(authority, asked).filter(id=wanted).first()
    if found is None:
        raise ConsentNotFoundError("There is no such consent of yours.")
    found.withdrawn_at = consents.end_consent(found.id, now=now).withdrawn_at
    return _entry(found, now=now)


def _consents(authority: Authority, asked: HolderRequest) -> QuerySet[Consent]:
    return Consent.objects.filter(
        _own(authority, asked, registry="agreement__registry_id"), agreement__authority=authority
    ).select_related("agreement__registry")


def _own(authority: Authority, asked: HolderRequest, *, registry: str) -> Q:
    """The rows of whoever asks; `registry` is how such a row names its registry."""
    records = (
        IssuedCredential.objects.filter(
            holder_thumbprint=asked.thumbprint, configuration__registry__authority=authority
        )
        .exclude(state="revoked")
        .values_list("configuration__registry_id", "record_key")
        .distinct()
    )
    own = [Q(**{registry: id, "record_key": key}) for id, key in records]
    return reduce(or_, own, Q(holder_thumbprint=asked.thumbprint))


def _entry(consent: Consent, *, now: datetime) -> ConsentEntry:
    return ConsentEntry(
        id=str(consent.id),
        client_id=consent.client_id,
        client_name=consent.agreement.client_name,
        purpose=consent.purpose,
        registry=consent.agreement.registry.title,
        attributes=tuple(consent.attributes),
        how=consent.how,
        state=consents.consent_state(consent, now=now),
        given_at=times.write(consent.given_at),
        expires_at=times.write(consent.expires_at),
        withdrawn_at=times.write(consent.withdrawn_at) if consent.withdrawn_at else "",
    )
