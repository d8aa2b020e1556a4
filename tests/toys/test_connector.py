"""The toy connector: a file is connected by the command, issued from, and followed when it changes."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError

from issuer.models import Record, Registry
from issuer.registries.connectors import CONNECTORS
from tests.toys.running import run

pytestmark = pytest.mark.django_db
BOATS = [
    {"id": "B-1", "name": "Rosa", "skipper": "Ana Quispe", "licence": "2027-01-01", "version": 1},
    {"id": "B-2", "name": "Kantuta", "skipper": "Bruno Choque", "licence": "2027-02-01", "version": 2},
]
RULES = [{"when": {"event": "changed", "columns": ["skipper"]}, "do": "revoke", "reason": "New skipper."}]


@pytest.fixture
def boats(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The registry's file."""
    monkeypatch.setitem(CONNECTORS, "json-file", "tests.toys.json_file.CONNECTOR")
    path = tmp_path / "boats.json"
    path.write_text(json.dumps(BOATS))
    return path


def connect(path: Path, **settings: Any) -> dict[str, Any]:
    source = path.with_name("source.json")
    source.write_text(json.dumps({"path": str(path), "key": "id", **settings}))
    return run(
        *("connect_registry", "boats", "--connector", "json-file"),
        *("--source", str(source), "--authority", "harbour"),
    )


def test_a_credential_is_issued_from_it(boats: Path, tmp_path: Path) -> None:
    said = connect(boats)
    assert (said["key_column"], said["columns"]) == ("id", ["id", "name", "skipper", "licence"])
    run("create_configuration", "boats", "--type", "Boat")
    out = tmp_path / "boat.jwt"
    run("issue", "boat", "B-2", "--format", "dc+sd-jwt", "--out", str(out))
    assert out.read_text().count("~") > 1
    assert not Record.objects.exists()


def test_a_change_is_followed(boats: Path, tmp_path: Path) -> None:
    connect(boats)
    run("create_configuration", "boats", "--type", "Boat")
    run("issue", "boat", "B-1", "--format", "dc+sd-jwt", "--out", str(tmp_path / "boat.jwt"))
    rules = tmp_path / "rules.json"
    rules.write_text(json.dumps(RULES))
    run("set_rules", "boat", "--file", str(rules))
    boats.write_text(json.dumps([{**BOATS[0], "skipper": "Mallory", "version": 3}, BOATS[1]]))
    assert run("sync_registry", "boats")["counts"] == {"revoke": 1}
    assert run("sync_registry", "boats")["counts"] == {}


@pytest.mark.parametrize("row", [7, {"id": "B-3"}, {"id": "B-3", "version": "1"}])
def test_a_row_that_could_not_be_followed_is_refused(boats: Path, row: Any) -> None:
    boats.write_text(json.dumps([*BOATS, row]))
    with pytest.raises(CommandError, match="version, a whole number"):
        connect(boats)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kye": "id"}, "A source has no kye"),
        ({"key": 7}, "key is a text"),
        ({"key": "nr"}, "nr and version"),
    ],
)
def test_a_wrong_setting_is_refused_where_it_is_entered(
    boats: Path, change: dict[str, Any], said: str
) -> None:
    with pytest.raises(CommandError, match=said):
        connect(boats, **change)
    assert not Registry.objects.exists()
