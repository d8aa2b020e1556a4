"""Setting money aside for one person and one period, once."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from verifier.models import PaymentInstruction, Programme
from verifier.payments.instructions import states
from verifier.payments.instructions.binding import bind, is_altered
from verifier.payments.instructions.errors import PaymentDisputedError

State = states.State
UNCLEAR = "What became of the last payment is not clear yet. Somebody is looking into it."


@dataclass(frozen=True, slots=True)
class PaymentDue:
    """A payment that was decided upon: `key` stands for the person and period, `holder` for who may ask."""

    key: str
    period: str
    amount: int
    payee: str
    reference: str
    purpose: str
    holder: str = ""


@transaction.atomic
def book_payment(programme: Programme, due: PaymentDue, *, now: datetime) -> tuple[PaymentInstruction, bool]:
    """The instruction of that key, and whether it is new.

    What came back before is released and instructed anew. The programme's row is held meanwhile, so that of
    two that race for one person or for the last of the budget one is first.

    Raises `PaymentDisputedError` where nobody knows what became of an earlier one, `BudgetExhaustedError`
    where the programme has less left.
    """
    held = Programme.objects.select_for_update(no_key=True).get(pk=programme.pk)
    earlier = PaymentInstruction.objects.filter(key=due.key)
    dead = earlier.filter(state__in=states.DEAD).select_related("programme", "gateway")
    if any(each.disputed or is_altered(each) for each in dead):
        raise PaymentDisputedError(UNCLEAR)
    alive = earlier.exclude(state__in=states.DEAD).first()
    if alive is not None:
        if alive.state != State.RETURNED:
            return alive, False
        with states.locked(alive.number) as returned:
            if returned.disputed:
                raise PaymentDisputedError(UNCLEAR)
            states.move_instruction(returned, State.RELEASED, source="booking", now=now)
    instruction = PaymentInstruction(
        number=secrets.token_hex(16),
        key=due.key,
        programme=held,
        gateway_id=held.gateway_id,
        period=due.period,
        amount=due.amount,
        payee=due.payee,
        reference=due.reference,
        purpose=due.purpose,
        holder=due.holder,
        created_at=now,
        changed_at=now,
        next_attempt_at=now,
    )
    instruction.bound = bind(instruction)
    instruction.save(force_insert=True)
    states.note(instruction, State.BOOKED, source="booking", now=now)
    states.transfer(instruction, states.FUND, State.BOOKED, now=now)
    return instruction, True
