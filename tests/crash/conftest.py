"""A database of its own for processes that die: a file, or one more on the PostgreSQL of DATABASE_URL."""

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[2]
Python = Callable[..., Any]


@pytest.fixture
def python(tmp_path: Path) -> Iterator[Python]:
    """Run a module, or `-c code`, on that database, and read what it prints as JSON."""
    server = os.environ.get("DATABASE_URL", "")
    url, name = f"sqlite:///{tmp_path}/crash.sqlite3", f"crash_{uuid.uuid4().hex[:12]}"
    if server.startswith("postgres"):
        _on(server, f'CREATE DATABASE "{name}"')
        url = urlsplit(server)._replace(path=f"/{name}").geturl()
    environment = {
        **os.environ, "DATABASE_URL": url, "VAR_DIR": str(tmp_path), "BASE_URL": "http://localhost:8000",
        "DJANGO_SETTINGS_MODULE": "common.config.settings",
    }  # fmt: skip

    def run(*arguments: str) -> Any:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-3_000:] + done.stdout[-500:]
        return json.loads(done.stdout) if done.stdout.strip() else None

    yield run
    if server.startswith("postgres"):
        _on(server, f'DROP DATABASE "{name}" WITH (FORCE)')


def _on(server: str, statement: str) -> None:
    import psycopg

    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement)
