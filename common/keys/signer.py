"""The two interfaces behind which private keys stay."""

from typing import Protocol

from common.keys.public_key import PublicKey


class Signer(Protocol):
    """Signs bytes with one key and knows the name under which others find its public half."""

    @property
    def key_id(self) -> str:
        """A verification method (DID URL) or JOSE `kid`."""

    @property
    def public_key(self) -> PublicKey:
        """The public half."""

    def sign(self, data: bytes) -> bytes:
        """64 bytes of Ed25519, or r||s on NIST curves with the curve's own hash."""


class KeyStore(Protocol):
    """Makes keys and signs with them; the private key never leaves."""

    def create(self, curve: str) -> str:
        """Make a key on `curve` and return its store identifier."""

    def signer(self, key: str, *, key_id: str = "") -> Signer:
        """A signer for the key named `key`, to be known to others as `key_id`."""
