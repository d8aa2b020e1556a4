"""Asking a gateway what became of instructions, each when its time has come."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Final

from django.db import transaction

from common.errors import SelloError
from verifier.models import GatewayAccount, PaymentInstruction
from verifier.payments.instructions import states
from verifier.payments.instructions.errors import UnknownInstructionError
from verifier.payments.instructions.gateway import Gateway, PaymentReceipt, PaymentReceipts
from verifier.payments.instructions.integrity import unaltered
from verifier.payments.instructions.receipts import apply_receipt

Clock = Callable[[], datetime]
MAX_BATCH: Final = 50


def poll(account: GatewayAccount, part: Gateway, *, wanted: Iterable[str], clock: Clock) -> Counter[str]:
    """Ask for the instructions in the `wanted` states that are due; what was news, by the gateway's word.

    No answer is counted as `unanswered`; those are asked for again later, as all that did not change.
    """
    counts: Counter[str] = Counter()
    wanted = tuple(wanted)
    while rows := _due(account, wanted, limit=min(part.max_batch, MAX_BATCH), now=clock()):
        asked = clock()
        intact = list(unaltered(rows, now=asked))
        counts["unanswered"] += len(rows) - len(intact)
        if not intact:
            continue
        rows = [row for row, _ in intact]
        try:
            receipts = part.status([instruction for _, instruction in intact], now=asked)
        except (SelloError, OSError):
            counts["unanswered"] += len(rows)
            continue
        counts["unanswered"] += sum(row.number not in receipts for row in rows)
        own = {row.number: _as_of(asked, receipts[row.number]) for row in rows if row.number in receipts}
        counts += receive_receipts(own, source="status", now=clock())
    return counts


def receive_receipts(receipts: PaymentReceipts, *, source: str, now: datetime) -> Counter[str]:
    """Confirm each; what was news, by the gateway's word, and `stranger` for what was not sent from here."""
    counts: Counter[str] = Counter()
    for number, receipt in receipts.items():
        try:
            counts[receipt.state] += apply_receipt(number, receipt, source=source, now=now)
        except UnknownInstructionError:
            counts["stranger"] += 1
    return +counts


def _as_of(asked: datetime, receipt: PaymentReceipt) -> PaymentReceipt:
    """An `absent` of the moment when it was asked for: what moved since, it does not know of."""
    return replace(receipt, at=asked) if receipt.state == "absent" else receipt


@transaction.atomic
def _due(
    account: GatewayAccount, wanted: tuple[str, ...], *, limit: int, now: datetime
) -> list[PaymentInstruction]:
    """Take those that are due, and put off the next time, so that no other worker asks as well."""
    due = PaymentInstruction.objects.filter(gateway=account, state__in=wanted, next_attempt_at__lte=now)
    locked = due.select_for_update(of=("self",), skip_locked=True).select_related("programme", "gateway")
    rows = list(locked.order_by("next_attempt_at")[:limit])
    for row in rows:
        row.next_attempt_at = now + states.pause(row, now=now)
        row.save(update_fields=["next_attempt_at"])
    return rows
