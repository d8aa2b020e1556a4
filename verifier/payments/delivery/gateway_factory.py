"""Rows as gateways see them."""

from common.encoding.money import to_text
from verifier.models import GatewayAccount, PaymentInstruction
from verifier.payments.gateways import gateway
from verifier.payments.instructions.gateway import Account, Gateway, Instruction


def part_of(account: GatewayAccount) -> Gateway:
    """The gateway of a row."""
    return gateway(account.kind, Account(account.name, account.config))


def instruction_of(row: PaymentInstruction) -> Instruction:
    """The instruction of a row, the same each time."""
    programme, config = row.programme, row.gateway.config
    return Instruction(
        id=row.number,
        amount=to_text(row.amount, programme.currency),
        currency=programme.currency,
        payee=row.payee,
        payee_name=row.payee_name,
        reference=row.reference,
        purpose=row.purpose,
        programme=programme.slug,
        period=row.period,
        payer=config.get("payer", ""),
        payer_name=config.get("payer_name", ""),
    )
