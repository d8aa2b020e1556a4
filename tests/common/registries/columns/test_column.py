"""Columns are told, not guessed: what might be something else stays text, and what is told is kept."""

from typing import Any

import pytest

from common.registries.columns.column import Column, ColumnContradictedError
from common.registries.columns.profile import describe_columns
from common.registries.connector import RegistryRecord
from common.registries.values.dates import MONTH_FIRST
from tests.common.registries.sheets import read_spreadsheet
from tests.common.registries.values.test_nulls import of


def told(name: str, *cells: str, **options: Any) -> tuple[str, list[str | None]]:
    column, said = of(name, *cells, **options)
    return column.type, said


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("nationality", ["NO", "NO"]), ("lang", ["no", "si"]), ("family_name", ["No", "Yes"]),
        ("middle_initial", ["Y", "N"]), ("active", ["Y", "N"]), ("resident", ["no", "no"]),
        ("grade", ["yes", "no"]),
        ("country", ["NO", "SI", "NA"]), ("flag", ["T", "F"]),
    ],
)  # fmt: skip
def test_names_codes_and_initials_are_no_answers(name: str, cells: list[str]) -> None:
    assert told(name, *cells) == ("string", cells)


@pytest.mark.parametrize("cells", [["yes", "no"], ["Sí", "No"], ["OUI", "NON"], ["true", "true"], ["FALSE"]])
def test_answers(cells: list[str]) -> None:
    assert told("disabled", *cells) == ("boolean", cells)


def test_answers_of_an_earlier_import_stay_answers() -> None:
    assert told("disabled", "no", "no", known={"disabled": "boolean"})[0] == "boolean"
    assert told("disabled", "no", "perhaps", known={"disabled": "boolean"})[0] == "string"


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("household_id", ["01-02-2015", "13-02-2015"]), ("registration_no", ["12/3/2015", "45/11/2016"]),
        ("expediente", ["12/3/2015", "13/4/2015"]), ("acta", ["1/1/2001"]), ("file", ["2015-01-02"]),
        ("phone", ["01-02-2015"]), ("case", ["12/3/2015", "123/4/2015"]), ("born_code", ["01-02-2015"]),
        ("libro", ["1/2/2015", "13/4/2015"]), ("libro", ["12/03/2015", "x"]),
    ],
)  # fmt: skip
def test_numbers_that_look_like_days_stay(name: str, cells: list[str]) -> None:
    assert told(name, *cells) == ("string", cells)


@pytest.mark.parametrize(
    ("name", "cells", "said"),
    [
        ("area", ["1,5", "0,05", "1.234,5"], ["1.5", "0.05", "1234.5"]),
        ("area", ["1,234.5", "2", "12,345"], ["1234.5", "2", "12345"]),
        ("area", ["1 234,5", "12\u00a0345", "7"], ["1234.5", "12345", "7"]),
        ("area", ["1'234.5", "12’345"], ["1234.5", "12345"]),
        ("area", ["1,23,456.50", "2"], ["123456.50", "2"]),
        ("area", ["1.234", "2.5"], ["1.234", "2.5"]),
        ("area", ["-1,5", "2"], ["-1.5", "2"]),
        ("rate", ["1.5e-05", "0.2"], ["0.000015", "0.2"]),
    ],
)
def test_decimals_as_people_write_them(name: str, cells: list[str], said: list[str]) -> None:
    assert told(name, *cells) == ("decimal", said)


def test_groups_of_digits() -> None:
    assert told("income", "12 500", "1 250", "90") == ("integer", ["12500", "1250", "90"])
    assert told("income", "1.234.567", "2.345.678") == ("integer", ["1234567", "2345678"])
    assert told("contact", "70 012 345", "71 012 346") == ("string", ["70 012 345", "71 012 346"])
    assert told("income", "1,234", "2,345") == ("string", ["1,234", "2,345"])  # thousands, or thousandths
    assert told("share", "5%", "6%") == ("string", ["5%", "6%"])
    assert told("ward", "007", "012") == ("string", ["007", "012"])


def test_the_mark_of_fractions_is_kept_with_the_column() -> None:
    first, _ = of("area", "1,5", "2,5")
    assert first.described()["mark"] == ","
    assert told("area", "1,234", known={"area": first}) == ("decimal", ["1.234"])
    assert told("area", "1.234", known={"area": first}) == ("decimal", ["1234"])
    assert told("area", "1.5", known={"area": first}) == ("decimal", ["1.5"])
    assert Column.known(first.described()) == first


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("25 de mayo de 1990", "1990-05-25"), ("25-may-1990", "1990-05-25"), ("1-ene-1990", "1990-01-01"),
        ("12 dic. 1990", "1990-12-12"), ("1er janvier 1990", "1990-01-01"), ("15 août 1990", "1990-08-15"),
        ("3 févr. 1990", "1990-02-03"), ("25 de março de 1990", "1990-03-25"), ("1 out 1990", "1990-10-01"),
        ("May 25, 1990", "1990-05-25"), ("3rd March 1990", "1990-03-03"), ("25. Dezember 1990", "1990-12-25"),
        ("1990-May-25", "1990-05-25"), ("19900525", "1990-05-25"), ("25. 5. 1990", "1990-05-25"),
        ("00/00/1950", "1950"), ("1950-00-00", "1950"), ("00/07/1950", "1950-07"), ("1950-07-00", "1950-07"),
        ("07/1950", "1950-07"), ("1950/7", "1950-07"), ("mayo de 1950", "1950-05"), ("1950", "1950"),
        ("9999-12-31", "9999-12-31"), ("31/12/9999", "9999-12-31"), ("1990-05-25 08:30", "1990-05-25"),
        ("25/05/1990 12:00:00 AM", "1990-05-25"), ("1990-05-25T00:00:00Z", "1990-05-25"),
        ("١٩٩٠-٠٥-٢٥", "1990-05-25"),
    ],
)  # fmt: skip
def test_days_as_people_write_them(written: str, iso: str) -> None:
    assert told("birth_date", "1988-01-01", "1989-12-13", written) == (
        "date",
        ["1988-01-01", "1989-12-13", iso],
    )


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("44562", "number of a day"), ("25/05/90", "two digits"), ("25-May-90", "two digits"),
        ("1990-05-24T22:00:00Z", "no date"), ("31/02/1990", "no date"), ("2990-01-01", "no date"),
        ("15/00/1990", "no date"), ("25 foo 1990", "no date"), ("1990-13", "no date"),
        ("123456789", "no date"),
    ],
)  # fmt: skip
def test_days_that_nobody_can_read(written: str, reason: str) -> None:
    sheet = read_spreadsheet(f"id,birth_date\n1,1988-01-01\n2,1989-01-01\n3,{written}\n".encode())
    [rejected] = sheet.rejected
    assert reason in rejected.reason


def test_numbers_of_days_and_years_of_two_digits_are_no_dates() -> None:
    assert len(read_spreadsheet(b"id,birth_date\n1,44562\n2,31245\n").rejected) == 2
    sheet = read_spreadsheet(b"id,birth_date\n1,25/05/90\n2,5-Mar-91\n")
    assert [row.reason for row in sheet.rejected] == [
        "Column birth_date holds a year of two digits, which says no century."
    ] * 2
    assert told("ratio", "25/05/90", "26/05/91") == ("string", ["25/05/90", "26/05/91"])
    assert told("created", "2020-01-01 08:30", "2020-01-02 09:30")[0] == "string"  # moments stay whole


def test_days_without_a_heading_that_says_so() -> None:
    assert told("seen", "13/04/2015", "01/02/2015") == ("date", ["2015-04-13", "2015-02-01"])
    assert told("due", "2015-04-13", "2015-4-1") == ("string", ["2015-04-13", "2015-4-1"])


def test_the_order_of_day_and_month_is_kept() -> None:
    first, said = of("born", "05/26/1990", "03/04/1985")
    assert (first.order, said) == (MONTH_FIRST, ["1990-05-26", "1985-03-04"])
    kept = Column.known(first.described())
    assert told("born", "03/04/1985", known={"born": kept}) == ("date", ["1985-03-04"])
    with pytest.raises(
        ColumnContradictedError, match="writes the day first, the registry's days were read with the m"
    ):
        of("born", "25/05/1990", known={"born": kept})
    assert told("born", "25/05/1990", known={"born": kept}, date_order="day")[1] == ["1990-05-25"]


def test_a_guess_about_the_order_is_kept_and_said() -> None:
    from io import BytesIO

    from common.registries.spreadsheets.spreadsheet import ImportOptions, open_spreadsheet

    data = BytesIO(b"id,born\n1,03/04/1985\n2,05/06/1986\n")
    with open_spreadsheet(data) as sheet:
        assert "Nothing says whether born has the day first" in sheet.remarks[0]
        assert sheet.columns[1].described()["order"] == "day"
    with open_spreadsheet(data, reading=ImportOptions(date_order="month")) as sheet:
        assert sheet.remarks == ()
        first = next(sheet.entries())
        assert isinstance(first, RegistryRecord)
        assert first.data["born"] == "1985-03-04"
    with pytest.raises(ColumnContradictedError):
        of(
            "born",
            "05/26/1990",
            known={"born": Column("born", "date", order=describe_columns("born", ["3/4/1985"]).order)},
        )


def test_both_orders_in_one_column_are_refused_but_for_slips() -> None:
    with pytest.raises(ColumnContradictedError, match="nobody can tell"):
        of("born", "25/05/1990", "05/26/1990")
    days = [f"{day}/05/1990" for day in range(13, 31)]
    sheet = read_spreadsheet(
        "\n".join(["id,born", *(f"{n},{d}" for n, d in enumerate([*days, "05/26/1990"]))]).encode()
    )
    assert len(sheet.rejected) == 1


@pytest.mark.parametrize(
    ("cell", "kept"),
    [
        ('="0012"', "0012"), ("'0012", "0012"), ('="A ""x"""', 'A "x"'), ("'Abd al-Rahman", "'Abd al-Rahman"),
        ("'t Hooft", "'t Hooft"), ("=cmd", "=cmd"),
    ],
)  # fmt: skip
def test_texts_that_a_program_wrapped(cell: str, kept: str) -> None:
    sheet = read_spreadsheet(f"id,note\n1,{cell}\n2,x\n".encode())
    assert sheet.records[0].data["note"] == kept


@pytest.mark.parametrize(
    "cell",
    ["4.49E+35", "1.23457E+11", "1,23457E+11", "9E+15", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?",
    "#NUM!", "####",
     "##########", "#¡REF!", "#VALEUR!", "Err:502"],
)  # fmt: skip
@pytest.mark.parametrize("column", ["id", "area", "note"])
def test_what_a_program_spoilt_is_rejected(cell: str, column: str) -> None:
    good = {"id": "7", "area": "1.5", "note": "x"}
    rows = [good, {**good, "id": "8"}, {**good, "id": "9", column: cell}]
    text = "\n".join(["id;area;note", *(";".join(row.values()) for row in rows)])
    sheet = read_spreadsheet(text.encode())
    assert [record.key for record in sheet.records] == ["7", "8"]
    assert column in sheet.rejected[0].reason
    assert cell not in sheet.rejected[0].reason.replace("####", "")


def test_digits_of_any_script_are_numbers() -> None:
    assert told("income", "١٢٣٤", "567") == ("integer", ["1234", "567"])
    assert told("born", "१९९०-०१-०२", "1991-03-02") == ("date", ["1990-01-02", "1991-03-02"])


def test_one_word_alone_in_a_column_of_names_is_a_name() -> None:
    assert told("last", "True", "True") == ("string", ["True", "True"])
    assert told("first", "No", "Yes") == ("string", ["No", "Yes"])


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("JosÃ© PeÃ±a", "wrong encoding"), ("PEÃ‘A", "wrong encoding"), ("ÐœÐ°Ñ€Ð¸", "wrong encoding"),
        ("Ø¹Ù„ÛŒ", "wrong encoding"), ("à¤…à¤¶", "wrong encoding"),
        ("Jos&eacute;", "as web pages write it"), ("O&#39;Brien", "as web pages write it"),
    ],
)  # fmt: skip
def test_letters_that_a_program_has_misread_are_told(cell: str, reason: str) -> None:
    sheet = read_spreadsheet(f"id,full_name\n1,{cell}\n2,Bo\n".encode())
    assert [record.key for record in sheet.records] == ["2"]
    assert reason in sheet.rejected[0].reason
    assert cell not in sheet.rejected[0].reason


@pytest.mark.parametrize(
    "name", ["SÃO JOSÉ", "“CAFÉ”", "Ñandú", "AT&T; R&D", "Þórður", "Àlex Ÿ", "田中&", "à bientôt…"]
)
def test_letters_that_look_odd_are_letters(name: str) -> None:
    assert told("full_name", name)[1] == [name]


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("14 Desemba 1990", "1990-12-14"), ("5 Şubat 1990", "1990-02-05"), ("12 AĞUSTOS 1990", "1990-08-12"),
        ("1 января 1990", "1990-01-01"), ("5 мая 1990", "1990-05-05"), ("3 يناير 1990", "1990-01-03"),
    ],
)  # fmt: skip
def test_months_in_the_languages_of_registries(cell: str, day: str) -> None:
    assert told("born", cell, "1991-03-02") == ("date", [day, "1991-03-02"])
