"""A column told from all of its cells, one after the other: nothing of them is kept but what they rule out.

What might be something else stays text: NO is a country, 12/3/2015 the number of an act, 1,234 two numbers.
"""

from collections.abc import Iterable
from typing import Final

from common.registries.claims.mapping import FALSE, TRUE
from common.registries.columns.column import SHORT_YEAR, Column, ColumnContradictedError
from common.registries.columns.headings import (
    is_yes_or_no,
    names_identifier,
    speaks_of_days,
    speaks_of_files,
)
from common.registries.values import numbers
from common.registries.values.dates import (
    DAY_FIRST,
    MONTH_FIRST,
    DateOrder,
    forced_order,
    looks_like_date,
    needs_order,
    surely_date,
    written_as_digits,
)
from common.registries.values.nulls import says_nothing
from common.registries.values.texts import compact, western

_MARKS: Final = (".", ",")
# Yes beside no; nobody tells from one of them alone what the other cells would say.
_ANSWERS: Final = (
    {"yes", "no"}, {"sí", "no"}, {"si", "no"}, {"oui", "non"}, {"sim", "não"}, {"sim", "nao"}, {"ja", "nein"},
)  # fmt: skip
_TRUTHS: Final = ({"true", "false"}, {"verdadero", "falso"}, {"vrai", "faux"}, {"verdadeiro", "falso"})
_WORDS: Final = frozenset().union(*_ANSWERS, *_TRUTHS)
FEW: Final = 0.1  # of the dates of a column may contradict the others, as slips do


def describe_columns(name: str, cells: Iterable[str], *, known: Column | None = None) -> Column:
    """A column, told from its cells; `known` is what earlier imports found."""
    profile = ColumnProfile(name, known=known)
    for cell in cells:
        profile.add(cell)
    return profile.column()


class ColumnProfile:
    """What the cells of a column have shown so far."""

    def __init__(self, name: str, *, known: Column | None = None) -> None:
        self.name = name
        self.known = known if known and not known.open else None
        self.cells = self.days = self.digit_days = self.short = self.serials = self.images = 0
        self.day_first = self.month_first = self.ordered = 0
        self.of_days = speaks_of_days(name)
        self.answers: set[str] | None = set()
        self.numeric = {mark: not names_identifier(name) for mark in _MARKS}
        self.forced: set[str] = set()  # marks without which some cell would be no number
        self.fractions: set[str] = set()
        self.spaced: set[int] | None = set()  # how many digits cells with space between them have
        self.settled = self.known is not None and self.known.type in ("string", "image")

    def add(self, cell: str) -> None:
        """Look at one more cell."""
        if self.settled or not cell:
            return
        value = compact(cell) if len(cell) <= 64 else cell
        if says_nothing(value):
            return
        self.cells += 1
        self._see_day(value)
        if self.known and self.known.type == "date":
            return
        self.images += value.startswith("data:image/")
        if self.answers is not None:
            self.answers.add(value.casefold())
            if len(self.answers) > 2 or not self.answers <= (TRUE | FALSE if self.known else _WORDS):
                self.answers = None
        self._see_number(western(value))
        told = self.answers is not None or any(self.numeric.values()) or self.images
        self.settled = not (told or self.of_days or self.days == self.cells)

    def column(self, told: DateOrder | None = None) -> Column:
        """What the column is; `told` is the order of its days where somebody knows it.

        `ColumnContradictedError` where the order is known to be another, or both stand in one column.
        """
        if self.known is not None:
            return self._as_known(self.known, told)
        if not self.cells:
            return Column(self.name, open=True)
        if self.images * 2 > self.cells:
            return Column(self.name, "image")
        if self._holds_days():
            return Column(self.name, "date", order=self._order(None, told))
        return self._scalar(".")

    def guessed(self, column: Column, told: DateOrder | None = None) -> bool:
        """Whether days of this file are read day first only because nothing says otherwise."""
        decided = self.day_first or self.month_first or (self.known is not None and self.known.order)
        return column.type == "date" and bool(self.ordered) and not decided and told is None

    def _see_day(self, value: str) -> None:
        self.days += looks_like_date(value) if self.of_days else surely_date(value)
        self.digit_days += written_as_digits(value)
        self.short += self.of_days and bool(SHORT_YEAR.match(value))
        self.serials += len(value) == 5 and value.isdecimal()
        if (forced := forced_order(value)) is not None:
            self.day_first += not forced.month_first
            self.month_first += forced.month_first
        self.ordered += needs_order(value)

    def _see_number(self, value: str) -> None:
        if not any(self.numeric.values()):
            return
        fits = [mark for mark in _MARKS if self.numeric[mark] and numbers.is_numeral(value, mark)]
        self.numeric = {mark: mark in fits for mark in _MARKS}
        if len(fits) == 1:
            self.forced.add(fits[0])
        self.fractions |= {mark for mark in fits if numbers.has_fraction(value, mark)}
        if self.spaced is not None:
            digits = sum(char.isdecimal() for char in value)
            self.spaced = self.spaced | {digits} if numbers.is_spaced(value) else None

    def _as_known(self, known: Column, told: DateOrder | None) -> Column:
        if known.type == "date":
            return Column(self.name, "date", order=self._order(known.order, told))
        if known.type in ("integer", "decimal", "boolean") and self.cells:
            found = self._scalar(known.mark)
            if found.type == "integer" and known.type == "decimal":
                return Column(self.name, "decimal", mark=found.mark)
            return found
        return known

    def _holds_days(self) -> bool:
        if self.of_days:
            days = self.days + self.digit_days + self.short
            return days * 2 >= self.cells or self.serials == self.cells
        return self.days == self.cells and not (speaks_of_files(self.name) or names_identifier(self.name))

    def _order(self, known: DateOrder | None, told: DateOrder | None) -> DateOrder | None:
        """The order of day and month in this file; the first that was met is the register's for ever."""
        here = max(self.day_first, self.month_first)
        mixed = min(self.day_first, self.month_first)
        if told is not None:
            return told
        if mixed > FEW * here:
            raise ColumnContradictedError(
                f"Column {self.name} has days with the day first and others with the month first; nobody can"
                " tell which of them are meant. Write them as YYYY-MM-DD."
            )
        if here:
            found = MONTH_FIRST if self.month_first > self.day_first else DAY_FIRST
            if known not in (None, found):
                raise ColumnContradictedError(
                    f"Column {self.name}: the file writes the {_first(found)} first, the registry's days were"
                    f" read with the {_first(known)} first. If the file is right, say --date-order"
                    f" {_first(found)}."
                )
            return found
        return known or (DAY_FIRST if self.ordered else None)

    def _scalar(self, mark: str) -> Column:
        if self.answers and is_yes_or_no(self.name) and self.answers in _ANSWERS:
            return Column(self.name, "boolean")
        said = self.answers if self.answers and (len(self.answers) > 1 or is_yes_or_no(self.name)) else None
        if said and any(said <= words for words in _TRUTHS):
            return Column(self.name, "boolean")
        if self.known and self.known.type == "boolean" and self.answers:
            return Column(self.name, "boolean")
        if self.spaced and len(self.spaced) == 1 and not self.fractions and min(self.spaced) > 6:
            return Column(self.name)  # telephones and accounts; amounts differ in length
        fitting = [one for one in _MARKS if self.numeric[one]]
        if not fitting:
            return Column(self.name)
        chosen = mark if mark in fitting else fitting[0]
        if len(fitting) == 2 and self.fractions - {"."} and not (self.known and self.known.type == "decimal"):
            return Column(self.name)  # 1,234 and nothing beside: a thousand, or one and a part
        return Column(self.name, "decimal" if chosen in self.fractions else "integer", mark=chosen)


def _first(order: DateOrder | None) -> str:
    return "month" if order and order.month_first else "day"
