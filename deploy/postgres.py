"""Run a command with DATABASE_URL leading to a PostgreSQL server: the one given, or one of its own.

`python -m deploy.postgres -- COMMAND…`: where DATABASE_URL is unset, a throw-away cluster is made in a
temporary folder, on a socket alone, and removed afterwards.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from deploy import quietly


def main(arguments: list[str]) -> int:
    """Run the command with a PostgreSQL server of its own or that of `DATABASE_URL`; its exit status."""
    command = arguments[1:] if arguments[:1] == ["--"] else arguments
    if not command:
        sys.exit("Say what to run: python -m deploy.postgres -- COMMAND…")
    if os.environ.get("DATABASE_URL", "").startswith(("postgres://", "postgresql://")):
        return subprocess.call(command)
    binaries = _binaries()
    if binaries is None:
        sys.exit("PostgreSQL is absent: set DATABASE_URL, or install it (Debian: apt install postgresql).")
    folder = Path(tempfile.mkdtemp(prefix="sello-postgres-"))
    as_user: list[str] = []
    if os.geteuid() == 0:  # the server refuses to run as root
        shutil.chown(folder, "postgres")
        as_user = ["runuser", "-u", "postgres", "--"]
    data = str(folder / "data")

    def run(*command: str) -> None:
        subprocess.run([*as_user, *command], check=True, stdout=subprocess.DEVNULL, cwd=folder)

    try:
        run(str(binaries / "initdb"), "-D", data, "-U", "sello", "--auth=trust", "-E", "UTF8")
        options = (
            f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off -c max_connections=200"
        )
        server = (str(binaries / "pg_ctl"), "-D", data, "-w", "-l", str(folder / "log"))
        run(*server, "-o", options, "start")
        try:
            url = f"postgres://sello@/postgres?host={folder}"
            return subprocess.call(command, env={**os.environ, "DATABASE_URL": url})
        finally:
            run(*server, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _binaries() -> Path | None:
    found = shutil.which("pg_ctl")
    if found:
        return Path(found).resolve().parent
    return next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)


if __name__ == "__main__":
    quietly.run(lambda: main(sys.argv[1:]))
