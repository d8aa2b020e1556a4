"""Rows of a table that are no records: totals, remarks, a heading once more, tags for machines."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from common.registries.tables.lines import Row
from common.registries.values.texts import compact

UNQUOTED: Final = "Its quoting is broken, or a cell is larger than 131,072 characters."
_DIGIT: Final = re.compile(r"\d")
_TAG: Final = re.compile(r"#[A-Za-z][\w ]*(?:\+[\w ]+)*\Z")
_TOTAL: Final = re.compile(
    r"(?:grand |sub|sub-|sub )?(?:totals?|totales|totais|totaux|totale|gesamt|summe|suma|somme|sum"
    r"|jumlah|jumla|toplam|итого|всего|合计|合計|总计|المجموع)"
    r"(?: general| geral| général| generale)?(?:[\s:=(\d.,].*)?\Z",
    re.IGNORECASE,
)


def fault_of(row: Row, names: Sequence[str]) -> str | None:
    """Why a row is no record, whatever stands in its columns; None where it may be one."""
    if row is None:
        return UNQUOTED
    if len(row) > len(names) and any(cell.strip() for cell in row[len(names) :]):
        return f"It has {len(row)} cells, the heading has {len(names)}."
    said = [index for index, cell in enumerate(row) if cell.strip()]
    if not said:
        return None
    first = compact(row[said[0]])
    if (
        len(said) * 2 > len(names)
        and first.casefold() == names[said[0]].casefold()
        and all(compact(row[index]).casefold() == names[index].casefold() for index in said)
    ):
        return "It is the heading once more."
    if len(names) == 1:
        return None
    if len(row) == 1:
        return f"It has 1 cell, the heading has {len(names)}."
    if first.startswith("#") and len(said) > 1 and all(_TAG.match(compact(row[index])) for index in said):
        return "It holds tags for machines (HXL)."
    if len(said) == 1 and (" " in first or first.endswith(":")):
        return "It is a remark: of all cells one is filled."
    return None


def is_total(key: str) -> bool:
    """Whether what stands in place of a key says that the row adds others up."""
    return bool(_TOTAL.match(key)) or key.endswith(":")


class AnotherTable:
    """Whether a second table stands below the first: behind a blank row a heading, and numbers under it."""

    def __init__(self, names: Sequence[str]) -> None:
        self.numbered = set(names)  # columns in which every cell so far has had a digit
        self.seen = 0
        self.is_behind_blank = False
        self.maybe: tuple[int, list[str]] | None = None

    def blank(self) -> None:
        """A row without cells."""
        self.is_behind_blank, self.maybe = self.seen >= 2, None

    def add(self, number: int, cells: Mapping[str, str]) -> int | None:
        """Look at one more row; the number of the row in which another table begins, once that is clear."""
        if self.maybe and any(_DIGIT.search(cells[name]) for name in self.maybe[1]):
            return self.maybe[0]
        self.maybe = None
        odd = [name for name in self.numbered if cells[name] and not _DIGIT.search(cells[name])]
        said = [cell for cell in cells.values() if cell] if odd and self.is_behind_blank else ()
        self.is_behind_blank = False
        if len(said) > 1 and not any(map(_DIGIT.search, said)):
            self.maybe = (number, odd)
        else:
            self.numbered.difference_update(odd)
            self.seen += 1
        return None
