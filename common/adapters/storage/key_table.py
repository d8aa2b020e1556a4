"""A key store in the database: private keys under KEY_ENCRYPTION_KEY, each sealed as its name and curve."""

import secrets
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.module_loading import import_string

from common.adapters.storage import sealing
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
        sealed = sealing.seal(key.secret, name=f"key {name} {curve}")
        StoredKey.objects.create(name=name, curve=curve, sealed=sealed)
        return name

    def signer(self, key: str, *, key_id: str = "") -> Signer:
        """A signer for the key of that name."""
        row = StoredKey.objects.get(name=key)
        secret = sealing.unseal(row.sealed, name=f"key {row.name} {row.curve}")
        return PrivateKey(row.curve, secret, key_id)


def key_store(**options: Any) -> KeyStore:
    """The key store that settings name."""
    store: KeyStore = import_string(settings.KEY_STORES[settings.KEY_STORE])(**options)
    return store
