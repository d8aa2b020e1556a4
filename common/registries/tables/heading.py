"""Where a table begins: above its heading stand titles, dates of export, remarks."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from common.registries.tables.errors import MAX_COLUMNS, UnreadableSpreadsheetError
from common.registries.tables.lines import Row
from common.registries.values.dates import looks_like_date
from common.registries.values.texts import compact, tidy

MOST_ABOVE: Final = 30  # rows
MAX_HEADING: Final = 200  # characters
_VALUE: Final = re.compile(r"[+-]?[0-9][0-9.,]*\Z")
_YEAR: Final = re.compile(r"(?:18|19|20|21)[0-9]{2}\Z")
_COLUMNS: Final = re.compile(r"\S {2,}\S")


def find_heading(sample: Sequence[Row]) -> int:
    """The index of the row that names the columns, among the first rows of a file."""
    filled = [_filled(row) for row in sample]
    usual = _usual(filled)
    for index, row in enumerate(sample[:MOST_ABOVE]):
        if filled[index] and not (usual > 1 and _is_remark(row or [], usual)):
            return index
    return next((index for index, count in enumerate(filled) if count), 0)


def names_of(cells: Sequence[str]) -> list[str]:
    """Column names in order; nameless columns at the end are dropped, anything else unclear is an error."""
    names = [None if tidy(cell) is None else compact(cell) for cell in cells]
    while names and names[-1] == "":
        names.pop()
    if not 0 < len(names) <= MAX_COLUMNS:
        raise UnreadableSpreadsheetError(f"The first row is no heading of 1 to {MAX_COLUMNS} columns.")
    checked: list[str] = []
    for number, name in enumerate(names, start=1):
        if name is None or not name or len(name) > MAX_HEADING:
            raise UnreadableSpreadsheetError(f"Column {number} has no readable heading in the first row.")
        if name in checked:
            raise UnreadableSpreadsheetError(
                f"Columns {checked.index(name) + 1} and {number} have one heading."
            )
        checked.append(name)
    _require_names(checked, raw=cells[0])
    return checked


def _require_names(names: Sequence[str], *, raw: str) -> None:
    values = [bool(_VALUE.match(name) or looks_like_date(name)) and not _YEAR.match(name) for name in names]
    if values[0] or sum(values) * 2 > len(values):
        raise UnreadableSpreadsheetError(
            "The first row holds values, no names of columns; put a row with the names above it."
        )
    if len(names) == 1 and _COLUMNS.search(raw.strip()):
        raise UnreadableSpreadsheetError(
            "The columns are parted by nothing but space; export the file as CSV, with a sign between them."
        )


def _filled(row: Row) -> int:
    return sum(bool(compact(cell)) for cell in row) if row else 0


def _usual(filled: Sequence[int]) -> int:
    """How many cells of a row are filled, mostly."""
    counts = Counter(count for count in filled if count)
    return max(counts, key=lambda count: (counts[count], count)) if counts else 0


def _is_remark(row: Sequence[str], usual: int) -> bool:
    """Whether a row above the table speaks of the table."""
    said = [text for text in map(compact, row) if text]
    first = said[0]
    return (
        len(said) == 1
        or len(said) * 2 < usual
        or first.startswith(("# ", "//", "-- "))
        or (len(said) < usual and first.endswith(":"))
    )
