"""What spreadsheet programs do to cells: wrap texts so that they stay texts, cut numbers, leave errors."""

import html
import re
from typing import Final

_FORMULA_TEXT: Final = re.compile(r'="((?:[^"]|"")*)"\Z')
_MARKED_TEXT: Final = re.compile(r"'(?=[^'\s]*[0-9])[^'\s]+\Z")
_ERROR: Final = re.compile(r"#(?:REF!|VALUE!|DIV/0!|NAME\?|NUM!|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|"
                           r"GETTING_DATA|¡REF!|¡VALOR!|¡DIV/0!|¿NOMBRE\?|¡NUM!|¡NULO!|VALEUR!|NOM\?|NOMBRE!|BEZUG!|"
                           r"WERT!|ZAHL!|NOME\?|VALOR!)\Z|Err:5\d\d\Z", re.IGNORECASE)  # fmt: skip
_TOO_NARROW: Final = re.compile(r"#{3,}\Z")
_CUT: Final = re.compile(r"[+-]?[0-9](?:(?:[.,][0-9]+)?[eE]\+|[.,][0-9]+[eE])[0-9]{1,3}\Z")
_ENTITY: Final = re.compile(r"&(?:[A-Za-z]{2,8}|#[0-9]{2,6}|#[xX][0-9A-Fa-f]{2,5});")
_SIGN: Final = (
    "[\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]"
)
# How the first byte of a letter in UTF-8 looks where it was read as Windows-1252.
_MISREAD: Final = re.compile(
    f"[\u00c2-\u00c5]{_SIGN}|(?:[\u00ce-\u00d1\u00d7-\u00db]{_SIGN}){{2}}|[\u00e0-\u00ef]{_SIGN}{{2}}"
)


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
    if "&" in cell and any(html.unescape(found) != found for found in _ENTITY.findall(cell)):
        return "holds a letter as web pages write it (&…;); export it as plain text"
    if not cell.isascii() and _is_misread(cell):
        return (
            "holds letters that a program has read in a wrong encoding, as Ã© for é; export it again as UTF-8"
        )
    if len(cell) <= 32 and _CUT.match(cell):
        return "holds a number that a spreadsheet program has cut; format the column as text and export again"
    return None


def _is_misread(cell: str) -> bool:
    """Whether all of it is UTF-8 that was read as Windows-1252 once."""
    if not _MISREAD.search(cell):
        return False
    try:
        # Five bytes that are no letters there are kept as they are.
        raw = b"".join(c.encode("latin-1" if c in "\x81\x8d\x8f\x90\x9d" else "cp1252") for c in cell)
        return raw.decode() != cell
    except UnicodeError:
        return False
