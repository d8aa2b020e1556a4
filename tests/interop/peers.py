"""The peers as the tests drive them: JSON in, JSON out; a server lives until its standard input closes."""

import json
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PATIENCE = 60


class PeerRefusedError(Exception):
    """A peer that ended with exit code 1; `outcome` is what it printed."""

    def __init__(self, script: str, outcome: dict[str, Any]) -> None:
        super().__init__(f"{script}: {json.dumps(outcome, indent=1)[:3000]}")
        self.outcome = outcome


def run(script: str, **given: Any) -> dict[str, Any]:
    """What a peer's command answers; `PeerRefusedError` when it ends with anything but success."""
    done = subprocess.run(
        ["node", script],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=False,
        cwd=HERE,
        timeout=PATIENCE,
    )
    if not done.stdout:
        raise RuntimeError(f"{script} said nothing: {done.stderr[-3000:]}")
    outcome: dict[str, Any] = json.loads(done.stdout)
    if done.returncode:
        raise PeerRefusedError(script, outcome)
    return outcome


@dataclass(frozen=True, slots=True)
class Service:
    """A peer that serves; `told` is what it said of itself when it came up."""

    origin: str
    told: dict[str, Any]

    def get(self, path: str) -> Any:
        with urllib.request.urlopen(f"{self.origin}{path}", timeout=PATIENCE) as answer:
            return json.load(answer)

    def post(self, path: str, **body: Any) -> Any:
        request = urllib.request.Request(
            f"{self.origin}{path}", json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.load(answer)


@contextmanager
def serve(script: str, **given: Any) -> Iterator[Service]:
    """A serving peer on a free port."""
    with subprocess.Popen(
        ["node", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=HERE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(given) + "\n")
        process.stdin.flush()
        told = json.loads(process.stdout.readline())
        try:
            yield Service(told["origin"], told)
        finally:
            process.stdin.close()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
