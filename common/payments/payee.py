"""Where a person wants money to go, checked as what it is before they sign it.

An IBAN by its check digits and its country's length (ISO 13616), a telephone number by E.164, an address
`id-type:id@provider` by both where it names one, a wallet or account number by its shape.
"""

import re
from typing import Final

from common.payments.address import IBAN, Address, parse_address
from common.payments.errors import InvalidAddressError

LONGEST: Final = 100
IBAN_LENGTHS: Final = {  # by country, of the IBAN registry; a country that is not here has any length
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BR": 29,
    "BY": 28, "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "DO": 28, "EE": 20, "EG": 29,
    "ES": 24, "FI": 18, "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28,
    "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20,
    "LB": 28, "LC": 32, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "LY": 25, "MC": 27, "MD": 24, "ME": 22,
    "MK": 19, "MR": 27, "MT": 31, "MU": 30, "NL": 18, "NO": 15, "PK": 24, "PL": 28, "PS": 29, "PT": 25,
    "QA": 29, "RO": 24, "RS": 22, "SA": 24, "SC": 31, "SD": 18, "SE": 24, "SI": 19, "SK": 24, "SM": 27,
    "ST": 25, "SV": 28, "TL": 23, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20,
}  # fmt: skip
PHONES: Final = frozenset({"mobile", "phone", "msisdn", "tel"})  # kinds of address
_IBAN: Final = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}\Z")
_E164: Final = re.compile(r"\+[1-9][0-9]{6,14}\Z", re.ASCII)
_LIKE_A_PHONE: Final = re.compile(r"\+[0-9 ()./-]*\Z", re.ASCII)
_NUMBER: Final = re.compile(r"[A-Z0-9]{4,34}\Z")
_BETWEEN: Final = re.compile(r"[\s./-]+")


def parse_payee(text: str, *, counter: str = "") -> str:
    """Where the money goes, in the form that is signed; `InvalidAddressError` says what is wrong with it.

    `counter` is the service's own word for whoever comes for the money; where there is one, an account may
    be given by its number alone, since a person reads it.
    """
    bare = " ".join(text.split())
    if counter and bare.casefold() == counter.casefold():
        return counter
    if not 0 < len(bare) <= LONGEST or not bare.isprintable():
        raise InvalidAddressError(_wanted(counter))
    if "@" in bare or ":" in bare:
        return str(_checked(parse_address(bare)))
    joined = _BETWEEN.sub("", bare).upper()
    if _LIKE_A_PHONE.match(bare):
        number = re.sub(r"[^+0-9]", "", bare)
        _check_phone(number)
        if counter:
            return number
        raise InvalidAddressError(f"Say whose account that is: mobile:{number}@PROVIDER.")
    if _IBAN.match(joined) or (joined[:2] in IBAN_LENGTHS and joined[2:4].isdigit()):
        return str(_checked(Address(IBAN, joined.lower(), "")))
    if counter and _NUMBER.match(joined) and sum(map(str.isdigit, joined)) * 2 >= len(joined):
        return bare
    raise InvalidAddressError(_wanted(counter))


def _checked(address: Address) -> Address:
    if address.iban:
        length = IBAN_LENGTHS.get(address.iban[:2])
        if length is not None and len(address.iban) != length:
            raise InvalidAddressError(f"An IBAN that begins with {address.iban[:2]} has {length} characters.")
        return parse_address(str(address))
    if address.kind in PHONES:
        _check_phone(address.id)
    return address


def _check_phone(number: str) -> None:
    if not _E164.match(number):
        raise InvalidAddressError("A telephone number begins with + and its country, such as +59171234567.")


def _wanted(counter: str) -> str:
    if counter:
        return (
            "This is no account. Give an IBAN, a telephone number that begins with +, an account number, "
            f"or leave “{counter}”."
        )
    return "This is no account. Give an IBAN, account:NUMBER@BANK or mobile:+NUMBER@PROVIDER."
