"""Amounts of money: a decimal text outside, an integer of the currency's smallest unit inside (ISO 4217)."""

import re
from typing import Final

from common.errors import MalformedInputError

CURRENCIES: Final = {  # ISO 4217 exponents: how many decimals an amount of this currency has
    "BOB": 2, "COP": 2, "EUR": 2, "GBP": 2, "INR": 2, "KES": 2, "PEN": 2, "PHP": 2, "UGX": 0,
    "USD": 2, "XOF": 0, "ZMW": 2,
}  # fmt: skip
_DECIMAL = re.compile(r"(0|[1-9][0-9]{0,12})(?:\.([0-9]{1,3}))?\Z")


def exponent(currency: object) -> int:
    """How many decimals a currency has."""
    if not isinstance(currency, str) or currency not in CURRENCIES:
        raise MalformedInputError(f"The currency is one of {', '.join(CURRENCIES)}.")
    return CURRENCIES[currency]


def to_minor(amount: object, currency: object) -> int:
    """`150.00` in USD as 15000."""
    decimals = exponent(currency)
    match = _DECIMAL.match(amount) if isinstance(amount, str) else None
    fraction = match[2] or "" if match else ""
    if not match or len(fraction) > decimals:
        raise MalformedInputError(f"An amount in {currency} has {decimals} decimals at most.")
    return int(match[1] + fraction.ljust(decimals, "0"))


def to_text(minor: int, currency: str) -> str:
    """15000 in USD as `150.00`."""
    decimals = exponent(currency)
    digits = str(abs(minor)).rjust(decimals + 1, "0")
    whole, fraction = digits[: len(digits) - decimals], digits[len(digits) - decimals :]
    return f"{'-' if minor < 0 else ''}{whole}{'.' if decimals else ''}{fraction}"
