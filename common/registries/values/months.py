"""Months in words, in English, Spanish, French, Portuguese and others that registries write."""

import unicodedata
from typing import Final

_WORDS: Final = (
    "january jan enero ene janvier janv janeiro januar gennaio gen januari jänner"
    " ocak январь января янв يناير",
    "february feb febrero febr février fév fevr fevereiro fev februar febbraio februari"
    " şubat февраль февраля фев فبراير",
    "march mar marzo mars março märz mrz maart maret mart machi март марта مارس",
    "april apr abril abr avril avr aprile nisan aprili апрель апреля апр أبريل ابريل",
    "may mayo mai maio maggio mag mei mayıs mayis май мая مايو",
    "june jun junio juin junho juni giugno giu haziran июнь июня يونيو",
    "july jul julio juillet juil julho juli luglio lug temmuz julai июль июля يوليو",
    "august aug agosto ago août agustus augustus agu ağustos agosti август августа авг أغسطس اغسطس",
    "september sept sep septiembre setiembre septembre setembro set settembre"
    " eylül septemba сентябрь сентября сен سبتمبر",
    "october oct octubre octobre outubro out oktober okt ottobre ott"
    " ekim oktoba октябрь октября окт أكتوبر اكتوبر",
    "november nov noviembre novembre novembro kasım kasim novemba ноябрь ноября ноя نوفمبر",
    "december dec diciembre dic décembre déc dezembro dez dezember dicembre desember des"
    " aralık aralik desemba декабрь декабря дек ديسمبر",
)


def _fold(word: str) -> str:
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


MONTHS: Final = {_fold(word): number for number, line in enumerate(_WORDS, start=1) for word in line.split()}


def month_of(word: str) -> int:
    """The number of the month, 0 where the word is none."""
    return MONTHS.get(_fold(word), 0)
