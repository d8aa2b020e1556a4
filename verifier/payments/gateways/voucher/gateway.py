"""Vouchers for people without an account: a QR code that an agent pays out (vouchers.py).

`config`: `days` for which a voucher can be cashed (90). An expired voucher is a rejected payment, so that its
money is in the fund again.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from common.parameters import Parameter, days
from verifier.payments.gateways.voucher import vouchers
from verifier.payments.instructions.gateway import GatewayConfig, Instruction, PaymentReceipts

SETTINGS: Final = {"days": Parameter(days)}


class Vouchers:
    """One voucher an instruction, whoever asks for it and however often."""

    max_batch = 500

    def __init__(self, account: GatewayConfig) -> None:
        self._account, self._config = account.name, account.config

    def send(self, instructions: Sequence[Instruction], *, now: datetime) -> PaymentReceipts:
        """Issue what is missing."""
        vouchers.issue_vouchers(instructions, account=self._account, config=self._config, now=now)
        return vouchers.voucher_receipts(instructions)

    def status(self, instructions: Sequence[Instruction], *, now: datetime) -> PaymentReceipts:
        """As the rows have it."""
        return vouchers.voucher_receipts(instructions)

    def statements(self, *, now: datetime) -> Iterator[PaymentReceipts]:
        """What expired."""
        yield from vouchers.end_vouchers(self._account, now=now)
