"""A site for the W3C's conformance suites: https on localhost, the VC-API open, and the localConfig to paste.

`python -m deploy.conformance [--port 8443] [--as-shipped] [--beside COMMAND] [--write SUITE_FOLDER]…`; see
docs/conformance.md. The database, the keys and the self-signed certificate are made anew under
var/conformance each time.
"""

import argparse
import json
import os
import secrets
import shlex
import shutil
import signal
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.error import URLError

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from deploy import quietly
from deploy.local_config import AUTHORITY, local_config

ROOT = Path(__file__).resolve().parents[1]
FOLDER = Path(os.environ.get("VAR_DIR", ROOT / "var")) / "conformance"
START_SECONDS = 60


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for localhost that nobody vouches for, and its key, as PEM files."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name.from_rfc4514_string("CN=localhost")
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return paths


def prepare(environment: dict[str, str]) -> dict[str, str]:
    """A fresh database with one authority; the did:key of each of its keys, by curve."""
    os.environ.update(environment)
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    from issuer.authorities import identity

    authority = identity.create_authority(AUTHORITY, "Conformance")
    signers = {curve: identity.key_signer(authority, curve) for curve in identity.FRAGMENTS}
    return {curve: signer.key_id.partition("#")[0] for curve, signer in signers.items()}


@contextmanager
def beside(command: str | None) -> Iterator[list[dict[str, Any]]]:
    """Another implementation, which serves until its standard input closes; its entry of the localConfig.

    It is given `{}` and answers one line of JSON with its `implementation`.
    """
    if command is None:
        yield []
        return
    with subprocess.Popen(
        shlex.split(command), cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("{}\n")
        process.stdin.flush()
        told = process.stdout.readline()
        if not told:
            raise RuntimeError(f"{command} said nothing of itself.")
        yield [json.loads(told)["implementation"]]


def arguments() -> argparse.Namespace:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(prog="python -m deploy.conformance", description=__doc__)
    parser.add_argument("--port", type=int, default=8443)
    parser.add_argument("--as-shipped", action="store_true", help="the VC-API as any site has it, not open")
    parser.add_argument("--beside", metavar="COMMAND", help="another implementation, to be tried with ours")
    parser.add_argument(
        "--write", action="append", type=Path, default=[], help="put localConfig.cjs there, too"
    )
    return parser.parse_args()


def main() -> None:
    """Prepare, serve, print the configuration, and serve on until interrupted."""
    asked = arguments()
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    pem, key = certificate(FOLDER)
    base = f"https://localhost:{asked.port}"
    token = secrets.token_urlsafe(32) if asked.as_shipped else ""
    environment = {
        "VAR_DIR": str(FOLDER), "BASE_URL": base, "ROLES": "issuer,verifier", "FETCH_CA_FILE": str(pem),
        "VC_API_TOKEN": token, "VC_API_OPEN": "0" if asked.as_shipped else "1",
        "DJANGO_SETTINGS_MODULE": "deploy.conformance_settings",
    }  # fmt: skip
    dids = prepare(environment)
    command = [
        str(Path(sys.executable).with_name("granian")), "--interface", "wsgi", "--host", "127.0.0.1",
        "--port", str(asked.port), "--workers", "1", "--blocking-threads", "16", "--no-ws",
        "--log-level", "warning", "--ssl-certificate", str(pem), "--ssl-keyfile", str(key),
        "common.config.wsgi:application",
    ]  # fmt: skip
    server = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment})
    signal.signal(signal.SIGTERM, lambda *_: server.terminate())
    try:
        wait_until_ready(f"{base}/readyz", ssl.create_default_context(cafile=str(pem)), server)
        with beside(asked.beside) as others:
            config = local_config(base, dids, token=token, others=others)
            for folder in asked.write:
                (folder / "localConfig.cjs").write_text(config)
            print(config, flush=True)
            print(
                f"{base} answers; NODE_TLS_REJECT_UNAUTHORIZED=0 npm test. Ctrl-C ends it.", file=sys.stderr
            )
            server.wait()
    except KeyboardInterrupt:
        pass
    finally:
        server.terminate()
        server.wait()


def wait_until_ready(url: str, context: ssl.SSLContext, server: "subprocess.Popen[bytes]") -> None:
    """Return when the site answers; an error where it does not."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5, context=context):
                return
        except (URLError, OSError):
            time.sleep(0.05)
    raise RuntimeError("The site did not start.")


if __name__ == "__main__":
    quietly.run(main)
