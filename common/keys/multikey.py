"""Multikey public keys (W3C Controlled Identifiers §2.2.2), as in did:key and Data Integrity."""

from common.encoding import multibase
from common.errors import InvalidKeyError
from common.keys import unsupported
from common.keys.public_key import CURVES, PublicKey


def encode(key: PublicKey) -> str:
    """`publicKeyMultibase` of a key: base58btc of its multicodec prefix and bytes."""
    return multibase.encode(CURVES[key.curve].multicodec + key.raw)


def decode(text: str) -> PublicKey:
    """The key behind a `publicKeyMultibase`; other kinds are an error that names them."""
    data = multibase.decode(text)
    curve = next((curve for curve in CURVES.values() if data.startswith(curve.multicodec)), None)
    if curve is None:
        raise unsupported.of_multikey(data)
    if not text.startswith("z"):
        raise InvalidKeyError("A Multikey of this kind is written in base58btc.")
    return PublicKey(curve.name, data[len(curve.multicodec) :])
