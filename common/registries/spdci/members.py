"""Members that many SPDCI messages share, read within bounds; what is refused in one request of a batch."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from common.exchange.envelope import parse_timestamp
from common.exchange.errors import ExchangeError

MAX_ID: Final = 99  # TransactionId, correlation_id, SubscriptionCode
MAX_BATCH: Final = 100
MAX_SKEW: Final = timedelta(minutes=5)
_TEXT: Final = re.compile(r"[^\x00-\x1f\x7f]+\Z")

SEARCH_CRITERIA: Final = "rjct.search_criteria.invalid"
SORT: Final = "rjct.sort.invalid"
PAGINATION: Final = "rjct.pagination.invalid"
TOO_MANY: Final = "rjct.search.too_many_records_found"
REFERENCE_ID: Final = "rjct.reference_id.invalid"
DUPLICATE: Final = "rjct.reference_id.duplicate"
TIMESTAMP: Final = "rjct.timestamp.invalid"


class SpdciItemError(ExchangeError):
    """One request of a batch that is refused; `reason` says why, the others are answered."""

    def __init__(self, public: str, *, reason: str = SEARCH_CRITERIA, detail: str = "") -> None:
        super().__init__(public, detail=detail)
        self.reason = reason


def parse_identifier(source: Mapping[str, Any], name: str) -> str:
    """A required identifier of the message itself."""
    value = source.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= MAX_ID or not _TEXT.match(value):
        raise ExchangeError(f"{name} is a text of at most {MAX_ID} characters.")
    return value


def batch(message: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The requests of a batch; each is an object."""
    value = message.get(name)
    if not isinstance(value, list) or not value or not all(isinstance(item, Mapping) for item in value):
        raise ExchangeError(f"{name} is a list of requests.")
    if len(value) > MAX_BATCH:
        raise ExchangeError(
            f"A message holds at most {MAX_BATCH} requests.", reason="rjct.total_count.limit_exceeded"
        )
    return value


def reference(source: Mapping[str, Any]) -> str:
    """The `reference_id` of one request, empty where it cannot be read."""
    value = source.get("reference_id")
    readable = isinstance(value, str) and 0 < len(value) <= MAX_ID and _TEXT.match(value)
    return value if readable and isinstance(value, str) else ""


def check_request(source: Mapping[str, Any], *, seen: set[str], now: datetime) -> None:
    """Raise `SpdciItemError` unless a request has a reference of its own and a time that is not to come."""
    name = reference(source)
    if not name:
        raise SpdciItemError("reference_id is missing.", reason=REFERENCE_ID)
    if name in seen:
        raise SpdciItemError("This reference_id stands twice.", reason=DUPLICATE)
    seen.add(name)
    moment = parse_timestamp(source.get("timestamp"))
    if moment is None or moment > now + MAX_SKEW:
        raise SpdciItemError("timestamp is a moment that has come, with its time zone.", reason=TIMESTAMP)


def criteria(source: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """An object of one request."""
    value = source.get(name)
    if not isinstance(value, Mapping):
        raise SpdciItemError(f"{name} is an object.")
    return value


def short(value: object, *, limit: int = 200) -> str:
    """A text, or nothing where it is none that could be kept."""
    readable = isinstance(value, str) and len(value) <= limit and _TEXT.match(value)
    return value if readable and isinstance(value, str) else ""


def purpose(source: Mapping[str, Any]) -> str:
    """The code (else the text) of why somebody asks: of `authorize`, else of `consent`."""
    for name in ("authorize", "consent"):
        said = source.get(name)
        reason = said.get("purpose") if isinstance(said, Mapping) else None
        if isinstance(reason, Mapping):
            found = short(reason.get("code")) or short(reason.get("text"))
            if found:
                return found
    return ""
