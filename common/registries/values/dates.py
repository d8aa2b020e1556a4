"""Dates as clerks write them: the order of day and month is a habit of the whole column."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from common.registries.values.months import month_of

YEARS: Final = range(1850, 2200)
OPEN_YEARS: Final = frozenset({2999, 9999})  # "no end", as a day
MAX_DATE: Final = 48  # characters
_TIME: Final = (
    r"(?:[T ] ?(?P<time>\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?)(?: ?(?P<half>[AaPp]\.? ?[Mm]\.?))?"
    r" ?(?P<zone>Z|UTC|[+-]\d{2}:?\d{2})?)?\Z"
)
_WHOLE: Final = re.compile(r"(\d{1,4}) ?([-/.]) ?(\d{1,2}) ?\2 ?(\d{1,4})\.?" + _TIME)
_DIGITS: Final = re.compile(r"(\d{4})(\d{2})(\d{2})\Z")
_YEAR: Final = re.compile(r"(\d{4})(?:[-/.](\d{1,2}))?\Z")
_MONTH_YEAR: Final = re.compile(r"(\d{1,2})[-/.](\d{4})\Z")
_WORD: Final = r"([^\W\d_]{3,12})\.?"
_GAP: Final = r"[ \-/.,]{0,3}(?:de |del |of )?"
_DAY: Final = r"(\d{1,2})(?:st|nd|rd|th|er|[oº°ª.])?"
_WORDED: Final = (
    (re.compile(_DAY + _GAP + _WORD + _GAP + r"(\d{4})" + _TIME), (3, 2, 1)),
    (re.compile(_WORD + _GAP + _DAY + r"[ ,\-]{1,3}(\d{4})" + _TIME), (3, 1, 2)),
    (re.compile(r"(\d{4})[ \-/]" + _WORD + r"[ \-/](\d{1,2})" + _TIME), (1, 2, 3)),
)
_WORDED_MONTH: Final = re.compile(_WORD + _GAP + r"(\d{4})\Z")
_MIDNIGHT: Final = re.compile(r"0?0:00(?::00(?:[.,]0+)?)?\Z")


@dataclass(frozen=True, slots=True)
class DateOrder:
    """How a column writes dates whose year does not stand first."""

    month_first: bool = False

    def parse(self, text: str) -> str | None:
        """ISO 8601 of a date, of a year and month, or of a year alone; None where it is none of them.

        A time of day is left out, unless a zone stands with it: then it may be another day.
        """
        if len(text) > MAX_DATE:
            return None
        found = _WHOLE.match(text)
        if found:
            first, middle, last = found[1], found[3], found[4]
            if len(first) == 4 and len(last) <= 2:
                parts = (first, middle, last)
            elif len(first) <= 2 and len(last) == 4:
                parts = (last, first, middle) if self.month_first else (last, middle, first)
            else:
                return None
            return _iso(*parts) if _of_day(found) else None
        return _worded(text) or _partly(text)


DAY_FIRST: Final = DateOrder()
MONTH_FIRST: Final = DateOrder(month_first=True)


def looks_like_date(text: str) -> bool:
    """Whether a text has the shape of a whole date with a year of four digits, and of no moment."""
    if len(text) > MAX_DATE:
        return False
    found = _WHOLE.match(text)
    if found:
        return (len(found[1]) == 4) != (len(found[4]) == 4) and _at_midnight(found)
    for pattern, (_, month, _) in _WORDED:
        if (found := pattern.match(text)) and month_of(found[month]):
            return _at_midnight(found)
    return False


def surely_date(text: str) -> bool:
    """Whether it looks like a date even where no heading says so: 12/3/2015 may be the number of an act."""
    found = _WHOLE.match(text) if len(text) <= MAX_DATE else None
    if found:
        return looks_like_date(text) and len(found[3]) == 2 and 2 in (len(found[1]), len(found[4]))
    return looks_like_date(text)


def written_as_digits(text: str) -> bool:
    """Whether it is a day as YYYYMMDD."""
    found = _DIGITS.match(text)
    return found is not None and _iso(*found.groups()) is not None


def forced_order(text: str) -> DateOrder | None:
    """The order that this one date forces, if it does: the 25th is no month."""
    found = _WHOLE.match(text) if len(text) <= MAX_DATE else None
    if found is None or len(found[4]) != 4 or len(found[1]) > 2:
        return None
    first, middle = int(found[1]), int(found[3])
    if 12 < first <= 31 and 0 < middle <= 12:
        return DAY_FIRST
    return MONTH_FIRST if 12 < middle <= 31 and 0 < first <= 12 else None


def needs_order(text: str) -> bool:
    """Whether it would be another day in the other order."""
    found = _WHOLE.match(text) if len(text) <= MAX_DATE else None
    return (
        found is not None
        and len(found[4]) == 4
        and 0 < int(found[1]) <= 12
        and 0 < int(found[3]) <= 12
        and int(found[1]) != int(found[3])
    )


def _iso(year: str, month: str, day: str) -> str | None:
    """The day, the month where the day is 0, the year where the month is 0 as well."""
    if int(year) not in YEARS and int(year) not in OPEN_YEARS:
        return None
    if not int(day):
        return _partial(int(year), int(month))
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None


def _partial(year: int, month: int) -> str | None:
    if year not in YEARS or month > 12:
        return None
    return f"{year}-{month:02}" if month else str(year)


def _partly(text: str) -> str | None:
    """A year, a year and its month, or a day in eight digits."""
    if found := _YEAR.match(text):
        month = int(found[2]) if found[2] else 0
        return _partial(int(found[1]), month) if month or not found[2] else None
    if found := _MONTH_YEAR.match(text):
        return _partial(int(found[2]), int(found[1]))
    found = _DIGITS.match(text)
    return _iso(*found.groups()) if found else None


def _worded(text: str) -> str | None:
    for pattern, (year, month, day) in _WORDED:
        if (found := pattern.match(text)) and month_of(found[month]):
            spelt = str(month_of(found[month]))
            return _iso(found[year], spelt, found[day]) if _of_day(found) else None
    found = _WORDED_MONTH.match(text)
    number = month_of(found[1]) if found else 0
    return _partial(int(found[2]), number) if found and number else None


def _at_midnight(found: "re.Match[str]") -> bool:
    half = (found["half"] or "a").lower().startswith("a")
    return found["time"] is None or (
        half and bool(_MIDNIGHT.match(found["time"]) or (found["half"] and found["time"].startswith("12:00")))
    )


def _of_day(found: "re.Match[str]") -> bool:
    return found["zone"] is None or _at_midnight(found)
