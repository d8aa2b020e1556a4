"""Words by which exports say that they say nothing: NULL, N/A, a dash, the day zero.

Where a day, a number, a flag or a match is expected, each of them is nothing. Free text is another matter:
people are called Null, and NA is Namibia; there only what no person writes counts as nothing.
"""

import re
from typing import Final

# Nobody writes them but a program.
_MACHINES: Final = frozenset({
    r"\n", "(null)", "<null>", "[null]", "{null}", "<na>", "<n/a>", "#n/a", "#n/d", "#nv", "#null!", "nat",
})  # fmt: skip
# They stand where something is missing, and are no name and no code.
_PLACEHOLDERS: Final = _MACHINES | {
    "null", "n/a", "n.a.", "n.a", "n/d", "n.d.", "s/d", "s/i", "n/c", "nan", "undefined", "(blank)",
    "(empty)", "(none)", "(vacío)", "(vacio)", "not available", "not applicable", "no aplica", "sin dato",
    "sin datos", "sin información", "sin informacion", "no registra",
    "no data", "não informado", "nao informado", "non renseigné", "non renseigne",
}  # fmt: skip
# Missing where a day, a number or a match is meant; elsewhere they may be a name, a country, an answer.
_UNKNOWN: Final = _PLACEHOLDERS | {
    "na", "nd", "none", "nil", "unknown", "unk", "not known", "no date", "pending", "missing", "ninguno",
    "ninguna", "nenhum", "nenhuma", "aucun", "aucune", "desconocido", "desconocida", "se desconoce",
    "desconhecido", "desconhecida", "ignorado", "ignorada", "inconnu", "inconnue", "unbekannt", "sconosciuto",
    "nulo", "nulle", "vacío", "vide", "vazio", "empty", "blank", "tbd", "not stated", "not specified",
    "not recorded", "tidak ada", "haijulikani", "неизвестно", "не указано", "нет данных", "غير معروف",
    "لا يوجد", "نامشخص", "不详", "不明", "无",
}  # fmt: skip
_MARKS: Final = re.compile(
    r"[-\u2010-\u2015\u2212\u2026._?*~/]{1,12}(?: [-\u2010-\u2015\u2212._?*~/]{1,12}){0,5}\Z"
)
_TIME: Final = r"(?:[T ]00:00(?::00(?:[.,]0+)?)?Z?)?\Z"
_ZERO_DAY: Final = re.compile(
    r"(?:0{1,4}([-/.])0{1,2}\1(?:0{1,4})"  # 0000-00-00, 00/00/0000
    r"|0{8}"
    r"|000[01]-01-01|0?1(?P<part>[/.])0?1(?P=part)000[01]"
    r"|1753-01-01"  # the first day of databases and programs
    r"|1899-12-30|30/12/1899|12/30/1899"  # the day zero of spreadsheet programs, as a date
    r"|1900-0?1-00|1900-00-00|0?0/0?1/1900|0?1/0?0/1900|0?0/0?0/1900)" + _TIME
)
# What a database or a program writes for no moment, though people lived that day: no day of a death.
_EPOCHS: Final = re.compile(r"(?:1900-01-01|1970-01-01)" + r"(?:[T ]00:00.*)?\Z")
_SPACED: Final = re.compile(r" ?([/.#(){}<>\[\]\\]) ?")
_SAME: Final = re.compile(r"(?:0+|9{5,}|[xX]{2,})\Z")


def _folded(text: str) -> str:
    """Without capitals, and without space around signs: `N / A` is `n/a`."""
    text = text.casefold()
    return _SPACED.sub(r"\1", " ".join(text.split())) if " " in text else text


def says_nothing(text: str) -> bool:
    """Whether a cell where a day, a number or a flag is expected holds a word for nothing."""
    return not text or (
        len(text) <= 32
        and (_folded(text) in _UNKNOWN or bool(_MARKS.match(text)) or bool(_ZERO_DAY.match(text)))
    )


def is_placeholder(text: str) -> bool:
    """Whether a cell that might be free text stands for nothing: `NULL`, `N/A` or a dash, but not `NA`."""
    if len(text) > 32 or text in ("Null", "Nan"):  # the names
        return False
    return _folded(text) in _PLACEHOLDERS or bool(_MARKS.match(text) or _ZERO_DAY.match(text))


def is_machines(text: str) -> bool:
    """Whether a cell of free text was left empty by a program: `\\N`, `(null)`, `#N/A`."""
    return len(text) <= 8 and _folded(text) in _MACHINES


def names_nobody(text: str) -> bool:
    """Whether an identifier is one that a form is filled with where there is none: `N/A`, `0000000`."""
    return says_nothing(text) or bool(_SAME.match(re.sub(r"[\s./-]", "", text)))


def is_no_death(text: str) -> bool:
    """Whether what stands in place of a day of death is none: nothing, a database's first day, or no end."""
    year = re.match(r"\d{4}", text)
    return says_nothing(text) or bool(_EPOCHS.match(text)) or (year is not None and int(year[0]) >= 2200)
