"""Ending a dispute: a person has asked the gateway, and says what is true."""

from datetime import datetime

from verifier.payments.instructions import states
from verifier.payments.instructions.errors import PaymentTransitionError
from verifier.payments.instructions.gateway import PaymentReceipt
from verifier.payments.instructions.receipts import apply_receipt


def clear_dispute(number: str, *, because: str, returned: bool, now: datetime) -> str:
    """Keep the payment in its state, or let it be paid anew where its money is `returned`; its state then."""
    with states.locked(number) as instruction:
        if not instruction.disputed:
            raise PaymentTransitionError("Nobody disputes this payment.")
        instruction.disputed = False
        instruction.save(update_fields=["disputed"])
        states.note(instruction, "CLEARED", source="operator", now=now, detail=because)
        if returned:
            apply_receipt(number, PaymentReceipt("returned"), source="operator", now=now)
            instruction.refresh_from_db()
        return instruction.state
