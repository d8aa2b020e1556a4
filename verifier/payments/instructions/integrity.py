"""Orders looked at before they leave and when the books are reconciled: what was altered is stopped."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Final

from verifier.models import PaymentInstruction
from verifier.payments.instructions import states
from verifier.payments.instructions.binding import differs_from_books, is_altered
from verifier.payments.instructions.disputes import hold_altered
from verifier.payments.instructions.gateway import Instruction
from verifier.payments.instructions.orders import instruction_of

CHUNK: Final = 500


def unaltered(
    rows: Iterable[PaymentInstruction], *, now: datetime
) -> Iterator[tuple[PaymentInstruction, Instruction]]:
    """The orders that are as they were booked, as gateways see them; any other is stopped.

    One that moved on while it was looked at is left out too.
    """
    rows = list(rows)
    booked = states.in_books(rows)
    for row in rows:
        if differs_from_books(row, booked[row.number]):
            _stop_if_altered(row.number, now=now)
        else:
            yield row, instruction_of(row)


def stop_altered(*, now: datetime) -> int:
    """Look at every order of the books and hold what was altered; how many."""
    found = 0
    rows = PaymentInstruction.objects.select_related("programme", "gateway").iterator(chunk_size=CHUNK)
    while some := list(islice(rows, CHUNK)):
        booked = states.in_books(some)
        found += sum(
            differs_from_books(row, booked[row.number]) and _stop_if_altered(row.number, now=now)
            for row in some
        )
    return found


def _stop_if_altered(number: str, *, now: datetime) -> bool:
    with states.locked(number) as held:
        if altered := is_altered(held):
            hold_altered(held, now=now)
        return altered
