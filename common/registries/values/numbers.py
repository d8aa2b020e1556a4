"""Numbers as people group and part them: 1.234,5 and 1,234.5, 12 500, 1'250, 1,23,456."""

import re
from typing import Final

_WHOLE: Final = r"0|[1-9][0-9]{0,8}"
_SPACED: Final = r"[1-9][0-9]{0,2}(?:[ \u00a0\u2009\u202f'’][0-9]{3}){1,5}"
_PATTERNS: Final = {
    ".": re.compile(
        rf"-?(?:{_WHOLE}|{_SPACED}|[1-9][0-9]{{0,2}}(?:,[0-9]{{3}}){{1,5}}|[1-9][0-9]?(?:,[0-9]{{2}}){{1,5}},[0-9]{{3}})"
        r"(?P<part>\.[0-9]{1,9})?\Z"
    ),
    ",": re.compile(
        rf"-?(?:{_WHOLE}|{_SPACED}|[1-9][0-9]{{0,2}}(?:\.[0-9]{{3}}){{1,5}})(?P<part>,[0-9]{{1,9}})?\Z"
    ),
}
_SMALL: Final = re.compile(r"-?[0-9](?:\.[0-9]{1,17})?[eE]-[0-9]{1,2}\Z")  # as programs write 0.000015
_GROUPING: Final = re.compile(r"[ \u00a0\u2009\u202f'’]")
MAX_NUMBER: Final = 40  # characters


def is_numeral(text: str, mark: str) -> bool:
    """Whether it is a number whose fraction stands behind `mark`, a point or a comma."""
    return len(text) <= MAX_NUMBER and bool(
        _PATTERNS[mark].match(text) or (mark == "." and _SMALL.match(text))
    )


def has_fraction(text: str, mark: str) -> bool:
    """Whether a fraction stands behind it."""
    found = _PATTERNS[mark].match(text)
    return found is None or found["part"] is not None


def is_spaced(text: str) -> bool:
    """Whether its digits stand in groups with space between them, as those of telephone numbers do."""
    return bool(_GROUPING.search(text))


def plain_number(text: str, mark: str) -> str | None:
    """The number with a point and no grouping; None where it is none. Its digits stay: 1.50 is 1.50."""
    if not is_numeral(text, mark):
        return None
    if _SMALL.match(text):
        digits, _, power = text.lower().partition("e-")
        sign, digits = ("-", digits[1:]) if digits.startswith("-") else ("", digits)
        return f"{sign}0.{'0' * (int(power) - 1)}{digits.replace('.', '')}" if int(power) else sign + digits
    text = _GROUPING.sub("", text)
    return text.replace(",", "") if mark == "." else text.replace(".", "").replace(",", ".")
