"""A public key: its curve, its bytes, and the one thing it can do."""

from dataclasses import dataclass
from typing import Final

import nacl.exceptions
import nacl.signing
from cryptography.exceptions import InvalidSignature as BadSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from multiformats import multicodec

from common.errors import InvalidKeyError, InvalidSignatureError, UnknownPartError


@dataclass(frozen=True, slots=True)
class Curve:
    """What a curve needs to be known by: its JOSE names, sizes and multicodec prefix."""

    name: str
    algorithm: str  # JOSE `alg` (RFC 7518, RFC 8037)
    raw_size: int  # public key: Ed25519 as is, NIST curves compressed (SEC 1 §2.3.3)
    multicodec: bytes  # unsigned varint prefix of a Multikey (CID §2.2.2)
    coordinate_size: int = 0  # NIST curves only


def multicodec_prefix(name: str) -> bytes:
    """The unsigned varint under which the multicodec table lists a kind of key."""
    return bytes(multicodec.get(name).wrap(b""))


CURVES: Final = {
    curve.name: curve
    for curve in (
        Curve("Ed25519", "EdDSA", 32, multicodec_prefix("ed25519-pub")),
        Curve("P-256", "ES256", 33, multicodec_prefix("p256-pub"), 32),
        Curve("P-384", "ES384", 49, multicodec_prefix("p384-pub"), 48),
    )
}
# RFC 9864 names the curve where RFC 8037 names the family: two names of one algorithm.
FULLY_SPECIFIED: Final = {"Ed25519": "EdDSA"}
JOSE_ALGORITHMS: Final = [*(curve.algorithm for curve in CURVES.values()), *FULLY_SPECIFIED]  # all names
NIST: Final[dict[str, tuple[ec.EllipticCurve, hashes.HashAlgorithm]]] = {
    "P-256": (ec.SECP256R1(), hashes.SHA256()),
    "P-384": (ec.SECP384R1(), hashes.SHA384()),
}


def algorithm_named(name: object) -> object:
    """The JOSE algorithm of a name as the keys here have it; a name that is not known stays as it is."""
    return FULLY_SPECIFIED.get(name, name) if isinstance(name, str) else name


@dataclass(frozen=True, slots=True)
class PublicKey:
    """An Ed25519 (RFC 8032) or NIST (SEC 1, compressed) public key."""

    curve: str
    raw: bytes

    def __post_init__(self) -> None:
        if self.curve not in CURVES:
            raise UnknownPartError("curve", self.curve, CURVES)
        if len(self.raw) != CURVES[self.curve].raw_size:
            raise InvalidKeyError(f"A {self.curve} public key has {CURVES[self.curve].raw_size} bytes.")
        if self.curve in NIST:
            self.elliptic()

    @property
    def algorithm(self) -> str:
        """The JOSE algorithm this key verifies."""
        return CURVES[self.curve].algorithm

    def elliptic(self) -> ec.EllipticCurvePublicKey:
        """The key as `cryptography` holds it; NIST curves only."""
        try:
            return ec.EllipticCurvePublicKey.from_encoded_point(NIST[self.curve][0], self.raw)
        except (ValueError, KeyError) as error:
            raise InvalidKeyError(f"This is not a point on {self.curve}.") from error

    def verify(self, signature: bytes, data: bytes) -> None:
        """Raise `InvalidSignatureError` unless this key made the `signature` (r||s on NIST curves)."""
        try:
            if self.curve == "Ed25519":
                nacl.signing.VerifyKey(self.raw).verify(data, signature)
                return
            size = CURVES[self.curve].coordinate_size
            if len(signature) != 2 * size:
                raise InvalidSignatureError("This signature has the wrong length.")
            der = encode_dss_signature(
                int.from_bytes(signature[:size], "big"), int.from_bytes(signature[size:], "big")
            )
            self.elliptic().verify(der, data, ec.ECDSA(NIST[self.curve][1]))
        except (nacl.exceptions.CryptoError, ValueError, BadSignature) as error:
            raise InvalidSignatureError("The signature does not match.") from error
