"""The processes of the story: a fresh folder, the site on a free port, and the commands a person types."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.error import URLError

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Site:
    """One installation of Sello: its own folder, database, secrets, port, and roles."""

    def __init__(self, folder: Path, *, roles: str = "issuer,wallet,verifier", **environment: str) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self.folder, self.port = folder, free_port()
        self.url = f"http://localhost:{self.port}"
        self._server: subprocess.Popen[bytes] | None = None
        inherited = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "DEBUG", "PRODUCTION")}
        self.environment = {
            **inherited,
            "VAR_DIR": str(folder), "BASE_URL": self.url, "ROLES": roles, "LOG_LEVEL": "WARNING",
            "DJANGO_SETTINGS_MODULE": "common.config.settings", **environment,
        }  # fmt: skip

    def manage(self, *arguments: str, codes: tuple[int, ...] = (0,), **environment: str) -> Any:
        """`python manage.py …` in this installation; the one JSON object of `--json`, else the text."""
        result = self._run(*arguments, **environment)
        if result.returncode not in codes:
            raise RuntimeError(
                f"{' '.join(arguments[:2])} ended with {result.returncode}: {result.stderr[-2000:]}"
            )
        return json.loads(result.stdout) if "--json" in arguments else result.stdout

    def _run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *arguments],
            cwd=ROOT, env={**self.environment, **environment}, capture_output=True, text=True, check=False,
        )  # fmt: skip

    def bank(self) -> str:
        """The paying agency's bank, a process of its own, works through the files that lie there."""
        command = [sys.executable, "-m", "deploy.bank", "files", "--var", str(self.folder)]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def refused(self, *arguments: str) -> str:
        """The sentence with which a command fails, as it must."""
        result = self._run(*arguments)
        if result.returncode == 0:
            raise RuntimeError(f"{' '.join(arguments[:2])} should have failed.")
        return result.stderr.strip()

    def start(self) -> None:
        """Serve, and return when the site is ready."""
        command = [
            str(Path(sys.executable).with_name("granian")), "--interface", "wsgi", "--host", "127.0.0.1",
            "--port", str(self.port), "--workers", "1", "--blocking-threads", "64", "--no-ws",
            "--log-level", "error", "common.config.wsgi:application",
        ]  # fmt: skip
        with (self.folder / "site.log").open("ab") as log:
            self._server = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=log, stderr=log)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._server.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.url}/readyz", timeout=5):
                    return
            except (URLError, OSError):
                time.sleep(0.05)
        raise RuntimeError(f"The site did not start; see {self.folder / 'site.log'}.")

    def stop(self) -> None:
        """Stop serving, at once."""
        if self._server is not None:
            self._server.terminate()
            try:
                self._server.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self._server.kill()
                self._server.wait()
            self._server = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
