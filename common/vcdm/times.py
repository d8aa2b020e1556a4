"""Moments as W3C writes them: XML Schema dateTimeStamp (XSD 1.1 §3.4.28, VC Data Model 2.0 §4.9, §5.8)."""

import re
from datetime import UTC, datetime
from typing import Final

from common.errors import SelloError

_STAMP: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])\Z"
)


class InvalidTime(SelloError):
    """A text that names no moment: no such day, or no time zone."""

    code = "MALFORMED_VALUE_ERROR"


def parse(text: object) -> datetime:
    """The moment of a dateTimeStamp, in UTC; its time zone is required."""
    if not isinstance(text, str) or not _STAMP.match(text):
        raise InvalidTime("A time is written as 2026-11-21T12:00:00Z, with its zone.")
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidTime("There is no such day or hour.") from error


def write(moment: datetime) -> str:
    """A dateTimeStamp in UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
