"""A payment order bound to what somebody signed: its holder, or the partner that asked for it.

When it is booked, straight from what was signed, it gets two codes under this house's secret: one over its
number, programme, currency, period, amount and words, one over its payee. Nothing leaves, and nothing that a
gateway says is booked, unless they fit the row as it stands. Whoever can write rows cannot make a payment
another. The payee's code outlives the payee, who is forgotten once the payment is over.

The state, which moves, is in no code: it is the last one that the books know of, or the row was changed. So
what has left does not leave again, and what was paid is not called rejected to be paid anew.
"""

import hmac
import json
import logging
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any, Final

from verifier.models import PaymentInstruction
from verifier.payments.instructions import states
from verifier.payments.instructions.gateway import Instruction
from verifier.payments.instructions.orders import instruction_of, is_mapped
from verifier.sealing import pseudonym

CHUNK: Final = 500
ALTERED: Final = "altered"  # the problem of such an order, for the operator
SAID: Final = "Its row was changed: it is not what was signed."
State = states.State
log = logging.getLogger("sello.payments")


def bind(row: PaymentInstruction) -> str:
    """The codes of an order, as it is booked."""
    return f"{_order(row)}.{_payee(row)}"


def is_altered(row: PaymentInstruction) -> bool:
    """Whether an order says something else than when it was booked, or was moved without the books.

    The row is locked, or else looked at again under its lock where it seems to be: it may move meanwhile.
    """
    return _is_altered(row, states.in_books([row])[row.number])


def unaltered(
    rows: Iterable[PaymentInstruction], *, now: datetime
) -> Iterator[tuple[PaymentInstruction, Instruction]]:
    """The orders that are as they were booked, as gateways see them; any other is stopped.

    One that moved on while it was looked at is left out too.
    """
    rows = list(rows)
    booked = states.in_books(rows)
    for row in rows:
        if _is_altered(row, booked[row.number]):
            _stop_if_altered(row.number, now=now)
        else:
            yield row, instruction_of(row)


def stop_order(row: PaymentInstruction, *, now: datetime) -> None:
    """Hold an altered order, which is locked, for a person to look at; once in its history and the log."""
    if row.state == State.SENDING:
        states.move(row, State.PARKED, source="check", now=now, detail=ALTERED, lease="", lease_until=None)
    if not (row.disputed and row.problem == ALTERED):
        row.disputed, row.problem = True, ALTERED
        row.save(update_fields=["disputed", "problem"])
        states.note(row, "ALTERED", source="check", now=now)
        log.error("payment %s stopped: its row is not what was signed", row.pk)


def stop_altered(*, now: datetime) -> int:
    """Look at every order of the books and hold what was altered; how many."""
    found = 0
    rows = PaymentInstruction.objects.select_related("programme", "gateway").iterator(chunk_size=CHUNK)
    while some := list(islice(rows, CHUNK)):
        booked = states.in_books(some)
        found += sum(
            _is_altered(row, booked[row.number]) and _stop_if_altered(row.number, now=now) for row in some
        )
    return found


def _stop_if_altered(number: str, *, now: datetime) -> bool:
    with states.locked(number) as held:
        if altered := is_altered(held):
            stop_order(held, now=now)
        return altered


def _is_altered(row: PaymentInstruction, booked: str) -> bool:
    order, _, payee = row.bound.partition(".")
    forgotten = not row.payee and row.state not in states.AWAITED
    fits = hmac.compare_digest
    moved = booked != (State.BOOKED if row.state in states.ON_ITS_WAY else row.state)
    return moved or not (fits(order, _order(row)) and (forgotten or fits(payee, _payee(row))))


def _order(row: PaymentInstruction) -> str:
    programme = row.programme
    said = [
        row.number, row.key, programme.slug, programme.currency, row.period, row.amount, row.reference,
        row.purpose, row.holder,
    ]  # fmt: skip
    return pseudonym("payment order", json.dumps(said))


def _payee(row: PaymentInstruction) -> str:
    """An account that was signed is not asked of a mapper, should the gateway be set up anew meanwhile."""
    said: list[Any] = [row.number, row.payee, row.payee_name]
    mapped = is_mapped(row.payee, row.gateway.config)
    return pseudonym("payee", json.dumps([*said, "mapped"] if mapped else said))
