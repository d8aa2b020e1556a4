"""Who is told: a person by the addresses of their record, and organisations that may read that record."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from common.errors import SelloError
from common.keys import Signer
from common.notices.models import Subscriber
from common.notices.notify import Recipient
from common.registries.connector import RegistryRecord
from common.registries.values.texts import matchable
from issuer import models
from issuer.authorities import identity
from issuer.models import AccessLog, Authority, Basis, Consent, DataAgreement, Registry
from issuer.registries.connectors import open_registry
from issuer.registries.contacts import LANGUAGE, contact_columns


def sender_of(authority: Authority) -> str:
    """The name under which an authority's notices stand."""
    return f"issuer/{authority.slug}"


def authority_notice_signer(slug: str) -> Signer:
    """Who signs what an authority tells organisations."""
    return identity.authority_signer(Authority.objects.get(slug=slug), "P-256")


def record_or_none(registry: Registry, key: str) -> RegistryRecord | None:
    """The record behind a credential; a registry that does not answer leaves the inbox alone."""
    try:
        return open_registry(registry).fetch(key)
    except SelloError:
        return None


def recipient_of(
    registry: Registry,
    record: RegistryRecord | models.Record | None,
    key: str,
    thumbprint: str,
    *,
    note: str = "",
) -> Recipient:
    """Whom a notice goes to: the holder's key, and the addresses and the language that the record gives."""
    columns = contact_columns(registry)
    data: Mapping[str, Any] = record.data if record else {}
    found = {contact: matchable(data.get(name)) for contact, name in columns.items()}
    return Recipient(
        holder=thumbprint,
        language=found.pop(LANGUAGE, ""),
        addresses=found,
        about=about_record(registry, key),
        note=note,
    )


def about_record(registry: Registry, key: str) -> str:
    """How a notice names the record that it is about."""
    return f"{registry.slug}/{key}"


def concerned_subscribers(registry: Registry, key: str, kind: str, *, now: datetime) -> list[Subscriber]:
    """The subscribers to this kind that may read this very record: on a consent that stands, or by a law.

    Of a law's readers those alone who have read it: the others need not learn that the person is there.
    """
    listening = Subscriber.objects.filter(sender=sender_of(registry.authority), active=True)
    asked = {subscriber: subscriber.client_id for subscriber in listening if kind in subscriber.kinds}
    if not asked:
        return []
    agreed = Consent.objects.filter(
        agreement__registry=registry, agreement__active=True, record_key=key, how=Consent.How.SIGNED,
        withdrawn_at__isnull=True, expires_at__gt=now,
    )  # fmt: skip
    lawful = DataAgreement.objects.filter(registry=registry, active=True, basis=Basis.LAW)
    read = AccessLog.objects.filter(
        registry=registry, record_key=key, basis=Basis.LAW, outcome=AccessLog.Outcome.READ,
        client_id__in=lawful.values("client_id"),
    )  # fmt: skip
    may = {*agreed.values_list("client_id", flat=True), *read.values_list("client_id", flat=True)}
    return [subscriber for subscriber, client_id in asked.items() if client_id in may]
