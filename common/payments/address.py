"""Addresses of people and accounts, `id-type:id@provider` (cdpi_PersonId, cdpi_FinancialAddress).

The texts give a pattern without the colon of their own examples; the examples are followed. A bare IBAN is
taken as well, since people write it so.
"""

import re
from dataclasses import dataclass, field
from typing import Final

from common.payments.errors import InvalidAddressError

IBAN: Final = "iban"
MAX_LENGTH: Final = 200
_ADDRESS: Final = re.compile(
    r"(?:(?P<kind>[a-z][a-z0-9.-]{0,31}):)?(?P<id>[a-z0-9+._-]{1,64})@(?P<provider>[a-z0-9.-]{1,100})\Z"
)
_IBAN: Final = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}\Z")


@dataclass(frozen=True, slots=True)
class Address:
    """An address in its normative form, lower case throughout (it is "case insensitive").

    `exact` is its id as it was written, where that differs: what is compared is not what is paid to, for a
    bank may know two accounts that differ in a letter's case alone.
    """

    kind: str
    id: str
    provider: str
    exact: str = field(default="", compare=False)

    def __str__(self) -> str:
        if self.kind == IBAN and not self.provider:
            return self.iban
        return f"{self.kind}:{self.id}@{self.provider}" if self.kind else f"{self.id}@{self.provider}"

    @property
    def written(self) -> str:
        """As it was written, for whoever pays to it."""
        id = self.exact or self.id
        return str(self) if self.iban else f"{self.kind}:{id}@{self.provider}".removeprefix(":")

    @property
    def iban(self) -> str:
        """The IBAN of an account that has one, else empty."""
        return self.id.upper() if self.kind == IBAN else ""


def parse_address(text: object) -> Address:
    """The address that `text` is; `InvalidAddressError` also where the check digits of an IBAN are wrong."""
    if not isinstance(text, str) or len(text) > MAX_LENGTH:
        raise InvalidAddressError("A financial address is a text such as account:12345@national-bank.")
    bare = text.replace(" ", "").upper()
    if _IBAN.match(bare):
        _check_iban(bare)
        return Address(IBAN, bare.lower(), "")
    lower = text.lower()
    found = _ADDRESS.match(lower)
    if found is None:
        raise InvalidAddressError("A financial address is a text such as account:12345@national-bank.")
    # Lower case of other letters may be longer or shorter; none of them is in an address.
    exact = text[found.start("id") : found.end("id")] if len(lower) == len(text) else ""
    address = Address(
        found["kind"] or "", found["id"], found["provider"], "" if exact == found["id"] else exact
    )
    if address.kind == IBAN:
        _check_iban(address.iban)
    return address


def _check_iban(iban: str) -> None:
    """The check digits of ISO 13616: letters count from ten, and the whole is 1 modulo 97."""
    if not _IBAN.match(iban) or int("".join(str(int(each, 36)) for each in iban[4:] + iban[:4])) % 97 != 1:
        raise InvalidAddressError("The check digits of this IBAN are wrong.")
