"""What a text file of cells does not say of itself: its encoding, its delimiter, where a broken row ends."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from common.registries import RegistryError

DELIMITERS: Final = (",", ";", "\t", "|")
MAX_LINES: Final = 200  # of one row; an unclosed quote would otherwise swallow the rest of the file
SAMPLE: Final = 200
_ESCAPED: Final = re.compile("[\udc80-\udcff]")
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")


class SpreadsheetUnreadable(RegistryError):
    """A file that as a whole is no table."""

    code = "unreadable_spreadsheet"


@dataclass(frozen=True, slots=True)
class Dialect:
    """How cells are separated and quoted."""

    delimiter: str
    quote: str = '"'


def decode(data: bytes) -> str:
    """The text of a file in UTF-8, UTF-16 with its mark, or else Windows-1252 or Latin-1.

    A few bytes that are no UTF-8 in a file that otherwise is become lone surrogates, so that their rows
    can be told apart and the other rows keep their letters.
    """
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise SpreadsheetUnreadable("This is a workbook of a spreadsheet program; save it as CSV first.")
    if data.startswith(_UTF16):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("utf-8-sig", "surrogateescape")
    broken = len(_ESCAPED.findall(text))
    if sum(char > "\x7f" for char in text) - broken > broken:
        return text
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def split_lines(text: str) -> list[str]:
    """Physical lines, ends kept; the `sep=` line that Excel understands is dropped."""
    lines = list(io.StringIO(text, newline=""))
    return lines[1:] if lines and re.match(r"sep=.\r?\n?\Z", lines[0], re.IGNORECASE) else lines


def find_dialect(lines: list[str]) -> Dialect:
    """The dialect under which the first rows are most alike, and widest."""
    quote = "'" if lines and lines[0].startswith("'") else '"'

    def score(delimiter: str) -> tuple[bool, float, int]:
        widths = [len(row) for row in islice(rows(lines, Dialect(delimiter, quote), None), SAMPLE) if row]
        if not widths:
            return False, 0.0, 0
        return widths[0] > 1, widths.count(widths[0]) / len(widths), widths[0]

    return Dialect(max(DELIMITERS, key=score), quote)


def rows(lines: list[str], dialect: Dialect, width: int | None) -> Iterator[list[str] | None]:
    """The cells of each row; None for a row whose quoting is broken or that holds a cell beyond csv's limit.

    After a row of several lines that is broken or has not `width` cells, reading goes on at its second line.
    """
    feed = _Feed(lines)
    reader = csv.reader(feed, delimiter=dialect.delimiter, quotechar=dialect.quote, strict=True)
    while feed.position < len(lines):
        begin = feed.position
        feed.stop = begin + MAX_LINES
        try:
            cells: list[str] | None = next(reader)
        except csv.Error:
            cells = None
        if feed.position - begin > 1 and (cells is None or width not in (None, len(cells))):
            feed.position, cells = begin + 1, None
        yield cells


class _Feed:
    """Lines for the csv reader, no more than up to `stop`, from wherever `position` is set."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.position = 0
        self.stop = 0

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        if self.position >= min(self.stop, len(self.lines)):
            raise StopIteration
        self.position += 1
        return self.lines[self.position - 1]
