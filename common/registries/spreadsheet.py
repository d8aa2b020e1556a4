"""A registry's spreadsheet as ministries export them: bytes in, records and rejected rows out.

1 encoding and dialect are found out · 2 the heading is checked · 3 rows of another width are set aside ·
4 each column is told from all of its cells · 5 each row is cleaned and keyed, or rejected with its reason.
Reasons name the row and the column, never what stands in it. The heading is row 1.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from common.registries import Record
from common.registries.columns import Column, describe, find_key
from common.registries.dialect import SpreadsheetUnreadable, decode, find_dialect, rows, split_lines

MAX_BYTES: Final = 200_000_000
MAX_COLUMNS: Final = 500
MAX_KEY: Final = 128
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
UNQUOTED: Final = "Its quoting is broken, or a cell is larger than 131,072 characters."


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that was not taken, and why."""

    row: int
    reason: str


@dataclass(frozen=True, slots=True)
class Spreadsheet:
    """What a file held."""

    columns: tuple[Column, ...]
    key_column: str
    records: tuple[Record, ...]
    rejected: tuple[Rejected, ...]


def read_spreadsheet(
    data: bytes, *, key: str | None = None, known: Mapping[str, str] | None = None
) -> Spreadsheet:
    """Read a file of cells; `known` are column types of earlier imports, `key` the key column if known."""
    known = known or {}
    if len(data) > MAX_BYTES:
        raise SpreadsheetUnreadable(f"The file is larger than {MAX_BYTES // 1_000_000} MB; split it.")
    # 1
    lines = split_lines(decode(data))
    while lines and not lines[0].strip():
        del lines[0]
    if not lines:
        raise SpreadsheetUnreadable("The file is empty.")
    dialect = find_dialect(lines)
    # 2
    heading = next(rows(lines, dialect, None)) or []
    names = _headings(heading)
    # 3
    table: list[tuple[int, list[str | None]]] = []
    rejected: list[Rejected] = []
    for number, cells in enumerate(rows(lines, dialect, len(names)), start=1):
        if number == 1 or cells == [] or (cells and not any(cell.strip() for cell in cells)):
            continue
        if cells is None:
            rejected.append(Rejected(number, UNQUOTED))
        elif len(cells) != len(names) and (len(cells) < len(names) or any(cells[len(names) :])):
            rejected.append(Rejected(number, f"It has {len(cells)} cells, the heading has {len(names)}."))
        else:
            table.append((number, [_tidy(cell) for cell in cells[: len(names)]]))
    if not table and not rejected:
        raise SpreadsheetUnreadable("The file has a heading but no rows.")
    # 4
    by_name = {name: [row[index] or "" for _, row in table] for index, name in enumerate(names)}
    columns = {
        name: describe(name, [cell for cell in cells if cell], known=known.get(name, ""))
        for name, cells in by_name.items()
    }
    key_column = _key(key, columns, by_name)
    # 5
    records: dict[str, tuple[int, Record]] = {}
    for number, row in table:
        try:
            record = _record(dict(zip(names, row, strict=True)), columns, key_column)
        except ValueError as reason:
            rejected.append(Rejected(number, str(reason)))
            continue
        if record.key in records:
            first = records[record.key][0]
            rejected.append(Rejected(number, f"Column {key_column}: row {first} has the same key."))
        else:
            records[record.key] = number, record
    return Spreadsheet(
        columns=tuple(columns.values()),
        key_column=key_column,
        records=tuple(record for _, record in records.values()),
        rejected=tuple(sorted(rejected, key=lambda entry: entry.row)),
    )


def _headings(cells: list[str]) -> list[str]:
    """Column names in order; nameless columns at the end are dropped, anything else unclear is an error."""
    names = [_tidy(cell) for cell in cells]
    while names and names[-1] == "":
        names.pop()
    if not 0 < len(names) <= MAX_COLUMNS:
        raise SpreadsheetUnreadable(f"The first row is no heading of 1 to {MAX_COLUMNS} columns.")
    checked: list[str] = []
    for number, name in enumerate(names, start=1):
        if name is None or not name or len(name) > 200:
            raise SpreadsheetUnreadable(f"Column {number} has no readable heading in the first row.")
        if name in checked:
            raise SpreadsheetUnreadable(f"Columns {checked.index(name) + 1} and {number} have one heading.")
        checked.append(name)
    return checked


def _tidy(cell: str) -> str | None:
    """The cell in NFC without surrounding space; None where it holds control characters."""
    if _CONTROL.search(cell):
        return None
    return (cell if cell.isascii() else unicodedata.normalize("NFC", cell)).strip()


def _key(key: str | None, columns: Mapping[str, Column], cells: Mapping[str, list[str]]) -> str:
    if key is not None and key not in columns:
        raise SpreadsheetUnreadable(f"No column is called {key!r}; the file has {', '.join(columns)}.")
    found = key or find_key(cells, {name: column.type for name, column in columns.items()})
    if found is None:
        raise SpreadsheetUnreadable(f"No column tells rows apart; name one as key: {', '.join(columns)}.")
    return found


def _record(cells: Mapping[str, str | None], columns: Mapping[str, Column], key_column: str) -> Record:
    data = {}
    for name, cell in cells.items():
        if cell is None:
            raise ValueError(f"Column {name} holds control characters.")
        if cell:
            try:
                data[name] = columns[name].clean(cell)
            except ValueError as reason:
                raise ValueError(f"Column {name} {reason}.") from None
    key = data.get(key_column)
    if key is None:
        raise ValueError(f"Column {key_column}, the key, is empty.")
    if len(key) > MAX_KEY:
        raise ValueError(f"Column {key_column}, the key, is longer than {MAX_KEY} characters.")
    return Record(key=key, data=data)
