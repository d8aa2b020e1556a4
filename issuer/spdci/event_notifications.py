"""Telling subscribers what changed: each subscription follows its registry by a cursor of its own.

The message, the log of the reading and the cursor move in one transaction: a change is told once, whatever
stops in between.
"""

import uuid
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Q

from common.adapters.exchange import outgoing
from common.exchange.errors import ExchangeError
from common.registries.connector import RecordChange, RegistryRecord
from common.registries.spdci import criteria as tree
from common.registries.spdci.criteria import Node, parse_criteria
from common.registries.spdci.mapping import BORN, CHANGED, GONE, fill_template
from common.registries.spdci.subscription import RecordEvent, create_notify
from issuer.models import SpdciService, Subscription
from issuer.registries.connectors import open_registry
from issuer.spdci import outbox, search
from issuer.spdci.outbox import OutgoingMessage
from issuer.spdci.served_registry import PartnerAgreement, ServedRegistry, agreement_with

BATCH: Final = 500  # changes looked at in one transaction
MAX_EVENTS: Final = 100  # in one message


def announce_changes(*, now: datetime) -> int:
    """Put into the outbox what subscribers are to be told; how many changes that is."""
    told = 0
    for service in SpdciService.objects.select_related("registry__authority").filter(active=True):
        served = ServedRegistry(service)
        active = Subscription.objects.filter(registry=service.registry, active=True, partner__active=True)
        begun = active.filter(Q(starts_at=None) | Q(starts_at__lte=now))
        behind = list(begun.values_list("pk", "cursor"))
        head = open_registry(service.registry).head() if behind else ""
        for key, cursor in behind:
            if cursor < head:
                told += _follow(served, key, now=now)
    return told


def _follow(served: ServedRegistry, key: int, *, now: datetime) -> int:
    told, more = 0, True
    while more:
        with transaction.atomic():
            row = Subscription.objects.select_for_update().select_related("partner").get(pk=key)
            if not row.active:
                return told
            if row.ends_at is not None and row.ends_at <= now:
                row.active = False
                row.save(update_fields=["active"])
                return told
            changes = list(open_registry(served.registry).changes(row.cursor, limit=BATCH))
            told += _tell(served, row, changes, now=now)
            if changes:
                row.cursor = changes[-1].cursor
                row.save(update_fields=["cursor"])
            more = len(changes) == BATCH
    return told


def _tell(served: ServedRegistry, row: Subscription, changes: list[RecordChange], *, now: datetime) -> int:
    """One message, or few, of those changes that the subscription means and the agreement still covers."""
    try:
        agreed = agreement_with(row.partner, served.registry)
        query = parse_criteria(row.filter_type, row.filter)
        node = search.agreed_query(served, agreed, query)
        search.require_agreed_purpose(agreed, row.purpose)
        url = outgoing.callback_url(row.partner, "", path="registry/notify")
    except ExchangeError:
        return 0  # what was agreed has ended, or the partner awaits nothing: these changes pass untold
    meant = [change for change in changes if _means(served, row, node, change)]
    for first in range(0, len(meant), MAX_EVENTS):
        _post(served, row, agreed, meant[first : first + MAX_EVENTS], url=url, now=now)
    return len(meant)


def _post(
    served: ServedRegistry,
    row: Subscription,
    agreed: PartnerAgreement,
    changes: list[RecordChange],
    *,
    url: str,
    now: datetime,
) -> None:
    events = []
    for change in changes:
        record = change.record or RegistryRecord(change.key, {served.registry.key_column: change.key})
        at = record.changed_at or now
        events.append(
            RecordEvent(str(uuid.uuid4()), at, fill_template(served.mapping, record.data, agreed.attributes))
        )
    message = create_notify(
        row.code, events, mapping=served.mapping, event_type=row.event_type, record_type=row.record_type
    )
    sent = outbox.enqueue(
        served.registry,
        row.partner,
        OutgoingMessage("notify", message, url, total_count=len(events)),
        now=now,
    )
    reader = search.PartnerReader(row.partner, agreed, sent.message_id, row.purpose)
    for change in changes:
        if change.record is not None:
            search.log_partner_read(served, change.record, reader, now=now)


def _means(served: ServedRegistry, row: Subscription, node: Node, change: RecordChange) -> bool:
    """Whether a change is of the event and the records that were asked for.

    Of a record that is gone nothing is known but its key: it is told to whoever asked for it by its key.
    """
    what = served.mapping.event_of(row.event_type)
    happened = GONE if change.record is None else BORN if change.created > row.cursor else CHANGED
    if what != happened and not (what == CHANGED and happened == BORN):
        return False
    data = change.record.data if change.record else {served.registry.key_column: change.key}
    return tree.matches(node, data, served.mapping.types)
