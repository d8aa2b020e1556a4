"""Amounts as decimal texts: `150.00`, never a float."""

import re
from decimal import Decimal
from typing import Final

from common.payments.errors import PaymentMessageError

_AMOUNT: Final = re.compile(r"[0-9]{1,13}(?:\.[0-9]{1,5})?\Z")
_CURRENCY: Final = re.compile(r"[A-Z]{3}\Z")


def parse_amount(text: object) -> Decimal:
    """The amount of a message, more than nothing."""
    if not isinstance(text, str) or not _AMOUNT.match(text) or not Decimal(text):
        raise PaymentMessageError("An amount is a decimal text of more than nothing, such as 150.00.")
    return Decimal(text)


def parse_currency(text: object) -> str:
    """A currency code (ISO 4217) by its shape."""
    if not isinstance(text, str) or not _CURRENCY.match(text):
        raise PaymentMessageError("A currency is three capital letters (ISO 4217).")
    return text
