"""The compact serialisation (RFC 9901 §4): `JWT~Disclosure~…~` and, when presented, a Key Binding JWT."""

from dataclasses import dataclass
from typing import Final

from common.errors import MalformedInputError

MAX_LENGTH: Final = 1_000_000
MAX_DISCLOSURES: Final = 1_000


@dataclass(frozen=True, slots=True)
class SDJWT:
    """An SD-JWT taken apart, nothing in it believed; `key_binding` is None unless it is an SD-JWT+KB."""

    jwt: str
    disclosures: tuple[str, ...] = ()
    key_binding: str | None = None

    def without_key_binding(self) -> str:
        """The SD-JWT as issued or selected: what `sd_hash` is taken over (RFC 9901 §4.3.1)."""
        return "~".join((self.jwt, *self.disclosures, ""))

    def serialize(self) -> str:
        """The whole compact text."""
        return self.without_key_binding() + (self.key_binding or "")


def parse(compact: object) -> SDJWT:
    """Separate JWT, Disclosures and Key Binding JWT (RFC 9901 §7.1 step 1), within bounds."""
    if not isinstance(compact, str) or "~" not in compact:
        raise MalformedInputError("This is not an SD-JWT.")
    if len(compact) > MAX_LENGTH:
        raise MalformedInputError(f"This SD-JWT is longer than {MAX_LENGTH} characters.")
    if compact.count("~") > MAX_DISCLOSURES + 1:
        raise MalformedInputError(f"This SD-JWT has more than {MAX_DISCLOSURES} disclosures.")
    jwt, *disclosures, last = compact.split("~")
    return SDJWT(jwt, tuple(disclosures), last or None)
