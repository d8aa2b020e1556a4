"""Workbooks of Excel 5 to 2003 (BIFF in OLE), read with xlrd."""

import io
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

import xlrd
from xlrd.biffh import XL_CELL_BOOLEAN, XL_CELL_DATE, XL_CELL_EMPTY, XL_CELL_ERROR, XL_CELL_NUMBER

from common.registries.tables.errors import MAX_COLUMNS, UnreadableSpreadsheetError
from common.registries.tables.workbook import cell_text, choose_sheet

_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_VISIBLE: Final = 0


def read_xls(file: BinaryIO, wanted: str) -> Iterator[list[str]]:
    """The rows of the sheet that is meant."""
    file.seek(0)
    content = file.read()
    if _ENCRYPTED in content:
        raise UnreadableSpreadsheetError("The workbook has a password; save it without one.")
    try:
        book = xlrd.open_workbook(
            file_contents=content, formatting_info=True, ragged_rows=True, logfile=io.StringIO()
        )
        shown = [sheet for sheet in book.sheets() if sheet.visibility == _VISIBLE]
        filled = [sheet.name for sheet in shown if sheet.nrows]
        sheet = book.sheet_by_name(choose_sheet([sheet.name for sheet in shown], filled, wanted))
        for number in range(sheet.nrows):
            row = sheet.row(number)
            if len(row) > MAX_COLUMNS and any(c.ctype != XL_CELL_EMPTY for c in row[MAX_COLUMNS:]):
                raise UnreadableSpreadsheetError(f"The sheet has more than {MAX_COLUMNS} columns.")
            yield [_text(book, cell) for cell in row]
    except UnreadableSpreadsheetError:
        raise
    except Exception as error:  # whatever its parts are bent into
        raise UnreadableSpreadsheetError("The workbook is broken.", detail=type(error).__name__) from error


def _text(book: Any, cell: Any) -> str:
    pattern = book.format_map[book.xf_list[cell.xf_index].format_key].format_str if cell.xf_index else ""
    if cell.ctype == XL_CELL_ERROR:
        return str(xlrd.error_text_from_code.get(cell.value, "#VALUE!"))
    if cell.ctype == XL_CELL_BOOLEAN:
        return cell_text(bool(cell.value))
    if cell.ctype == XL_CELL_DATE:
        if cell.value < 1:
            return "1900-01-00" if "y" in pattern.lower() else cell_text(cell.value)
        return cell_text(xlrd.xldate_as_datetime(cell.value, book.datemode))
    return cell_text(cell.value, pattern) if cell.ctype == XL_CELL_NUMBER else str(cell.value)
