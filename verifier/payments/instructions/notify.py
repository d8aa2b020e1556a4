"""Telling the person that a payment left, and that it arrived, in the transaction in which it did."""

from datetime import datetime
from typing import Final

from common.notices.notify import Recipient, create_notices
from verifier.models import PaymentInstruction, Service
from verifier.payments.instructions.states import State

KINDS: Final = {State.SENT: "payment_sent", State.SETTLED: "payment_settled"}


def notify_payee(instruction: PaymentInstruction, *, now: datetime) -> None:
    """Queue the notice of the state in which the instruction now is, once, where there is one."""
    kind = KINDS.get(State(instruction.state))
    if kind is None or not instruction.holder:
        return
    slug = instruction.programme.slug
    service = Service.objects.filter(parameters__payment__programme=slug).first()
    facts = {"reference": instruction.reference, "date": f"{now:%Y-%m-%d}"}
    create_notices(
        kind,
        key=instruction.number,
        to=Recipient(holder=instruction.holder, about=instruction.number),
        facts={**facts, "authority": service.provider} if service else facts,
        sender=f"verifier/{service.slug}" if service else "",
        now=now,
    )
