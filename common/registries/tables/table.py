"""Opening a file as a table: what it is is told from what it holds, never from its name."""

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO, Final, cast
from zipfile import ZipFile

from common.registries.tables import file_kinds
from common.registries.tables.archive import IN_MEMORY, only_table, read_archive
from common.registries.tables.dialect import SAMPLE, Dialect, declared_dialect, find_dialect
from common.registries.tables.encodings import Encoding, find_encoding, named_encoding
from common.registries.tables.errors import MAX_BYTES, UnreadableSpreadsheetError
from common.registries.tables.heading import find_heading, names_of
from common.registries.tables.lines import MAX_LINES, Row, read_rows
from common.registries.tables.ods import is_ods, read_ods
from common.registries.tables.xls import read_xls
from common.registries.tables.xlsx import is_xlsx, read_xlsx

MAX_LINE: Final = 16_000_000  # characters; what is longer is read as several
MAX_CELL: Final = 131_072  # characters; what the csv module reads
_SPOOLED: Final = Encoding("utf-8", "surrogatepass")


@dataclass(frozen=True, slots=True)
class Table:
    """A table in a file; its rows can be read as often as need be, and are never all held at once.

    Rows are numbered as a spreadsheet program numbers them. `begin` is the number of the heading.
    """

    file: BinaryIO
    encoding: Encoding
    dialect: Dialect
    names: tuple[str, ...]
    begin: int

    def rows(self) -> Iterator[tuple[int, Row]]:
        """The rows below the heading, each with its number; None where it cannot be read."""
        found = _rows(self.file, self.encoding, self.dialect, len(self.names))
        return ((number, row) for number, row in enumerate(found, start=1) if number > self.begin)


@contextmanager
def open_table(
    file: BinaryIO, *, sheet: str = "", encoding: str = "", packed: bool = False
) -> Iterator[Table]:
    """The table in a file: text with a delimiter, a workbook, or an archive with one of them (`packed`)."""
    file.seek(0, io.SEEK_END)
    if file.tell() > MAX_BYTES:
        raise UnreadableSpreadsheetError(f"The file is larger than {MAX_BYTES // 1_000_000} MB; split it.")
    file.seek(0)
    begin = file.read(16)
    if begin.startswith(file_kinds.ZIP):
        with read_archive(file) as archive, _in_archive(file, archive, sheet, encoding, packed) as table:
            yield table
    elif begin.startswith(file_kinds.OLE):
        with _spooled(read_xls(file, sheet)) as table:
            yield table
    else:
        file_kinds.refuse_binary(begin)
        yield _text(file, named_encoding(encoding) if encoding else find_encoding(file))


@contextmanager
def _in_archive(file: BinaryIO, archive: ZipFile, sheet: str, encoding: str, packed: bool) -> Iterator[Table]:
    if is_xlsx(archive):
        with _spooled(read_xlsx(file, sheet)) as table:
            yield table
    elif is_ods(archive):
        with _spooled(read_ods(archive, sheet)) as table:
            yield table
    elif "[Content_Types].xml" in archive.namelist() or "Index/Document.iwa" in archive.namelist():
        raise UnreadableSpreadsheetError(
            "This is a document of another program; save the table in it as XLSX or CSV."
        )
    elif packed:
        raise UnreadableSpreadsheetError("The archive holds another archive; unpack it first.")
    else:
        with only_table(archive) as unpacked, open_table(
            unpacked, sheet=sheet, encoding=encoding, packed=True
        ) as table:  # fmt: skip
            yield table


@contextmanager
def _spooled(found: Iterable[list[str]]) -> Iterator[Table]:
    """The rows of a workbook, put aside as text: reading a workbook twice takes long."""
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as aside:
        file = cast(BinaryIO, aside)
        text = io.TextIOWrapper(file, _SPOOLED.name, _SPOOLED.errors, newline="", write_through=True)
        writer = csv.writer(text)
        try:
            for row in found:
                if any(len(cell) > MAX_CELL or cell.count("\n") >= MAX_LINES for cell in row):
                    raise UnreadableSpreadsheetError(
                        f"A cell of the sheet holds more than {MAX_CELL:,} characters or {MAX_LINES} lines."
                    )
                writer.writerow(row if len(row) > 1 else [*row, ""])  # the cells after the last are empty
        finally:
            text.detach()
        yield _table(file, _SPOOLED, Dialect(","))


def _text(file: BinaryIO, encoding: Encoding) -> Table:
    lines = list(islice(_lines(file, encoding), SAMPLE * 2))
    file_kinds.refuse_words("".join(lines)[:4_096])
    delimiter = declared_dialect(lines[0]) if lines else None
    dialect = find_dialect(lines[1:], [delimiter]) if delimiter else find_dialect(lines)
    return _table(file, encoding, dialect)


def _table(file: BinaryIO, encoding: Encoding, dialect: Dialect) -> Table:
    sample = list(islice(_rows(file, encoding, dialect, None), SAMPLE))
    if not any(row is None or any(cell.strip() for cell in row) for row in sample):
        raise UnreadableSpreadsheetError("The file is empty.")
    index = find_heading(sample)
    names = names_of(sample[index] or [])
    return Table(file, encoding, dialect, tuple(names), index + 1)


def _rows(file: BinaryIO, encoding: Encoding, dialect: Dialect, width: int | None) -> Iterator[Row]:
    lines = _lines(file, encoding)
    first = next(lines, None)
    begin = [] if first is None or declared_dialect(first) else [first]
    return read_rows(_chain(begin, lines), delimiter=dialect.delimiter, quote=dialect.quote, width=width)


def _chain(first: Iterable[str], rest: Iterable[str]) -> Iterator[str]:
    yield from first
    yield from rest


def _lines(file: BinaryIO, encoding: Encoding) -> Iterator[str]:
    """Physical lines, ends kept; the file stays open."""
    file.seek(0)
    text = io.TextIOWrapper(file, encoding.name, encoding.errors, newline="")
    try:
        while line := text.readline(MAX_LINE):
            yield line
    finally:
        text.detach()
