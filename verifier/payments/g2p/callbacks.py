"""Answers that partners await at their own addresses: each sent until somebody took it, and taken once.

A message keeps its `message_id` through all attempts, so that a partner who has it already says so.
"""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction

from common.adapters.exchange import messages, outgoing
from common.adapters.exchange.messages import ReceivedMessage
from common.encoding import jcs, strict_json
from common.errors import SelloError
from common.exchange.header import SUCCEEDED, Header
from common.payments.g2p.actions import NAMESPACE, Endpoint
from verifier.identity import organisation
from verifier.models import OwedAnswer
from verifier.payments.g2p import disbursements
from verifier.sealing import seal_value, unseal_value

HELD: Final = timedelta(minutes=2)  # longer than any partner takes for one message
LOOK_AGAIN: Final = timedelta(minutes=1)
LONGEST: Final = timedelta(hours=6)
MAX_ATTEMPTS: Final = 20
MAX_SEALED: Final = 8_000_000
AWAITED: Final = "awaited"  # what an answer about payments speaks of, as they stood when they were taken in
log = logging.getLogger("sello.g2p")


def schedule_callback(
    received: ReceivedMessage,
    endpoint: Endpoint,
    message: Mapping[str, Any],
    *,
    correlation_id: str,
    now: datetime,
    payments: bool = False,
) -> None:
    """Keep an answer for later; one about `payments` is written anew when all of them have ended."""
    message_id = messages.new_message_id()
    kept = {AWAITED: message} if payments else dict(message)
    OwedAnswer.objects.create(
        partner=received.partner,
        message_id=message_id,
        url=outgoing.callback_url(received.partner, received.header.sender_uri, path=endpoint.callback),
        action=endpoint.answer,
        transaction_id=messages.logged_transaction_id(received.message),
        correlation_id=correlation_id,
        sealed=seal_value(jcs.canonicalize(kept), name=f"answer {message_id}"),
        next_attempt_at=now,
    )


def deliver_callbacks(*, now: datetime) -> dict[str, int]:
    """Send every answer that is due; `open` waits for payments to end, `failed` for its partner.

    `given_up` counts those that no partner took in all attempts.
    """
    counts = {"answered": 0, "failed": 0, "open": 0}
    while rows := _due(now):
        for row in rows:
            counts[_answer(row, now=now)] += 1
    lost = OwedAnswer.objects.filter(sent_at=None, attempts__gte=MAX_ATTEMPTS)
    return {**counts, "given_up": lost.count()}


@transaction.atomic
def _due(now: datetime) -> list[OwedAnswer]:
    """Take what is due and put the next attempt off, so that no other worker sends it as well."""
    rows = OwedAnswer.objects.select_for_update(of=("self",), skip_locked=True).select_related("partner")
    found = list(rows.filter(sent_at=None, next_attempt_at__lte=now, attempts__lt=MAX_ATTEMPTS)[:50])
    for row in found:
        row.next_attempt_at = now + HELD
        row.save(update_fields=["next_attempt_at"])
    return found


def _answer(row: OwedAnswer, *, now: datetime) -> str:
    composed = _message(row)
    if composed is None:
        OwedAnswer.objects.filter(pk=row.pk).update(next_attempt_at=now + LOOK_AGAIN)
        return "open"
    message, count = composed
    header = Header(row.message_id, row.action, status=SUCCEEDED, total_count=count, completed_count=count)
    try:
        outgoing.send_message(
            row.partner, NAMESPACE, header, message, party=organisation.party(), url=row.url, now=now
        )
    except SelloError as error:
        problem = type(error).__name__
        log.warning("an answer owed under %s was not taken: %s", row.message_id, problem)
        pause = min(timedelta(minutes=2**row.attempts), LONGEST)
        OwedAnswer.objects.filter(pk=row.pk).update(
            attempts=row.attempts + 1, problem=problem[:100], next_attempt_at=now + pause
        )
        return "failed"
    OwedAnswer.objects.filter(pk=row.pk).update(
        sent_at=now, sealed=None, attempts=row.attempts + 1, problem=""
    )
    return "answered"


def _message(row: OwedAnswer) -> tuple[Mapping[str, Any], int] | None:
    if row.sealed is None:  # of an older release
        said = disbursements.received_answer(row.correlation_id)
        return disbursements.compose_answer(row.partner, said) if said else None
    text = unseal_value(row.sealed, name=f"answer {row.message_id}")
    kept = strict_json.loads_object(text, max_bytes=MAX_SEALED)
    return disbursements.compose_answer(row.partner, kept[AWAITED]) if AWAITED in kept else (kept, 1)
