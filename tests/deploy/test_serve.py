"""`make run`: a port of its own or none at all, and ends without a word too many."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from django.core.exceptions import ImproperlyConfigured

from deploy import quietly, serve
from tests.ports import reserved

COMMANDS = [
    ["manage.py", "create_offer", "farmer", "F-0001"],
    ["-m", "deploy.serve"],
    ["-c", "import common.config.wsgi"],
]
ROOT = Path(__file__).resolve().parents[2]


def listener(host: str = "127.0.0.1", *, shared: bool = True) -> socket.socket:
    """Somebody who listens, as granian does: ready to share the port."""
    taken = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shared:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    taken.bind((host, 0))
    taken.listen()
    return taken


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "::1", "::"])
@pytest.mark.parametrize("shared", [True, False])
def test_a_port_that_somebody_listens_on_is_refused(host: str, shared: bool) -> None:
    try:
        taken = listener(host, shared=shared)
    except OSError:
        pytest.skip("this machine has no IPv6")
    with taken, pytest.raises(ImproperlyConfigured, match=f"Port {taken.getsockname()[1]} is in use"):
        serve.claimed(taken.getsockname()[1])


def test_of_two_that_start_at_once_one_has_the_port() -> None:
    port = reserved()
    with serve.claimed(port), pytest.raises(ImproperlyConfigured, match="in use"):
        serve.claimed(port)
    with serve.claimed(port):  # and a port that was left is free at once
        pass


def environment(var: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    return {**kept, "VAR_DIR": str(var), **more}


def run(*arguments: str, var: Path, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment(var, **more),
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def test_nothing_is_touched_where_the_port_is_busy(tmp_path: Path) -> None:
    with listener() as taken:
        ended = run("-m", "deploy.serve", var=tmp_path / "var", PORT=str(taken.getsockname()[1]))
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert re.fullmatch(r"Port \d+ is in use: .*\n", ended.stderr)
    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize(
    ("more", "names"),
    [
        ({"PORT": "http"}, "PORT is a number"),
        ({"PORT": "70000"}, "PORT is a number"),
        ({"BASE_URL": "http://localhost:99999"}, "BASE_URL is an origin"),
        ({"LOG_LEVEL": "loud"}, "LOG_LEVEL is one of"),
        ({"DATABASE_URL": "postgres://a:b@c:d/e"}, "DATABASE_URL is"),
        ({"FETCH_CA_FILE": "/no/such/file"}, "FETCH_CA_FILE names a file"),
        ({"FETCH_ORIGINS": "localhost:80"}, "FETCH_ORIGINS lists origins"),
        ({"ISSUER_URL": "office.example"}, "ISSUER_URL is an origin"),
        ({"WALLET_URL": "wallet"}, "WALLET_URL is a web address"),
        ({"VAR_DIR": "/dev/null/x"}, "VAR_DIR /dev/null/x cannot be used"),
        ({"VAR_DIR": "/tmp"}, "VAR_DIR /tmp is shared with others"),
        ({"REDIS_URL": "cache"}, "REDIS_URL is"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_wrong_setting_is_one_sentence(
    command: list[str], more: dict[str, str], names: str, tmp_path: Path
) -> None:
    port = reserved()
    ended = run(*command, var=tmp_path, **{"PORT": str(port), **more})
    assert ended.returncode == 1
    assert ended.stderr.startswith(names)
    assert ended.stderr.count("\n") == 1


def test_a_broken_file_of_secrets_is_one_sentence(tmp_path: Path) -> None:
    for text in ("", "[]", "{}", '{"SECRET_KEY": 1}', "junk"):
        (tmp_path / "secrets.json").write_text(text)
        ended = run("manage.py", "check", var=tmp_path)
        assert (ended.returncode, ended.stderr.count("\n")) == (1, 1)
        assert "secrets" in ended.stderr


def test_a_command_knows_where_the_site_of_its_folder_answers(tmp_path: Path) -> None:
    assert run("-c", "import common.config.wsgi", var=tmp_path, PORT="8123").returncode == 0
    said = "from django.conf import settings; print(settings.BASE_URL)"
    assert run("manage.py", "shell", "-v", "0", "-c", said, var=tmp_path).stdout == "http://localhost:8123\n"
    given = run("manage.py", "shell", "-v", "0", "-c", said, var=tmp_path, PORT="8200").stdout
    assert given == "http://localhost:8200\n"


def test_a_site_that_answers_to_the_outside_leaves_no_note(tmp_path: Path) -> None:
    secrets = {"SECRET_KEY": "s" * 40, "KEY_ENCRYPTION_KEY": "A" * 43}
    ended = run("-c", "import common.config.wsgi", var=tmp_path, BASE_URL="https://sello.example", **secrets)
    assert ended.returncode == 0, ended.stderr
    assert not (tmp_path / "address").exists()


def test_ctrl_c_says_nothing(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> int:
        raise KeyboardInterrupt

    with pytest.raises(SystemExit) as ended:
        quietly.run(interrupted)
    assert ended.value.code == quietly.INTERRUPTED
    manage = ModuleType("manage")
    exec((ROOT / "manage.py").read_text(), manage.__dict__)
    monkeypatch.setitem(manage.__dict__, "execute_from_command_line", interrupted)
    assert manage.main() == 130
    assert capsys.readouterr() == ("", "")
