"""Writing down who has read whose record, or tried to: one function for every door that opens one.

Both ends keep the same `request_id`, so that an auditor can lay one log beside the other. No value of an
attribute is ever written here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from common.registries.connector import RegistryRecord
from common.vcdm import times
from issuer.models import AccessLog, Authority, Basis, Consent, Registry
from issuer.notifications.notify import tell_read


@dataclass(frozen=True, slots=True)
class RecordAccess:
    """Who asked for which attributes of a record, why, and on what ground: what a log entry says of it.

    `request_id` is known at both ends; `record_key` is "" where no record was found yet.
    """

    request_id: str
    client_id: str
    purpose: str
    attributes: Sequence[str]
    client_name: str = ""
    basis: str = Basis.CONSENT
    legal_basis: str = ""
    record_key: str = ""
    consent: Consent | None = None
    holder_thumbprint: str = ""


def log_read(
    registry: Registry, access: RecordAccess, *, now: datetime, record: RegistryRecord | None = None
) -> AccessLog:
    """One reading of one record, and word of it to the person; in the transaction that decides it.

    `record` spares fetching it again to find the person's addresses.
    """
    read = _entry(access, authority_id=registry.authority_id, registry=registry, at=now)
    read.save(force_insert=True)
    tell_read(read, record=record, now=now)
    return read


def log_refusal(
    authority: Authority, access: RecordAccess, problem: str, *, registry: Registry | None, now: datetime
) -> AccessLog:
    """One request that was understood and refused, with what was known of it by then.

    The person sees it where their record or consent was already found.
    """
    refused = _entry(access, authority_id=authority.pk, registry=registry, at=now)
    refused.outcome, refused.problem = AccessLog.Outcome.REFUSED, problem[:60]
    refused.save(force_insert=True)
    return refused


def _entry(access: RecordAccess, **where: Any) -> AccessLog:
    return AccessLog(
        record_key=access.record_key,
        request_id=access.request_id[:200],
        client_id=access.client_id[:500],
        client_name=access.client_name[:200],
        purpose=access.purpose[:200],
        attributes=list(access.attributes),
        basis=Basis(access.basis),
        legal_basis=access.legal_basis[:500],
        consent=access.consent,
        holder_thumbprint=access.holder_thumbprint,
        **where,
    )


def access_log_entries(*, authority: str = "", since: datetime | None = None) -> Iterator[dict[str, Any]]:
    """The log for an auditor, oldest first: who, why, on what ground, which attributes; not whose record."""
    rows = AccessLog.objects.select_related("authority").order_by("at", "id")
    if authority:
        rows = rows.filter(authority__slug=authority)
    if since is not None:
        rows = rows.filter(at__gte=since)
    for row in rows.iterator(chunk_size=2_000):
        yield {
            "request_id": row.request_id,
            "at": times.write(row.at),
            "authority": row.authority.identifier if row.authority else "",
            "client": row.client_id,
            "purpose": row.purpose,
            "basis": row.basis,
            "legal_basis": row.legal_basis,
            "consent": str(row.consent_id) if row.consent_id else None,
            "attributes": list(row.attributes),
            "outcome": row.outcome,
            "problem": row.problem,
        }
