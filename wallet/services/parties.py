"""Whom this wallet knows: the verifiers on the public list, and the authorities behind their certificates."""

from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings

from common.oid4vp.client_id import ClientId
from wallet.models import RegisteredVerifier


def registered_name(client_id: ClientId) -> str:
    """The name under which a verifier is registered, empty where it is not."""
    entry = RegisteredVerifier.objects.filter(client_id=str(client_id)).first()
    return entry.name if entry else ""


def anchors() -> tuple[bytes, ...]:
    """The certificate authorities (DER) whose word on a verifier counts: `settings.VERIFIER_CA_FILE`."""
    path = Path(settings.VERIFIER_CA_FILE)
    return _read(path, path.stat().st_mtime_ns) if path.is_file() else ()


@cache
def _read(path: Path, changed: int) -> tuple[bytes, ...]:
    certificates = x509.load_pem_x509_certificates(path.read_bytes())
    return tuple(certificate.public_bytes(Encoding.DER) for certificate in certificates)
