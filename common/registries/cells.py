"""What spreadsheet programs do to cells: wrap texts so that they stay texts, cut numbers, leave errors."""

import re
from typing import Final

_FORMULA_TEXT: Final = re.compile(r'="((?:[^"]|"")*)"\Z')
_MARKED_TEXT: Final = re.compile(r"'(?=[^'\s]*[0-9])[^'\s]+\Z")
_ERROR: Final = re.compile(r"#(?:REF!|VALUE!|DIV/0!|NAME\?|NUM!|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|"
                           r"GETTING_DATA|¡REF!|¡VALOR!|¡DIV/0!|¿NOMBRE\?|¡NUM!|¡NULO!|VALEUR!|NOM\?|NOMBRE!|BEZUG!|"
                           r"WERT!|ZAHL!|NOME\?|VALOR!)\Z|Err:5\d\d\Z", re.IGNORECASE)  # fmt: skip
_TOO_NARROW: Final = re.compile(r"#{3,}\Z")
_CUT: Final = re.compile(r"[+-]?[0-9](?:[.,][0-9]+)?[eE]\+[0-9]{1,3}\Z")


def unwrapped(cell: str) -> str:
    """The text that a program kept from being read as a number: `="0012"` and `'0012` are 0012."""
    if found := _FORMULA_TEXT.match(cell):
        return found[1].replace('""', '"').strip()
    return cell[1:] if cell.startswith("'") and _MARKED_TEXT.match(cell) else cell


def damage(cell: str) -> str | None:
    """What a program did to the cell that cannot be undone, as the end of a sentence; None where nothing."""
    if cell.startswith(("#", "E", "e")):
        if _ERROR.match(cell):
            return "holds an error of a spreadsheet program"
        if _TOO_NARROW.match(cell):
            return "holds #### in place of what did not fit into its column; make it wider and export again"
    if len(cell) <= 32 and _CUT.match(cell):
        return "holds a number that a spreadsheet program has cut; format the column as text and export again"
    return None
