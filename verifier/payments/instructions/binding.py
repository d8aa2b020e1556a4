"""A payment order bound to what somebody signed: its holder, or the partner that asked for it.

When it is booked, straight from what was signed, it gets two codes under KEY_ENCRYPTION_KEY: one over its
number, programme, currency, period, amount and words, one over its payee. Nothing leaves, and nothing that a
gateway says is booked, unless they fit the row as it stands. Whoever can write rows cannot make a payment
another. The payee's code outlives the payee, who is forgotten once the payment is over.

The state, which moves, is in no code: it is the last one that the books know of, or the row was changed. So
what has left does not leave again, and what was paid is not called rejected to be paid anew.
"""

import hmac
import json
from typing import Any

from verifier.models import PaymentInstruction
from verifier.payments.instructions import states
from verifier.payments.instructions.orders import is_mapped
from verifier.sealing import pseudonym

State = states.State


def bind(row: PaymentInstruction) -> str:
    """The codes of an order, as it is booked."""
    return f"{_order(row)}.{_payee(row)}"


def is_altered(row: PaymentInstruction) -> bool:
    """Whether an order says something else than when it was booked, or was moved without the books.

    The row is locked, or else looked at again under its lock where it seems to be: it may move meanwhile.
    """
    return differs_from_books(row, states.in_books([row])[row.number])


def differs_from_books(row: PaymentInstruction, booked: str) -> bool:
    """The same of a row whose last state in the books is known (`states.in_books`, of many at once)."""
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
