"""Telling the people behind records, and the organisations that may read them, what happened.

Whoever holds a credential is told in the inbox of its key, and by the addresses that their record gives. An
organisation hears of records that it may read, by the credential's identifier and its new state alone.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from common.errors import SelloError
from common.keys import Signer
from common.notices import delivery
from common.notices.channels import webhook
from common.notices.models import Notice, Subscriber
from common.notices.notify import Recipient, create_notices, open_notice
from common.registries.connector import RegistryRecord
from common.registries.values.texts import matchable
from issuer import models
from issuer.authorities import identity
from issuer.models import (
    AccessLog,
    Authority,
    Basis,
    Consent,
    DataAgreement,
    IssuedCredential,
    Registry,
    Session,
)
from issuer.registries.connectors import open_registry
from issuer.registries.contacts import LANGUAGE, contact_columns

MAX_WALLETS: Final = 20
STATES: Final = {"suspended": "suspended", "revoked": "revoked", "valid": "reinstated"}


class ReadyOffer(NamedTuple):
    """What a notice says is ready: the configuration by its identifier, and the record that it is made of."""

    configuration: int
    record_key: str


def tell_holder(
    credential: IssuedCredential,
    kind: str,
    *,
    key: str,
    now: datetime,
    record: RegistryRecord | models.Record | None = None,
    note: str = "",
    **facts: str,
) -> int:
    """Tell whoever holds this credential; inside the transaction of what happened to it.

    Several credentials of one record told with one `key` make one e-mail, and one notice in each wallet.
    `note` is for the wallet's inbox alone, such as a reason; `record` spares fetching it again.
    """
    configuration = credential.configuration
    if configuration is None:  # an operator's own, of nobody's record
        return 0
    registry = configuration.registry
    said = _facts(registry.authority, now=now) | {
        "document": configuration.display.get("name", configuration.type),
        "reference": _short(credential),
    }
    found = record or _record(registry, credential.record_key)
    to = _recipient(registry, found, credential.record_key, credential.holder_thumbprint, note=note)
    told = _tell(kind, to, key=key, facts=said | facts, registry=registry, now=now)
    state = {"reference": credential.urn, "date": said["date"]}
    for subscriber in _concerned(registry, credential.record_key, kind, now=now):
        to = Recipient(
            addresses={webhook.CHANNEL.address: subscriber.url}, about=_about(registry, credential.record_key)
        )
        told += _tell(kind, to, key=f"{key} {credential.id}", facts=state, registry=registry, now=now)
    return told


def tell_person(
    registry: Registry,
    record: RegistryRecord | models.Record,
    kind: str,
    *,
    key: str,
    now: datetime,
    note: str = "",
    offer: ReadyOffer | None = None,
    **facts: str,
) -> int:
    """Tell the person of a record by its addresses, and in each wallet that holds a credential of it.

    The facts are `document` and `reference`; `note` is for the wallets' inboxes alone, as is `offer`.
    """
    return _tell_person(
        registry, record.key, record, kind, key=key, now=now, note=note, facts=facts, offer=offer
    )


def tell_read(read: AccessLog, *, now: datetime, record: RegistryRecord | None = None) -> int:
    """Tell the person that somebody read their record; each reader's first reading of a day tells of all.

    Whoever agreed to it hears of it too, by the key that did: its card may be another authority's.
    """
    assert read.registry is not None  # of a record that was read
    registry, record_key = read.registry, read.record_key
    return _tell_person(
        registry,
        record_key,
        record or _record(registry, record_key),
        "data_read",
        key=f"read {registry.pk} {record_key} {read.client_id} {now:%Y-%m-%d}",
        now=now,
        note=f"{read.client_name}: {read.purpose}",
        facts={"reference": f"R-{read.pk}"},
        agreed_by=read.holder_thumbprint,
    )


def tell_ready(session: Session, *, now: datetime) -> int:
    """Tell the person that what they asked for, and an officer looked at, can be fetched now."""
    configuration = session.configuration
    registry = configuration.registry
    return _tell_person(
        registry,
        session.record_key,
        _record(registry, session.record_key),
        "ready",
        key=f"decision {session.pk}",
        now=now,
        note="",
        facts={
            "document": configuration.display.get("name", configuration.type),
            "reference": str(session.pk)[:8].upper(),
        },
    )


def _tell_person(
    registry: Registry,
    record_key: str,
    record: RegistryRecord | models.Record | None,
    kind: str,
    *,
    key: str,
    now: datetime,
    note: str,
    facts: Mapping[str, str],
    agreed_by: str = "",
    offer: ReadyOffer | None = None,
) -> int:
    held = (
        IssuedCredential.objects.filter(configuration__registry=registry, record_key=record_key)
        .exclude(state=IssuedCredential.State.REVOKED)
        .exclude(holder_thumbprint="")
    )
    every = [agreed_by, *held.values_list("holder_thumbprint", flat=True)]
    thumbprints = list(dict.fromkeys(filter(None, every)))[:MAX_WALLETS]
    said = {**_facts(registry.authority, now=now), **facts}
    first, *others = thumbprints or [""]
    to = _recipient(registry, record, record_key, first, note=note)
    to = replace(to, offer=json.dumps(offer) if offer else "")
    told = _tell(kind, to, key=key, facts=said, registry=registry, now=now)
    for thumbprint in others:
        to = replace(to, holder=thumbprint, addresses={})
        told += _tell(kind, to, key=key, facts=said, registry=registry, now=now)
    return told


def tell_status(
    credential: IssuedCredential,
    *,
    reason: str,
    now: datetime,
    record: RegistryRecord | models.Record | None = None,
) -> int:
    """Tell that a credential's status has just become what it is.

    One card is several credentials, in several formats and copies: where they change at once, the person
    hears it once.
    """
    kind = STATES[credential.state]
    changes = models.StatusChange.objects.filter(
        credential__configuration=credential.configuration_id,
        credential__record_key=credential.record_key,
        after=credential.state,
    )
    times = changes.values("at").distinct().count()
    document = f"{credential.configuration_id} {credential.record_key}"
    key = f"status {document} {now:%Y-%m-%d} {times} {reason}"
    return tell_holder(credential, kind, key=key, now=now, record=record, note=reason)


def _tell(
    kind: str, to: Recipient, *, key: str, facts: dict[str, str], registry: Registry, now: datetime
) -> int:
    return create_notices(kind, key=key, to=to, facts=facts, now=now, sender=sender_of(registry.authority))


def undeliverable_notices(registries: QuerySet[Registry]) -> QuerySet[Notice]:
    """The notices of these registries' authorities that reached nobody, or perhaps nobody."""
    slugs = registries.values_list("authority__slug", flat=True).distinct()
    return Notice.objects.filter(state=Notice.State.FAILED, sender__in=[f"issuer/{slug}" for slug in slugs])


def undeliverable_notice(registries: QuerySet[Registry], id: UUID) -> Notice | None:
    """One of `undeliverable_notices`; None where it is none of them."""
    return undeliverable_notices(registries).filter(pk=id).first()


def record_of_notice(notice: Notice) -> models.Record | None:
    """The record that a notice is about, where it still lies here."""
    slug, _, key = open_notice(notice).about.partition("/")
    return models.Record.objects.select_related("registry").filter(registry__slug=slug, key=key).first()


def send_to_record_again(notice: Notice, *, now: datetime) -> bool:
    """Queue a failed notice once more, to the address that the record gives by now; whether there is one."""
    record = record_of_notice(notice)
    to = _recipient(record.registry, record, record.key, "") if record else None
    return delivery.retry_notice(notice, now=now, to=to)


def sender_of(authority: Authority) -> str:
    """The name under which an authority's notices stand."""
    return f"issuer/{authority.slug}"


def authority_notice_signer(slug: str) -> Signer:
    """Who signs what an authority tells organisations."""
    return identity.authority_signer(Authority.objects.get(slug=slug), "P-256")


def _facts(authority: Authority, *, now: datetime) -> dict[str, str]:
    return {"authority": authority.name, "date": now.date().isoformat()}


def _record(registry: Registry, key: str) -> RegistryRecord | None:
    """The record behind a credential; a registry that does not answer leaves the inbox alone."""
    try:
        return open_registry(registry).fetch(key)
    except SelloError:
        return None


def _recipient(
    registry: Registry,
    record: RegistryRecord | models.Record | None,
    key: str,
    thumbprint: str,
    *,
    note: str = "",
) -> Recipient:
    columns = contact_columns(registry)
    data: Mapping[str, Any] = record.data if record else {}
    found = {contact: matchable(data.get(name)) for contact, name in columns.items()}
    return Recipient(
        holder=thumbprint,
        language=found.pop(LANGUAGE, ""),
        addresses=found,
        about=_about(registry, key),
        note=note,
    )


def _about(registry: Registry, key: str) -> str:
    return f"{registry.slug}/{key}"


def _short(credential: IssuedCredential) -> str:
    """What a person can name on the telephone; it leads to nothing but the office's own row."""
    return str(credential.id)[:8].upper()


def _concerned(registry: Registry, key: str, kind: str, *, now: datetime) -> list[Subscriber]:
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
