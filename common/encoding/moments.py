"""Moments as others write them (ISO 8601): what Python reads, and the end of a day as its 24th hour."""

import re
from datetime import datetime, timedelta
from typing import Final

MAX_LENGTH: Final = 40
_MIDNIGHT: Final = re.compile(r"T24(:00(?::00(?:[.,]0+)?)?)(?=[Z+-]|\Z)", re.IGNORECASE)


def parse_moment(text: str) -> datetime | None:
    """The moment of a text, with its zone where it names one; None where it is no moment.

    24:00 is 00:00 of the day after (ISO 8601-1 §5.3.2, XML Schema's dateTime).
    """
    if len(text) > MAX_LENGTH or "T" not in text.upper():
        return None
    plain, midnights = _MIDNIGHT.subn(r"T00\1", text)
    try:
        moment = datetime.fromisoformat(plain) + timedelta(days=midnights)
        if moment.tzinfo is not None:
            moment.timestamp()  # beyond the years that can be reckoned with, it is no moment
    except (ValueError, OverflowError):
        return None
    return moment
