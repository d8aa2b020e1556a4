"""Telling the people behind records, and the organisations that may read them, what happened.

Whoever holds a credential is told in the inbox of its key, and by the addresses that their record gives. An
organisation hears of records that it may read, by the credential's identifier and its new state alone.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final, NamedTuple

from common.notices.channels import webhook
from common.notices.notify import Recipient, create_notices
from common.registries.connector import RegistryRecord
from issuer import models
from issuer.models import (
    AccessLog,
    Authority,
    IssuedCredential,
    Registry,
    Session,
)
from issuer.notifications.recipients import (
    about_record,
    concerned_subscribers,
    recipient_of,
    record_or_none,
    sender_of,
)

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
    found = record or record_or_none(registry, credential.record_key)
    to = recipient_of(registry, found, credential.record_key, credential.holder_thumbprint, note=note)
    told = _tell(kind, to, key=key, facts=said | facts, registry=registry, now=now)
    state = {"reference": credential.urn, "date": said["date"]}
    for subscriber in concerned_subscribers(registry, credential.record_key, kind, now=now):
        to = Recipient(
            addresses={webhook.CHANNEL.address: subscriber.url},
            about=about_record(registry, credential.record_key),
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
        record or record_or_none(registry, record_key),
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
        record_or_none(registry, session.record_key),
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
    to = recipient_of(registry, record, record_key, first, note=note)
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


def _facts(authority: Authority, *, now: datetime) -> dict[str, str]:
    return {"authority": authority.name, "date": now.date().isoformat()}


def _short(credential: IssuedCredential) -> str:
    """What a person can name on the telephone; it leads to nothing but the office's own row."""
    return str(credential.id)[:8].upper()
