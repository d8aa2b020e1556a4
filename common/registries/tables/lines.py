"""From lines to rows of cells, one by one: a row that is broken costs itself and no other."""

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Final

MAX_LINES: Final = 200  # of one row; an unclosed quote would otherwise swallow the rest of the file
Row = list[str] | None


def read_rows(lines: Iterable[str], *, delimiter: str, quote: str, width: int | None) -> Iterator[Row]:
    """The cells of each row; None for a row whose quoting is broken or that holds a cell beyond csv's limit.

    After a row of several lines that is broken or has not `width` cells, reading goes on at its second line.
    """
    feed = _Feed(lines)
    reader = csv.reader(feed, delimiter=delimiter, quotechar=quote, strict=True)
    while feed.begin():
        try:
            cells: Row = next(reader)
        except csv.Error:
            cells = None
        if len(feed.taken) > 1 and (cells is None or width not in (None, len(cells))):
            feed.give_back()
            cells = None
        yield cells


class _Feed:
    """Lines for the csv reader, so many for one row, and all but the first of them again if need be."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.lines = iter(lines)
        self.waiting: deque[str] = deque()
        self.taken: list[str] = []

    def __iter__(self) -> "_Feed":
        return self

    def begin(self) -> bool:
        """Begin a row, if there is one more."""
        self.taken = []
        if not self.waiting and (line := next(self.lines, None)) is not None:
            self.waiting.append(line)
        return bool(self.waiting)

    def __next__(self) -> str:
        if len(self.taken) >= MAX_LINES:
            raise StopIteration
        line = self.waiting.popleft() if self.waiting else next(self.lines)
        self.taken.append(line)
        return line

    def give_back(self) -> None:
        """Let the row end with its first line."""
        self.waiting.extendleft(reversed(self.taken[1:]))
