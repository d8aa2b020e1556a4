"""Workbooks of Office Open XML (ECMA-376), read row by row with openpyxl."""

import re
import warnings
import zipfile
from collections.abc import Iterator
from datetime import time
from itertools import zip_longest
from typing import Any, BinaryIO, Final

import openpyxl
from openpyxl.cell.read_only import EMPTY_CELL

from common.registries.tables.errors import MAX_COLUMNS, UnreadableSpreadsheetError
from common.registries.tables.workbook import cell_text, choose_sheet

_UNWORKED: Final = re.compile(rb"<f[^<>]*(?:/>|>[^<]*</f>)\s*(?:</c>|<v\s*/>|<v></v>)")
MOST_BEYOND: Final = 10_000_000  # cells that are empty, but for a colour


def is_xlsx(archive: zipfile.ZipFile) -> bool:
    """Whether an archive is such a workbook."""
    names = archive.namelist()
    return "[Content_Types].xml" in names and "xl/workbook.xml" in names


def read_xlsx(file: BinaryIO, wanted: str) -> Iterator[list[str]]:
    """The rows of the sheet that is meant, from its first row on."""
    file.seek(0)
    with warnings.catch_warnings():  # of parts that have nothing to do with cells
        warnings.simplefilter("ignore")
        try:
            book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
            shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
            filled = [sheet.title for sheet in shown if _is_filled(sheet)]
            sheet = book[choose_sheet([sheet.title for sheet in shown], filled, wanted)]
            if _has_formulas(file):
                yield from _worked_out(file, sheet)
            else:
                yield from ([_text(cell) for cell in row] for row in _rows(sheet))
            book.close()
        except UnreadableSpreadsheetError:
            raise
        except Exception as error:  # whatever its parts are bent into
            raise UnreadableSpreadsheetError(
                "The workbook is broken.", detail=type(error).__name__
            ) from error


def _is_filled(sheet: Any) -> bool:
    return any(cell.value is not None for row in _rows(sheet) for cell in row)


def _rows(sheet: Any) -> Iterator[Any]:
    sheet.reset_dimensions()  # what a program wrote of them may be wrong
    beyond = 0
    for row in sheet.iter_rows():
        if len(row) > MAX_COLUMNS:
            beyond += len(row)
            if beyond > MOST_BEYOND or any(cell.value is not None for cell in row[MAX_COLUMNS:]):
                raise UnreadableSpreadsheetError(f"The sheet has more than {MAX_COLUMNS} columns.")
        yield row[:MAX_COLUMNS]


def _has_formulas(file: BinaryIO) -> bool:
    """Whether some formula stands in the workbook without its result, as programs write them."""
    with zipfile.ZipFile(file) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/"):
                with archive.open(name) as sheet:
                    before = b""
                    while chunk := sheet.read(1 << 20):
                        if _UNWORKED.search(before + chunk):
                            return True
                        before = chunk[-32:]
    return False


def _worked_out(file: BinaryIO, sheet: Any) -> Iterator[list[str]]:
    """The rows, with an error in place of each result that nobody has worked out."""
    formulas = openpyxl.load_workbook(file, read_only=True, keep_links=False)
    for row, asked in zip(_rows(sheet), _rows(formulas[sheet.title]), strict=False):
        known = {cell.column for cell in row if cell.value is not None}
        yield [
            "#VALUE!" if formula.data_type == "f" and formula.column not in known else _text(cell)
            for cell, formula in zip_longest(row, asked, fillvalue=EMPTY_CELL)
        ]
    formulas.close()


def _text(cell: Any) -> str:
    """Only numbers and the day zero depend on how they are shown, which takes long to find."""
    numeric = isinstance(cell.value, int | float | time)
    return cell_text(cell.value, cell.number_format or "" if numeric else "")
