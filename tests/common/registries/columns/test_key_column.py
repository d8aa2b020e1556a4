"""Which column is the key, and which rows are no records."""

from typing import Any

import pytest

from common.registries.columns.headings import names_identifier, speaks_of_days
from common.registries.columns.key_column import SeenKeys
from common.registries.tables.errors import UnreadableSpreadsheetError
from tests.common.registries.sheets import read_spreadsheet


@pytest.mark.parametrize("data", [
    b"full_name,village,area\nAda,Loma,1.5\nBo,Loma,2.5\n",
    b"name,phone\nAna,7\nBruno,8\n",
    b"age,name\n30,Ada\n31,Bo\n",
    "имя,село\nАда,Лома\n".encode(),
    b"numero_de_hijos,nombre\n1,Ada\n2,Bo\n",
    b"id_type,name\nDNI,Ada\nNIE,Bo\n",
    b"postal_code,name\n071,Ada\n072,Bo\n",
    b"country_code,name\nKE,Ada\nUG,Bo\n",
    b"phone_number,name\n071,Ada\n072,Bo\n",
    b"district_id,name\n7,Ada\n8,Bo\n",
])  # fmt: skip
def test_what_tells_rows_apart_today_is_no_key(data: bytes) -> None:
    with pytest.raises(
        UnreadableSpreadsheetError, match=r"Name the column with --key\. In this file no value"
    ) as error:
        read_spreadsheet(data)
    assert "Ada" not in error.value.public


def test_the_refusal_names_who_may_be_meant() -> None:
    with pytest.raises(UnreadableSpreadsheetError, match="no value stands twice in: full_name, area"):
        read_spreadsheet(b"full_name,village,area\nAda,Loma,1.5\nBo,Loma,2.5\n")
    with pytest.raises(UnreadableSpreadsheetError, match="each of them has values twice: name, town"):
        read_spreadsheet(b"name,town\nAna,Ica\nAna,Ica\n")


@pytest.mark.parametrize(
    "heading",
    ["id", "National ID", "farmerID", "hhid", "pid", "N°", "Número", "Nro. Documento", "ID Persona",
    "DNI", "रजिस्टर क्रमांक",
     "رقم", "编号", "código", "numero_documento"],
)  # fmt: skip
def test_headings_of_keys(heading: str) -> None:
    assert read_spreadsheet(f"name,{heading}\nAda,1\nBo,2\n".encode()).key_column == heading


def test_a_key_may_be_named() -> None:
    assert read_spreadsheet(b"full_name,x\nAda,1\nBo,2\n", key="full_name").key_column == "full_name"


def test_a_key_is_kept_as_it_is_written() -> None:
    sheet = read_spreadsheet(b"household,n\n01-02-2015,1\n13-02-2015,2\n", key="household")
    assert [record.key for record in sheet.records] == ["01-02-2015", "13-02-2015"]
    sheet = read_spreadsheet(b"ward;n\n1 234;1\n007;2\n1,5;3\n", key="ward")
    assert [record.key for record in sheet.records] == ["1 234", "007", "1,5"]


def test_headings() -> None:
    assert names_identifier("phone_number")
    assert not names_identifier("card holder")
    assert not names_identifier("parcel_ha")
    assert speaks_of_days("Fecha de nacimiento")
    assert not speaks_of_days("date_id")


@pytest.mark.parametrize(
    "row",
    ["Total,,4", "TOTAL GENERAL,,4", "Grand Total:,,4", "Subtotal,,1", "Suma,,4", "Итого,,4",
    "Totals (2),,4", "Fecha:,2026,",
     "id,name,herd", "ID,Name,Herd", "#meta+id,#name,#indicator+num", "Source: the ministry,,",
     "Fin del reporte,,",
     "(2 rows)", "End"],
)  # fmt: skip
def test_rows_that_are_no_records(row: str) -> None:
    sheet = read_spreadsheet(f"id,name,herd\n1,Ada,2\n2,Bo,2\n{row}\n".encode())
    assert [record.key for record in sheet.records] == ["1", "2"]
    assert [entry.row for entry in sheet.rejected] == [4]


def test_short_rows_lack_their_last_cells() -> None:
    sheet = read_spreadsheet(b"id,name,note\n1,Ada,x\n2,Bo\n3,Cy\n")
    assert [dict(record.data) for record in sheet.records[1:]] == [
        {"id": "2", "name": "Bo"}, {"id": "3", "name": "Cy"}
    ]  # fmt: skip


def test_keys_are_without_unseen_characters() -> None:
    data = "\u200bnational_id,na\u200bme\n101,Ada\n101\u200b,Ada\n\u200e102,Bo\n"
    data += "\ufeff103,Cy\n\u00a0104\u00a0,Di\n1\u00ad05,Ed\n"
    sheet = read_spreadsheet(data.encode())
    assert [column.name for column in sheet.columns] == ["national_id", "name"]
    assert [record.key for record in sheet.records] == ["101", "102", "103", "104", "105"]
    assert [entry.row for entry in sheet.rejected] == [3]


def test_keys_that_were_seen() -> None:
    seen = SeenKeys()
    assert (seen.add("a", 2), seen.add("b", 3), seen.add("a", 4)) == (None, None, 2)
    assert seen.lacks(["a", "c", "b"]) == ["c"]
    seen.close()


def test_what_tells_people_apart_is_the_key_rather_than_what_they_share() -> None:
    sheet = read_spreadsheet(b"household_id,person_id,name\n1,1,Ada\n1,2,Bo\n2,3,Ana\n")
    assert (sheet.key_column, len(sheet.records)) == ("person_id", 3)


@pytest.mark.parametrize("heading", ["No.", "Row number", "Nr", "Serial No"])
def test_the_number_of_a_row_is_no_key_beside_another(heading: str) -> None:
    """Next year it would be another person's."""
    data = f"{heading},Full name,National ID\n1,Ada,777\n2,Bo,888\n".encode()
    assert read_spreadsheet(data).key_column == "National ID"


def rejected(keys: list[str], **options: Any) -> tuple[list[str], list[str]]:
    """The keys that are taken, and what is said of the others."""
    rows = "".join(f"{key},Ada,{number}\n" for number, key in enumerate(keys))
    sheet = read_spreadsheet(f"id,full_name,plots\n{rows}".encode(), **options)
    return [record.key for record in sheet.records], [row.reason for row in sheet.rejected]


@pytest.mark.parametrize(
    ("odd", "reason"),
    [
        ("Prepared by", "a word"), ("Razem", "a word"), ("УКУПНО", "a word"), ("Unique number", "a word"),
        ("integer", "a word"), ("#3", "as remarks do"), ("// 3", "as remarks do"), ("-- 3", "as remarks do"),
        ("% 3", "as remarks do"), ("=A1+1", "a formula"), ("101.0", "added .0"),
    ],
)  # fmt: skip
def test_what_is_no_key_beside_keys_is_told(odd: str, reason: str) -> None:
    for keys in (["101", "102", "0103"], ["F-1", "F-2", "F-3"]):
        taken, said = rejected([*keys, odd])
        assert taken == keys
        assert reason in said[0]


def test_keys_of_any_one_habit_are_keys() -> None:
    for keys in (["AB", "CD", "EF"], ["#1", "#2", "#3"], ["1.0", "1.1", "2.0"], ["ana", "bruno7", "eva"]):
        assert rejected(keys) == (keys, [])


def test_another_table_below_the_first_is_told() -> None:
    first = b"id,full_name,born\n1,Ada,1990-01-02\n2,Bo,1990-01-02\n"
    with pytest.raises(UnreadableSpreadsheetError, match="Another table begins in row 5;"):
        read_spreadsheet(first + b"\nplot,owner,area\n7,1,2.5\n8,2,3.5\n")
    sheet = read_spreadsheet(first + b"\nPrepared by,J. Smith,\n\n3,Eva,\n")
    assert [record.key for record in sheet.records] == ["1", "2", "3"]
