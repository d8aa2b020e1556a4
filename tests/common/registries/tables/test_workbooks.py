# ruff: noqa: DTZ001 - cells have no zone
"""Workbooks and archives: what a sheet shows is what is read, within bounds."""

import io
import struct
import zipfile
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from common.registries.tables import archive
from common.registries.tables.errors import UnreadableSpreadsheetError
from tests.common.registries.sheets import read_spreadsheet

CSV = "id,name\n1,Ñusta\n".encode()
ODS = """<?xml version="1.0" encoding="UTF-8"?>
<o:document-content xmlns:o="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:t="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:x="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:s="urn:oasis:names:tc:opendocument:xmlns:style:1.0">
<o:automatic-styles><s:style s:name="gone" s:family="table"><s:table-properties t:display="false"/></s:style>
</o:automatic-styles><o:body><o:spreadsheet>
<t:table t:name="Lists" t:style-name="gone">
<t:table-row><t:table-cell><x:p>a</x:p></t:table-cell></t:table-row></t:table>
<t:table t:name="People">
<t:table-row><t:table-cell t:number-columns-spanned="3"><x:p>Title</x:p></t:table-cell>
<t:covered-table-cell/></t:table-row>
<t:table-row t:number-rows-repeated="2"><t:table-cell t:number-columns-repeated="16384"/></t:table-row>
<t:table-row><t:table-cell><x:p>id</x:p></t:table-cell><t:table-cell><x:p>born</x:p></t:table-cell>
<t:table-cell><x:p>area</x:p></t:table-cell><t:table-cell><x:p>active</x:p></t:table-cell></t:table-row>
<t:table-row><t:table-cell o:value-type="float" o:value="12"><x:p>0012</x:p></t:table-cell>
<t:table-cell o:value-type="date" o:date-value="1990-05-25"><x:p>25/05/90</x:p></t:table-cell>
<t:table-cell o:value-type="float" o:value="1234.5"><x:p>1.234,50</x:p></t:table-cell>
<t:table-cell o:value-type="boolean" o:boolean-value="true"><x:p>VERDADERO</x:p></t:table-cell></t:table-row>
<t:table-row><t:table-cell o:value-type="float" o:value="123456789012"><x:p>1,23E+11</x:p></t:table-cell>
<t:table-cell/><t:table-cell o:value-type="string"><x:p>#REF!</x:p></t:table-cell></t:table-row>
<t:table-row t:number-rows-repeated="1048000"><t:table-cell t:number-columns-repeated="16384"/></t:table-row>
</t:table></o:spreadsheet></o:body></o:document-content>"""


def xlsx(*rows: list[Any], change: Callable[..., Any] = lambda book, sheet: None) -> bytes:
    book = openpyxl.Workbook()
    book.active.title = "People"
    for row in rows:
        book.active.append(row)
    change(book, book.active)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


WORKBOOK_OF_BYTES: Mapping[str, bytes | str] = {"[Content_Types].xml": "<a/>", "xl/workbook.bin": b"x"}


def packed(**entries: bytes | str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in entries.items():
            made.writestr(name, content)
    return file.getvalue()


def ods(content: str) -> bytes:
    return packed(**{"mimetype": "x", "content.xml": content, "META-INF/manifest.xml": "<m/>"})


def said(data: bytes, **options: Any) -> list[dict[str, str]]:
    return [dict(record.data) for record in read_spreadsheet(data, **options).records]


def test_cells_of_a_workbook_are_what_they_show() -> None:
    def change(book: Workbook, sheet: Worksheet) -> None:
        sheet.merge_cells("A1:D1")
        sheet["A5"].number_format = "00000000"
        sheet["C8"].number_format = "dd/mm/yyyy"
        book.create_sheet("Lists").append(["x"])
        book["Lists"].sheet_state = "hidden"
        book.create_sheet("Empty")

    data = xlsx(
        ["Register of people"],
        [],
        ["national_id", "name", "born", "area", "active", "seen"],
        [123456789012, "Ñusta", date(1990, 5, 25), 0.1 + 0.2, True, datetime(2020, 1, 1, 8, 30)],
        [12, "Bo", datetime(1991, 5, 25), 12345.5, False],
        [1234567890123456789, "Cy", None, 3],
        ["#REF!", "Di"],
        [5, "Ed", 0, 4],
        [6],
        change=change,
    )
    sheet = read_spreadsheet(data)
    assert {column.name: column.type for column in sheet.columns} == {
        "national_id": "string", "name": "string", "born": "date", "area": "decimal", "active": "boolean",
        "seen": "string",
    }  # fmt: skip
    assert [dict(record.data) for record in sheet.records] == [
        {"national_id": "123456789012", "name": "Ñusta", "born": "1990-05-25", "area": "0.3",
        "active": "true",
         "seen": "2020-01-01 08:30:00"},
        {"national_id": "00000012", "name": "Bo", "born": "1991-05-25", "area": "12345.5", "active": "false"},
        {"national_id": "5", "name": "Ed", "area": "4"},
        {"national_id": "6"},
    ]  # fmt: skip
    assert [entry.row for entry in sheet.rejected] == [6, 7]


def test_a_formula_that_nobody_worked_out_is_no_value() -> None:
    data = xlsx(["id", "area"], [1, "=1+1"], [2, 5])
    assert said(data) == [{"id": "2", "area": "5"}]
    assert "error of a spreadsheet program" in read_spreadsheet(data).rejected[0].reason


def test_sheets() -> None:
    both = xlsx(["id"], [1], change=lambda book, _: book.create_sheet("More").append(["id", "n"]))
    with pytest.raises(
        UnreadableSpreadsheetError, match=r"several sheets: People, More. Name one with --sheet"
    ):
        read_spreadsheet(both)
    assert said(both, sheet="People") == [{"id": "1"}]
    with pytest.raises(
        UnreadableSpreadsheetError, match="No sheet is called 'people'; there are: People, More"
    ):
        read_spreadsheet(both, sheet="people")
    with pytest.raises(UnreadableSpreadsheetError, match="no sheet with a table"):
        read_spreadsheet(xlsx())


def test_a_workbook_of_excel_97() -> None:
    data = (Path(__file__).parent / "files" / "people.xls").read_bytes()
    assert said(data) == [
        {
            "national_id": "00012345",
            "name": "Ana Ñusta",
            "born": "1990-05-25",
            "area": "1.5",
            "active": "true",
        },
        {"national_id": "123456789", "name": "Bruno", "born": "1985-04-03", "area": "0.3", "active": "false"},
        {"national_id": "00000007", "name": "Carla"},
    ]
    with pytest.raises(UnreadableSpreadsheetError, match="broken"):
        read_spreadsheet(data[:3_000])
    with pytest.raises(UnreadableSpreadsheetError, match="password"):
        read_spreadsheet(data + "EncryptedPackage".encode("utf-16-le"))


def test_a_workbook_of_open_document() -> None:
    sheet = read_spreadsheet(ods(ODS))
    assert [dict(record.data) for record in sheet.records] == [
        {"id": "0012", "born": "1990-05-25", "area": "1234.5", "active": "true"}
    ]
    assert [entry.row for entry in sheet.rejected] == [6]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('<t:table-row><t:table-cell o:value-type="float" o:value="12">',
         '<t:table-row t:number-rows-repeated="1000000000">'
         '<t:table-cell o:value-type="float" o:value="12">', "rows alike"),
        ('<t:table-cell o:value-type="float" o:value="12">',
         '<t:table-cell t:number-columns-repeated="1000000000"'
         ' o:value-type="float" o:value="12">', "500 columns"),
        ("</o:body>", "", "broken"),
    ],
)  # fmt: skip
def test_what_a_workbook_repeats_is_bounded(old: str, new: str, sentence: str) -> None:
    with pytest.raises(UnreadableSpreadsheetError, match=sentence):
        read_spreadsheet(ods(ODS.replace(old, new, 1)))


def test_a_sheet_has_so_many_columns() -> None:
    wide = xlsx(["id", "n"], [1, 2], change=lambda _, sheet: sheet.cell(3, 16_384, "x"))
    with pytest.raises(UnreadableSpreadsheetError, match="500 columns"):
        read_spreadsheet(wide)


def test_an_archive_of_one_table() -> None:
    data = packed(
        **{"x/people.CSV": CSV, "__MACOSX/._people.csv": b"x", "x/.DS_Store": b"", "readme.pdf": b"%PDF"}
    )
    assert said(data) == said(packed(export=CSV)) == [{"id": "1", "name": "Ñusta"}]
    assert said(packed(**{"people.csv": CSV, "readme.txt": b"Hello"})) == [{"id": "1", "name": "Ñusta"}]
    assert said(packed(**{"people.xlsx": xlsx(["id"], [7])})) == [{"id": "7"}]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (packed(**{"a.csv": CSV, "b.csv": CSV}), "holds 2 tables"),
        (packed(**{"a.csv": packed(**{"b.csv": CSV})}), "another archive"),
        (packed(**{"a/": b""}), "no table"),
        (b"PK\x05\x06" + bytes(18), "empty archive"),
        (
            packed(**{"[Content_Types].xml": "<a/>", "word/document.xml": "<a/>"}),
            "document of another program",
        ),
        (packed(**WORKBOOK_OF_BYTES), "document of another program"),
        (xlsx(["id"], [1])[:900], "broken"),
    ],
)
def test_archives_that_are_refused(data: bytes, sentence: str) -> None:
    with pytest.raises(UnreadableSpreadsheetError, match=sentence):
        read_spreadsheet(data)


def test_bombs_are_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_UNPACKED", 1_000_000)
    bomb = packed(**{"a.csv": b"0" * 2_000_000})
    with pytest.raises(UnreadableSpreadsheetError, match="unpacks to more than"):
        read_spreadsheet(bomb)
    monkeypatch.setattr(archive, "MAX_BYTES", 100_000)
    with pytest.raises(UnreadableSpreadsheetError, match="larger than"):
        read_spreadsheet(packed(**{"a.csv": b"0" * 200_000}))
    liar = bytearray(packed(**{"a.csv": b"id,name\n" + b"1,a\n" * 1_000}))
    place = bytes(liar).rindex(b"PK\x01\x02") + 24
    liar[place : place + 4] = struct.pack("<I", 10)  # promises ten bytes
    with pytest.raises(UnreadableSpreadsheetError, match="broken"):
        read_spreadsheet(bytes(liar))


def test_an_archive_with_a_password() -> None:
    locked = bytearray(packed(**{"a.csv": CSV}))
    locked[6] |= 1
    locked[bytes(locked).rindex(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(UnreadableSpreadsheetError, match="password"):
        read_spreadsheet(bytes(locked))


@pytest.mark.parametrize("place", ["<o:automatic-styles>", "<x:p>id</x:p>"])
def test_what_stands_between_two_rows_is_bounded(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("common.registries.tables.ods.MOST_BETWEEN", 100_000)
    many = "<s:style/>" if "styles" in place else "<x:p>x</x:p>"
    with pytest.raises(UnreadableSpreadsheetError, match="too large to be a table's"):
        read_spreadsheet(ods(ODS.replace(place, place + many * 30_000, 1)))
    rows = "<t:table-row><t:table-cell><x:p>id</x:p></t:table-cell></t:table-row>" * 3_000
    many = ODS.replace('<t:table t:name="People">', f'<t:table t:name="People">{rows}')
    assert len(read_spreadsheet(ods(many), key="id").records) == 1


@pytest.mark.parametrize("cell", ["1,x\n" * 300, "x" * 140_000])
def test_a_cell_of_a_workbook_is_never_read_as_rows(cell: str) -> None:
    with pytest.raises(UnreadableSpreadsheetError, match="A cell of the sheet holds more than"):
        read_spreadsheet(ods(ODS.replace("0012", cell).replace('o:value-type="float" o:value="12"', "")))
