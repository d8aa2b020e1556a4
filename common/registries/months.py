"""Months in words, in English, Spanish, French, Portuguese and the languages beside them."""

import unicodedata
from typing import Final

_WORDS: Final = (
    "january jan enero ene janvier janv janeiro januar gennaio gen januari jänner",
    "february feb febrero febr février fév fevr fevereiro fev februar febbraio februari",
    "march mar marzo mars março märz mrz maart maret",
    "april apr abril abr avril avr aprile",
    "may mayo mai maio maggio mag mei",
    "june jun junio juin junho juni giugno giu",
    "july jul julio juillet juil julho juli luglio lug",
    "august aug agosto ago août agustus augustus agu",
    "september sept sep septiembre setiembre septembre setembro set settembre",
    "october oct octubre octobre outubro out oktober okt ottobre ott",
    "november nov noviembre novembre novembro",
    "december dec diciembre dic décembre déc dezembro dez dezember dicembre desember des",
)


def _fold(word: str) -> str:
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


MONTHS: Final = {_fold(word): number for number, line in enumerate(_WORDS, start=1) for word in line.split()}


def month_of(word: str) -> int:
    """The number of the month, 0 where the word is none."""
    return MONTHS.get(_fold(word), 0)
