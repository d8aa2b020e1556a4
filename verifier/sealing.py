"""Sealing what must lie in a row for a short while, and digests of what must only be recognised.

Sealed under KEY_ENCRYPTION_KEY (common/adapters/storage/sealing.py), each value as this party's own.
"""

import hashlib
import secrets

from django.conf import settings

from common.adapters.storage import sealing
from common.encoding import base64url


def seal_value(data: bytes, *, name: str) -> bytes:
    """`data` so that only this installation opens it, and only as `name`."""
    return sealing.seal(data, name=f"verifier {name}")


def unseal_value(sealed: bytes | memoryview, *, name: str) -> bytes:
    """What was sealed as `name`."""
    return sealing.unseal(sealed, name=f"verifier {name}")


def fresh_secret() -> str:
    """A new secret: 192 random bits, URL-safe; it begins with no hyphen, which commands read as an option."""
    while (secret := secrets.token_urlsafe(24)).startswith("-"):
        pass
    return secret


def digest_secret(secret: str) -> str:
    """How a random secret is kept when it only has to be recognised."""
    return base64url.encode(hashlib.sha256(secret.encode()).digest())


def pseudonym(*parts: str) -> str:
    """A keyed digest of guessable identifiers: the same person is found again, nobody can be looked up."""
    key = base64url.decode(settings.KEY_ENCRYPTION_KEY)
    text = "\x1f".join(parts).encode()
    return base64url.encode(hashlib.blake2b(text, digest_size=32, key=key, person=b"sello-person").digest())
