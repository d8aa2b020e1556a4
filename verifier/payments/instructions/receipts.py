"""What a gateway says of an instruction, taken in: early, late, twice or against what it said before."""

from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction

from verifier.models import PaymentInstruction
from verifier.payments.instructions import states
from verifier.payments.instructions.binding import is_altered
from verifier.payments.instructions.disputes import dispute_locked, hold_altered
from verifier.payments.instructions.errors import BudgetExhaustedError
from verifier.payments.instructions.gateway import PaymentReceipt
from verifier.payments.instructions.settlement import settle

State = states.State
MEANS: Final = {
    "accepted": State.SENT,
    "pending": State.SENT,
    "settled": State.SETTLED,
    "rejected": State.REJECTED,
    "returned": State.RETURNED,
}
AGAINST: Final = {  # what was believed, and a word that cannot be true beside it
    (State.SETTLED, "rejected"),
    (State.SETTLED, "absent"),
    (State.SENT, "absent"),
    (State.REJECTED, "settled"),
}


def apply_receipt(instruction_id: str, receipt: PaymentReceipt, *, source: str, now: datetime) -> bool:
    """Move the instruction on where the receipt is news; whether it was.

    For whoever hears from a gateway (answer, status, callback, file), as often as it hears. `source` is one
    word for the history. Where a gateway contradicts itself, the payment is marked as disputed for a person
    to look at, and taken for paid: so that nobody is paid twice meanwhile. `absent` is worth what it was
    worth when the gateway was asked, at `receipt.at`: if the instruction has moved since, or nobody knows
    when that was, it says nothing. Nothing is booked of an order whose row was altered.

    Raises `UnknownInstructionError` for an instruction that was not given here.
    """
    with states.locked(instruction_id) as instruction:
        if is_altered(instruction):
            hold_altered(instruction, now=now)
            return False
        if receipt.state == "absent" and (receipt.at is None or receipt.at < instruction.changed_at):
            return False
        if (instruction.state, receipt.state) in AGAINST:
            return _dispute(instruction, receipt, source=source, now=now)
        if receipt.state == "absent":
            return _absent(instruction, source=source, now=now)
        to = MEANS[receipt.state]
        if instruction.state not in states.CAME_FROM[to]:
            return False  # twice, or late
        settle(instruction, to, receipt, source=source, now=now)
        return True


def _absent(instruction: PaymentInstruction, *, source: str, now: datetime) -> bool:
    """The gateway never got it, and promises not to carry it out: it may be sent."""
    if instruction.state != State.UNKNOWN:
        return False
    to = State.PARKED if instruction.attempts >= states.MAX_ATTEMPTS else State.BOOKED
    states.move_instruction(instruction, to, source=source, now=now, detail="absent", next_attempt_at=now)
    return True


def _dispute(instruction: PaymentInstruction, receipt: PaymentReceipt, *, source: str, now: datetime) -> bool:
    """Keep the contradiction, once; what was paid after it was rejected is booked as paid where it can be."""
    news = dispute_locked(instruction, why=f"now {receipt.state}", source=source, now=now)
    if receipt.state == "settled" and instruction.state == State.REJECTED:
        try:
            with transaction.atomic():
                settle(instruction, State.SETTLED, receipt, source=source, now=now)
                return True
        except (IntegrityError, BudgetExhaustedError):  # paid anew meanwhile, or the fund is empty
            instruction.refresh_from_db()
    return news
