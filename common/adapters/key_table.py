"""A key store in the database: private keys encrypted at rest under KEY_ENCRYPTION_KEY.

XChaCha20-Poly1305 with the key's own name and curve as associated data, so that no row can stand in
for another.
"""

import secrets
from typing import Any

import nacl.exceptions
import nacl.secret
from django.conf import settings
from django.db import models
from django.utils.module_loading import import_string

from common.encoding import base64url
from common.errors import InvalidKey
from common.keys import KeyStore, PrivateKey, Signer
from common.keys.private_key import generate


class StoredKey(models.Model):
    """One private key, sealed."""

    name = models.CharField(max_length=64, unique=True)
    curve = models.CharField(max_length=16)
    sealed = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class KeyTable:
    """The `KeyStore` of the embedded default."""

    def create(self, curve: str) -> str:
        """Make a key on `curve`, seal it, and return its name."""
        key, name = generate(curve), secrets.token_urlsafe(16)
        sealed = self._box().encrypt(key.secret, self._bound_to(name, curve))
        StoredKey.objects.create(name=name, curve=curve, sealed=bytes(sealed))
        return name

    def signer(self, key: str, *, key_id: str = "") -> Signer:
        """A signer for the key of that name."""
        row = StoredKey.objects.get(name=key)
        try:
            secret = self._box().decrypt(bytes(row.sealed), self._bound_to(row.name, row.curve))
        except nacl.exceptions.CryptoError as error:
            raise InvalidKey(
                "A stored key does not open under KEY_ENCRYPTION_KEY.", detail=row.name, status=500
            ) from error
        return PrivateKey(row.curve, secret, key_id)

    @staticmethod
    def _box() -> nacl.secret.Aead:
        return nacl.secret.Aead(base64url.decode(settings.KEY_ENCRYPTION_KEY))

    @staticmethod
    def _bound_to(name: str, curve: str) -> bytes:
        return f"sello key {name} {curve}".encode()


def key_store(**options: Any) -> KeyStore:
    """The key store that settings name."""
    store: KeyStore = import_string(settings.KEY_STORES[settings.KEY_STORE])(**options)
    return store
