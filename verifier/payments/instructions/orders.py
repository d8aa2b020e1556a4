"""Rows as gateways see them."""

from collections.abc import Mapping
from typing import Any

from common.encoding.money import to_text
from common.payments.address import parse_address
from common.payments.errors import InvalidAddressError
from verifier.models import PaymentInstruction
from verifier.payments.instructions.gateway import Instruction


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


def is_mapped(payee: str, config: Mapping[str, Any]) -> bool:
    """Whether a payee is a person, whose address a mapper has, and not an account (`config["resolve"]`)."""
    try:
        return parse_address(payee).provider in config.get("resolve", {})
    except InvalidAddressError:
        return False
