"""A registry that follows a file: read again when it changed, and a file that was cut revokes nobody."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from common.oid4vp.transport import Reply
from issuer.configurations.types import create_configuration
from issuer.models import Configuration, Record, Registry
from issuer.registries.connect import connect_registry
from issuer.registries.connectors import connector_of, open_registry
from issuer.registries.spreadsheet_import import SpreadsheetImportError
from issuer.sync.rules import set_rules
from tests.issuer.rules_fixture import AT, CHANGED, REMOVED, did, go, issued, look, refreshed

pytestmark = pytest.mark.django_db


ROWS = ["id;name;birth", *(f"C-{n};Ñusta {n};{n:02}/03/1990" for n in range(1, 21))]


def sheet(*left_out: int) -> bytes:
    return "\n".join(row for n, row in enumerate(ROWS) if n not in left_out).encode("cp1252")


@pytest.fixture
def coop(tmp_path: Path) -> tuple[Configuration, Path]:
    """A credential type on a registry that follows a file, and the file."""
    path = tmp_path / "coop.csv"
    path.write_bytes(sheet())
    registry = connect_registry(
        "coop", connector="csv", source={"path": str(path)}, authority="ports", now=AT
    )
    create_configuration(registry, type="MemberCredential", name="member")
    set_rules(registry.configurations.get(), [REMOVED, CHANGED])
    return registry.configurations.get(), path


def test_a_file_is_read_again_when_it_changed(coop: tuple[Configuration, Path]) -> None:
    member, path = coop
    issued(member, "C-1"), issued(member, "C-2")
    assert open_registry(member.registry).fetch("C-1").data == {
        "id": "C-1", "name": "Ñusta 1", "birth": "1990-03-01"
    }  # fmt: skip
    assert go("coop").refreshed is None
    path.write_bytes(sheet(1).replace(b"usta 2;", b"usta Dos;"))
    seen = look("coop")
    assert Record.objects.filter(key="C-1").exists()
    assert did(seen) == [("reissue", "C-2"), ("revoke", "C-1")]
    done = go("coop", expect=seen.plan)
    assert (done.lines, refreshed(done).updated, refreshed(done).removed) == (seen.lines, 1, 1)
    assert go("coop").refreshed is None


def test_a_file_that_was_cut_revokes_nobody(coop: tuple[Configuration, Path]) -> None:
    member, path = coop
    issued(member, "C-20")
    path.write_bytes(sheet(*range(11, 21)))
    with pytest.raises(SpreadsheetImportError, match="lacks 10 of 20 records"):
        go("coop")
    assert Record.objects.filter(registry=member.registry).count() == 20
    assert did(go("coop", allow_removals=True)) == [("revoke", "C-20")]


def test_a_rejected_row_is_not_an_absent_record(coop: tuple[Configuration, Path]) -> None:
    member, path = coop
    issued(member, "C-1")
    path.write_bytes(sheet().replace(b"01/03/1990", b"01/33/1990"))
    done = go("coop")
    assert (refreshed(done).rejected, refreshed(done).removed, done.lines) == (1, 0, [])


def test_records_may_be_kept_that_a_file_lacks(coop: tuple[Configuration, Path]) -> None:
    member, path = coop
    Registry.objects.filter(pk=member.registry.pk).update(source={"path": str(path), "absent": "kept"})
    path.write_bytes(sheet(1))
    assert refreshed(go("coop")).removed == 0
    assert Record.objects.filter(key="C-1").exists()


def test_when_it_is_time_to_look(coop: tuple[Configuration, Path]) -> None:
    registry = Registry.objects.get(slug="coop")
    assert not connector_of(registry).is_due(registry, now=AT + timedelta(minutes=59))
    assert connector_of(registry).is_due(registry, now=AT + timedelta(minutes=60))
    registry.source["every_minutes"] = 1440
    assert not connector_of(registry).is_due(registry, now=AT + timedelta(minutes=60))


def test_a_file_from_the_network_comes_by_the_one_door(
    coop: tuple[Configuration, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    from common.adapters.network import http

    member, _ = coop
    url = "https://coop.example/members.csv"
    Registry.objects.filter(pk=member.registry.pk).update(source={"url": url})
    asked = []

    def carry(method: str, where: str, headers: dict[str, str], body: None) -> Reply:
        asked.append((method, where))
        return http.HttpReply(200, sheet(2), {"content-type": "text/csv"})

    monkeypatch.setattr(http, "transport", carry)
    registry = Registry.objects.get(slug="coop")
    found = connector_of(registry).refresh(registry, now=AT)
    assert found is not None
    assert found.removed == 1
    assert asked == [("GET", url)]
    assert date(2026, 11, 21).isoformat() in Registry.objects.get(slug="coop").source["seen"]["at"]
