"""Spreadsheets as ministries export them, and as mischief makes them."""

import base64

import pytest

from common.registries.spreadsheets.rows import UNQUOTED
from common.registries.spreadsheets.spreadsheet import UNREADABLE
from common.registries.tables.errors import UnreadableSpreadsheetError
from tests.common.registries.sheets import Spreadsheet, read_spreadsheet
from tests.conftest import shared

PNG = "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(20)).decode()


def types(sheet: Spreadsheet) -> dict[str, str]:
    return {column.name: column.type for column in sheet.columns}


def reasons(sheet: Spreadsheet) -> dict[int, str]:
    return {entry.row: entry.reason for entry in sheet.rejected}


def test_an_export_that_nobody_here_wrote() -> None:
    sheet = read_spreadsheet(shared("registries/inji-certify-farmer-identity.csv").read_bytes())
    assert sheet.key_column == "id"
    assert [record.key for record in sheet.records] == ["2154189532", "8267411578", "5860356276"]
    first = sheet.records[0].data
    assert first["dateOfBirth"] == "1990-05-25"
    assert first["postalCode"] == "453000"
    assert first["face"].startswith("data:image/png;base64,")
    kinds = types(sheet)
    assert (kinds["dateOfBirth"], kinds["face"], kinds["mobileNumber"]) == ("date", "image", "string")
    assert sheet.rejected == ()


@pytest.mark.parametrize(
    ("encoding", "delimiter"),
    [
        ("utf-8", ","), ("utf-8-sig", ","), ("latin-1", ";"), ("cp1252", ";"), ("utf-8", "\t"),
        ("utf-8", "|"), ("utf-16", "\t"),
    ],
)  # fmt: skip
def test_encoding_and_delimiter_are_found_out(encoding: str, delimiter: str) -> None:
    text = 'código;nombre;nota\r\n001;Ñusta Núñez;"dijo ""sí""; y calló"\r\n002;Íñigo;\r\n'
    if delimiter != ";":
        text = text.replace('"dijo ""sí""; y calló"', '"dijo ""sí"" | , \t y calló"').replace(";", delimiter)
    sheet = read_spreadsheet(text.encode(encoding))
    assert sheet.key_column == "código"
    assert sheet.records[0].data["nombre"] == "Ñusta Núñez"
    assert sheet.records[0].data["nota"].startswith('dijo "sí"')
    assert sheet.records[1].data == {"código": "002", "nombre": "Íñigo"}


def test_windows_punctuation_and_decomposed_letters() -> None:
    sheet = read_spreadsheet("id;nota\n1;“uno” – dos…\n2;x\n".encode("cp1252"))
    assert sheet.records[0].data["nota"] == "“uno” – dos…"
    sheet = read_spreadsheet("id,name\n1,N\u0303usta\n2,x\n".encode())
    assert sheet.records[0].data["name"] == "Ñusta"


def test_one_row_in_another_encoding_does_not_spoil_the_others() -> None:
    data = "id,name\n1,Ñusta\n2,Íñigo\n".encode() + "3,Peña\n".encode("latin-1") + "4,Óscar\n".encode()
    sheet = read_spreadsheet(data)
    assert [record.data["name"] for record in sheet.records] == ["Ñusta", "Íñigo", "Óscar"]
    assert reasons(sheet) == {4: f"Column name {UNREADABLE}."}


def test_single_quotes_and_the_line_that_excel_reads() -> None:
    sheet = read_spreadsheet(b"sep=;\r\n'id';'name'\r\n'1';'a;b'\r\n'2';'c'\r\n")
    assert sheet.records[0].data == {"id": "1", "name": "a;b"}


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        (["25-05-1990", "01-02-1990"], ["1990-05-25", "1990-02-01"]),
        (["25/05/1990", "1/2/1990"], ["1990-05-25", "1990-02-01"]),
        (["1990-05-25", "1990-02-01"], ["1990-05-25", "1990-02-01"]),
        (["05/25/1990", "02/01/1990"], ["1990-05-25", "1990-02-01"]),
        (["25.05.1990", "1911-05-02"], ["1990-05-25", "1911-05-02"]),
        (["03/04/1990", "05/06/1990"], ["1990-04-03", "1990-06-05"]),  # open: day first
        (["1990-05-25 00:00:00", "1990-02-01T00:00:00"], ["1990-05-25", "1990-02-01"]),
        (["25-05-1990", "1948"], ["1990-05-25", "1948"]),  # of some people only the year is known
    ],
)
def test_dates_are_read_column_by_column(written: list[str], iso: list[str]) -> None:
    rows = "".join(f"{number},{text}\n" for number, text in enumerate(written))
    sheet = read_spreadsheet(f"id,birth_date\n{rows}".encode())
    assert [record.data["birth_date"] for record in sheet.records] == iso


def test_two_date_columns_may_differ_in_their_habits() -> None:
    sheet = read_spreadsheet(b"id,born,seen\n1,03/04/1990,12/31/2020\n2,25/04/1990,01/02/2021\n")
    assert sheet.records[0].data["born"] == "1990-04-03"
    assert sheet.records[1].data["seen"] == "2021-01-02"


def test_wrong_rows_are_reported_and_good_rows_load() -> None:
    data = (
        b"id,name,birth_date\n"
        b"1,Ana,25-05-1990\n"
        b"2,Bruno\n"  # nothing is said of the last cells
        b"3,Carla,25-05-1990,x\n"  # row 4: too many
        b",Dario,25-05-1990\n"  # row 5: no key
        b"1,Elsa,25-05-1990\n"  # row 6: a key again
        b"4,Flor,31-02-1990\n"  # row 7: no such day
        b"5,Gil,yesterday\n"  # row 8: no date
        b"\n"
        b"6,Hugo\x00,25-05-1990\n"  # row 10: NUL
        b"7,Ines\x1b[2J,25-05-1990\n"  # row 11: escape sequence
        b"8,Juan,26-05-1990,,\n"  # empty cells beyond the heading are forgiven
    )
    sheet = read_spreadsheet(data, key="id")
    assert [record.key for record in sheet.records] == ["1", "2", "8"]
    assert reasons(sheet) == {
        4: "It has 4 cells, the heading has 3.",
        5: "Column id, the key, is empty.",
        6: "Column id: row 2 has the same key.",
        7: "Column birth_date holds no date that can be read.",
        8: "Column birth_date holds no date that can be read.",
        10: f"Column name {UNREADABLE}.",
        11: f"Column name {UNREADABLE}.",
    }


def test_reasons_never_repeat_what_a_person_wrote() -> None:
    sheet = read_spreadsheet(b"id,name,birth_date\n1,Ana,1990-05-25\n2,Secreta,not-Secreta\n3,x,x,Secreta\n")
    assert len(sheet.rejected) == 2
    assert "Secreta" not in str(sheet.rejected)


def test_an_unclosed_quote_costs_one_row() -> None:
    body = "".join(f"{number},name {number}\n" for number in range(10, 1000))
    sheet = read_spreadsheet(f'id,name\n1,Ana\n2,"Bruno\n{body}'.encode())
    assert len(sheet.records) == 991
    assert reasons(sheet) == {3: UNQUOTED}


def test_an_unclosed_quote_does_not_marry_the_next_one() -> None:
    sheet = read_spreadsheet(b'id,name\n1,"Ana\n2,Bruno\n3,"Carla"\n4,Dora 5" tall\n5,"El"sa"\n6,"x')
    assert [record.key for record in sheet.records] == ["2", "3", "4"]
    assert reasons(sheet) == {2: UNQUOTED, 6: UNQUOTED, 7: UNQUOTED}


def test_a_cell_may_hold_lines() -> None:
    sheet = read_spreadsheet(b'id,address\n1,"Calle 1\nPiso 2"\n2,x\n3\n')
    assert sheet.records[0].data["address"] == "Calle 1\nPiso 2"
    assert list(reasons(sheet)) == [4]


@pytest.mark.parametrize("quote", ["", '"'])
def test_a_cell_of_a_megabyte_costs_one_row(quote: str) -> None:
    data = f"id,name\n1,Ana\n2,{quote}{'x' * 1_000_000}{quote}\n3,Carla\n".encode()
    sheet = read_spreadsheet(data)
    assert [record.key for record in sheet.records] == ["1", "3"]
    assert reasons(sheet) == {3: UNQUOTED}


def test_a_long_text_costs_one_row() -> None:
    sheet = read_spreadsheet(f"id,name\n1,Ana\n2,{'x' * 10_001}\n".encode())
    assert reasons(sheet) == {3: "Column name is longer than 10,000 characters."}


def test_a_cell_that_looks_like_a_formula_stays_text() -> None:
    sheet = read_spreadsheet(b"id,name\n1,=cmd|' /C calc'!A0\n2,@SUM(1)\n")
    assert sheet.records[0].data["name"] == "=cmd|' /C calc'!A0"
    assert types(sheet)["name"] == "string"


def test_photographs() -> None:
    svg = "data:image/svg+xml;base64," + base64.b64encode(b"<svg onload='alert(1)'/>").decode()
    lie = "data:image/png;base64," + base64.b64encode(b"<html>").decode()
    large = "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(99_000)).decode()
    rows = "".join(f'{n},"{image}"\n' for n, image in enumerate([PNG, PNG, svg, lie, large, PNG, ""]))
    sheet = read_spreadsheet(f"id,face\n{rows}".encode())
    assert types(sheet)["face"] == "image"
    assert [record.key for record in sheet.records] == ["0", "1", "5", "6"]
    assert list(reasons(sheet)) == [4, 5, 6]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The file is empty."),
        (b"\n \n", "The file is empty."),
        (b"id,name\n", "The file has a heading but no rows."),
        (b"id,name,name\n1,a,b\n", "Columns 2 and 3 have one heading."),
        (b"id,,name\n1,a,b\n", "Column 2 has no readable heading in the first row."),
        (b"id,na\x00me\n1,a\n", "Column 2 has no readable heading in the first row."),
        (b"PK\x03\x04rest", "The archive or workbook is broken."),
    ],
)
def test_what_is_no_table_is_an_error_that_says_what_to_do(data: bytes, sentence: str) -> None:
    with pytest.raises(UnreadableSpreadsheetError) as error:
        read_spreadsheet(data)
    assert error.value.public == sentence


def test_an_unknown_key_column_is_an_error() -> None:
    with pytest.raises(UnreadableSpreadsheetError, match="No column is called 'nid'; the file has id, name"):
        read_spreadsheet(b"id,name\n1,a\n", key="nid")


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (b"name,farmerID\nAna,7\nBruno,8\n", "farmerID"),
        (b"born,No\n1990-01-01,7\n1990-01-02,8\n", "No"),
        (b"name,id\nAna,7\nBruno,7\nCarla,8\nDora,9\n", "id"),  # a repeated key is a wrong row
    ],
)
def test_the_key_column_is_guessed(data: bytes, key: str) -> None:
    assert read_spreadsheet(data).key_column == key


def test_columns_are_told_from_all_their_cells() -> None:
    data = (
        b"id,count,area,phone,alive,code,mixed,empty\n"
        b"1,10,2.5,70012345,yes,007,1,\n"
        b"2,0,3,70012346,no,008,x,\n"
    )  # fmt: skip
    assert types(read_spreadsheet(data)) == {
        "id": "string", "count": "integer", "area": "decimal", "phone": "string", "alive": "boolean",
        "code": "string", "mixed": "string", "empty": "string",
    }  # fmt: skip


def test_types_of_an_earlier_import_hold() -> None:
    sheet = read_spreadsheet(b"id,seen\n1,x\n2,1990-01-02\n", known={"seen": "date"})
    assert list(reasons(sheet)) == [2]
    sheet = read_spreadsheet(b"id,seen\n1,1990-01-02\n", known={"seen": "string"})
    assert sheet.records[0].data["seen"] == "1990-01-02"
    assert types(sheet)["seen"] == "string"
