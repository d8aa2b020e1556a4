"""A site for the W3C's conformance suites: https on localhost, the VC-API open, and the localConfig to paste.

`python -m deploy.conformance [--port 8443] [--write SUITE_FOLDER]…`; see docs/conformance.md. The database,
the keys and the self-signed certificate are made anew under var/conformance each time.
"""

import argparse
import json
import os
import shutil
import signal
import ssl
import subprocess
import sys
import time
import urllib.request
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.error import URLError

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from common.did import did_web
from deploy import quietly

ROOT = Path(__file__).resolve().parents[1]
FOLDER = Path(os.environ.get("VAR_DIR", ROOT / "var")) / "conformance"
AUTHORITY = "conformance"
START_SECONDS = 60
VERSIONS = {"vc": ["1.1", "2.0"]}
STATUS = {"credentialStatus": {"type": "BitstringStatusListEntry", "statusPurpose": "revocation"}}
# One entry an issuer: the suite in its address, the curve of its did:key, and what the W3C's suites call it.
ISSUERS: tuple[tuple[str, str, list[str]], ...] = (
    ("eddsa-rdfc-2022", "Ed25519", ["vc2.0", "eddsa-rdfc-2022"]),
    ("eddsa-jcs-2022", "Ed25519", ["eddsa-jcs-2022"]),
    ("ecdsa-rdfc-2019", "P-256", ["ecdsa-rdfc-2019"]),
    ("ecdsa-rdfc-2019", "P-384", ["ecdsa-rdfc-2019"]),
    ("ecdsa-jcs-2019", "P-256", ["ecdsa-jcs-2019"]),
    ("ecdsa-jcs-2019", "P-384", ["ecdsa-jcs-2019"]),
    ("ecdsa-sd-2023", "P-256", ["ecdsa-sd-2023"]),
    ("vc+jwt", "P-256", ["EnvelopingProof"]),
    ("eddsa-rdfc-2022", "Ed25519", ["BitstringStatusList"]),
)
SUITES = ["eddsa-rdfc-2022", "eddsa-jcs-2022", "ecdsa-rdfc-2019", "ecdsa-jcs-2019", "ecdsa-sd-2023"]


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


def local_config(base: str, dids: dict[str, str]) -> str:
    """The suites' localConfig.cjs for this site: an issuer entry a suite, each named by its did:key."""
    issuers = [
        {
            "id": dids[curve],
            "endpoint": f"{base}/vc-api/issuers/{AUTHORITY}/{suite}/credentials/issue",
            "tags": tags,
            "supports": VERSIONS,
            "supportedEcdsaKeyTypes": [curve],
            **({"options": STATUS} if "BitstringStatusList" in tags else {}),
        }
        for suite, curve, tags in ISSUERS
    ]
    verifier = {"supports": VERSIONS, "supportedEcdsaKeyTypes": ["P-256", "P-384"]}
    credentials = {**verifier, "id": "", "endpoint": f"{base}/vc-api/credentials/verify"}
    presentations = {**verifier, "id": "", "endpoint": f"{base}/vc-api/presentations/verify"}
    sello = {
        "name": "Sello",
        "implementation": "Sello",
        "issuers": issuers,
        "verifiers": [
            {**credentials, "tags": ["vc2.0", "EnvelopingProof", *SUITES[:2], SUITES[3]]},
            {**credentials, "tags": [SUITES[2]]},
            {**credentials, "tags": [SUITES[4]], "supportedEcdsaKeyTypes": ["P-256"]},
            {
                **credentials,
                "tags": ["BitstringStatusList"],
                "options": {"checks": ["proof", "credentialStatus"]},
            },
        ],
        "vpVerifiers": [{**presentations, "tags": ["vc2.0", "EnvelopingProof", "BitstringStatusList"]}],
        "didResolvers": [
            {
                "id": "",
                "endpoint": f"{base}/1.0/identifiers",
                "tags": ["did-key", "did-resolution"],
                "supportedDids": supported_dids(base, dids),
            }
        ],
    }
    return f"module.exports = {json.dumps({'settings': {}, 'implementations': [sello]}, indent=2)};\n"


def supported_dids(base: str, dids: dict[str, str]) -> dict[str, Any]:
    """What the suite of DID Resolution tries: DIDs, one that there is not, and DID URLs of keys."""
    web = did_web.encode(f"{base}/issuers/{AUTHORITY}")
    urls = [f"{did}#{did.removeprefix('did:key:')}" for did in dids.values()]
    relation = {"verificationRelationship": "assertionMethod"}
    return {
        "valid": [{"did": did, "resolutionOptions": {}} for did in (*dids.values(), web)],
        "notFound": did_web.encode(f"{base}/issuers/nobody"),
        "derefUrls": [{"didUrl": url, "dereferencingOptions": relation} for url in urls],
    }


def prepare(environment: dict[str, str]) -> dict[str, str]:
    """A fresh database with one authority; the did:key of each of its keys, by curve."""
    os.environ.update(environment)
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    from issuer.services import authorities

    authority = authorities.create_authority(AUTHORITY, "Conformance")
    signers = {curve: authorities.key_signer(authority, curve) for curve in authorities.FRAGMENTS}
    return {curve: signer.key_id.partition("#")[0] for curve, signer in signers.items()}


def main() -> None:
    """Prepare, serve, print the configuration, and serve on until interrupted."""
    arguments = argparse.ArgumentParser(prog="python -m deploy.conformance", description=__doc__)
    arguments.add_argument("--port", type=int, default=8443)
    arguments.add_argument(
        "--write", action="append", type=Path, default=[], help="put localConfig.cjs there, too"
    )
    asked = arguments.parse_args()
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    pem, key = certificate(FOLDER)
    base = f"https://localhost:{asked.port}"
    environment = {
        "VAR_DIR": str(FOLDER), "BASE_URL": base, "ROLES": "issuer,verifier", "VC_API_OPEN": "1",
        "FETCH_CA_FILE": str(pem), "DJANGO_SETTINGS_MODULE": "common.config.settings",
    }  # fmt: skip
    config = local_config(base, prepare(environment))
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
        for folder in asked.write:
            (folder / "localConfig.cjs").write_text(config)
        print(config, flush=True)
        print(f"{base} answers; NODE_TLS_REJECT_UNAUTHORIZED=0 npm test. Ctrl-C ends it.", file=sys.stderr)
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
