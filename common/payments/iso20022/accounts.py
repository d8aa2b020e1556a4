"""Accounts and their banks in ISO 20022: an IBAN, another number, or a mobile number as its proxy.

`Prxy` is what carries a mobile-money account (ExternalProxyAccountType1Code TELE); `Id` is required beside
it in this version, and says the same as a scheme of our own.
"""

import re
from typing import Any, Final

from common.payments.address import IBAN, Address
from common.payments.errors import InvalidAddressError
from common.payments.iso20022 import document

MOBILE: Final = "mobile"
ACCOUNT: Final = "account"
_BIC: Final = re.compile(r"[A-Z]{6}[A-Z2-9][A-NP-Z0-9](?:[A-Z0-9]{3})?\Z")


def is_bic(text: object) -> bool:
    """Whether a text has the shape of a BIC (ISO 9362), as many a name of eight letters does."""
    return isinstance(text, str) and _BIC.match(text) is not None


def write_account(make: Any, name: str, address: Address, *, currency: str = "") -> Any:
    """A CashAccount38 of that element name."""
    if address.iban:
        parts = [make.Id(make.IBAN(address.iban))]
    else:
        scheme = [] if address.kind in ("", ACCOUNT) else [make.SchmeNm(make.Prtry(address.kind.upper()))]
        parts = [make.Id(make.Othr(make.Id(_whole(address.exact or address.id, 34)), *scheme))]
    if currency:
        parts.append(make.Ccy(currency))
    if address.kind == MOBILE:
        parts.append(make.Prxy(make.Tp(make.Cd("TELE")), make.Id(address.exact or address.id)))
    return getattr(make, name)(*parts)


def write_agent(make: Any, name: str, address: Address, *, bic: str = "") -> Any:
    """The account's bank, by its BIC where one was declared; None for a payee whose IBAN says it all."""
    if bic:
        institution = make.FinInstnId(make.BICFI(bic))
    elif address.provider:
        institution = make.FinInstnId(make.Othr(make.Id(_whole(address.provider, 35))))
    elif name == "DbtrAgt":  # which the schema requires
        institution = make.FinInstnId(make.Othr(make.Id(document.NOT_PROVIDED)))
    else:
        return None
    return getattr(make, name)(institution)


def check_payment_account(address: Address) -> None:
    """Raise `InvalidAddressError` where ISO 20022 has no room for the address."""
    _whole(address.id, 34)
    _whole(address.provider, 35)


def read_account(node: Any, *, provider: str) -> Address:
    """The address of a CashAccount38 at the bank called `provider`."""
    iban = document.text_at(node, "Id", "IBAN")
    if iban:
        return Address(IBAN, iban.lower(), provider)
    kind = document.text_at(node, "Id", "Othr", "SchmeNm", "Prtry").lower()
    number = document.text_at(node, "Prxy", "Id") or document.text_at(node, "Id", "Othr", "Id")
    return Address(kind or ACCOUNT, number.lower(), provider, "" if number.islower() else number)


def read_agent(node: Any, name: str) -> str:
    """A bank's BIC or other identification, in lower case; empty where none is named."""
    bic = document.text_at(node, name, "FinInstnId", "BICFI")
    other = document.text_at(node, name, "FinInstnId", "Othr", "Id")
    return (bic or other.replace(document.NOT_PROVIDED, "")).lower()


def _whole(text: str, limit: int) -> str:
    """A number that fits, for half an account number is another's account."""
    if len(text) > limit:
        raise InvalidAddressError(f"ISO 20022 has {limit} characters for this part of an address.")
    return text
