"""`pigeon`: a gateway whose money arrives at once, by air."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import ClassVar, Final

from common.parameters import Parameter, text
from verifier.payments.instructions.gateway import (
    GatewayConfig,
    Instruction,
    PaymentReceipt,
    PaymentReceipts,
)

SETTINGS: Final = {"loft": Parameter(text, required=True)}


class PigeonPost:
    """The `Gateway`: what it carried, by instruction, so that the same one a second time moves nothing."""

    max_batch = 3
    CARRIED: ClassVar[dict[str, tuple[str, Instruction]]] = {}

    def __init__(self, account: GatewayConfig) -> None:
        self._loft: str = account.config["loft"]

    def send(self, instructions: Sequence[Instruction], *, now: datetime) -> PaymentReceipts:
        """Let them fly."""
        for each in instructions:
            self.CARRIED.setdefault(each.id, (self._loft, each))
        return self.status(instructions, now=now)

    def status(self, instructions: Sequence[Instruction], *, now: datetime) -> PaymentReceipts:
        """Settled where a pigeon flew, absent where none did."""
        return {
            each.id: PaymentReceipt("settled" if each.id in self.CARRIED else "absent", at=now)
            for each in instructions
        }

    def statements(self, *, now: datetime) -> Iterator[PaymentReceipts]:
        """Pigeons bring nothing back."""
        yield from ()
