"""Peers, our site beside them, and the table of what agreed with what (`interop.json`)."""

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests.interop import certificates, matrix, peers, table
from tests.ports import reserved

ROOT = Path(__file__).resolve().parents[2]
MODES = ("direct_post", "direct_post.jwt")
PREFIXES = ("redirect_uri", "decentralized_identifier", "x509_san_dns", "x509_hash")
_outcomes: list[dict[str, Any]] = []


class Wallet:
    """Their wallet: the two things that a holder does."""

    @staticmethod
    def accept(offer: dict[str, Any], **options: Any) -> dict[str, Any]:
        """Take what an offer offers; credentials come with the keys of their holder."""
        return peers.run("wallet_vci.mjs", offer_uri=offer["offer_uri"], tx_code=offer["tx_code"], **options)

    @staticmethod
    def present(request_uri: str, held: list[dict[str, Any]], **options: Any) -> dict[str, Any]:
        """Answer a request with what is held."""
        return peers.run("wallet_vp.mjs", request_uri=request_uri, credentials=held, **options)


def held_from(taken: dict[str, Any]) -> dict[str, Any]:
    """The first credential of what `Wallet.accept` brought, with its key, as `Wallet.present` wants it."""
    return {
        "issuer": taken["issuer"],
        "format": taken["format"],
        "credential": taken["credentials"][0],
        "key": taken["keys"][0],
    }


# --- peers ----------------------------------------------------------------------------------------------
@pytest.fixture(scope="session", autouse=True)
def _node() -> None:
    if not shutil.which("node"):
        pytest.skip("Node 20 is not installed; the peers need it: install it and say `make test-interop`")
    if not (peers.HERE / "node_modules" / ".package-lock.json").exists():
        pytest.skip("the peers are not installed: say `make test-interop`")


@pytest.fixture(scope="session")
def certificate() -> certificates.Certificates:
    return certificates.for_localhost()


@pytest.fixture(scope="session")
def their_issuer(_node: None) -> Iterator[peers.Service]:
    with peers.serve("issuer_vci.mjs") as service:
        yield service


@pytest.fixture(scope="session")
def their_verifier(_node: None, certificate: certificates.Certificates) -> Iterator[peers.Service]:
    with peers.serve(
        "verifier_vp.mjs",
        certificate=certificate.leaf,
        certificate_key=certificate.key,
        other_certificate=certificate.leaf_by_nobody,
    ) as service:
        yield service


@pytest.fixture(scope="session")
def their_credentials(their_issuer: peers.Service) -> dict[str, dict[str, Any]]:
    """One library card a format in their wallet."""
    kinds = {"dc+sd-jwt": "jwk", "ldp_vc": "did:key"}
    offers = {
        name: their_issuer.post("/control/offer", configuration_ids=[f"library.{name}"]) for name in kinds
    }
    return {name: held_from(Wallet.accept(offers[name], key=key)) for name, key in kinds.items()}


# --- our site -------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Site:
    """Sello, served over HTTP by processes of its own, with its commands beside it."""

    origin: str
    environ: dict[str, str]

    def command(self, name: str, *arguments: str, codes: tuple[int, ...] = (0,)) -> dict[str, Any]:
        """What `manage.py name … --json` prints; any exit code but `codes` fails the test."""
        done = subprocess.run(
            [sys.executable, "manage.py", name, *arguments, "--json"],
            capture_output=True, text=True, check=False, cwd=ROOT, env=self.environ, timeout=120,
        )  # fmt: skip
        assert done.returncode in codes, f"{name} ended with {done.returncode}: {done.stderr[-3000:]}"
        told: dict[str, Any] = json.loads(done.stdout)
        return told

    def get(self, url: str, *, accept: str = "application/json") -> str:
        """The body of a page or document of the site, by path or whole URL."""
        whole = url if url.startswith("http") else f"{self.origin}{url}"
        with urllib.request.urlopen(urllib.request.Request(whole, headers={"Accept": accept})) as answer:
            return str(answer.read().decode())


@pytest.fixture(scope="session")
def site(
    tmp_path_factory: pytest.TempPathFactory,
    their_issuer: peers.Service,
    their_verifier: peers.Service,
    certificate: certificates.Certificates,
) -> Iterator[Site]:
    """A fresh site with the sample registries and services, which may talk to the peers."""
    var = tmp_path_factory.mktemp("site")
    port = reserved()
    origin = f"http://localhost:{port}"
    (var / "verifiers.pem").write_text(certificate.authority)
    environ = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    environ |= {
        "DJANGO_SETTINGS_MODULE": "tests.interop.settings",
        "VAR_DIR": str(var),
        "PORT": str(port),
        "BASE_URL": origin,
        "FETCH_ORIGINS": f"{their_issuer.origin},{their_verifier.origin}",
        "STATUS_LIST_TTL": "1",
        "VERIFIER_CA_FILE": str(var / "verifiers.pem"),
        "WALLET_PROVIDER_CA_FILE": str(var / "verifiers.pem"),
    }
    for command in (["migrate", "--verbosity", "0"], ["load_samples"], ["load_services"]):
        done = subprocess.run(
            [sys.executable, "manage.py", *command],
            capture_output=True,
            text=True,
            check=False,
            cwd=ROOT,
            env=environ,
        )
        if done.returncode:
            pytest.fail(f"{command[0]} failed: {done.stderr[-3000:]}", pytrace=False)
    log = var / "site.log"
    with log.open("w") as sink:
        server = subprocess.Popen(
            [
                str(Path(sys.executable).with_name("granian")), "--interface", "wsgi", "--host", "127.0.0.1",
                "--port", str(port), "--workers", "1", "--blocking-threads", "8", "--no-ws",
                "common.config.wsgi:application",
            ],
            stdout=sink, stderr=subprocess.STDOUT, cwd=ROOT, env=environ,
        )  # fmt: skip
    try:
        _wait_for(f"{origin}/healthz", server, log)
        yield Site(origin, environ)
    finally:
        server.terminate()
        try:
            server.wait(timeout=15)
        except subprocess.TimeoutExpired:
            server.kill()
        shutil.copy(log, Path(settings.VAR_DIR) / "interop-site.log")


@pytest.fixture(scope="session")
def authority(site: Site) -> str:
    """The certificate authority of our verifiers, which their wallet is told to trust (PEM)."""
    return site.get("/services/authority.pem")


def _wait_for(url: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(300):
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    pytest.fail(f"the site did not come up: {log.read_text()[-3000:]}", pytrace=False)


# --- the table ------------------------------------------------------------------------------------------
def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "pair: which cells of the matrix a test fills (tests.interop.matrix)")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let a test's report say which cells it fills."""
    report = yield
    if item.get_closest_marker("pair"):
        report.user_properties.append(("pairs", matrix.told_by(item)))
    return report


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if "tests/interop/" not in report.nodeid or (report.when != "call" and report.outcome == "passed"):
        return
    outcome, reason = _told(report)
    module, _, test = report.nodeid.partition("::")
    name, _, parameters = test.partition("[")
    _outcomes.append(
        {
            "part": Path(module).stem.removeprefix("test_"),
            "test": name.removeprefix("test_").replace("_", " "),
            "with": parameters.rstrip("]"),
            "outcome": outcome,
            "reason": reason,
            "seconds": round(report.duration, 2),
            "pairs": dict(report.user_properties).get("pairs", []),
        }
    )


def _told(report: pytest.TestReport) -> tuple[str, str]:
    """The outcome, and why it is neither passed nor failed."""
    if not report.skipped:
        return report.outcome, ""
    if hasattr(report, "wasxfail"):
        return "differs", report.wasxfail.removeprefix("reason: ")
    assert isinstance(report.longrepr, tuple)
    return "skipped", report.longrepr[2].removeprefix("Skipped: ")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Write what was tried, with whom, and how it ended; print the matrix."""
    if not _outcomes or all(row["outcome"] == "skipped" for row in _outcomes):
        return
    counts = {
        name: sum(row["outcome"] == name for row in _outcomes)
        for name in ("passed", "failed", "differs", "skipped")
    }
    filled = [(said, row["outcome"], row["reason"]) for row in _outcomes for said in row["pairs"]]
    kept = matrix.summary(filled, day=datetime.now(UTC).date())
    path = Path(settings.VAR_DIR) / "interop.json"
    path.write_text(
        json.dumps({**kept, "counts": counts, "results": _outcomes}, indent=1, ensure_ascii=False) + "\n"
    )
    if kept["cells"]:
        terminalreporter.section("what agreed with what: taken + refused after tampering")
        terminalreporter.write_line(table.table(kept))
    terminalreporter.write_line(f"In full: {path}")
