"""Times in a JWT or CWT (RFC 7519 §2, NumericDate): seconds since 1970-01-01T00:00:00Z, whole or not."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from common.errors import MalformedInputError

_EARLIEST: Final = -62_135_596_800  # the first second of the year 1
_LATEST: Final = 253_402_300_799  # the last second of the year 9999


def parse_numeric_date(claims: Mapping[str, Any], name: str) -> float | None:
    """The time under `name` in seconds, None where it is absent or null, an error where it is no time."""
    value = claims.get(name)
    if value is None:
        return None
    if not isinstance(value, int | float) or isinstance(value, bool) or not _EARLIEST <= value <= _LATEST:
        raise MalformedInputError(f"{name} is not a time.")
    return value


def read_datetime(claims: Mapping[str, Any], name: str) -> datetime | None:
    """The same as an aware datetime."""
    seconds = parse_numeric_date(claims, name)
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
