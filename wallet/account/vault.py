"""The vault: a random key that a passphrase unwraps, and rows that only this key opens.

passphrase → keyed digest under the site's KEY_ENCRYPTION_KEY → argon2id (RFC 9106) → wrapping key →
vault key → rows. XChaCha20-Poly1305 throughout; the associated data of each sealed text names the table,
the account and the row, so that nothing sealed can stand in another's place.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import nacl.exceptions
import nacl.secret
from django.conf import settings
from nacl.pwhash import argon2id

from common.adapters.limits.turns import DEAR
from common.encoding import base64url
from common.errors import SelloError
from wallet.models import Account, Sealed

KEY_BYTES: Final = 32
PADDING: Final = 4096  # sealed rows differ in size by whole pages, so that a size betrays little
COSTS: Final = {
    "moderate": (argon2id.OPSLIMIT_MODERATE, argon2id.MEMLIMIT_MODERATE),
    "minimal": (argon2id.OPSLIMIT_MIN, argon2id.MEMLIMIT_MIN),  # tests
}


class VaultClosedError(SelloError):
    """What was to be opened does not open: another key, another row, or changed bytes."""

    code = "access_denied"
    status = 403


@dataclass(frozen=True, slots=True)
class Vault:
    """An open vault: the account, and the key to its rows."""

    account: Account
    key: bytes = field(repr=False)

    def seal(self, row: Sealed, value: Mapping[str, Any]) -> None:
        """Put `value` into `row`, which keeps its identifier for good from here on."""
        text = json.dumps(value, separators=(",", ":")).encode()
        padded = text + b" " * (-len(text) % PADDING)
        row.account = self.account
        row.sealed = seal_bytes(self.key, padded, bound_to=_place(row, self.account))

    def open(self, row: Sealed) -> dict[str, Any]:
        """What `row` says; a row of another account, or moved from another place, is `VaultClosedError`."""
        value: dict[str, Any] = json.loads(
            open_sealed(self.key, row.sealed, bound_to=_place(row, self.account))
        )
        return value


def seal_bytes(key: bytes, data: bytes, *, bound_to: bytes) -> bytes:
    """`data` under `key`, to be opened only with the same `bound_to`."""
    return bytes(nacl.secret.Aead(key).encrypt(data, bound_to))


def open_sealed(key: bytes, sealed: bytes | memoryview, *, bound_to: bytes) -> bytes:
    """The bytes behind `seal`, or `VaultClosedError`."""
    try:
        return nacl.secret.Aead(key).decrypt(bytes(sealed), bound_to)
    except (nacl.exceptions.CryptoError, ValueError) as error:
        raise VaultClosedError(
            "This part of the wallet does not open.", detail=type(error).__name__
        ) from error


def create_vault(account: Account, passphrase: str) -> Vault:
    """Give a new account its vault key, wrapped by the passphrase."""
    vault = Vault(account, secrets.token_bytes(KEY_BYTES))
    wrap_vault_key(vault, passphrase)
    return vault


def wrap_vault_key(vault: Vault, passphrase: str) -> None:
    """Wrap the vault key under `passphrase` with a fresh salt; the rows stay as they are."""
    account = vault.account
    account.operations, account.memory = COSTS[settings.WALLET_PASSPHRASE_COST]
    account.salt = secrets.token_bytes(argon2id.SALTBYTES)
    account.wrapped_key = seal_bytes(
        _wrapping_key(account, passphrase), vault.key, bound_to=_wrapped(account)
    )


def unwrap_vault(account: Account, passphrase: str) -> Vault:
    """The open vault of `account`, or `VaultClosedError` when this is not its passphrase."""
    key = open_sealed(_wrapping_key(account, passphrase), account.wrapped_key, bound_to=_wrapped(account))
    return Vault(account, key)


def spend_derivation(passphrase: str) -> None:
    """The work of `unwrap` for an account that is not there, so that time does not tell."""
    operations, memory = COSTS[settings.WALLET_PASSPHRASE_COST]
    _wrapping_key(Account(salt=bytes(argon2id.SALTBYTES), operations=operations, memory=memory), passphrase)


def site_digest(purpose: str, text: str) -> bytes:
    """HMAC-SHA256 of `text` under the site's key: without that key it can neither be read nor guessed."""
    key = base64url.decode(settings.KEY_ENCRYPTION_KEY)
    return hmac.digest(key, f"sello wallet {purpose}\0{text}".encode(), hashlib.sha256)


def _wrapping_key(account: Account, passphrase: str) -> bytes:
    with DEAR.taken():
        return argon2id.kdf(
            KEY_BYTES,
            site_digest("passphrase", passphrase),
            bytes(account.salt),
            opslimit=account.operations,
            memlimit=account.memory,
        )


def _wrapped(account: Account) -> bytes:
    return f"sello wallet vault {account.id}".encode()


def _place(row: Sealed, account: Account) -> bytes:
    return f"{row._meta.label} {account.id} {row.id}".encode()
