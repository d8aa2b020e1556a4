"""Messages on their way to partners: kept until somebody took them, each taken once.

A message keeps its `message_id` through all attempts, so that a partner who has it already says so. Whoever
works on one holds it for a while; if they die, another goes on from what was stored.
"""

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from common.adapters.exchange import outgoing
from common.adapters.exchange.partners import Partner
from common.adapters.storage.sealing import seal, unseal
from common.encoding import strict_json
from common.errors import SelloError
from common.exchange.header import SUCCEEDED, Header
from issuer.models import Outgoing, Registry, Transaction
from issuer.registries.connectors.spdci.mapping import NAMESPACE, registry_party

HELD: Final = timedelta(minutes=2)
WAITS: Final = (  # after each attempt that failed; then the message is parked
    timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10), timedelta(hours=1),
    timedelta(hours=6), timedelta(hours=24),
)  # fmt: skip
MAX_SEALED: Final = 8_000_000
Prepare = Callable[[Outgoing, Mapping[str, Any]], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """What is to be sent, as which action, and where to; `request_id` is that of the message it answers.

    In state ASKED it is the request that is to be answered, in `about` the transaction that was begun for it.
    """

    action: str
    message: Mapping[str, Any]
    url: str
    request_id: str = ""
    total_count: int = 1
    state: str = Outgoing.State.READY
    about: Transaction | None = None


def enqueue(registry: Registry, partner: Partner, outgoing: OutgoingMessage, *, now: datetime) -> Outgoing:
    """Put a message into the outbox, in the caller's transaction, under a `message_id` of its own."""
    message_id = str(uuid.uuid4())
    return Outgoing.objects.create(
        registry=registry,
        partner=partner,
        transaction=outgoing.about,
        action=outgoing.action,
        message_id=message_id,
        request_id=outgoing.request_id,
        url=outgoing.url,
        total_count=outgoing.total_count,
        sealed=_sealed(message_id, outgoing.message),
        state=outgoing.state,
        due_at=now,
        created_at=now,
    )


def deliver_due(prepare: Prepare, *, clock: Callable[[], datetime]) -> dict[str, int]:
    """Send all that is due; `prepare` makes the answer to what was asked, in one transaction with its log."""
    counts = {"delivered": 0, "failed": 0, "parked": 0}
    while (row := _claim(clock())) is not None:
        try:
            if row.state == Outgoing.State.ASKED:
                _prepare(row, prepare)
            _send(row, now=clock())
            counts["delivered"] += 1
        except SelloError as error:
            counts[_postpone(row, error, now=clock())] += 1
    return counts


def unpark_messages(*, now: datetime) -> int:
    """Send parked messages on; how many there are."""
    parked = Outgoing.objects.filter(state=Outgoing.State.PARKED)
    return parked.update(state=Outgoing.State.READY, attempts=0, due_at=now, held_until=None)


def _claim(now: datetime) -> Outgoing | None:
    """The next message that is due and that nobody works on, held for us."""
    free = Q(held_until=None) | Q(held_until__lt=now)
    waiting = Q(state__in=(Outgoing.State.ASKED, Outgoing.State.READY), due_at__lte=now)
    for key in (
        Outgoing.objects.filter(free & waiting).order_by("due_at", "id").values_list("pk", flat=True)[:20]
    ):
        if Outgoing.objects.filter(free & waiting, pk=key).update(held_until=now + HELD):
            return Outgoing.objects.select_related("registry__authority", "partner", "transaction").get(
                pk=key
            )
    return None


def _prepare(row: Outgoing, prepare: Prepare) -> None:
    with transaction.atomic():
        locked = Outgoing.objects.select_for_update().get(pk=row.pk)
        if locked.state == Outgoing.State.ASKED:
            locked.sealed = _sealed(row.message_id, prepare(row, _opened(row)))
            locked.state = Outgoing.State.READY
            locked.save(update_fields=["sealed", "state"])
        row.sealed, row.state = locked.sealed, locked.state


def _send(row: Outgoing, *, now: datetime) -> None:
    answers = row.action not in {"subscribe", "unsubscribe"}
    header = Header(
        row.message_id,
        row.action,
        status=SUCCEEDED if answers else "",
        total_count=row.total_count,
        completed_count=row.total_count if answers else None,
        sender_uri="" if answers else _own_callback(row),
    )
    outgoing.send_message(
        row.partner, NAMESPACE, header, _opened(row), party=registry_party(row.registry), url=row.url, now=now
    )
    _release(row, state=Outgoing.State.DELIVERED, sealed=b"", problem="")


def _postpone(row: Outgoing, error: SelloError, *, now: datetime) -> str:
    """Try again later, or leave it to an officer; what nobody could answer yet is tried again and again."""
    parked = row.attempts >= len(WAITS) and row.state != Outgoing.State.ASKED
    _release(
        row,
        state=Outgoing.State.PARKED if parked else row.state,
        attempts=row.attempts + 1,
        problem=f"{error.code} {error.detail}"[:200],
        due_at=row.due_at if parked else now + WAITS[min(row.attempts, len(WAITS) - 1)],
    )
    return "parked" if parked else "failed"


def _release(row: Outgoing, **changes: Any) -> None:
    """Give a message back, unless it was taken from us because we were too slow."""
    Outgoing.objects.filter(pk=row.pk, held_until=row.held_until).update(held_until=None, **changes)


def _own_callback(row: Outgoing) -> str:
    return f"{settings.BASE_URL}/spdci/{row.registry.slug}/registry/on-{row.action}"


def _sealed(message_id: str, message: Mapping[str, Any]) -> bytes:
    return seal(json.dumps(message).encode(), name=f"spdci {message_id}")


def _opened(row: Outgoing) -> dict[str, Any]:
    text = unseal(row.sealed, name=f"spdci {row.message_id}")
    return strict_json.loads_object(text, max_bytes=MAX_SEALED)
