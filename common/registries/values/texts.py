"""Texts of cells without what nobody sees: space around them, marks of direction, spaces of no width."""

import re
import unicodedata
from typing import Any, Final

from common.registries.values.nulls import names_nobody

_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffd-\uffff]")
_JOINERS: Final = "\u200c\u200d"  # they are letters' own in Persian, Sinhala, Hindi
_UNSEEN: Final = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff"
)
_AROUND: Final = re.compile(rf"\A[\s{_UNSEEN}{_JOINERS}]+|[\s{_UNSEEN}]+\Z")
_HYPHENS: Final = {0x2010: "-", 0x2011: "-"}  # which look like the one of the keyboard
_FLOAT: Final = re.compile(r"([0-9]+)\.0+\Z")  # a number, as programs write one that they took for an amount
_WITHIN: Final = re.compile(rf"[{_UNSEEN}]|(?<![^\W\d_a-zA-Z])(?<![\u0300-\u0e00])[{_JOINERS}]")


def tidy(cell: str) -> str | None:
    """The cell in NFC without unseen characters around it; None where it holds some that no text has.

    Within a text they stay: a name is written as its people write it.
    """
    if cell.isascii():
        return None if _CONTROL.search(cell) else cell.strip()
    if _CONTROL.search(cell):
        return None
    return _AROUND.sub("", unicodedata.normalize("NFC", cell))


def compact(cell: str) -> str:
    """A key, a heading or a number: nothing unseen in it either, and one space where there is space."""
    if not cell.isascii():
        cell = _WITHIN.sub("", unicodedata.normalize("NFC", cell)).translate(_HYPHENS)
    return " ".join(cell.split())


def matchable(value: Any) -> str:
    """What a record's cell is compared by with another's; empty where it names nobody."""
    text = western(compact(str(value))) if value is not None else ""
    return "" if names_nobody(text) else _FLOAT.sub(r"\1", text)


def western(text: str) -> str:
    """The text with the digits 0 to 9 in place of those of other scripts."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text)
