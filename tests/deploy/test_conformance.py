"""The site for conformance suites: what suites are told of it, open and as shipped, alone and with others."""

import json
import os
import shlex
import signal
import ssl
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest

from common.rdf.contexts import CREDENTIALS_V2
from deploy import conformance
from deploy.conformance_settings import RATE_LIMITS
from deploy.local_config import local_config
from tests.ports import reserved

ROOT = Path(__file__).resolve().parents[2]
BASE = "https://localhost:8443"
DIDS = {"Ed25519": "did:key:z6MkA", "P-256": "did:key:zDnaA", "P-384": "did:key:z82LA"}
OTHER = {"name": "Another", "issuers": []}
SERVES = (
    "import json, sys; given = json.loads(sys.stdin.readline());"
    f"print(json.dumps({{'given': given, 'implementation': {OTHER}}}), flush=True);"
    "sys.stdin.read(); print('over', file=sys.stderr)"
)
CREDENTIAL = {
    "@context": [CREDENTIALS_V2],
    "type": ["VerifiableCredential"],
    "credentialSubject": {"name": "Ana"},
}


def read(config: str) -> dict[str, Any]:
    assert config.startswith("module.exports = ")
    found: dict[str, Any] = json.loads(config.removeprefix("module.exports = ").rstrip().removesuffix(";"))
    return found


def command(code: str) -> str:
    return shlex.join([sys.executable, "-c", code])


def test_issuers_are_asked_with_the_operators_token() -> None:
    (ours,) = read(local_config(BASE, DIDS, token="a token"))["implementations"]
    assert {issuer["headers"]["Authorization"] for issuer in ours["issuers"]} == {"Bearer a token"}
    for role in ("verifiers", "vpVerifiers", "didResolvers"):
        assert all("headers" not in endpoint for endpoint in ours[role])


def test_an_open_site_is_asked_without_a_token() -> None:
    assert "Authorization" not in local_config(BASE, DIDS)


def test_alone_nobody_is_compared_with_anybody() -> None:
    told = read(local_config(BASE, DIDS))
    assert told["settings"] == {"enableInteropTests": False}
    assert [each["name"] for each in told["implementations"]] == ["Sello"]


def test_with_others_the_suites_try_who_agrees() -> None:
    told = read(local_config(BASE, DIDS, others=[OTHER]))
    assert told["settings"] == {"enableInteropTests": True}
    assert told["implementations"][1:] == [OTHER]


def test_another_implementation_serves_until_its_input_closes(capfd: pytest.CaptureFixture[str]) -> None:
    with conformance.beside(command(SERVES)) as others:
        assert others == [OTHER]
        assert "over" not in capfd.readouterr().err
    assert "over" in capfd.readouterr().err


def test_without_a_command_there_is_nobody_else() -> None:
    with conformance.beside(None) as others:
        assert others == []


def test_another_that_says_nothing_is_told_of() -> None:
    with pytest.raises(RuntimeError, match="said nothing"), conformance.beside(command("pass")):
        pass


def test_suites_ask_oftener_than_people() -> None:
    from common.config.settings import RATE_LIMITS as ORDINARY

    assert RATE_LIMITS.keys() == ORDINARY.keys()
    assert all(RATE_LIMITS[name] > limit for name, limit in ORDINARY.items())


@contextmanager
def site(folder: Path, *flags: str) -> Iterator[tuple[dict[str, Any], ssl.SSLContext]]:
    """A site for suites on a free port: the configuration that it wrote, and whom its callers trust."""
    port = reserved()
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    asked = ["-m", "deploy.conformance", "--port", str(port), "--write", str(folder), *flags]
    with subprocess.Popen(
        [sys.executable, *asked], cwd=ROOT, env={**kept, "VAR_DIR": str(folder)},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            last = next((line for line in process.stdout if line == "};\n"), None)
            assert last, process.stderr.read()
            trusted = ssl.create_default_context(cafile=str(folder / "conformance" / "certificate.pem"))
            yield read((folder / "localConfig.cjs").read_text()), trusted
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate()


def post(
    url: str, body: Mapping[str, Any], trusted: ssl.SSLContext, headers: Mapping[str, str] | None = None
) -> int:
    sent = {"Content-Type": "application/json", **(headers or {})}
    request = urllib.request.Request(url, json.dumps(body).encode(), sent)
    try:
        with urllib.request.urlopen(request, context=trusted, timeout=30) as answer:
            found: int = answer.status
            return found
    except HTTPError as error:
        with error:
            return error.code


@pytest.mark.parametrize(("flags", "without", "own"), [([], 201, 201), (["--as-shipped"], 401, 400)])
def test_what_suites_may_do(tmp_path: Path, flags: list[str], without: int, own: int) -> None:
    """Without a token, and with a context written into the document."""
    with site(tmp_path, *flags, "--beside", command(SERVES)) as (told, trusted):
        ours, other = told["implementations"]
        issuer = ours["issuers"][0]
        document = {**CREDENTIAL, "issuer": issuer["id"]}
        written = {**document, "@context": [CREDENTIALS_V2, {"book": "https://example.org/#book"}]}
        headers = issuer.get("headers")
        assert post(issuer["endpoint"], {"credential": document}, trusted, headers) == 201
        assert post(issuer["endpoint"], {"credential": document}, trusted) == without
        assert post(issuer["endpoint"], {"credential": written}, trusted, headers) == own
        assert other == OTHER
