"""A status list once it was verified and read, and where it may be kept."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from common.status.bits import StatusBits


@dataclass(frozen=True, slots=True)
class DecodedStatusList:
    """One published list; `purposes` are a bitstring list's, a token list has none.

    `ttl` are the seconds for which its issuer allows it to be kept, None where it says nothing.
    """

    uri: str
    issuer: str
    statuses: StatusBits
    purposes: frozenset[str]
    valid_from: datetime | None
    valid_until: datetime | None
    ttl: int | None

    def covers(self, now: datetime) -> bool:
        """Whether the list speaks of this moment."""
        begun = self.valid_from is None or self.valid_from <= now
        return begun and (self.valid_until is None or now < self.valid_until)


class ListCache(Protocol):
    """Where lists that were verified and read are kept for a while."""

    def get(self, key: str) -> DecodedStatusList | None:
        """The list under that key, None where there is none or its time is over."""

    def put(self, key: str, value: DecodedStatusList, *, seconds: int) -> None:
        """Keep a list for at most that long."""
