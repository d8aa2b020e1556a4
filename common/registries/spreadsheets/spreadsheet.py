"""A registry's spreadsheet as ministries export them: a file in, records and rejected rows out, one by one.

1 the table in the file is found (tables/) · 2 each column is told from all of its cells, and the key with
them · 3 each row is cleaned and keyed, or rejected with its reason. Reasons name the row and the column,
never what stands in it. Rows are numbered as a spreadsheet program numbers them.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import BinaryIO, Final

from common.registries.columns.column import ORDERS, Column
from common.registries.columns.key_column import MAX_KEY, KeyFinder, KeyHabit, SeenKeys
from common.registries.columns.profile import ColumnProfile
from common.registries.connector import RegistryRecord
from common.registries.spreadsheets.rows import AnotherTable, fault_of, is_total
from common.registries.tables.errors import UnreadableSpreadsheetError
from common.registries.tables.lines import Row
from common.registries.tables.table import Table, open_table
from common.registries.values.cells import damage, unwrapped
from common.registries.values.nulls import says_nothing
from common.registries.values.texts import compact, tidy

EVERY: Final = 10_000  # rows, after which a long reading says how far it is
UNREADABLE: Final = "holds control characters, or some that do not belong to its encoding"


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What somebody says of a file that the file does not: each is empty where nobody does."""

    key: str = ""
    sheet: str = ""
    encoding: str = ""
    date_order: str = ""  # day or month, whichever stands first


UNSAID: Final = ImportOptions()


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that was not taken, and why."""

    row: int
    reason: str


@dataclass(frozen=True, slots=True)
class OpenSpreadsheet:
    """A file whose columns are known; `remarks` are what its reader should know."""

    table: Table
    columns: tuple[Column, ...]
    key_column: str
    remarks: tuple[str, ...] = ()
    habit: KeyHabit = field(default_factory=KeyHabit)
    seen: SeenKeys = field(default_factory=SeenKeys)

    def entries(self) -> Iterator[RegistryRecord | Rejected]:
        """Its rows, in their order; once."""
        columns = {column.name: column for column in self.columns}
        for number, row in self.table.rows():
            if row is not None and not any(cell.strip() for cell in row):
                continue
            try:
                record = _record(_row(row, self.table.names), columns, self.key_column)
                if fault := self.habit.fault(record.key):
                    raise ValueError(f"Column {self.key_column} {fault}.")
            except ValueError as reason:
                yield Rejected(number, str(reason))
                continue
            first = self.seen.add(record.key, number)
            if first is None:
                yield record
            else:
                yield Rejected(number, f"Column {self.key_column}: row {first} has the same key.")


@contextmanager
def open_spreadsheet(
    file: BinaryIO,
    *,
    reading: ImportOptions = UNSAID,
    known: Mapping[str, Column] | None = None,
    looking: Callable[[int], None] | None = None,
) -> Iterator[OpenSpreadsheet]:
    """Find out what a file holds; `known` are the columns of earlier imports, `looking` hears of progress."""
    if reading.date_order and reading.date_order not in ORDERS:
        raise UnreadableSpreadsheetError("The date order is day or month: which of them stands first.")
    with open_table(file, sheet=reading.sheet, encoding=reading.encoding) as table:
        found = _told(table, reading, known or {}, looking)
        try:
            yield found
        finally:
            found.seen.close()


def _told(
    table: Table, reading: ImportOptions, known: Mapping[str, Column], looking: Callable[[int], None] | None
) -> OpenSpreadsheet:
    if reading.key and compact(reading.key) not in table.names:
        raise UnreadableSpreadsheetError(
            f"No column is called {reading.key!r}; the file has {', '.join(table.names)}."
        )
    profiles = {name: ColumnProfile(name, known=known.get(name)) for name in table.names}
    finder = KeyFinder(table.names)
    habits = {name: KeyHabit() for name in ([compact(reading.key)] if reading.key else finder.likely())}
    for cells in _rows_of_one_table(table, looking):
        if not reading.key:
            finder.add(cells)
        for name, cell in cells.items():
            profiles[name].add("" if damage(cell) else cell)
            if name in habits:
                habits[name].add(compact(cell))
    order = ORDERS.get(reading.date_order)
    columns = {name: profile.column(order) for name, profile in profiles.items()}
    key = compact(reading.key) or finder.find(columns)
    columns[key] = Column(key)  # whatever it looks like: 01-02-2015 is a number there, and 007 is not 7
    guessed = [name for name in columns if profiles[name].guessed(columns[name], order)]
    return OpenSpreadsheet(
        table,
        tuple(columns.values()),
        key,
        remarks=tuple(_remarks(table, guessed)),
        habit=habits[key],
    )


def _rows_of_one_table(table: Table, looking: Callable[[int], None] | None) -> Iterator[dict[str, str]]:
    """The cells of each row that can be read; raises where there is none, or where another table begins."""
    gap = AnotherTable(table.names)
    rows = 0
    for number, row in table.rows():
        if row is not None and not any(cell.strip() for cell in row):
            gap.blank()
            continue
        rows += 1
        if looking and not rows % EVERY:
            looking(rows)
        try:
            cells = {name: cell or "" for name, cell in _row(row, table.names).items()}
        except ValueError:
            continue
        if (begin := gap.add(number, cells)) is not None:
            raise UnreadableSpreadsheetError(
                f"Another table begins in row {begin}; put each of them into a file of its own."
            )
        yield cells
    if not rows:
        raise UnreadableSpreadsheetError("The file has a heading but no rows.")


def _remarks(table: Table, guessed: list[str]) -> Iterator[str]:
    if not table.encoding.name.startswith("utf"):
        yield f"The file's letters were read as {table.encoding.name}."
    if table.begin > 1:
        yield f"Row {table.begin} was read as the heading."
    if guessed:
        yield (
            f"Nothing says whether {', '.join(guessed)} has the day first or the month; it was read with the"
            " day first. If that is wrong, import the file again with --date-order month."
        )


def _row(row: Row, names: tuple[str, ...]) -> dict[str, str | None]:
    """The cells by column, None where one cannot be read; ValueError where the row is no record."""
    if fault := fault_of(row, names):
        raise ValueError(fault)
    cells = [*(row or [])[: len(names)], *[""] * (len(names) - len(row or []))]
    return {name: _cell(cell) for name, cell in zip(names, cells, strict=True)}


def _cell(cell: str) -> str | None:
    text = tidy(cell)
    return unwrapped(text) if text and text[0] in "='" else text


def _record(
    cells: Mapping[str, str | None], columns: Mapping[str, Column], key_column: str
) -> RegistryRecord:
    data = {}
    for name, cell in cells.items():
        if cell is None:
            raise ValueError(f"Column {name} {UNREADABLE}.")
        if cell:
            try:
                value = columns[name].clean(cell)
            except ValueError as reason:
                raise ValueError(f"Column {name} {reason}.") from None
            if value:
                data[name] = value
    key = compact(data.get(key_column, ""))
    if not key or says_nothing(key):
        raise ValueError(f"Column {key_column}, the key, is empty.")
    if len(key) > MAX_KEY:
        raise ValueError(f"Column {key_column}, the key, is longer than {MAX_KEY} characters.")
    if is_total(key):
        raise ValueError(f"Column {key_column}: it is a total or a remark, no record.")
    return RegistryRecord(key=key, data={**data, key_column: key})
