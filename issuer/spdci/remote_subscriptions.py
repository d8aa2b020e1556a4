"""Our side of a registry that lies elsewhere: subscribing there, and hearing what changed."""

import logging
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from common.adapters.exchange.messages import ReceivedMessage
from common.adapters.exchange.partners import Partner
from common.exchange.errors import ExchangeError
from common.registries.connector import RegistryError
from common.registries.spdci.mapping import GONE, read_object
from common.registries.spdci.subscription import (
    create_subscribe,
    create_unsubscribe,
    parse_notify,
    parse_subscribe_response,
)
from issuer.models import Announcement, OwnSubscription, Registry
from issuer.registries.connectors.spdci.remote import RemoteRegistry, all_records, remote_registry
from issuer.spdci import outbox

log = logging.getLogger(__name__)
ASKED, ACTIVE, REFUSED, ENDED = "asked", "active", "refused", "ended"
MAX_KEY: Final = 128


@transaction.atomic
def subscribe_remote(registry: Registry, events: Sequence[str], *, now: datetime) -> list[OwnSubscription]:
    """Ask to be told of all changes; the registry answers later, at `on-subscribe`."""
    there, rows = remote_registry(registry), []
    for event in events:
        if not there.mapping.event_of(event):
            raise RegistryError(f"The mapping does not say what {event} stands for.")
        names = str(uuid.uuid4()), str(uuid.uuid4())
        message = create_subscribe(
            *names,
            event_type=event,
            filter_type="predicate",
            filter=all_records(there.key_identifier),
            record_type=there.mapping.record_type,
            purpose=there.purpose,
            now=now,
        )
        _post(registry, there.partner, "subscribe", message, now=now)
        rows.append(
            OwnSubscription.objects.create(
                registry=registry,
                transaction_id=names[0],
                reference_id=names[1],
                event_type=event,
                state=ASKED,
                at=now,
            )
        )
    return rows


@transaction.atomic
def unsubscribe_remote(registry: Registry, *, now: datetime) -> int:
    """End what is subscribed; how many subscriptions that is."""
    there = remote_registry(registry)
    active = OwnSubscription.objects.filter(registry=registry, state=ACTIVE)
    codes = list(active.values_list("code", flat=True))
    if codes:
        message = create_unsubscribe(str(uuid.uuid4()), codes, now=now)
        _post(registry, there.partner, "unsubscribe", message, now=now)
        active.update(state=ENDED)
    return len(codes)


def on_subscribe(registry: Registry, received: ReceivedMessage, *, now: datetime) -> None:
    """`on-subscribe`: the codes under which our wishes stand, or that they were refused."""
    _require_partner(registry, received)
    answers = parse_subscribe_response(received.message)
    own = OwnSubscription.objects.select_for_update().filter(
        registry=registry, reference_id__in=list(answers), state=ASKED
    )
    for row in own:
        row.code = next(iter(answers[row.reference_id]), "")
        row.state, row.at = ACTIVE if row.code else REFUSED, now
        row.save(update_fields=["code", "state", "at"])


def on_unsubscribe(registry: Registry, received: ReceivedMessage, *, now: datetime) -> None:
    """`on-unsubscribe`: heard; the subscription counts as ended since we asked."""
    _require_partner(registry, received)


def on_notify(registry: Registry, received: ReceivedMessage, *, now: datetime) -> None:
    """`notify`: note which records changed, as a new revision; whoever follows fetches what they say."""
    there = _require_partner(registry, received)
    told = [
        (there.mapping.event_of(kind), read_object(there.mapping, item))
        for kind, item in parse_notify(received.message)
    ]
    said = {str(data.get(registry.key_column, "")): event == GONE for event, data in told}
    keys = {key: gone for key, gone in said.items() if 0 < len(key) <= MAX_KEY and "\0" not in key}
    if len(keys) < len(said):  # of the others we are told nothing that we could follow
        log.warning("%s tells of a record that does not say its key", registry.slug)
    if said and not keys:
        raise ExchangeError("A record here does not say its key.")
    locked = Registry.objects.select_for_update().get(pk=registry.pk)
    locked.revision += 1
    locked.save(update_fields=["revision"])
    for key, gone in keys.items():
        Announcement.objects.update_or_create(
            registry=registry, key=key, defaults={"gone": gone, "revision": locked.revision}
        )


def _require_partner(registry: Registry, received: ReceivedMessage) -> RemoteRegistry:
    try:
        there = remote_registry(registry)
    except RegistryError as error:
        raise ExchangeError("No registry listens here.", code="err.request.not_found") from error
    if there.partner != received.partner:
        raise ExchangeError("Another keeps this registry.", code="err.request.forbidden")
    return there


def _post(
    registry: Registry, partner: Partner, action: str, message: dict[str, Any], *, now: datetime
) -> None:
    url = f"{partner.address.rstrip('/')}/registry/{action}"
    outbox.enqueue(registry, partner, outbox.OutgoingMessage(action, message, url), now=now)
