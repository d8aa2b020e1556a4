"""Texts for people on their way through messages: names as they are written, in one line.

Persian parts words with a zero-width non-joiner, Sinhala and Malayalam join letters with a joiner: both are
letters of a name. A no-break space is a space. Marks of direction say nothing of a name, and are left out.
"""

import unicodedata
from typing import Final

_JOINERS: Final = frozenset("\u200c\u200d")
_SPACES: Final = frozenset({"Zs", "Zl", "Zp"})


def plain_line(value: str) -> str:
    """The text in one line: every space a plain one, and without what is no character of any script."""
    return " ".join("".join(map(_plain, value)).split())


def is_plain(value: str) -> bool:
    """Whether nothing in the text is a control character, half a character, or none at all."""
    return all(unicodedata.category(each) not in ("Cc", "Cs", "Cn") for each in value)


def is_shown(value: str) -> bool:
    """Whether a text that somebody signs is all to be seen, in one line: no controls, nothing of no width."""
    return all(each.isprintable() or each in _JOINERS or unicodedata.category(each) == "Zs" for each in value)


def _plain(character: str) -> str:
    kind = unicodedata.category(character)
    if kind in _SPACES or character in "\n\r\t":
        return " "
    return character if character in _JOINERS or kind not in ("Cc", "Cf", "Cs", "Cn") else ""
