"""The folder of a site: nobody else reads what lies in it, whoever made it and however."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from common.config import folder


@pytest.fixture(autouse=True)
def _mask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_what_is_there_already_becomes_private(tmp_path: Path) -> None:
    var = tmp_path / "var"
    var.mkdir(mode=0o755)
    for name in ("sello.sqlite3", "sello.sqlite3-wal", "sello.sqlite3-shm", "wallet.key", "backup.sqlite3"):
        (var / name).write_text("x")
    (var / "reports").mkdir(mode=0o755)
    (var / "elsewhere").symlink_to(tmp_path / "not there")
    folder.private(var)
    assert mode(var) == 0o700
    assert {mode(path) for path in var.iterdir() if path.is_file()} == {0o600}
    assert mode(var / "reports") == 0o700


def test_what_is_written_later_is_private(tmp_path: Path) -> None:
    folder.private(tmp_path / "var")
    (tmp_path / "cards.pdf").write_text("x")
    (tmp_path / "minted").mkdir()
    assert (mode(tmp_path / "cards.pdf"), mode(tmp_path / "minted")) == (0o600, 0o700)


def test_a_link_out_of_the_folder_changes_nothing_there(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("x")
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "link").symlink_to(other)
    folder.private(tmp_path / "var")
    assert mode(other) == 0o644


def test_a_database_elsewhere_is_private_too(tmp_path: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        (tmp_path / f"db{suffix}").write_text("x")
    folder.private_database(str(tmp_path / "db"))
    assert {mode(path) for path in tmp_path.iterdir()} == {0o600}


def test_a_folder_for_everybody_is_refused(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared").chmod(0o1777)
    with pytest.raises(ImproperlyConfigured, match="shared with others"):
        folder.private(tmp_path / "shared")
    assert mode(tmp_path / "shared") == 0o1777


def test_an_address_is_kept_for_the_folder(tmp_path: Path) -> None:
    assert folder.find_address({"VAR_DIR": str(tmp_path)}) == ""
    folder.leave_address(tmp_path, "http://localhost:8123")
    assert folder.find_address({"VAR_DIR": str(tmp_path)}) == "http://localhost:8123"
    assert [path.name for path in tmp_path.iterdir()] == ["address"]
