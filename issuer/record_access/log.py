"""Writing down who has read whose record, or tried to: one function for every door that opens one.

Both ends keep the same `request_id`, so that an auditor can lay one log beside the other. No value of an
attribute is ever written here.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from common.registries.connector import RegistryRecord
from common.vcdm import times
from issuer.models import AccessLog, Authority, Basis, Consent, DataAgreement, Registry
from issuer.notifications.notify import tell_read


def log_read(
    registry: Registry,
    record_key: str,
    *,
    request_id: str,
    client_id: str,
    client_name: str,
    purpose: str,
    attributes: Iterable[str],
    basis: str,
    now: datetime,
    legal_basis: str = "",
    consent: Consent | None = None,
    holder_thumbprint: str = "",
    record: RegistryRecord | None = None,
) -> AccessLog:
    """One reading of one record, and word of it to the person; in the transaction that decides it.

    `record` spares fetching it again to find the person's addresses.
    """
    read = AccessLog.objects.create(
        authority_id=registry.authority_id,
        registry=registry,
        record_key=record_key,
        request_id=request_id[:200],
        client_id=client_id[:500],
        client_name=client_name[:200],
        purpose=purpose[:200],
        attributes=list(attributes),
        basis=Basis(basis),
        legal_basis=legal_basis[:500],
        consent=consent,
        holder_thumbprint=holder_thumbprint,
        at=now,
    )
    tell_read(read, record=record, now=now)
    return read


def log_refusal(
    authority: Authority,
    *,
    request_id: str,
    client_id: str,
    purpose: str,
    attributes: Iterable[str],
    problem: str,
    now: datetime,
    agreement: DataAgreement | None = None,
    record_key: str = "",
    consent: Consent | None = None,
    holder_thumbprint: str = "",
) -> AccessLog:
    """One request that was understood and refused, with what was known of it by then.

    The person sees it where their record or consent was already found.
    """
    return AccessLog.objects.create(
        authority=authority,
        registry=agreement.registry if agreement else None,
        record_key=record_key,
        request_id=request_id[:200],
        client_id=client_id[:500],
        client_name=agreement.client_name if agreement else "",
        purpose=purpose[:200],
        attributes=list(attributes),
        basis=agreement.basis if agreement else Basis.CONSENT,
        legal_basis=agreement.legal_basis if agreement else "",
        consent=consent,
        holder_thumbprint=holder_thumbprint,
        outcome=AccessLog.Outcome.REFUSED,
        problem=problem[:60],
        at=now,
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
