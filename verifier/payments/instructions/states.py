"""The state machine of a payment instruction, in one place, and the account in which its money lies.

    BOOKED → SENDING → SENT → SETTLED → RETURNED → RELEASED
       ↑        ↓        ↘ REJECTED
       └──── UNKNOWN
    PARKED ↔ BOOKED

BOOKED    set aside; waits for the outbox
SENDING   a worker holds it, until its lease ends; then nobody knows, and it is UNKNOWN
UNKNOWN   the gateway may have it or not: it is asked, and nothing is sent before it says "absent"
PARKED    it was tried too often; waits for a person
SENT      the gateway has it and owes an answer
SETTLED   the money is with the payee
REJECTED  no money moved; it is back in the fund, and the person may be paid anew
RETURNED  the money came back from the payee, and waits for that person to be paid anew
RELEASED  it came back and is in the fund again

A receipt may come early or late, so that SENT, SETTLED, REJECTED and RETURNED follow upon every state in
which something is awaited. Every move locks the row, and books the money's way as one balanced entry under
the instruction's number and its new state: a state is entered once.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import F

from common.adapters.storage.transitions import transition
from verifier.models import JournalEntry, LedgerAccount, PaymentEvent, PaymentInstruction, Programme
from verifier.payments.instructions.errors import (
    BudgetExhaustedError,
    PaymentTransitionError,
    UnknownInstructionError,
)
from verifier.payments.instructions.ledger import book_entry, ledger_account

State = PaymentInstruction.State
AWAITED: Final = (State.BOOKED, State.SENDING, State.UNKNOWN, State.PARKED, State.SENT)
ON_ITS_WAY: Final = (State.BOOKED, State.SENDING, State.UNKNOWN, State.PARKED)
DEAD: Final = (State.REJECTED, State.RELEASED)
CAME_FROM: Final[dict[str, tuple[str, ...]]] = {
    State.BOOKED: (State.SENDING, State.UNKNOWN, State.PARKED),
    State.SENDING: (State.BOOKED,),
    State.UNKNOWN: (State.SENDING,),
    State.PARKED: (State.SENDING, State.UNKNOWN),
    State.SENT: ON_ITS_WAY,
    State.SETTLED: (*AWAITED, State.REJECTED),  # a gateway that rejected and then paid has paid
    State.REJECTED: AWAITED,
    State.RETURNED: (*AWAITED, State.SETTLED),
    State.RELEASED: (State.RETURNED,),
}
OVER: Final = (State.SETTLED, State.REJECTED, State.RETURNED)  # the payee's address is needed no more
ACCOUNTS: Final[dict[str, tuple[str, str]]] = {  # the end of the code, and what people call it
    **dict.fromkeys(ON_ITS_WAY, ("payable", "Set aside for payments on their way")),
    State.SENT: ("transit", "Handed to the gateway"),
    State.SETTLED: ("settled", "Arrived at payees"),
    State.RETURNED: ("returned", "Came back from payees"),
    **dict.fromkeys(DEAD, ("fund", "Drawn from the fund")),
}
FUND: Final = State.REJECTED  # where money is that belongs to no payment
MAX_ATTEMPTS: Final = 12  # sendings, after which a payment waits for a person
SHORTEST_PAUSE: Final = timedelta(minutes=1)
LONGEST_PAUSE: Final = timedelta(hours=1)


IN_BOOKS: Final = (  # one after the other, as entries of the journal name them
    State.BOOKED, State.SENT, State.REJECTED, State.SETTLED, State.RETURNED, State.RELEASED,
)  # fmt: skip


@contextmanager
def locked(number: str) -> Iterator[PaymentInstruction]:
    """The instruction of that number, held until the end of the block; the programme's row is free."""
    with transaction.atomic():
        rows = PaymentInstruction.objects.select_for_update(of=("self",)).select_related(
            "programme", "gateway"
        )
        found = rows.filter(number=number).first()
        if found is None:
            raise UnknownInstructionError("No such instruction was given here.")
        yield found


def move_instruction(
    instruction: PaymentInstruction, to: str, *, source: str, now: datetime, detail: str = "", **fields: Any
) -> None:
    """Move a locked instruction on with its money; `source` says on whose word.

    Raises `PaymentTransitionError` for a way that the machine does not have, `BudgetExhaustedError` where
    money would have to leave a fund that is empty.
    """
    before = instruction.state
    if to in OVER:
        fields |= {"payee": "", "payee_name": ""}
    if not transition(instruction, to, ways=CAME_FROM, state="state", changed_at=now, **fields):
        raise PaymentTransitionError("This payment has moved on.", detail=f"{before} to {to}")
    note(instruction, to, source=source, now=now, detail=detail)
    transfer(instruction, before, to, now=now)


def note(
    instruction: PaymentInstruction, event: str, *, source: str, now: datetime, detail: str = ""
) -> None:
    """A line of the instruction's history."""
    PaymentEvent.objects.create(
        instruction=instruction, at=now, event=event, source=source, detail=detail[:200]
    )


def transfer(instruction: PaymentInstruction, before: str, to: str, *, now: datetime) -> None:
    """Book the way of the money from one state's account to another's, and keep the programme's sum."""
    programme = instruction.programme
    if ACCOUNTS[before] == ACCOUNTS[to]:
        return
    fund = ACCOUNTS[FUND]
    if fund in (ACCOUNTS[before], ACCOUNTS[to]):
        commit(programme, instruction.amount if ACCOUNTS[before] == fund else -instruction.amount)
    _, new = book_entry(
        f"{to}:{instruction.number}",
        reference=instruction.reference,
        description=ACCOUNTS[to][1],
        postings=(
            (account_of(programme, before), instruction.amount),
            (account_of(programme, to), -instruction.amount),
        ),
        now=now,
    )
    if not new:
        raise PaymentTransitionError("This payment was in this state before.", detail=to)


def in_books(rows: Sequence[PaymentInstruction]) -> dict[str, str]:
    """By number, the last state that the books know of; whatever is on its way is BOOKED there."""
    entries = {f"{state}:{row.number}": (row.number, state) for state in IN_BOOKS for row in rows}
    known = JournalEntry.objects.filter(idempotency_key__in=entries)
    here = set(known.values_list("idempotency_key", flat=True))
    return {row.number: State.BOOKED.value for row in rows} | {
        number: state.value for key, (number, state) in entries.items() if key in here
    }


def commit(programme: Programme, amount: int) -> None:
    """Take `amount` of the budget, or give it back where negative: one UPDATE that fits or does not."""
    fits = Programme.objects.filter(pk=programme.pk, committed__lte=F("budget") - amount)
    if not fits.update(committed=F("committed") + amount):
        raise BudgetExhaustedError("The budget of this programme is used up.")


def pause(instruction: PaymentInstruction, *, now: datetime) -> timedelta:
    """How long to wait before asking again: as long as was waited already, within bounds."""
    return min(max(now - instruction.changed_at, SHORTEST_PAUSE), LONGEST_PAUSE)


def account_of(programme: Programme, state: str) -> LedgerAccount:
    """The account in which the money of a payment in that state lies."""
    name, title = ACCOUNTS[state]
    return ledger_account(
        f"{programme.slug}:{name}", name=f"{title}, {programme.title}"[:200], currency=programme.currency
    )
