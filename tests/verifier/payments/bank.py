"""A gateway whose every answer the test sets, and payments on their way to it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from common.errors import FetchError
from verifier.models import PaymentInstruction, Programme
from verifier.payments.delivery.outbox import deliver_outbox
from verifier.payments.instructions import states
from verifier.payments.instructions.booking import PaymentDue, book_payment
from verifier.payments.instructions.gateway import Instruction, PaymentReceipt, PaymentReceipts
from verifier.payments.instructions.receipts import apply_receipt
from verifier.payments.reports.balances import payments_report

State = states.State
MINUTE = timedelta(minutes=1)
AMOUNT = 1000


class Stopped(BaseException):
    """A process that ends here: nothing catches it."""


class Bank:
    """A gateway whose every answer the test sets; it remembers what it got, by id, and how often."""

    max_batch = 3

    def __init__(self) -> None:
        self.got: dict[str, Instruction] = {}
        self.sendings: list[str] = []
        self.asked: list[str] = []
        self.back: list[PaymentReceipts] = []
        self.before: Callable[[], None] = lambda: None  # what happens before an instruction arrives
        self.after: Callable[[], None] = lambda: None  # … and before it is answered
        self.says: dict[str, PaymentReceipt] = {}

    def send(self, instructions: Sequence[Instruction], *, now: datetime) -> PaymentReceipts:
        self.sendings += [each.id for each in instructions]
        self.before()
        self.got |= {each.id: each for each in instructions}
        self.after()
        return {each.id: self.says.get(each.id, PaymentReceipt("accepted")) for each in instructions}

    def status(self, instructions: Sequence[Instruction], *, now: datetime) -> PaymentReceipts:
        self.asked += [each.id for each in instructions]
        known = PaymentReceipt("accepted")
        return {
            each.id: self.says.get(each.id, known if each.id in self.got else PaymentReceipt("absent"))
            for each in instructions
        }

    def statements(self, *, now: datetime) -> Iterator[PaymentReceipts]:
        while self.back:
            yield self.back[0]
            self.back.pop(0)


def book(programme: Programme, now: datetime, person: str = "ana", **more: Any) -> PaymentInstruction:
    due = PaymentDue(**{"key": person, "period": "2026", "amount": AMOUNT, "payee": f"cash for {person}",
                 "reference": f"R-{person}", "purpose": "Trial", **more})  # fmt: skip
    return book_payment(programme, due, now=now)[0]


def change(row: PaymentInstruction, **fields: Any) -> PaymentInstruction:
    PaymentInstruction.objects.filter(pk=row.pk).update(**fields)
    row.refresh_from_db()
    return row


def deliver(now: datetime) -> dict[str, int]:
    return deliver_outbox(clock=lambda: now)


def state(instruction: PaymentInstruction) -> str:
    """Its state now; the books are looked at each time."""
    found = payments_report()
    assert found["faults"] == []
    instruction.refresh_from_db()
    return instruction.state


def money(name: str) -> str:
    [line] = payments_report()["programmes"]
    found: str = line[name]
    return found


def reach(programme: Programme, bank: Bank, wanted: str, now: datetime) -> PaymentInstruction:
    """An instruction in the state that is wanted, by the way that leads there."""
    row = book(programme, now)
    if wanted in (State.SENDING, State.UNKNOWN, State.PARKED):

        def stop() -> None:
            raise Stopped if wanted == State.SENDING else FetchError("No answer.")

        bank.before = stop
        with suppress(Stopped):
            deliver(now)
        bank.before = lambda: None
        if wanted == State.PARKED:
            PaymentInstruction.objects.update(attempts=states.MAX_ATTEMPTS)
            apply_receipt(row.number, PaymentReceipt("absent", at=now), source="status", now=now)
    elif wanted != State.BOOKED:
        deliver(now)
        word: Any
        for word in {State.SETTLED: ["settled"], State.REJECTED: ["rejected"]}.get(
            State(wanted), ["settled", "returned"] if wanted in (State.RETURNED, State.RELEASED) else []
        ):
            apply_receipt(row.number, PaymentReceipt(word), source="callback", now=now)
        if wanted == State.RELEASED:
            with states.locked(row.number) as held:
                states.move_instruction(held, State.RELEASED, source="operator", now=now)
    assert state(row) == wanted
    return row
