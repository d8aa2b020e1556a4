"""What the workbooks of all programs have in common: which sheet is meant, and cells as texts."""

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

from common.registries.tables.errors import UnreadableSpreadsheetError

EXACT: Final = 10**15  # from here on a number cell has lost its last digits
_ZEROS: Final = re.compile(r"0{2,}(?:;.*)?\Z")


def choose_sheet(visible: Sequence[str], filled: Sequence[str], wanted: str) -> str:
    """The sheet that was named, or the only one that shows something."""
    if wanted:
        if wanted not in visible:
            raise UnreadableSpreadsheetError(
                f"No sheet is called {wanted!r}; there are: {', '.join(visible)}."
            )
        return wanted
    if not filled:
        raise UnreadableSpreadsheetError("The workbook has no sheet with a table.")
    if len(filled) > 1:
        raise UnreadableSpreadsheetError(
            f"The workbook has several sheets: {', '.join(filled)}. Name one with --sheet."
        )
    return filled[0]


def cell_text(value: Any, pattern: str = "") -> str:
    """A cell as text: days in ISO 8601, numbers with all their digits and the zeros that `pattern` shows."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case datetime():
            midnight = not (value.hour or value.minute or value.second or value.microsecond)
            return value.date().isoformat() if midnight else value.isoformat(" ", "seconds")
        case date() | time():
            if value == time() and "y" in pattern.lower():
                return "1900-01-00"  # the day zero, which is shown so
            return value.isoformat()
        case timedelta():
            return str(value)
        case int() | float():
            return _number(value, pattern)
    return str(value)


def _number(value: float, pattern: str) -> str:
    if abs(value) >= EXACT:
        return f"{value:.14E}"
    if value == int(value):
        width = len(pattern.split(";", maxsplit=1)[0]) if _ZEROS.match(pattern) else 0
        return f"{int(value):0{width}}"
    return f"{Decimal(format(value, '.15g')):f}"
