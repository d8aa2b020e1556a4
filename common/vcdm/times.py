"""Moments as W3C writes them: XML Schema dateTime (XSD 1.1 §3.3.7, §3.4.28, VC Data Model 2.0 §4.9, §5.8)."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from common.errors import SelloError

_TIME: Final = re.compile(
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})T"
    r"(?P<hour>[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?)"
    r"(?P<zone>Z|[+-](0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)?\Z"
)
_END_OF_DAY: Final = re.compile(r"24:00:00(\.0+)?\Z")  # the first moment of the next day


class InvalidTimeError(SelloError):
    """A text that names no moment: no such day, or no time zone."""

    code = "MALFORMED_VALUE_ERROR"


def parse(text: object, *, zoned: bool = True) -> datetime:
    """The moment of a dateTimeStamp, in UTC; its time zone is required.

    Where it need not be `zoned`, as in version 1.1 of the data model, a time without one is in UTC.
    """
    found = _TIME.match(text) if isinstance(text, str) else None
    if found is None or (zoned and not found["zone"]):
        raise InvalidTimeError("A time is written as 2026-11-21T12:00:00Z, with its zone.")
    ends_day = _END_OF_DAY.match(found["hour"]) is not None
    hour = "00:00:00" if ends_day else found["hour"]
    try:
        moment = datetime.fromisoformat(f"{found['day']}T{hour}{found['zone'] or 'Z'}")
        return (moment + timedelta(days=ends_day)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidTimeError("There is no such day or hour.") from error


def write(moment: datetime) -> str:
    """A dateTimeStamp in UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
