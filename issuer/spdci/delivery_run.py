"""What `deliver_messages` does: announce what changed, answer what was asked, send what is due."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from issuer.models import Outgoing, SpdciService
from issuer.spdci import event_notifications, outbox, request_handlers
from issuer.spdci.served_registry import ServedRegistry


def deliver_messages(*, clock: Callable[[], datetime]) -> dict[str, int]:
    """How many changes were announced, how many messages delivered, failed for now, or parked."""
    announced = event_notifications.announce_changes(now=clock())
    counts = outbox.deliver_due(partial(_prepare, clock=clock), clock=clock)
    waiting = Outgoing.objects.filter(state__in=(Outgoing.State.ASKED, Outgoing.State.READY)).count()
    return {"announced": announced, **counts, "waiting": waiting}


def _prepare(
    row: Outgoing, message: Mapping[str, Any], *, clock: Callable[[], datetime]
) -> Mapping[str, Any]:
    return request_handlers.prepare_search(
        ServedRegistry(SpdciService.objects.get(registry=row.registry)), row, message, now=clock()
    )
