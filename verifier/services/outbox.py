"""The outbox: instructions leave after they were booked, each once, however often this runs."""

from datetime import datetime, timedelta

from django.db import transaction

from common.errors import SelloError
from verifier.gateways import GATEWAYS
from verifier.models import OutboxMessage
from verifier.services.ledger import account, book

MAX_PAUSE = timedelta(hours=1)


def deliver_outbox(*, now: datetime) -> dict[str, int]:
    """Hand every due instruction to its gateway; what fails stays and is tried again, later each time.

    A gateway may see an instruction twice (a crash between delivery and the row): its `id` tells it so.
    """
    counts = {"delivered": 0, "failed": 0}
    due = OutboxMessage.objects.filter(status=OutboxMessage.Status.PENDING, next_attempt_at__lte=now)
    for message in due.select_related("entry"):
        try:
            GATEWAYS[message.gateway](message.instruction)
        except (SelloError, OSError) as error:
            pause = min(timedelta(minutes=2**message.attempts), MAX_PAUSE)
            OutboxMessage.objects.filter(pk=message.pk).update(
                attempts=message.attempts + 1, next_attempt_at=now + pause, problem=type(error).__name__
            )
            counts["failed"] += 1
        else:
            counts["delivered"] += _delivered(message, now=now)
    return counts


@transaction.atomic
def _delivered(message: OutboxMessage, *, now: datetime) -> int:
    """Mark and book the delivery; 0 where another process was faster."""
    first = OutboxMessage.objects.filter(pk=message.pk, status=OutboxMessage.Status.PENDING).update(
        status=OutboxMessage.Status.DELIVERED, delivered_at=now, attempts=message.attempts + 1, problem=""
    )
    if first:
        payable = message.entry.postings.select_related("account").get(amount__lt=0)
        gateway = account(
            f"gateway:{message.gateway}:{payable.account.currency}",
            name=f"Handed to the gateway {message.gateway}",
            currency=payable.account.currency,
        )
        book(
            f"delivered:{message.entry.idempotency_key}",
            reference=message.entry.reference,
            description="Handed to the payment gateway",
            postings=((payable.account, -payable.amount), (gateway, payable.amount)),
            now=now,
        )
    return first
