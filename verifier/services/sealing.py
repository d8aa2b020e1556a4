"""Sealing what must lie in a row for a short while, and digests of what must only be recognised.

XChaCha20-Poly1305 under KEY_ENCRYPTION_KEY, with the row's own name as associated data.
"""

import hashlib
import secrets

import nacl.exceptions
import nacl.secret
from django.conf import settings

from common.encoding import base64url
from common.errors import InvalidKey


def seal(data: bytes, *, name: str) -> bytes:
    """`data` so that only this installation opens it, and only as `name`."""
    return bytes(_box().encrypt(data, _bound_to(name)))


def unseal(sealed: bytes | memoryview, *, name: str) -> bytes:
    """What was sealed as `name`."""
    try:
        return _box().decrypt(bytes(sealed), _bound_to(name))
    except nacl.exceptions.CryptoError as error:
        raise InvalidKey("A sealed value does not open under KEY_ENCRYPTION_KEY.", status=500) from error


def fresh() -> str:
    """A new secret: 192 random bits, URL-safe."""
    return secrets.token_urlsafe(24)


def digest(secret: str) -> str:
    """How a random secret is kept when it only has to be recognised."""
    return base64url.encode(hashlib.sha256(secret.encode()).digest())


def pseudonym(*parts: str) -> str:
    """A keyed digest of guessable identifiers: the same person is found again, nobody can be looked up."""
    key = base64url.decode(settings.KEY_ENCRYPTION_KEY)
    text = "\x1f".join(parts).encode()
    return base64url.encode(hashlib.blake2b(text, digest_size=32, key=key, person=b"sello-person").digest())


def _box() -> nacl.secret.Aead:
    return nacl.secret.Aead(base64url.decode(settings.KEY_ENCRYPTION_KEY))


def _bound_to(name: str) -> bytes:
    return f"sello verifier {name}".encode()
