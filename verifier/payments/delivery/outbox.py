"""The outbox: instructions leave after they were booked, each once, however many workers run or die.

A worker takes instructions by a lease. Where it dies between taking and booking what the gateway answered,
the lease ends, and the instruction is UNKNOWN like one whose gateway gave no answer: the gateway is asked,
and only what it never got is sent again, under the same number.
"""

import secrets
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from common.errors import SelloError
from verifier.models import GatewayAccount, PaymentInstruction
from verifier.payments.delivery.gateway_factory import gateway_of
from verifier.payments.delivery.polling import MAX_BATCH, Clock, poll
from verifier.payments.instructions import states
from verifier.payments.instructions.gateway import Gateway, Instruction, NotSentError, PaymentReceipt
from verifier.payments.instructions.integrity import unaltered
from verifier.payments.instructions.receipts import apply_receipt

State = states.State
LEASE: Final = timedelta(minutes=5)  # longer than any gateway takes for one batch


def deliver_outbox(*, clock: Clock) -> dict[str, int]:
    """Hand every due instruction to its gateway; how many, and how many now wait for an answer or a person.

    `clock` tells the time anew for each batch: a lease begins when it is taken. Raises nothing for a gateway
    that fails: what came of it is counted.
    """
    counts = {"delivered": 0, "rejected": 0, "failed": 0}
    end_leases(now=clock())
    for account in GatewayAccount.objects.all():
        try:
            part = gateway_of(account)
        except SelloError:
            due = account.instructions.filter(state=State.BOOKED, next_attempt_at__lte=clock())
            counts["failed"] += due.count()
            continue
        poll(account, part, wanted=[State.UNKNOWN], clock=clock)
        while taken := _take(account, limit=min(part.max_batch, MAX_BATCH), now=clock()):
            for outcome in _send(part, taken, clock=clock):
                counts[outcome] += 1
    standing = PaymentInstruction.objects.filter
    return {
        **counts,
        "unknown": standing(state=State.UNKNOWN).count(),
        "parked": standing(state=State.PARKED).count(),
    }


def unpark_payments(*, now: datetime) -> int:
    """Let everything that was tried too often be tried again; how many."""
    numbers = PaymentInstruction.objects.filter(state=State.PARKED).values_list("number", flat=True)
    for number in (parked := list(numbers)):
        with states.locked(number) as row:
            if row.state == State.PARKED:
                states.move_instruction(
                    row, State.BOOKED, source="operator", now=now, attempts=0, next_attempt_at=now
                )
    return len(parked)


def end_leases(*, now: datetime) -> None:
    """What a worker took and never told about: nobody knows whether it left."""
    over = PaymentInstruction.objects.filter(state=State.SENDING, lease_until__lte=now)
    for row in over:
        _give_up(row, now=now, next_attempt_at=now, problem="lease")


@transaction.atomic
def _take(account: GatewayAccount, *, limit: int, now: datetime) -> list[PaymentInstruction]:
    due = PaymentInstruction.objects.filter(
        gateway=account, state=State.BOOKED, next_attempt_at__lte=now
    ).order_by("next_attempt_at", "id")
    locked = due.select_for_update(of=("self",), skip_locked=True).select_related("programme", "gateway")
    rows, lease = list(locked[:limit]), secrets.token_hex(8)
    for row in rows:
        states.move_instruction(
            row,
            State.SENDING,
            source="outbox",
            now=now,
            attempts=row.attempts + 1,
            lease=lease,
            lease_until=now + LEASE,
        )
    return rows


def _send(part: Gateway, rows: list[PaymentInstruction], *, clock: Clock) -> list[str]:
    """Send a batch that this worker holds; of each, what came of it. What was altered stays here."""
    intact = list(unaltered(rows, now=clock()))
    stopped = ["failed"] * (len(rows) - len(intact))
    return [*stopped, *_send_intact(part, intact, clock=clock)] if intact else stopped


def _send_intact(
    part: Gateway, intact: list[tuple[PaymentInstruction, Instruction]], *, clock: Clock
) -> list[str]:
    rows = [row for row, _ in intact]
    try:
        receipts = part.send([instruction for _, instruction in intact], now=clock())
    except NotSentError as error:
        for row in rows:
            _put_back(row, problem=type(error).__name__, now=clock())
        return ["failed"] * len(rows)
    except (SelloError, OSError) as error:
        receipts, problem = {}, type(error).__name__
    else:
        problem = "unanswered"
    return [_answered(row, receipts.get(row.number), problem=problem, now=clock()) for row in rows]


def _answered(row: PaymentInstruction, receipt: PaymentReceipt | None, *, problem: str, now: datetime) -> str:
    if receipt is None or receipt.state == "absent":
        _give_up(row, now=now, next_attempt_at=now + states.SHORTEST_PAUSE, problem=problem)
        return "failed"
    apply_receipt(row.number, receipt, source="answer", now=now)
    return "rejected" if receipt.state == "rejected" else "delivered"


def _give_up(row: PaymentInstruction, *, now: datetime, next_attempt_at: datetime, problem: str) -> None:
    """SENDING to UNKNOWN, unless somebody else moved it, or holds it, since."""
    with states.locked(row.number) as held:
        if held.state == State.SENDING and held.lease == row.lease:
            states.move_instruction(
                held,
                State.UNKNOWN,
                source="outbox",
                now=now,
                detail=problem,
                problem=problem,
                next_attempt_at=next_attempt_at,
                lease="",
                lease_until=None,
            )


def _put_back(row: PaymentInstruction, *, problem: str, now: datetime) -> None:
    """Nothing left: later again, or parked where that was tried too often."""
    with states.locked(row.number) as held:
        if held.state == State.SENDING and held.lease == row.lease:
            states.move_instruction(
                held,
                State.PARKED if held.attempts >= states.MAX_ATTEMPTS else State.BOOKED,
                source="outbox",
                now=now,
                detail=problem,
                problem=problem,
                next_attempt_at=now + min(timedelta(minutes=2 ** (held.attempts - 1)), states.LONGEST_PAUSE),
                lease="",
                lease_until=None,
            )
