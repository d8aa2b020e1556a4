"""Certificates that whoever runs this put into files: read once, and again when a file has changed."""

from functools import lru_cache
from pathlib import Path

from cryptography import x509

from common.errors import InvalidKeyError


def certificates(path: str) -> tuple[x509.Certificate, ...]:
    """The certificates in a PEM file; none where there is no such file, or no path at all."""
    file = Path(path)
    return _read(file, file.stat().st_mtime_ns) if path and file.is_file() else ()


@lru_cache(maxsize=16)
def _read(file: Path, changed: int) -> tuple[x509.Certificate, ...]:
    try:
        return tuple(x509.load_pem_x509_certificates(file.read_bytes()))
    except ValueError as error:
        raise InvalidKeyError(f"{file.name} holds no PEM certificates.", status=500) from error
