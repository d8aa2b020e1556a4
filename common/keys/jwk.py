"""JSON Web Keys (RFC 7517, RFC 8037) and their thumbprints (RFC 7638)."""

import hashlib
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from common.encoding import base64url, jcs
from common.errors import InvalidKeyError
from common.keys import unsupported
from common.keys.public_key import CURVES, NIST, PublicKey


def encode(key: PublicKey) -> dict[str, str]:
    """The public JWK of a key, with its required members only."""
    if key.curve == "Ed25519":
        return {"kty": "OKP", "crv": "Ed25519", "x": base64url.encode(key.raw)}
    point = key.elliptic().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    size = CURVES[key.curve].coordinate_size
    return {
        "kty": "EC",
        "crv": key.curve,
        "x": base64url.encode(point[1 : 1 + size]),
        "y": base64url.encode(point[1 + size :]),
    }


def decode(jwk: Mapping[str, Any]) -> PublicKey:
    """The public key of a JWK; private members, other kinds and points off the curve are refused."""
    if not isinstance(jwk, Mapping):
        raise InvalidKeyError("A JWK is a JSON object.")
    jwk = {name: value for name, value in jwk.items() if value is not None}
    if not {"d", "k", "priv"}.isdisjoint(jwk):
        raise InvalidKeyError("A private key does not belong here.")
    kty, crv = jwk.get("kty"), jwk.get("crv")
    if kty == "OKP" and crv == "Ed25519":
        return PublicKey("Ed25519", _member(jwk, "x", 32))
    if kty == "EC" and isinstance(crv, str) and crv in NIST:
        size = CURVES[crv].coordinate_size
        x, y = _member(jwk, "x", size), _member(jwk, "y", size)
        key = PublicKey(crv, bytes([2 + (y[-1] & 1)]) + x)
        if encode(key)["y"] != jwk["y"]:
            raise InvalidKeyError(f"This is not a point on {crv}.")
        return key
    raise unsupported.of_jwk(jwk)


def thumbprint(key: PublicKey) -> str:
    """The RFC 7638 SHA-256 thumbprint, base64url."""
    return base64url.encode(hashlib.sha256(jcs.canonicalize(encode(key))).digest())


def _member(jwk: Mapping[str, Any], name: str, size: int) -> bytes:
    value = jwk.get(name)
    if not isinstance(value, str):
        raise InvalidKeyError(f"The JWK lacks its member {name}.")
    data = base64url.decode(value)
    if len(data) != size:
        raise InvalidKeyError(f"The JWK's member {name} has the wrong length.")
    return data
