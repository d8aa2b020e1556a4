"""How an instruction goes on by what a gateway says of it: its state, its money, and its payee's notice."""

from datetime import datetime

from verifier.models import PaymentInstruction
from verifier.payments.instructions import states
from verifier.payments.instructions.gateway import PaymentReceipt
from verifier.payments.instructions.notify import notify_payee


def settle(
    instruction: PaymentInstruction, to: str, receipt: PaymentReceipt, *, source: str, now: datetime
) -> None:
    """Move a locked instruction to the state that a receipt means, and tell its payee where there is news.

    Raises like `states.move`.
    """
    states.move_instruction(
        instruction,
        to,
        source=source,
        now=now,
        detail=receipt.reason,
        gateway_reference=(receipt.reference or instruction.gateway_reference)[:100],
        problem=receipt.reason[:100],
        next_attempt_at=now + states.pause(instruction, now=now),
        lease="",
        lease_until=None,
    )
    notify_payee(instruction, now=now)
