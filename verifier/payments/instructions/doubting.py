"""What a gateway says and cannot be right: kept with the payment, for a person to look at."""

from datetime import datetime

from verifier.payments.instructions import states


def dispute_payment(number: str, *, why: str, source: str, now: datetime) -> None:
    """Mark a payment as disputed, once; it stays where it is."""
    with states.locked(number) as instruction:
        if not instruction.disputed:
            instruction.disputed = True
            instruction.save(update_fields=["disputed"])
            states.note(instruction, "DISPUTED", source=source, now=now, detail=why)
