"""A registry in somebody else's PostgreSQL: moments with zones, read-only, and bounds on time."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
import sqlalchemy
from django.db import connection

from issuer.configurations.types import create_configuration
from issuer.registries.connect import connect_registry
from issuer.registries.connectors import open_registry
from issuer.registries.connectors.sql_source import (
    RegistryUnavailableError,
    parse_sql_source,
    reading_connection,
)
from issuer.sync.rules import set_rules
from tests.issuer.rules_fixture import AT, CHANGED, REMOVED, did, go, issued

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
SOURCE = {
    "url_env": "FISHERS_URL", "table": "fishers", "schema": "elsewhere", "key": "id", "changed": "updated_at",
    "created": "created_at", "removed": "gone",
}  # fmt: skip


@pytest.fixture
def fishers(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A schema that Django knows nothing of, on the server of the tests."""
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL: make test-postgres")
    found = connection.settings_dict
    named = {"host": found["OPTIONS"].get("host") or found["HOST"], "port": found["PORT"]}
    query = urlencode({name: value for name, value in named.items() if value})
    login = f"{found['USER']}:{found['PASSWORD']}" if found["PASSWORD"] else found["USER"]
    monkeypatch.setenv("FISHERS_URL", f"postgresql://{login}@/{found['NAME']}?{query}")
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA elsewhere")
        cursor.execute(
            "CREATE TABLE elsewhere.fishers (id bigint PRIMARY KEY, name text, boat text, quota numeric(8,2),"
            " gone boolean DEFAULT false, created_at timestamptz, updated_at timestamptz)"
        )
        cursor.execute(
            "INSERT INTO elsewhere.fishers SELECT n, 'Person ' || n, 'Rosa', 1.50, false, now(), now()"
            " FROM generate_series(1, 5) AS n"
        )
        yield cursor
        cursor.execute("DROP SCHEMA elsewhere CASCADE")


def test_it_leads(fishers: Any) -> None:
    registry = connect_registry("fishers", connector="sql", source=SOURCE, authority="ports", now=AT)
    assert registry.source["kinds"]["updated_at"] == "aware"
    reader = open_registry(registry)
    assert reader.fetch("3").data["quota"] == "1.50"
    assert [record.key for record in reader.find("quota", "1.5")] == ["1", "2", "3", "4", "5"]
    seen, since = [], ""
    while page := list(reader.changes(since, limit=2)):  # all of one moment
        seen += [change.key for change in page]
        since = page[-1].cursor
    assert seen == ["1", "2", "3", "4", "5"]
    assert since < reader.head()
    create_configuration(registry, type="FisherCredential", name="fisher")
    fisher = set_rules(registry.configurations.get(), [REMOVED, CHANGED])
    issued(fisher, "1"), issued(fisher, "2")
    assert go("fishers").lines == []
    fishers.execute("UPDATE elsewhere.fishers SET boat = 'Killa', updated_at = now() WHERE id = 1")
    fishers.execute("UPDATE elsewhere.fishers SET gone = true, updated_at = now() WHERE id = 2")
    assert did(go("fishers")) == [("reissue", "1"), ("revoke", "2")]
    assert go("fishers").lines == []


def test_nobody_writes_and_nobody_waits(fishers: Any) -> None:
    source = parse_sql_source({**SOURCE, "timeout": 1})
    for statement in (
        "DELETE FROM elsewhere.fishers",
        "CREATE TABLE elsewhere.x (y int)",
        "SELECT pg_sleep(30)",
    ):
        with pytest.raises(RegistryUnavailableError), reading_connection(source) as found:
            found.execute(sqlalchemy.text(statement))
    fishers.execute("SELECT count(*) FROM elsewhere.fishers")
    assert fishers.fetchone() == (5,)
