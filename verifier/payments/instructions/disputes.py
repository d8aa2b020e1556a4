"""Payments that a person has to look at: a gateway contradicts itself, or a row is not what was signed.

`disputed` is set and taken away here alone. A disputed payment stays in its state: nobody is paid anew
meanwhile, and nothing that is on its way is called back.
"""

import logging
from datetime import datetime
from typing import Final

from verifier.models import PaymentInstruction
from verifier.payments.instructions import states
from verifier.payments.instructions.binding import is_altered
from verifier.payments.instructions.errors import PaymentTransitionError
from verifier.payments.instructions.gateway import PaymentReceipt
from verifier.payments.instructions.settlement import settle

ALTERED: Final = "altered"  # the problem of an altered order, for the operator
SAID: Final = "Its row was changed: it is not what was signed."
State = states.State
log = logging.getLogger("sello.payments")


def dispute_payment(number: str, *, why: str, source: str, now: datetime) -> None:
    """Mark a payment as disputed, once; it stays where it is.

    Raises `UnknownInstructionError` for a payment that was not given here.
    """
    with states.locked(number) as instruction:
        dispute_locked(instruction, why=why, source=source, now=now)


def dispute_locked(instruction: PaymentInstruction, *, why: str, source: str, now: datetime) -> bool:
    """The same for an instruction that is locked already; whether nobody had disputed it before."""
    if instruction.disputed:
        return False
    instruction.disputed = True
    instruction.save(update_fields=["disputed"])
    states.note(instruction, "DISPUTED", source=source, now=now, detail=why)
    return True


def hold_altered(row: PaymentInstruction, *, now: datetime) -> None:
    """Hold an altered order, which is locked, for a person to look at; once in its history and the log."""
    if row.state == State.SENDING:
        states.move_instruction(
            row, State.PARKED, source="check", now=now, detail=ALTERED, lease="", lease_until=None
        )
    if not (row.disputed and row.problem == ALTERED):
        row.disputed, row.problem = True, ALTERED
        row.save(update_fields=["disputed", "problem"])
        states.note(row, "ALTERED", source="check", now=now)
        log.error("payment %s stopped: its row is not what was signed", row.pk)


def clear_dispute(number: str, *, because: str, returned: bool, now: datetime) -> str:
    """End a dispute, once a person has asked the gateway what is true; the payment's state then.

    It keeps its state, or may be paid anew where its money is `returned`. Raises `PaymentTransitionError`
    where nobody disputes it, `UnknownInstructionError` for a payment that was not given here.
    """
    with states.locked(number) as instruction:
        if not instruction.disputed:
            raise PaymentTransitionError("Nobody disputes this payment.")
        instruction.disputed = False
        instruction.save(update_fields=["disputed"])
        states.note(instruction, "CLEARED", source="operator", now=now, detail=because)
        if returned and is_altered(instruction):
            hold_altered(instruction, now=now)
        elif returned and instruction.state in states.CAME_FROM[State.RETURNED]:
            settle(instruction, State.RETURNED, PaymentReceipt("returned"), source="operator", now=now)
        return instruction.state
