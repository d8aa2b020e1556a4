"""Dates as clerks write them: the order of day and month is a habit of the whole column."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

_WHOLE: Final = re.compile(r"(\d{1,4})([-/.])(\d{1,2})\2(\d{1,4})(?:[T ]00:00(?::00(?:\.0+)?)?Z?)?\Z")
_YEAR: Final = re.compile(r"(\d{4})(?:-(\d{2}))?\Z")
YEARS: Final = range(1850, 2201)


@dataclass(frozen=True, slots=True)
class DateOrder:
    """How a column writes dates whose year does not stand first."""

    month_first: bool = False

    def parse(self, text: str) -> str | None:
        """ISO 8601 of a date, of a year and month, or of a year alone; None where it is none of them."""
        if partial := _YEAR.match(text):
            year, month = int(partial[1]), int(partial[2] or 1)
            return text if year in YEARS and 1 <= month <= 12 else None
        found = _WHOLE.match(text)
        if not found:
            return None
        first, middle, last = found[1], found[3], found[4]
        if len(first) == 4 and len(last) <= 2:
            parts = (first, middle, last)
        elif len(first) <= 2 and len(last) == 4:
            parts = (last, first, middle) if self.month_first else (last, middle, first)
        else:
            return None
        try:
            day = date(*(int(part) for part in parts))
        except ValueError:
            return None
        return day.isoformat() if day.year in YEARS else None


DAY_FIRST: Final = DateOrder()


def looks_like_date(text: str) -> bool:
    """Whether a text has the shape of a whole date with a year of four digits."""
    found = _WHOLE.match(text)
    return found is not None and (len(found[1]) == 4) != (len(found[4]) == 4)


def date_order(texts: Iterable[str]) -> DateOrder:
    """The order that most of a column's dates force; day first where none of them does."""
    day_first = month_first = 0
    for text in texts:
        found = _WHOLE.match(text)
        if found and len(found[4]) == 4:
            day_first += int(found[1]) > 12
            month_first += int(found[3]) > 12
    return DateOrder(month_first=month_first > day_first)
