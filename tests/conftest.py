"""What every test may lean on: personas with fixed keys, a fixed hour, and the site as its own network."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from hypothesis import settings as hypothesis

from common.adapters.limits import cache_backends, rate_limit
from common.adapters.network import http
from common.errors import FetchError
from common.keys import PrivateKey
from tests.api.described import answer_faults

SHARED = Path(__file__).resolve().parents[2] / "shared"
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
hypothesis.register_profile("same-each-time", derandomize=True, database=None)
hypothesis.load_profile("same-each-time")


def shared(relative: str) -> Path:
    """A file of the published vectors; the test skips with its name where it is absent."""
    path = SHARED / relative
    if not path.exists():
        pytest.skip(f"shared/{relative} is absent")
    return path


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def ana() -> PrivateKey:
    """Ana, a holder."""
    return PrivateKey("P-256", bytes(31) + b"\x0a")


@pytest.fixture
def bruno() -> PrivateKey:
    """Bruno, another holder."""
    return PrivateKey("P-256", bytes(31) + b"\x0b")


@pytest.fixture
def mallory() -> PrivateKey:
    """Mallory, who is nobody's friend."""
    return PrivateKey("P-256", bytes(31) + b"\x66")


@pytest.fixture(autouse=True)
def _fresh_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rate limits and cached lists of one test are not the next one's, and no minute ends within a test."""
    cache_backends.forget_cached()
    monkeypatch.setattr(rate_limit, "time", SimpleNamespace(time=NOW.timestamp))


@pytest.fixture(autouse=True)
def _no_provider(settings: object) -> None:
    """Nobody is trusted to vouch for wallets, whatever lies in the directory of whoever runs the tests."""
    settings.WALLET_PROVIDER_CA_FILE = ""  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> http.HttpReply:
        raise FetchError("Tests have no network.", detail=urlsplit(url).hostname or "")

    monkeypatch.setattr(http, "transport", refuse)


@pytest.fixture
def site_network(monkeypatch: pytest.MonkeyPatch, settings: object) -> Client:
    """The network door leads to this very site, through Django's test client, and nowhere else."""
    client = Client()

    def carry(method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> http.HttpReply:
        parts = urlsplit(url)
        if f"{parts.scheme}://{parts.netloc}" != settings.BASE_URL:  # type: ignore[attr-defined]
            raise FetchError("Tests reach this site alone.", detail=parts.hostname or "")
        sent = dict(headers)
        content_type = sent.pop("Content-Type", "application/octet-stream")
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        response = client.generic(
            method, target, body or b"", content_type=content_type, headers=sent,
            SERVER_NAME=parts.hostname, SERVER_PORT=str(parts.port or 80),
        )  # fmt: skip
        content = b"".join(response) if response.streaming else response.content
        return http.HttpReply(
            response.status_code, content, {k.lower(): v for k, v in response.headers.items()}
        )

    monkeypatch.setattr(http, "transport", carry)
    return client


@pytest.fixture(autouse=True)
def _true_to_its_schema(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a test asks of a JSON endpoint, the answer is one that `/api/schema/` describes."""
    ask = Client.request

    def asked(self: Client, **request: Any) -> Any:
        response = ask(self, **request)
        came = response.wsgi_request
        faults = answer_faults(response, method=str(came.method), path=came.path_info)
        assert not faults, faults
        return response

    monkeypatch.setattr(Client, "request", asked)


NEEDS = {
    "browser": "make test-browser",
    "crash": "make test-crash",
    "schemathesis": "make test-schemathesis",
    "interop": "make test-interop",
    "postgres": "make test-postgres",
}


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Name what was left out, and how to have it."""
    left_out = [
        f"{name} tests ({how})" for name, how in NEEDS.items() if f"not {name}" in config.option.markexpr
    ]
    if left_out:
        terminalreporter.write_line(f"Not run here: {', '.join(left_out)}.")
    reasons = Counter(str(report.longrepr[2]) for report in terminalreporter.stats.get("skipped", []))
    for reason, number in reasons.most_common():
        terminalreporter.write_line(f"Skipped {number}: {reason.removeprefix('Skipped: ')}")
