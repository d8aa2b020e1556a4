"""Sealing what must lie in a row: XChaCha20-Poly1305 under KEY_ENCRYPTION_KEY.

The row's own name is associated data, so that no row can stand in for another.
"""

import nacl.exceptions
import nacl.secret
from django.conf import settings

from common.encoding import base64url
from common.errors import InvalidKeyError


def seal(data: bytes, *, name: str) -> bytes:
    """`data` so that only this installation opens it, and only as `name`, which begins with its room."""
    return bytes(_box().encrypt(data, _bound_to(name)))


def unseal(sealed: bytes | memoryview, *, name: str) -> bytes:
    """What was sealed as `name`."""
    try:
        return _box().decrypt(bytes(sealed), _bound_to(name))
    except nacl.exceptions.CryptoError as error:
        raise InvalidKeyError("A sealed value does not open under KEY_ENCRYPTION_KEY.", status=500) from error


def _box() -> nacl.secret.Aead:
    return nacl.secret.Aead(base64url.decode(settings.KEY_ENCRYPTION_KEY))


def _bound_to(name: str) -> bytes:
    return f"sello {name}".encode()
