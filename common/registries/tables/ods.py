"""Workbooks of OpenDocument (ISO/IEC 26300), read row by row."""

import math
import zipfile
from collections.abc import Iterator
from typing import IO, Any, Final

from lxml import etree

from common.registries.tables.errors import MAX_COLUMNS, UnreadableSpreadsheetError
from common.registries.tables.workbook import cell_text, choose_sheet

_TABLE: Final = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE: Final = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT: Final = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_STYLE: Final = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
MOST_BETWEEN: Final = 16_000_000  # bytes of XML from one row to the next: pictures lie elsewhere
MOST_ALIKE: Final = 1_000  # rows that a file may have written once
MIMETYPE: Final = b"application/vnd.oasis.opendocument.spreadsheet"


def is_ods(archive: zipfile.ZipFile) -> bool:
    """Whether an archive is such a workbook."""
    return "content.xml" in archive.namelist() and "META-INF/manifest.xml" in archive.namelist()


def read_ods(archive: zipfile.ZipFile, wanted: str) -> Iterator[list[str]]:
    """The rows of the sheet that is meant; empty ones at its end are left out."""
    try:
        shown: dict[str, bool] = {}
        for name, hidden, row in _walk(archive):
            if not hidden:
                shown[name] = shown.get(name, False) or any(row or ())
        chosen = choose_sheet(list(shown), [name for name in shown if shown[name]], wanted)
        empty = 0
        for name, _, row in _walk(archive):
            if name == chosen and row is not None:
                if not any(row):
                    empty += 1
                    continue
                yield from ([] for _ in range(empty))
                empty = 0
                yield row
    except UnreadableSpreadsheetError:
        raise
    except Exception as error:  # whatever its parts are bent into
        raise UnreadableSpreadsheetError("The workbook is broken.", detail=type(error).__name__) from error


class _Bounded:
    """What is unpacked, so much of it between two rows: the tree of XML grows until a row ends."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.since = 0

    def read(self, size: int) -> bytes:
        """Some more."""
        chunk = self.file.read(size)
        self.since += len(chunk)
        if self.since > MOST_BETWEEN:
            raise UnreadableSpreadsheetError(
                "The workbook holds a row, or styles, too large to be a table's."
            )
        return chunk


def _walk(archive: zipfile.ZipFile) -> Iterator[tuple[str, bool, list[str] | None]]:
    """Each row with its sheet's name and whether that is hidden; None where a sheet begins."""
    name, hidden_styles = "", set()
    tags = (f"{_STYLE}style", f"{_TABLE}table", f"{_TABLE}table-row")
    with archive.open("content.xml") as packed:
        content = _Bounded(packed)
        for event, element in etree.iterparse(
            content, events=("start", "end"), tag=tags, resolve_entities=False, no_network=True
        ):
            if element.tag == f"{_TABLE}table" and event == "start":
                name = element.get(f"{_TABLE}name", "")
                hidden = element.get(f"{_TABLE}style-name") in hidden_styles
                yield name, hidden, None
            elif event == "end" and element.tag == f"{_STYLE}style":
                properties = element.find(f"{_STYLE}table-properties")
                if properties is not None and properties.get(f"{_TABLE}display") == "false":
                    hidden_styles.add(element.get(f"{_STYLE}name"))
            elif event == "end" and element.tag == f"{_TABLE}table-row":
                row, times = _cells(element), _times(element, f"{_TABLE}number-rows-repeated")
                if any(row) and times > MOST_ALIKE:
                    raise UnreadableSpreadsheetError(f"The sheet has more than {MOST_ALIKE:,} rows alike.")
                for _ in range(times if any(row) else min(times, MOST_ALIKE)):
                    yield name, hidden, row
                content.since = 0
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]


def _cells(row: Any) -> list[str]:
    cells: list[str] = []
    for cell in row.iterchildren(f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
        times, text = _times(cell, f"{_TABLE}number-columns-repeated"), _cell(cell)
        if text and len(cells) + times > MAX_COLUMNS:
            raise UnreadableSpreadsheetError(f"The sheet has more than {MAX_COLUMNS} columns.")
        cells += [text] * min(times, MAX_COLUMNS + 1 - len(cells))
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _cell(cell: Any) -> str:
    shown = "\n".join("".join(p.itertext()) for p in cell.iterchildren(f"{_TEXT}p"))
    match cell.get(f"{_OFFICE}value-type"):
        case "date":
            return str(cell.get(f"{_OFFICE}date-value", shown)).replace("T00:00:00", "").replace("T", " ")
        case "boolean":
            return str(cell.get(f"{_OFFICE}boolean-value", shown))
        case "float" | "currency" | "percentage":
            value = float(cell.get(f"{_OFFICE}value", "nan"))
            if shown.isascii() and shown.isdigit() and int(shown) == value:
                return shown  # with the zeros before it
            return shown if math.isnan(value) else cell_text(value)
    return shown


def _times(element: Any, attribute: str) -> int:
    return max(1, int(element.get(attribute, "1")))
