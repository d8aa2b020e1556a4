"""A registry's data stay what they were: nothing is kept of what cannot be taken, nothing becomes another."""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import caches
from django.core.management import CommandError, call_command
from pytest_django import Settings

from common.registries.columns.column import ColumnContradictedError
from common.registries.connector import RegistryError
from common.registries.record_access.grant import AccessRefusedError
from common.registries.rules.credential_rules import InvalidRegistryRulesError
from common.registries.spreadsheets.spreadsheet import ImportOptions
from issuer.configurations.eligibility import RecordNotEligibleError, require_eligible
from issuer.configurations.types import (
    claims_of,
    context_document,
    create_configuration,
    credential_schema,
)
from issuer.models import Authority, DataAgreement, Record, Registry
from issuer.record_access.evidence import match_record
from issuer.registries import spreadsheet_import
from issuer.registries.connect import connect_registry
from issuer.registries.connectors import open_registry
from issuer.registries.spreadsheet_import import SpreadsheetImportError, import_spreadsheet
from issuer.sync.rules import set_rules
from tests.issuer.rules_fixture import AT, DIED, did, go, issued, look, refreshed

pytestmark = pytest.mark.django_db
PEOPLE = b"id,name,ward\n1,Ada,12\n2,Bo,13\n"
OWN_DEATH = {"when": {"event": "died", "column": "died_on"}, "do": "revoke", "reason": "A death."}


@pytest.fixture(autouse=True)
def var(settings: Settings, tmp_path: Path) -> Path:
    settings.VAR_DIR = tmp_path
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *arguments: Any) -> Any:
    call_command(*arguments, "--json")
    return json.loads(capsys.readouterr().out)


def column(slug: str, name: str) -> dict[str, Any]:
    return next(c for c in Registry.objects.get(slug=slug).columns if c["name"] == name)


# --- nothing kept of nothing ------------------------------------------------------------------------------


def test_an_import_of_nothing_keeps_nothing(tmp_path: Path) -> None:
    file = tmp_path / "bad.csv"
    file.write_bytes(b"id,name\n1,Ada,Loma,x\n,Bo\nTotal,2\n")
    with pytest.raises(
        CommandError, match="None of the 3 rows could be taken, and nothing was kept"
    ) as error:
        call_command("import_registry", "people", "--csv", str(file))
    assert not Registry.objects.exists()
    assert not Authority.objects.exists()
    report = tmp_path / "reports" / "people.csv"
    assert str(report) in str(error.value)
    assert report.read_text().splitlines()[1:] == [
        '2,"It has 4 cells, the heading has 2."', '3,"Column id, the key, is empty."',
        '4,"Column id: it is a total or a remark, no record."',
    ]  # fmt: skip


def test_an_import_of_nothing_leaves_a_registry_as_it_was() -> None:
    import_spreadsheet("people", PEOPLE)
    with pytest.raises(SpreadsheetImportError, match="None of the 2 rows"):
        import_spreadsheet("people", b"id,name,junk\n#REF!,Ada,x\nNULL,Bo,y\n")
    registry = Registry.objects.get()
    assert [c["name"] for c in registry.columns] == ["id", "name", "ward"]
    assert registry.records.count() == 2
    assert import_spreadsheet("people", PEOPLE + b"NULL,Cy,1\n").counts.unchanged == 2


def test_what_is_no_table_makes_no_registry() -> None:
    with pytest.raises(RegistryError, match="web page"):
        import_spreadsheet("people", b"<html><body>502</body></html>")
    assert not Registry.objects.exists()


# --- types and orders -------------------------------------------------------------------------------------


def test_claims_follow_a_column_whose_type_has_widened() -> None:
    import_spreadsheet("people", PEOPLE)
    made = create_configuration(Registry.objects.get(), type="PersonCredential")
    assert {claim.name: claim.type for claim in made.claim_list()}["ward"] == "integer"
    credential = issued(made, "1")
    set_rules(made, [{"when": {"event": "changed"}, "do": "reissue", "reason": "It changed."}])
    import_spreadsheet("people", b"id,name,ward\n1,Ada,012\n2,Bo,12-A\n")
    made.refresh_from_db()
    assert {claim.name: claim.type for claim in made.claim_list()}["ward"] == "string"
    reader = open_registry(Registry.objects.get())
    assert [claims_of(made, reader.fetch(key))["ward"] for key in ("1", "2")] == ["012", "12-A"]
    assert did(go("people")) == [("reissue", "1")]
    assert credential.configuration_id == made.pk


def test_what_was_signed_before_a_column_widened_still_verifies(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its context says what it said, and its schema takes what it took."""
    formats = ("ldp_vc", "dc+sd-jwt")

    def issue(when: str) -> None:
        for format_ in formats:
            out = str(tmp_path / (when + format_))
            run(capsys, "issue", made.name, "1", "--format", format_, "--out", out)

    import_spreadsheet("people", b"id,name,ward,area\n1,Ada,12,1.5\n")
    made = create_configuration(Registry.objects.get(), type="PersonCredential")
    context, before = context_document(made), credential_schema(made)
    issue("before")
    import_spreadsheet("people", b"id,name,ward,area\n1,Ada,12-A,little\n")
    made.refresh_from_db()
    assert {claim.type for claim in made.claim_list()} == {"string"}
    assert (context_document(made), credential_schema(made) != before) == (context, True)
    issue("after")
    caches["documents"].clear()
    for when in ("before", "after"):
        for format_ in formats:
            found = run(capsys, "verify", str(tmp_path / (when + format_)))
            assert (found["verified"], found["status"]) == (True, "valid"), found
    again = create_configuration(Registry.objects.get(), type="PersonCredential")
    assert (again.claims, context_document(again)) == (made.claims, context)
    described = [replace(claim, type="string", formerly=()) for claim in made.claim_list()]
    updated = create_configuration(Registry.objects.get(), type="PersonCredential", claims=described)
    assert context_document(updated) == context


def test_claims_of_another_type_than_their_column_stay() -> None:
    import_spreadsheet("people", PEOPLE)
    made = create_configuration(Registry.objects.get(), type="PersonCredential")
    for claim in made.claims:
        claim["type"] = "string"
    made.save()
    import_spreadsheet("people", b"id,name,ward\n1,Ada,1.5\n2,Bo,2\n")
    made.refresh_from_db()
    assert {claim.type for claim in made.claim_list()} == {"string"}
    assert column("people", "ward")["type"] == "decimal"


def test_a_column_without_values_becomes_what_it_is_found_to_be() -> None:
    import_spreadsheet("people", b"id,name,died_on\n1,Ada,NULL\n2,Bo,\n")
    made = create_configuration(Registry.objects.get(), type="PersonCredential")
    assert column("people", "died_on") == {
        "name": "died_on", "label": "Died on", "type": "string", "open": True
    }  # fmt: skip
    import_spreadsheet("people", b"id,name,died_on\n1,Ada,NULL\n2,Bo,20/05/2020\n")
    assert column("people", "died_on")["type"] == "date"
    made.refresh_from_db()
    assert {claim.name: claim.type for claim in made.claim_list()}["died_on"] == "date"
    assert "died_on" not in Record.objects.get(key="1").data


def test_the_order_of_days_belongs_to_the_registry() -> None:
    import_spreadsheet("people", b"id,born\n1,05/26/1990\n2,03/04/1985\n")
    import_spreadsheet("people", b"id,born\n2,03/04/1985\n3,07/08/1991\n")
    assert Record.objects.get(key="2").data["born"] == "1985-03-04"
    with pytest.raises(ColumnContradictedError, match="say --date-order day"):
        import_spreadsheet("people", b"id,born\n2,25/04/1985\n")
    assert Record.objects.get(key="2").data["born"] == "1985-03-04"
    done = import_spreadsheet("people", b"id,born\n2,25/04/1985\n", reading=ImportOptions(date_order="day"))
    assert (done.counts.updated, column("people", "born")["order"]) == (1, "day")


def test_the_command_says_what_it_found(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_bytes("id;name;ward;born\n1;Ñusta;5;03/04/1990\n".encode("cp1252"))
    call_command("import_registry", "people", "--csv", str(file), "--json")
    out, said = capsys.readouterr()
    assert set(json.loads(out)) == {"registry", "created", "updated", "unchanged", "rejected", "report"}
    assert "read as cp1252" in said
    assert "Nothing says whether born has the day first" in said
    assert "The authority people was made." in said
    file.write_bytes(b"id;name\n1;Ada\n")
    assert run(capsys, "import_registry", "people", "--csv", str(file))["missing"] == ["ward", "born"]
    with pytest.raises(CommandError, match="invalid choice"):
        call_command("import_registry", "people", "--csv", str(file), "--date-order", "year")


def test_a_long_import_says_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheet_import, "EVERY", 2)
    monkeypatch.setattr("common.registries.spreadsheets.spreadsheet.EVERY", 2)
    told: list[int] = []
    looked: list[int] = []
    rows = PEOPLE + b"3,Cy,1\n4,Di,1\nNULL,Ed,1\n"
    import_spreadsheet("people", rows, progress=told.append, looking=looked.append)
    assert told == looked == [2, 4]


# --- authorities ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("slip", ["town-hal", "twon-hall", "town-halll", "tovn-hall", "townhall"])
def test_an_authority_that_is_almost_another_is_asked_about(slip: str) -> None:
    import_spreadsheet("people", PEOPLE, authority="town-hall")
    with pytest.raises(SpreadsheetImportError, match=f"There is no authority {slip}; did you mean town-hall"):
        import_spreadsheet("cattle", PEOPLE, authority=slip)
    assert not Registry.objects.filter(slug="cattle").exists()
    import_spreadsheet("cattle", PEOPLE, authority=slip, new_authority=True)
    assert Registry.objects.get(slug="cattle").authority.slug == slip


@pytest.mark.parametrize("other", ["farm-office", "office-2", "office-1-b", "harbour", "office-11"])
def test_an_authority_of_its_own_is_made(other: str) -> None:
    import_spreadsheet("people", PEOPLE, authority="office-1")
    import_spreadsheet("cattle", PEOPLE, authority=other)
    assert Authority.objects.count() == 2


# --- nobody is dead of a NULL -----------------------------------------------------------------------------


def test_nobody_is_dead_of_a_word_for_nothing() -> None:
    import_spreadsheet("people", b"id,name,died_on\n1,Ada,2020-01-01\n2,Bo,2020-01-01\n3,Cy,2020-01-01\n")
    made = create_configuration(Registry.objects.get(), type="PersonCredential")
    [issued(made, key) for key in ("1", "2", "3")]
    set_rules(made, [OWN_DEATH])
    import_spreadsheet("people", b"id,name,died_on\n1,Ada,0000-00-00\n2,Bo,9999-12-31\n3,Cy,2020-01-01\n")
    assert did(look("people")) == [("revoke", "3")]
    reader = open_registry(Registry.objects.get())
    require_eligible(made, reader.fetch("1"), now=AT)
    with pytest.raises(RecordNotEligibleError):
        require_eligible(made, reader.fetch("3"), now=AT)


def test_a_death_of_nobody_is_nobodys() -> None:
    import_spreadsheet(
        "farmers", b"farmer_id,national,name\n1,N/A,Ada\n2,N/A,Bo\n3,\xc2\xa0777,Cy\n4,0000,Di\n"
    )
    import_spreadsheet(
        "deaths",
        b"death_id,national,died_on\nX,N/A,2026-01-05\nY,7\xe2\x80\x8b77,2026-01-05\nZ,0000,2026-01-05\n",
    )
    made = create_configuration(Registry.objects.get(slug="farmers"), type="FarmerCredential")
    [issued(made, key) for key in ("1", "2", "3", "4")]
    watch = {"registry": "deaths", "match": {"national": "national"}}
    set_rules(made, [{**DIED, "watch": watch}])
    assert did(look("deaths")) == [("revoke", "3")]
    reader = open_registry(made.registry)
    require_eligible(made, reader.fetch("1"), now=AT)
    with pytest.raises(RecordNotEligibleError):
        require_eligible(made, reader.fetch("3"), now=AT)


@pytest.mark.parametrize(
    "cells", [("false", "true"), ("0", "1"), ("0.5", "1.5"), ("alive", "dead"), ("", "X")]
)
def test_a_flag_is_no_day_of_death(cells: tuple[str, str]) -> None:
    import_spreadsheet("people", "id,died_on\n1,{}\n2,{}\n".format(*cells).encode())
    made = create_configuration(Registry.objects.get(), type="PersonCredential")
    with pytest.raises(
        InvalidRegistryRulesError, match="died looks for the day of a death, died_on is of type"
    ):
        set_rules(made, [OWN_DEATH])


def test_evidence_of_nobody_finds_no_record() -> None:
    import_spreadsheet("people", b"id,national\n1,N/A\n2,777\n")
    agreement = DataAgreement(registry=Registry.objects.get(), matching_column="national")
    assert match_record(agreement, "777") == "2"
    with pytest.raises(AccessRefusedError, match="Nothing is shown"):
        match_record(agreement, "N/A")


# --- databases of others ----------------------------------------------------------------------------------


@pytest.fixture
def legacy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A database as older programs keep them: padded texts, days as people write them, words for nothing."""
    path = tmp_path / "legacy.sqlite3"
    monkeypatch.setenv("LEGACY_URL", f"sqlite:///{path}")
    database = sqlite3.connect(path, isolation_level=None)
    database.execute(
        "CREATE TABLE people (pid CHAR(8), name TEXT, born TEXT, national TEXT, area TEXT, until TEXT,"
        " version INTEGER)"
    )
    rows = [
        ("P-1     ", "Ada One   ", "25/05/1990", "0000777", "1,5", "01/12/2026", 1),
        ("P-2     ", "\u200bBo Two", "03/04/1985", "888 ", "0,05", "31/12/2025", 2),
        ("P-3     ", "Cy Three", "0000-00-00", "NULL", "N/A", "9999-12-31", 3),
        ("        ", "Nobody", "01/01/1990", "999", "1,5", "", 4),
    ]
    database.executemany("INSERT INTO people VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
    yield database
    database.close()


def connected(**source: Any) -> Registry:
    settings = {"url_env": "LEGACY_URL", "table": "people", "key": "pid", "changed": "version", "overlap": 0}
    return connect_registry(
        "legacy", connector="sql", source={**settings, **source}, authority="ports", now=AT
    )


def test_a_database_is_read_as_a_spreadsheet_is(legacy: Any) -> None:
    registry = connected()
    types = {c["name"]: c["type"] for c in registry.columns}
    assert types == {
        "pid": "string", "name": "string", "born": "date", "national": "string", "area": "decimal",
        "until": "date",
    }  # fmt: skip
    reader = open_registry(registry)
    assert reader.fetch("P-1").data == {
        "pid": "P-1", "name": "Ada One", "born": "1990-05-25", "national": "0000777", "area": "1.5",
        "until": "2026-12-01", "version": 1,
    }  # fmt: skip
    assert "born" not in reader.fetch("P-3").data
    assert [change.key for change in reader.changes()] == ["P-1", "P-2", "P-3"]
    assert [record.key for record in reader.find("national", "888")] == ["P-2"]
    page = list(reader.changes(limit=1))
    assert [change.key for change in reader.changes(page[-1].cursor)] == ["P-2", "P-3"]


def test_claims_of_a_database_are_trimmed_and_typed(legacy: Any) -> None:
    made = create_configuration(connected(), type="PersonCredential")
    said = claims_of(made, open_registry(made.registry).fetch("P-2"))
    assert said == {
        "pid": "P-2", "name": "Bo Two", "born": "1985-04-03", "national": "888", "area": "0.05",
        "until": "2025-12-31",
    }  # fmt: skip


def test_days_that_pass_in_a_database_are_read_as_they_are_written(legacy: Any) -> None:
    made = create_configuration(connected(), type="PersonCredential")
    [issued(made, key) for key in ("P-1", "P-2", "P-3")]
    set_rules(made, [{"when": {"event": "expired", "column": "until"}, "do": "suspend", "reason": "Over."}])
    assert did(go("legacy")) == [("suspend", "P-2")]


def test_deaths_match_a_database_whatever_is_around_their_numbers(legacy: Any) -> None:
    made = create_configuration(connected(), type="PersonCredential")
    [issued(made, key) for key in ("P-1", "P-2", "P-3")]
    import_spreadsheet("deaths", b"death_id,national,died_on\nX,888,2026-01-05\nY,NULL,2026-01-05\n")
    set_rules(made, [{**DIED, "watch": {"registry": "deaths", "match": {"national": "national"}}}])
    assert did(go("deaths")) == [("revoke", "P-2")]


def test_what_a_database_says_otherwise_later_is_not_claimed(legacy: Any) -> None:
    made = create_configuration(connected(), type="PersonCredential")
    legacy.execute("UPDATE people SET born = 'spring 1990' WHERE version = 1")
    record = open_registry(made.registry).fetch("P-1")
    assert record.data["born"] == "spring 1990"
    with pytest.raises(RegistryError, match="not a value of type date"):
        claims_of(made, record)


# --- files that are followed ------------------------------------------------------------------------------


def test_a_followed_file_names_the_columns_that_it_lacks(tmp_path: Path) -> None:
    path = tmp_path / "coop.csv"
    path.write_bytes(PEOPLE)
    source = {"path": str(path), "date_order": "day"}
    registry = connect_registry("coop", connector="csv", source=source, authority="ports", now=AT)
    path.write_bytes(b"id,name\n1,Ada\n2,Bo\n")
    assert refreshed(go("coop")).missing == ("ward",)
    path.write_bytes(b"<html>502</html>")
    with pytest.raises(RegistryError, match="web page"):
        go("coop")
    assert registry.records.count() == 2


@pytest.mark.parametrize("wrong", [{"sheet": 1}, {"date_order": "year"}])
def test_a_followed_file_is_declared_rightly(wrong: dict[str, Any], tmp_path: Path) -> None:
    source = {"path": str(tmp_path / "x.csv"), **wrong}
    with pytest.raises(RegistryError, match=next(iter(wrong))):
        connect_registry("coop", connector="csv", source=source, authority="ports", now=AT)
