"""Registries: spreadsheets come in, records come out, and a second time changes nothing."""

import csv
import json
import os
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from pytest_django import Settings

from common.errors import MalformedInputError, UnknownPartError
from common.registries.connector import RecordNotFoundError, RegistryRecord
from common.registries.spreadsheets.spreadsheet import ImportOptions
from issuer.configurations.types import claims_of
from issuer.models import Authority, Registry
from issuer.registries import store
from issuer.registries.connectors import open_registry
from issuer.registries.spreadsheet_import import (
    SpreadsheetImportError,
    import_spreadsheet,
    preview_spreadsheet,
)
from issuer.registries.store import StoredCounts, create_registry, store_records
from tests.conftest import shared

pytestmark = pytest.mark.django_db
SHEET = b"id;nombre;fecha\n1;Ana;25/05/1990\n2;Bruno;26/05/1990\n"


@pytest.fixture(autouse=True)
def var(settings: Settings, tmp_path: Path) -> Path:
    settings.VAR_DIR = tmp_path
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *arguments: Any) -> Any:
    call_command(*arguments, "--json")
    return json.loads(capsys.readouterr().out)


def test_an_export_becomes_a_registry_a_type_and_claims(
    capsys: pytest.CaptureFixture[str], settings: Settings
) -> None:
    settings.BASE_URL = "http://localhost:8000"
    path = shared("registries/inji-certify-farmer-identity.csv")
    result = run(capsys, "import_registry", "farmers-in", "--csv", str(path))
    report = result.pop("report")
    assert result == {"registry": "farmers-in", "created": 3, "updated": 0, "unchanged": 0, "rejected": 0}
    assert Path(report).read_text().splitlines() == ["row,reason"]
    assert run(capsys, "import_registry", "farmers-in", "--csv", str(path))["unchanged"] == 3
    made = run(capsys, "create_configuration", "farmers-in", "--type", "FarmerIdentityCredential")
    assert made == {"configuration_id": "farmer-identity", "formats": ["ldp_vc", "dc+sd-jwt"]}
    registry = Registry.objects.get(slug="farmers-in")
    assert registry.authority.identifier == "http://localhost:8000/issuers/farmers-in"
    claims = claims_of(registry.configurations.get(), open_registry(registry).fetch("5860356276"))
    assert claims["fullName"] == "Jane Thompson"
    assert claims["dateOfBirth"] == "1998-01-24"
    assert claims["record_id"] == "5860356276"
    assert claims["face"].startswith("data:image/png;base64,")


def test_wrong_rows_are_reported_by_number_and_reason(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "people.csv"
    file.write_bytes(SHEET + b"3;Secreta;x;x\n;Dora;01/01/1990\n1;Eva;01/01/1990\n6;Fe;31/02/1990\n")
    result = run(
        capsys,
        "import_registry",
        "people",
        "--csv",
        str(file),
        "--title",
        "People",
        "--authority",
        "town-hall",
    )
    assert (result["created"], result["rejected"]) == (2, 4)
    with open(result["report"], newline="") as report:
        rows = list(csv.reader(report))
    assert rows == [
        ["row", "reason"],
        ["4", "It has 4 cells, the heading has 3."],
        ["5", "Column id, the key, is empty."],
        ["6", "Column id: row 2 has the same key."],
        ["7", "Column fecha holds no date that can be read."],
    ]
    assert os.stat(result["report"]).st_mode & 0o077 == 0
    registry = Registry.objects.get(slug="people")
    assert (registry.title, registry.authority.slug, registry.authority.name) == (
        "People",
        "town-hall",
        "Town hall",
    )


def test_a_second_import_updates_what_differs_and_nothing_else() -> None:
    import_spreadsheet("people", SHEET)
    before = dict(Registry.objects.get(slug="people").records.values_list("key", "updated_at"))
    done = import_spreadsheet("people", SHEET.replace(b"Bruno", b"Bruno Luis") + b"3;Carla;1990-05-27\n")
    assert done.counts == StoredCounts(created=1, updated=1, unchanged=1)
    rows = Registry.objects.get(slug="people").records
    assert rows.get(key="2").data["nombre"] == "Bruno Luis"
    assert rows.get(key="1").updated_at == before["1"]
    assert rows.get(key="2").updated_at > before["2"]
    assert rows.get(key="2").created_at < rows.get(key="2").updated_at
    assert import_spreadsheet("people", SHEET.replace(b";", b",")).counts == StoredCounts(0, 1, 1)


def test_columns_that_a_file_does_not_have_stay() -> None:
    import_spreadsheet("people", SHEET)
    done = import_spreadsheet("people", b"id,phone\n1,70012345\n3,70012347\n")
    assert done.counts == StoredCounts(created=1, updated=1)
    rows = Registry.objects.get(slug="people").records
    assert rows.get(key="1").data == {"id": "1", "nombre": "Ana", "fecha": "1990-05-25", "phone": "70012345"}
    assert rows.get(key="3").data == {"id": "3", "phone": "70012347"}
    assert import_spreadsheet("people", SHEET).counts == StoredCounts(unchanged=2)
    assert import_spreadsheet("people", b"id,phone\n1,\n2,\n").counts == StoredCounts(updated=1, unchanged=1)
    assert "phone" not in rows.get(key="1").data


def test_an_authority_that_exists_is_kept() -> None:
    import_spreadsheet("people", SHEET, authority="town-hall")
    import_spreadsheet("cattle", SHEET, authority="town-hall")
    assert Authority.objects.count() == 1


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"slug": "No name"}, "use up to 64 small letters"),
        ({"slug": "../people"}, "use up to 64 small letters"),
        ({"slug": "people", "authority": "other"}, "kept by people, not by other"),
        ({"slug": "people", "reading": ImportOptions(key="nombre")}, "keyed by id, not by nombre"),
    ],
)
def test_what_does_not_fit_is_refused(options: dict[str, Any], sentence: str) -> None:
    import_spreadsheet("people", SHEET)
    with pytest.raises(SpreadsheetImportError, match=sentence):
        import_spreadsheet(options.pop("slug"), SHEET, **options)


def test_a_failure_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "BATCH", 1)
    records = [RegistryRecord("1", {"id": "1"}), RegistryRecord("2", {"id": 2**60})]
    registry = create_registry("people", title="People", authority="town", key_column="id", columns=[])
    with pytest.raises(MalformedInputError):
        store_records(registry, records)
    assert registry.records.count() == 0


def test_a_column_is_widened_where_types_differ() -> None:
    import_spreadsheet("herds", b"id,cows,note\n1,5,a\n2,7,b\n")
    import_spreadsheet("herds", b"id,cows,goats\n1,5.5,1\n2,7,2\n")
    columns = {c["name"]: c["type"] for c in Registry.objects.get(slug="herds").columns}
    assert columns == {"id": "string", "cows": "decimal", "note": "string", "goats": "integer"}
    import_spreadsheet("herds", b"id,cows\n1,many\n2,7\n")
    assert Registry.objects.get(slug="herds").columns[1]["type"] == "string"


def test_a_preview_keeps_nothing() -> None:
    import_spreadsheet("people", SHEET)
    found = preview_spreadsheet("people", SHEET + b"3;Carla;1990-05-27\n4\n")
    assert found.counts == StoredCounts(created=1, unchanged=2)
    assert [entry.row for entry in found.problems] == [5]
    assert Registry.objects.get(slug="people").records.count() == 2


def test_the_command_fails_with_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_registry", "people", "--csv", str(tmp_path / "none.csv"))
    empty = tmp_path / "empty.csv"
    empty.touch()
    with pytest.raises(CommandError, match="The file is empty"):
        call_command("import_registry", "people", "--csv", str(empty))


def test_the_connector_fetches_and_follows_changes() -> None:
    import_spreadsheet("people", SHEET)
    reader = open_registry(Registry.objects.get(slug="people"))
    assert reader.fetch("1").data == {"id": "1", "nombre": "Ana", "fecha": "1990-05-25"}
    with pytest.raises(RecordNotFoundError):
        reader.fetch("3")
    assert [change.key for change in reader.changes()] == ["1", "2"]
    seen = reader.head()
    assert list(reader.changes(seen)) == []
    import_spreadsheet("people", SHEET.replace(b"Bruno", b"Benito"))
    [change] = reader.changes(seen)
    assert change.record is not None
    assert (change.key, change.record.data["nombre"]) == ("2", "Benito")
    assert change.created < seen < change.cursor


def test_an_unknown_connector_is_an_error() -> None:
    registry = create_registry("people", title="People", authority="town", key_column="id", columns=[])
    registry.connector = "telepathy"
    with pytest.raises(UnknownPartError, match=r"known: .*embedded"):
        open_registry(registry)
