"""Registries that lie elsewhere: in an SQL database that is only read, in a file that is written anew."""

import json
import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from sqlite3 import Connection
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from common.registries.connector import RecordNotFoundError, RegistryError, RegistryReader
from common.registries.sql_statement import StatementRefusedError, require_select
from issuer.configurations.types import create_configuration
from issuer.issuance.offers import offer_credential
from issuer.models import Record, Registry
from issuer.oauth.access_codes import give_access_code
from issuer.registries.connect import connect_registry
from issuer.registries.connectors import find_connector, open_registry
from issuer.registries.connectors.base import Connector
from issuer.registries.connectors.embedded import EmbeddedRegistry
from issuer.registries.connectors.opencrvs import OpenCrvsRegistry
from issuer.registries.connectors.spdci.reader import SpdciRegistry
from issuer.registries.connectors.spreadsheet import SpreadsheetRegistry
from issuer.registries.connectors.sql import SqlRegistry
from issuer.registries.connectors.sql_source import (
    RegistryUnavailableError,
    SqlSourceError,
    parse_sql_source,
    reading_connection,
)
from issuer.sync.rules import set_rules
from tests.issuer.registries.test_spreadsheet_connector import coop as coop
from tests.issuer.rules_fixture import AT, CHANGED, REMOVED, did, go, issued, look

pytestmark = pytest.mark.django_db


TABLE = {"url_env": "FISHERS_URL", "table": "fishers", "key": "id", "changed": "version"}


NEW = {"when": {"event": "new"}, "do": "notify", "reason": "Welcome."}


@pytest.fixture
def fishers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    """A registry of fishers in a database of its own."""
    path = tmp_path / "fishers.sqlite3"
    monkeypatch.setenv("FISHERS_URL", f"sqlite:///{path}")
    database = sqlite3.connect(path, isolation_level=None)
    database.execute(
        "CREATE TABLE fishers (id INTEGER PRIMARY KEY, national_id TEXT, name TEXT, boat TEXT, licence DATE,"
        " gone INTEGER DEFAULT 0, born INTEGER, version INTEGER)"
    )
    for number in range(1, 6):
        database.execute(
            "INSERT INTO fishers VALUES (?, ?, ?, 'Rosa', '2027-01-01', 0, ?, ?)",
            (number, f"N-{number}", f"Person {number}", number, number),
        )
    yield database
    database.close()


def connect(**source: Any) -> Registry:
    return connect_registry("fishers", connector="sql", source={**TABLE, **source}, authority="ports", now=AT)


def test_a_table_becomes_a_registry(fishers: Connection) -> None:
    registry = connect()
    assert (registry.key_column, registry.source["kinds"]["id"]) == ("id", "int")
    assert [column["name"] for column in registry.columns][:3] == ["id", "national_id", "name"]
    reader = open_registry(registry)
    assert reader.fetch("3").data["name"] == "Person 3"
    for absent in ("99", "three", ""):
        with pytest.raises(RecordNotFoundError):
            reader.fetch(absent)
    assert [record.key for record in reader.find("national_id", "N-2")] == ["2"]
    assert [record.key for record in reader.find("id", "2")] == ["2"]
    assert list(reader.find("id", "two")) == list(reader.find("nothing", "x")) == []
    assert Record.objects.count() == 0


def test_one_record_has_one_key(fishers: Connection) -> None:
    """A database finds 7 under 007; a card is withdrawn by its key, so that nothing is issued by another."""
    registry = connect()
    configuration = create_configuration(registry, type="Fisher", name="fisher")
    for alias in ("03", " 3", "+3", "3 ", "\u0663", "0_3"):
        with pytest.raises(RecordNotFoundError):
            open_registry(registry).fetch(alias)
        with pytest.raises(RecordNotFoundError):
            offer_credential(configuration, alias, now=AT)
        with pytest.raises(RecordNotFoundError):
            give_access_code(registry, alias, given_by="officer", now=AT)
    assert offer_credential(configuration, "3", now=AT).session.record_key == "3"


def test_capitals_make_no_other_key(fishers: Connection) -> None:
    fishers.execute("CREATE TABLE boats (id TEXT COLLATE NOCASE PRIMARY KEY, version INTEGER)")
    fishers.execute("INSERT INTO boats VALUES ('AB-1', 1)")
    reader = open_registry(connect(table="boats"))
    assert reader.fetch("AB-1").key == "AB-1"
    for alias in ("ab-1", "Ab-1"):
        with pytest.raises(RecordNotFoundError):
            reader.fetch(alias)


@pytest.mark.parametrize(
    ("name", "reader"),
    [
        ("embedded", EmbeddedRegistry),
        ("csv", SpreadsheetRegistry),
        ("sql", SqlRegistry),
        ("spdci", SpdciRegistry),
        ("opencrvs", OpenCrvsRegistry),
    ],
)
def test_each_connector_opens_a_reader(name: str, reader: type[RegistryReader]) -> None:
    assert isinstance(find_connector(name), Connector)
    promised = [member for member in vars(RegistryReader) if not member.startswith("_")]
    assert [member for member in [*promised, "tells_removals"] if not hasattr(reader, member)] in (
        [],
        ["tells_removals"],  # told by each registry's own settings
    )


def test_what_is_imported_is_not_connected() -> None:
    with pytest.raises(RegistryError, match="import_registry"):
        connect_registry("people", connector="embedded", source={}, authority="town", now=AT)


def test_changes_follow_by_number_and_key(fishers: Connection) -> None:
    fishers.execute("UPDATE fishers SET version = 7")  # all at one moment
    reader = open_registry(connect())
    seen, since = [], ""
    while page := list(reader.changes(since, limit=2)):
        seen += [change.key for change in page]
        since = page[-1].cursor
    assert seen == ["1", "2", "3", "4", "5"]
    assert since < reader.head()
    fishers.execute("UPDATE fishers SET version = 8, boat = 'Ñusta' WHERE id = 2")
    assert [change.key for change in reader.changes(since)] == ["2"]


def test_a_query_in_place_of_a_table(fishers: Connection) -> None:
    query = "SELECT id, name || ':x' AS name, version FROM fishers WHERE boat = 'Rosa' AND id <> 4;"
    reader = open_registry(connect(table=None, query=query))
    assert [change.key for change in reader.changes(limit=3)] == ["1", "2", "3"]
    assert reader.fetch("5").data["name"] == "Person 5:x"
    with pytest.raises(RecordNotFoundError):
        reader.fetch("4")


def test_what_is_searched_for_is_never_read_as_sql(fishers: Connection) -> None:
    reader = open_registry(connect())
    assert list(reader.find("name", "' OR '1'='1")) == []
    assert list(reader.find("name", "x'; DROP TABLE fishers; --")) == []
    assert fishers.execute("SELECT count(*) FROM fishers").fetchone() == (5,)


def test_the_connection_cannot_write(fishers: Connection) -> None:
    import sqlalchemy

    with pytest.raises(RegistryUnavailableError), reading_connection(parse_sql_source(TABLE)) as connection:
        connection.execute(sqlalchemy.text("DELETE FROM fishers"))
    assert fishers.execute("SELECT count(*) FROM fishers").fetchone() == (5,)


def test_a_query_that_takes_too_long_is_ended(fishers: Connection) -> None:
    endless = (
        "SELECT id, version FROM fishers, (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
    )
    endless += " SELECT max(i) AS most FROM n)"
    with pytest.raises(RegistryUnavailableError):
        connect(table=None, query=endless, timeout=1)


def test_credentials_stand_in_the_environment_alone(
    fishers: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = connect()
    assert "sqlite" not in json.dumps(registry.source)
    monkeypatch.delenv("FISHERS_URL")
    with pytest.raises(RegistryUnavailableError, match="Set FISHERS_URL"):
        open_registry(registry).fetch("1")
    monkeypatch.setenv("FISHERS_URL", "sqlite:////nowhere/at/all")
    with pytest.raises(RegistryUnavailableError, match="does not answer") as caught:
        open_registry(registry).fetch("1")
    assert "nowhere" not in f"{caught.value.public} {caught.value.detail}"


def test_a_database_leads(fishers: Connection) -> None:
    registry = connect(removed="gone", created="born", overlap=0)
    create_configuration(registry, type="FisherCredential", name="fisher")
    due = {"when": {"event": "expired", "column": "licence"}, "do": "suspend", "reason": "Licence ran out."}
    fisher = set_rules(registry.configurations.get(), [NEW, REMOVED, due, CHANGED])
    rows = [issued(fisher, str(number)) for number in (1, 2, 3)]
    assert go("fishers").lines == []
    fishers.execute("UPDATE fishers SET gone = 1, version = 10 WHERE id = 1")
    fishers.execute("UPDATE fishers SET boat = 'Killa', version = 10 WHERE id = 2")
    fishers.execute("INSERT INTO fishers VALUES (6, 'N-6', 'Six', 'Rosa', '2027-01-01', 0, 11, 11)")
    seen = look("fishers")
    assert did(go("fishers")) == did(seen) == [("notify", "6"), ("reissue", "2"), ("revoke", "1")]
    assert go("fishers").lines == []
    states = dict(fisher.credentials.values_list("record_key", "state"))
    assert states == {"1": "revoked", "2": "valid", "3": "valid"}
    later = datetime(2027, 1, 3, tzinfo=UTC)
    assert did(go("fishers", now=later)) == [("suspend", "2"), ("suspend", "3")]
    assert go("fishers", now=later + timedelta(days=1)).lines == []
    assert {row.pk for row in rows} == set(fisher.credentials.values_list("pk", flat=True))


def test_absence_is_seen_where_removals_are_not_told(fishers: Connection) -> None:
    registry = connect(overlap=0)
    create_configuration(registry, type="FisherCredential", name="fisher")
    fisher = set_rules(registry.configurations.get(), [REMOVED])
    issued(fisher, "1"), issued(fisher, "2")
    fishers.execute("DELETE FROM fishers WHERE id = 1")
    assert did(go("fishers")) == [("revoke", "1")]
    assert go("fishers").lines == []


def test_what_becomes_visible_late_is_not_lost(fishers: Connection) -> None:
    registry = connect(overlap=3)
    create_configuration(registry, type="FisherCredential", name="fisher")
    fisher = set_rules(registry.configurations.get(), [CHANGED])
    for number in (1, 2, 3):
        issued(fisher, str(number))
    fishers.execute("UPDATE fishers SET boat = 'Killa', version = 12 WHERE id = 1")
    assert did(go("fishers")) == [("reissue", "1")]
    fishers.execute("UPDATE fishers SET boat = 'Sisa', version = 11 WHERE id = 2")  # was under way before
    assert did(go("fishers")) == [("reissue", "2")]
    assert go("fishers").lines == []


@pytest.mark.parametrize(
    "statement",
    [
        "", "DELETE FROM fishers", "SELECT 1; SELECT 2", "SELECT 1; DROP TABLE fishers", "UPDATE x SET a = 1",
        "SELECT * INTO copied FROM fishers", "SELECT * FROM fishers FOR UPDATE", "PRAGMA writable_schema = 1",
        "WITH gone AS (DELETE FROM fishers RETURNING *) SELECT * FROM gone", "SELECT 1 -- comment",
        "SELECT /* x */ 1", "EXEC sp_who", "SELECT * FROM fishers FOR SHARE", "SELECT '\0'",
        "INSERT INTO fishers SELECT * FROM fishers", "ATTACH DATABASE 'x' AS y",
    ],
)  # fmt: skip
def test_statements_that_do_more_than_read(statement: str) -> None:
    with pytest.raises(StatementRefusedError):
        require_select(statement)


def test_statements_that_read() -> None:
    for statement in (
        "SELECT a, b FROM c WHERE d = 'delete from x; drop'",
        "WITH own AS (SELECT * FROM a) SELECT own.*, count(*) FROM own GROUP BY 1",
        'SELECT "update" FROM a;',
        "SELECT a.updated_at, a.created_at, a.deleted FROM a LEFT JOIN b ON a.id = b.id ORDER BY 1",
    ):
        assert require_select(statement) == statement.rstrip(";")


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ({"password": "x"}, "has no password"),
        ({"table": "a; drop table b"}, "table is a name"),
        ({"key": None}, "names its key"),
        ({"query": "SELECT 1"}, "a table or a query"),
        ({"overlap": -1}, "overlap is a number"),
        ({"timeout": True}, "timeout is a number"),
    ],
)
def test_sources_that_are_refused(source: dict[str, Any], sentence: str) -> None:
    with pytest.raises(RegistryError, match=sentence):
        parse_sql_source({**TABLE, **source})


def test_columns_that_are_not_there(fishers: Connection) -> None:
    with pytest.raises(SqlSourceError, match="there is no column changed_at"):
        connect(changed="changed_at")
    with pytest.raises(SqlSourceError, match="columns of one kind"):
        connect(created="name")
    fishers.execute("DELETE FROM fishers")
    with pytest.raises(SqlSourceError, match="no rows yet"):
        connect()


def test_the_commands(tmp_path: Path, fishers: Connection, capsys: pytest.CaptureFixture[str]) -> None:
    declared = tmp_path / "fishers.json"
    declared.write_text(json.dumps(TABLE))
    how = ["--connector", "sql", "--source", str(declared), "--authority", "ports"]
    call_command("connect_registry", "fishers", *how, "--json")
    assert json.loads(capsys.readouterr().out)["key_column"] == "id"
    call_command("sync_registry", "--due", "--json")
    [done] = json.loads(capsys.readouterr().out)["registries"]
    assert (done["registry"], done["source"]) == ("fishers", None)
    for arguments in ([], ["fishers", "--due"]):
        with pytest.raises(CommandError, match="Name a registry, or say --due"):
            call_command("sync_registry", *arguments)
    declared.write_text('{"path": "relative.csv"}')
    with pytest.raises(CommandError, match="path begins with /"):
        call_command(
            "connect_registry",
            "coop",
            "--connector",
            "csv",
            "--source",
            str(declared),
            "--authority",
            "ports",
        )


def test_days_that_a_database_counts_as_numbers(fishers: Connection) -> None:
    """19900525 is a day, 0 is none, and neither is compared with a day as a number."""
    fishers.execute("UPDATE fishers SET born = 20270100 + id")
    fishers.execute("UPDATE fishers SET born = 0 WHERE id = 5")
    registry = connect()
    assert {column["name"]: column["type"] for column in registry.columns}["born"] == "date"
    reader = open_registry(registry)
    assert [reader.fetch(key).data.get("born") for key in ("1", "5")] == ["2027-01-01", None]
    assert [change.key for change in reader.passed("born", after=None, until=date(2026, 12, 31))] == []
    passed = reader.passed("born", after=date(2027, 1, 1), until=date(2027, 1, 3))
    assert [change.key for change in passed] == ["2", "3"]


def test_a_text_that_a_program_damaged_is_said_in_no_card(fishers: Connection) -> None:
    fishers.execute("UPDATE fishers SET name = '#REF!' WHERE id = 1")
    fishers.execute("UPDATE fishers SET name = 'JosÃ©' WHERE id = 2")
    reader = open_registry(connect())
    assert [reader.fetch(key).data.get("name") for key in ("1", "2", "3")] == [None, None, "Person 3"]
