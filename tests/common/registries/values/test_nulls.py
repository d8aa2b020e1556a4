"""Words for nothing are nothing where a day, a number, a flag or a match is meant, and stay in free text."""

from datetime import date
from typing import Any

import pytest

from common.registries.claims.mapping import Claim, map_claims
from common.registries.columns.column import Column
from common.registries.rules.conditions import holds, parse_condition
from common.registries.rules.credential_rules import Rule, Situation, fits, tells_death
from common.registries.values.nulls import is_no_death, says_nothing
from common.registries.values.texts import compact, matchable, tidy
from tests.common.registries.sheets import read_spreadsheet

TODAY = date(2026, 11, 28)
WORDS = [
    "NULL", "null", r"\N", "N/A", "n/a", "NA", "#N/A", "-", "--", "—", ".", "?", "...", "none", "nil",
    "nan", "NaN",
    "(null)", "<NULL>", "N / A", "n/ a", "( null )", "- -", "…", "TBD", "not stated", "Sin información",
    "no registra", "не указано", "لا يوجد", "不详", "unknown", "Desconocido", "sin dato",
]  # fmt: skip
NO_DAYS = [
    "0000-00-00", "00/00/0000", "0000-00-00 00:00:00", "1900-01-00", "00/01/1900", "0001-01-01", "01/01/0001",
    "1899-12-30", "00000000", "0001-01-01T00:00:00", "01.01.0001",
    "1753-01-01", "1753-01-01 00:00:00.000", "01/01/0001 00:00:00",
]  # fmt: skip


def of(name: str, *cells: str, **options: Any) -> tuple[Column, list[str | None]]:
    """The column of that name, and what each record says in it."""
    rows = "".join(f'K-{number},"{cell}"\n' for number, cell in enumerate(cells, start=1))
    sheet = read_spreadsheet(f"id,{name}\n{rows}".encode(), **options)
    return sheet.columns[1], [record.data.get(name) for record in sheet.records]


@pytest.mark.parametrize("word", [*WORDS, *NO_DAYS])
def test_a_word_for_nothing_is_no_day(word: str) -> None:
    column, said = of("died_on", "2020-05-05", word)
    assert (column.type, said) == ("date", ["2020-05-05", None])
    assert not tells_death(word)


@pytest.mark.parametrize("word", WORDS)
def test_a_word_for_nothing_is_no_number_no_answer_and_matches_nobody(word: str) -> None:
    assert of("cattle", "5", word, "7")[1] == ["5", None, "7"]
    assert of("disabled", "yes", word, "no")[1] == ["yes", None, "no"]
    assert matchable(word) == ""


def test_free_text_stays() -> None:
    names = ["Null", "None", "Nan", "NA", "Unknown"]
    assert of("surname", "Quispe", *names)[1] == ["Quispe", *names]
    assert of("surname", *names)[1] == names  # whatever else the column holds
    assert of("country", "NA", "NO", "PE")[1] == ["NA", "NO", "PE"]
    assert of("note", "-", "x")[1] == ["-", "x"]
    assert of("note", r"\N", "x", "(null)")[1] == [None, "x", None]  # which nobody writes


def test_a_column_of_nothing_is_open_until_somebody_says_something() -> None:
    column, said = of("died_on", "NULL", "", "N/A")
    assert (column.type, column.open, said) == ("string", True, [None, None, None])
    column, said = of("died_on", "NULL", "2020-05-05", known={"died_on": column})
    assert (column.type, column.open, said) == ("date", False, [None, "2020-05-05"])


@pytest.mark.parametrize("key", ["NULL", "N/A", "-", "unknown", "#N/A"])
def test_a_word_for_nothing_is_no_key(key: str) -> None:
    sheet = read_spreadsheet(f"id,name\n{key},Ana\n2,Bruno\n".encode())
    assert [record.key for record in sheet.records] == ["2"]
    assert sheet.rejected[0].reason == "Column id, the key, is empty."


def test_an_identifier_of_nothing_is_left_out() -> None:
    assert of("national_id", "N/A", "777", "-")[1] == [None, "777", None]
    assert of("country_code", "NA", "PE")[1] == ["NA", "PE"]


@pytest.mark.parametrize("number", ["0", "0000000", "00-000", "9999999", "XXXX", " \u200b"])
def test_a_number_that_fills_forms_names_nobody(number: str) -> None:
    assert matchable(number) == ""


def test_what_names_somebody() -> None:
    assert matchable("\u200b0012 \u00a0A") == "0012 A"
    assert matchable(12) == "12"
    assert matchable(None) == ""


DIED = Rule("died", "revoke", "", column="died_on")


@pytest.mark.parametrize(
    ("said", "dead"),
    [
        ("2026-11-20", True), ("1950", True), ("20/11/2026", True), ("true", True), ("Sí", True), ("1", True),
        ("false", False), ("No", False), ("0", False), ("n", False), ("", False), ("  ", False),
        ("alive", False),
        ("9999-12-31", False), ("2999-12-31", False), ("1900-01-01", False), ("1970-01-01", False),
        ("1753-01-01 00:00:00", False), ("NULL", False),
    ],
)  # fmt: skip
def test_who_is_dead(said: str, dead: bool) -> None:
    assert fits(DIED, Situation({"died_on": said}, TODAY)) is dead
    assert not fits(DIED, Situation({}, TODAY))


def test_no_end_and_first_days_are_no_deaths() -> None:
    assert is_no_death("9999-12-31")
    assert not is_no_death("2020-02-30")


def test_conditions_do_not_count_placeholders() -> None:
    def true(entry: dict[str, Any], data: dict[str, str]) -> bool:
        return holds(parse_condition(entry), data, changed=set(), today=TODAY)

    assert not true({"set": "a"}, {"a": "NULL"})
    assert true({"unset": "a"}, {"a": "N/A"})
    assert true({"set": "a"}, {"a": "NA"})  # Namibia
    assert true({"eq": ["a", "NA"]}, {"a": "NA"})
    assert not true({"lt": ["due", "today"]}, {"due": "0001-01-01"})
    assert not fits(Rule("expired", "suspend", "", column="due"), Situation({"due": "0001-01-01"}, TODAY))


@pytest.mark.parametrize("type", ["date", "integer", "decimal", "boolean"])
def test_a_claim_is_not_made_of_nothing(type: str) -> None:
    assert map_claims([Claim("a", "a", "A", type)], {"a": "N/A"}, today=TODAY) == {}
    assert map_claims([Claim("a", "a", "A")], {"a": "NA"}, today=TODAY) == {"a": "NA"}


def test_unseen_characters_leave_keys_and_stay_in_names() -> None:
    assert compact("1\u31640\u28001\U000e0041\u115f") == "101"
    assert compact("\ufeff10\u200b1\u00a0\u200e") == "101"
    assert compact("12\u00ad3\t4\r\n5") == "123 4 5"
    assert compact("علی\u200cرضا") == "علی\u200cرضا"
    assert compact("10\u200d1") == "101"
    assert tidy("\u200b\u202aAna\u00a0Bo\u202c ") == "Ana\u00a0Bo"
    assert tidy("ක්\u200dෂ") == "ක්\u200dෂ"
    assert tidy("a\ufffdb") is None
    assert says_nothing(compact("\u200b"))


def test_a_column_of_days_keeps_no_words_for_nothing_though_nobody_knows_its_days() -> None:
    assert of("died_on", "NULL", "in the war", "0000-00-00")[1] == [None, "in the war", None]


@pytest.mark.parametrize("word", ["2", "X", "alive in 2020", "not as of 2024-01-01", "3 children", "0.00"])
def test_a_code_or_a_remark_is_no_death(word: str) -> None:
    assert not tells_death(word)


@pytest.mark.parametrize(
    "word", ["2020-05-05", "5/5/2020", "12/31/2020", "2020", "20200505", "5 May 2020", "2020-05-05T23:00:00Z",
    "5/5/20",     "25/12/2563", "٢٠٢٠-٠٥-٠٥", "true", "Yes", "1"]
)  # fmt: skip
def test_a_day_or_a_plain_yes_is_a_death(word: str) -> None:
    assert tells_death(word)


def test_numbers_match_however_a_program_wrote_them() -> None:
    assert matchable("101.0") == matchable("١٠١") == matchable("101") == "101"
    assert matchable("A\u20111") == matchable("A-1")
    assert matchable("1.10") == "1.10"
