"""Kinds of keys that are standard and not used here: named for what they are, so that none passes for broken.

ML-DSA in JOSE and COSE is RFC 9964 (`kty` AKP), its Multikey is that of the W3C's quantum-resistant suites.
"""

from collections.abc import Mapping
from typing import Any, Final

from common.errors import InvalidKeyError
from common.keys.public_key import CURVES

ML_DSA: Final = ("ML-DSA-44", "ML-DSA-65", "ML-DSA-87")
AKP: Final = 7  # COSE key type (RFC 9964 §3)
_CURVES: Final = ("P-521", "secp256k1", "Ed448", "X25519", "X448")
_COSE_ALGORITHMS: Final = {-48: ML_DSA[0], -49: ML_DSA[1], -50: ML_DSA[2]}
_COSE_CURVES: Final = {3: "P-521", 4: "X25519", 5: "X448", 7: "Ed448", 8: "secp256k1"}
_MULTICODECS: Final = {  # unsigned varints of the multicodec table
    b"\x90\x24": ML_DSA[0],
    b"\x91\x24": ML_DSA[1],
    b"\x92\x24": ML_DSA[2],
    b"\x82\x24": "P-521",
    b"\x83\x24": "Ed448",
    b"\xe7\x01": "secp256k1",
    b"\xeb\x01": "BLS12-381",
    b"\xec\x01": "X25519",
}


class UnknownKeyKindError(InvalidKeyError):
    """A key of another kind than those used here; whether it is a good one, nobody here can say."""


def of_jwk(jwk: Mapping[str, Any]) -> UnknownKeyKindError:
    """The name of a JWK's kind that is not supported here."""
    name = jwk.get("alg") if jwk.get("kty") == "AKP" else jwk.get("crv")
    return _named(name if name in (*ML_DSA, *_CURVES) else None)


def of_cose_key(key: Mapping[Any, Any]) -> UnknownKeyKindError:
    """The name of a COSE_Key's kind that is not supported here (1 `kty`, 3 `alg`, -1 `crv`)."""
    names, member = (_COSE_ALGORITHMS, 3) if key.get(1) == AKP else (_COSE_CURVES, -1)
    value = key.get(member)
    return _named(names.get(value) if type(value) is int else None)


def of_multikey(data: bytes) -> UnknownKeyKindError:
    """The name of a Multikey's kind that is not supported here."""
    return _named(_MULTICODECS.get(data[:2]))


def _named(name: str | None) -> UnknownKeyKindError:
    kind = f"of the kind {name}" if name else "of another kind"
    return UnknownKeyKindError(f"This key is {kind}, which is not used here; known: {', '.join(CURVES)}.")
