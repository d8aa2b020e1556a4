"""Settings as a process meets them at its start, each in a process of its own."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from common.encoding import base64url

ROOT = Path(__file__).resolve().parents[3]
NAMES = (
    "DEBUG", "ALLOWED_HOSTS", "SESSION_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY", "SESSION_COOKIE_SAMESITE",
    "CSRF_COOKIE_SECURE", "CSRF_COOKIE_HTTPONLY", "SECURE_HSTS_SECONDS", "VC_API_OPEN",
)  # fmt: skip
SECRETS = {"SECRET_KEY": "s" * 40, "KEY_ENCRYPTION_KEY": base64url.encode(bytes(32))}


def start(var: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    code = (
        "import json; from common.config import settings; "
        f"print(json.dumps({{name: getattr(settings, name) for name in {NAMES}}}))"
    )
    clean = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env={**clean, "VAR_DIR": str(var), **environ},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_what_is_kept_is_readable_by_nobody_else(tmp_path: Path) -> None:
    assert start(tmp_path / "var").returncode == 0
    assert stat.S_IMODE((tmp_path / "var").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "var" / "secrets.json").stat().st_mode) == 0o600


def test_the_embedded_default_is_no_place_to_debug(tmp_path: Path) -> None:
    told = json.loads(start(tmp_path).stdout)
    assert told["DEBUG"] is False
    assert told["VC_API_OPEN"] is False
    assert told["SESSION_COOKIE_HTTPONLY"]
    assert told["CSRF_COOKIE_HTTPONLY"]
    assert told["SESSION_COOKIE_SAMESITE"] == "Lax"


def test_production_sends_cookies_over_tls_alone_and_knows_one_name(tmp_path: Path) -> None:
    told = json.loads(start(tmp_path, BASE_URL="https://sello.example", **SECRETS).stdout)
    assert told["SESSION_COOKIE_SECURE"]
    assert told["CSRF_COOKIE_SECURE"]
    assert told["SECURE_HSTS_SECONDS"] >= 31_536_000
    assert told["ALLOWED_HOSTS"] == ["sello.example"]


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({"BASE_URL": "https://sello.example"}, "Production does not start without SECRET_KEY"),
        ({"BASE_URL": "http://sello.example"}, "BASE_URL is https anywhere but on a loopback address."),
        ({"DEBUG": "yes"}, "DEBUG is 0 or 1"),
        ({"BASE_URL": "https://sello.example", "DEBUG": "1", **SECRETS}, "start with DEBUG=1"),
        ({"BASE_URL": "https://sello.example", "VC_API_OPEN": "1", **SECRETS}, "start with VC_API_OPEN=1"),
    ],
)
def test_what_is_wrong_stops_the_start(environ: dict[str, str], sentence: str, tmp_path: Path) -> None:
    ended = start(tmp_path, **environ)
    assert ended.returncode != 0
    assert sentence in ended.stderr
