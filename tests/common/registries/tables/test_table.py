"""Files that are tables, files that are none, and where a table begins."""

from typing import Any

import pytest

from common.registries.tables.errors import UnreadableSpreadsheetError
from tests.common.registries.sheets import read_spreadsheet


def keys(data: bytes, **options: Any) -> list[str]:
    return [record.key for record in read_spreadsheet(data, **options).records]


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"<!DOCTYPE html>\n<html><body>Bad gateway</body></html>", "web page"),
        (b"<html>\n<table><tr><th>id</th></tr></table></html>", "web page"),
        (b'<?xml version="1.0"?>\n<Workbook/>', "XML"), (b"<table>\n<tr><td>1</td></tr>", "XML"),
        (rb"{\rtf1\ansi id;name}", "RTF"), (b"%PDF-1.7\n1 0 obj", "PDF"), (b'{"id":1}\n{"id":2}\n', "JSON"),
        (b'[\n {"id": 1}\n]', "JSON"), (b'{\n  "type": "FeatureCollection"', "JSON"), (b"[1,2]", "JSON"),
        (b"BEGIN:VCARD\nFN:Ada\nEND:VCARD\n", "contacts"), (b"BEGIN:VCALENDAR\n", "contacts"),
        (b"-- dump\n\nCREATE TABLE p (id int);\nINSERT INTO p VALUES (1,'a');", "SQL"),
        (b"INSERT INTO p (id,name) VALUES (1,'Ada');\n", "SQL"),
        (b"REPLACE INTO p (id,name) VALUES (1,'Ada');\n", "SQL"), (b"UPDATE p SET name = 'Ada';", "SQL"),
        (b"/*!40101 SET NAMES utf8 */;\nDROP TABLE x;", "SQL"),
        (b"SET statement_timeout = 0;\n", "SQL"), (b"COPY public.p (id, name) FROM stdin;\n", "SQL"),
        (b"MIME-Version: 1.0\nContent-Type: multipart/related", "message"),
        (b"dn: cn=Ada,o=x\ncn: Ada\n", "LDIF"),
        (b"---\n- id: 1\n", "YAML"), (b"\x1f\x8b\x08\x00", "compressed"),
        (b"SQLite format 3\x00", "database"),
        (b"\x89PNG\r\n\x1a\n", "picture"), (b"PAR1\x15\x04", "columns for programs"),
        (bytes(range(1, 32)) * 20, "no text"), (b"7z\xbc\xaf\x27\x1c", "compressed"),
    ],
)  # fmt: skip
def test_what_is_no_table_says_what_it_is(data: bytes, word: str) -> None:
    with pytest.raises(UnreadableSpreadsheetError, match=word):
        read_spreadsheet(data, key="id")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"id     name     village\n1      Ada      Loma\n", "parted by nothing but space"),
        (b"| id | name |\n|----|------|\n| 1 | Ada |\n", "no readable heading"),
        (b"1,Ada,Loma\n2,Bo,Loma\n", "holds values"),
        (b"1990-05-25,Ada,7\n1991-05-25,Bo,8\n", "holds values"),
        (b"id:name\n1:Ada\n2:Bo\n", "Name the column with --key"),
        (b"Name: Ada\nVillage: Loma\n", "Name the column with --key"),
    ],
)
def test_tables_that_cannot_be_read(data: bytes, sentence: str) -> None:
    with pytest.raises(UnreadableSpreadsheetError, match=sentence):
        read_spreadsheet(data)


@pytest.mark.parametrize(
    "above",
    [
        "REGISTRO NACIONAL;;\nFecha: 2026-01-01;;\n",
        "# exported 2026-01-01\n",
        "Registry of people\n\n\n",
        "Fecha:;2026-01-01;\n",
        "// by Ana; for Bruno\n",
        ";;\nMinistry of X;;\n",
        "sep=;\n",
        "\n\n",
    ],
)
def test_rows_above_the_heading(above: str) -> None:
    sheet = read_spreadsheet(f"{above}id;nombre;edad\n1;Ada;30\n2;Bo;40\n3;Cy;x;y\n".encode())
    assert [record.key for record in sheet.records] == ["1", "2"]
    assert {column.name: column.type for column in sheet.columns} == {
        "id": "string", "nombre": "string", "edad": "integer"
    }  # fmt: skip
    lines = above.count("\n") if not above.startswith("sep") else 0
    assert [entry.row for entry in sheet.rejected] == [lines + 4]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "^", "~"])
def test_delimiters(delimiter: str) -> None:
    data = "id,name,area\n1,Ada,x\n2,Bo,y\n".replace(",", delimiter)
    assert keys(data.encode()) == keys(f"sep={delimiter}\n{data}".encode()) == ["1", "2"]


def test_a_tab_is_in_no_text() -> None:
    sheet = read_spreadsheet(b"id\tsurname, name\n1\tOne, Ada\n2\tTwo, Bo\n")
    assert [column.name for column in sheet.columns] == ["id", "surname, name"]


def test_commas_of_decimals_part_nothing() -> None:
    sheet = read_spreadsheet(b"id;area;len\n1;1,5;2,5\n2;2,5;3,5\n3;2,5\n")
    assert sheet.records[0].data == {"id": "1", "area": "1.5", "len": "2.5"}


@pytest.mark.parametrize(
    "data", [b"id,name\r1,Ada\r2,Bo\r", b"id,name\r\n1,Ada\n2,Bo\r", b"id,name\n\n1,Ada\n\n2,Bo"]
)
def test_ends_of_lines(data: bytes) -> None:
    assert keys(data) == ["1", "2"]


def test_a_nul_costs_its_row() -> None:
    assert keys(b"id,name\n1,A\x00da\n2,Bo\n") == ["2"]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
)
def test_encodings_that_are_told(encoding: str) -> None:
    sheet = read_spreadsheet("id,name\n1,José Núñez Peña\n2,MARÍA – “Ñ”\n3,François d’Oëx\n".encode(encoding))
    assert [record.data["name"] for record in sheet.records] == [
        "José Núñez Peña", "MARÍA – “Ñ”", "François d’Oëx"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("mac-roman", "Hôpital,Ségou"), ("mac-roman", "José Núñez,María"), ("cp850", "José Núñez,María"),
        ("cp437", "Peña,José"), ("cp1251", "Иванов,Пётр"), ("koi8-r", "Иванов,Пётр"),
        ("cp866", "Иванов,Пётр"),
        ("cp1250", "Wałęsa,Łukasz"), ("cp1250", "Jiří Dvořák,Černý"), ("cp1253", "Γιώργος,Παπ"),
        ("cp1254", "Ayşe Yılmaz,Özdoğan"), ("cp1255", "שלום,דוד"), ("cp1256", "محمد,علي"),
        ("gb18030", "张三,李四"),
        ("big5", "張三,李四"), ("shift-jis", "山田,花子"), ("euc-jp", "山田,花子"),
        ("euc-kr", "김철수,이영희"),
        ("cp874", "สมชาย,ใจดี"),
    ],
)  # fmt: skip
def test_encodings_that_cannot_be_told_are_said_or_named(encoding: str, text: str) -> None:
    data = f"id,first,second\n1,{text}\n2,x,y\n".encode(encoding)
    with pytest.raises(UnreadableSpreadsheetError, match="The encoding of the file's letters cannot be told"):
        read_spreadsheet(data)
    sheet = read_spreadsheet(data, encoding=encoding)
    assert ",".join([sheet.records[0].data["first"], sheet.records[0].data["second"]]) == text


@pytest.mark.parametrize(
    "name", ["klingon", "base64", "rot13", "\0", "undefined", "idna", "unicode_escape", "utf-7", "cp037"]
)
def test_encodings_that_are_none(name: str) -> None:
    with pytest.raises(UnreadableSpreadsheetError, match="encoding"):
        read_spreadsheet(b"id,name\n1,a\n", encoding=name)


def test_a_date_order_is_day_or_month() -> None:
    with pytest.raises(UnreadableSpreadsheetError, match="day or month"):
        read_spreadsheet(b"id,name\n1,a\n", date_order="year")
