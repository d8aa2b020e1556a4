"""Consents that people sign to a service: what is asked for, and what the authority kept of it."""

import secrets
from datetime import datetime, timedelta
from typing import Final

from django.db.models import QuerySet

from common.oid4vp.transaction_data import DataAccess
from common.vcdm import times
from verifier.errors import NotHereError
from verifier.models import PresentationSession, ReadingConsent, Service
from verifier.record_access.client import GrantedAccess

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O and U


def consent_terms(service: Service, *, now: datetime) -> DataAccess | None:
    """What a person is asked to agree to beside showing something; None for a service without such terms."""
    asked = service.parameters.get("consent")
    if asked is None:
        return None
    return DataAccess(
        credential_ids=tuple(query.id for query in service.dcql().credentials),
        authority=service.parameters["authority"],
        client_id=service.did,
        purpose=service.parameters["purpose"],
        attributes=tuple(asked["attributes"]),
        valid_until=(now + timedelta(days=asked["days"])).replace(microsecond=0),
    )


def keep_consent(session: PresentationSession, granted: GrantedAccess, *, now: datetime) -> ReadingConsent:
    """Remember a consent that the authority has just written down, under a reference for staff."""
    drawn = "".join(secrets.choice(ALPHABET) for _ in range(8))
    consent = ReadingConsent.objects.create(
        service=session.service,
        reference=f"{drawn[:4]}-{drawn[4:]}",
        session=session.poll_id,
        authority=granted.log.authority,
        consent_id=granted.grant.consent_id,
        purpose=granted.log.purpose,
        attributes=list(granted.grant.attributes),
        given_at=now,
        valid_until=times.parse(granted.grant.consent_until),
    )
    granted.log.consent = consent
    granted.log.save(update_fields=["consent"])
    return consent


def find_kept_consent(service: Service, *, reference: str = "", session: str = "") -> ReadingConsent:
    """The consent of that reference, or of that session; raises `NotHereError` where none is kept."""
    wanted = {"reference": reference.strip().upper()} if reference else {"session": session}
    found = ReadingConsent.objects.select_related("service").filter(service=service, **wanted).first()
    if found is None:
        raise NotHereError("No consent is kept here under this reference.")
    return found


def consents_of(services: QuerySet[Service]) -> QuerySet[ReadingConsent]:
    """The consents that people gave to these services, the latest first."""
    return ReadingConsent.objects.filter(service__in=services).select_related("service")


def consent_of(services: QuerySet[Service], pk: int) -> ReadingConsent:
    """One of them; raises `NotHereError` for any other."""
    found = consents_of(services).filter(pk=pk).first()
    if found is None:
        raise NotHereError("No such consent is kept here.")
    return found


def reads_records(services: QuerySet[Service]) -> bool:
    """Whether any of these services reads records on consents, or did."""
    return consents_of(services).exists() or any("consent" in service.parameters for service in services)
