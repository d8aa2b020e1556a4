"""Keys, and the two interfaces behind which private keys stay."""

from common.keys.private_key import PrivateKey
from common.keys.public_key import PublicKey
from common.keys.signer import KeyStore, Signer

__all__ = ["KeyStore", "PrivateKey", "PublicKey", "Signer"]
