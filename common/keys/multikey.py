"""Multikey public keys (W3C Controlled Identifiers §2.2.2), as in did:key and Data Integrity."""

from common.encoding import multibase
from common.errors import InvalidKey
from common.keys.public_key import CURVES, PublicKey


def encode(key: PublicKey) -> str:
    """`publicKeyMultibase` of a key: base58btc of its multicodec prefix and bytes."""
    return multibase.encode(CURVES[key.curve].multicodec + key.raw)


def decode(text: str) -> PublicKey:
    """The key behind a `publicKeyMultibase`; unknown multicodecs are an error that names the known."""
    data = multibase.decode(text)
    if not text.startswith("z"):
        raise InvalidKey("A Multikey is written in base58btc.")
    for curve in CURVES.values():
        if data.startswith(curve.multicodec):
            return PublicKey(curve.name, data[len(curve.multicodec) :])
    raise InvalidKey(f"This Multikey is none of {', '.join(CURVES)}.")
