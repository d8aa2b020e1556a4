"""A private key in memory: what wallets, tests and the table key store sign with."""

import secrets
from dataclasses import dataclass, field

import nacl.signing
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from common.errors import InvalidKeyError, UnknownPartError
from common.keys.public_key import CURVES, NIST, PublicKey


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """A `Signer` that holds its own key: an Ed25519 seed or a NIST scalar, `secret` big-endian."""

    curve: str
    secret: bytes = field(repr=False)
    key_id: str = ""
    public_key: PublicKey = field(init=False)
    _signing: nacl.signing.SigningKey | ec.EllipticCurvePrivateKey = field(
        init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        signing: nacl.signing.SigningKey | ec.EllipticCurvePrivateKey
        try:
            if self.curve == "Ed25519":
                signing = nacl.signing.SigningKey(self.secret)
                public = bytes(signing.verify_key)
            elif self.curve in NIST:
                signing = ec.derive_private_key(int.from_bytes(self.secret, "big"), NIST[self.curve][0])
                public = signing.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
            else:
                raise UnknownPartError("curve", self.curve, CURVES)
        except ValueError as error:
            raise InvalidKeyError(f"This is not a {self.curve} private key.") from error
        object.__setattr__(self, "_signing", signing)
        object.__setattr__(self, "public_key", PublicKey(self.curve, public))

    def sign(self, data: bytes) -> bytes:
        """The signature over `data`: 64 bytes of Ed25519, or r||s with the curve's own hash."""
        if isinstance(self._signing, nacl.signing.SigningKey):
            return self._signing.sign(data).signature
        size = CURVES[self.curve].coordinate_size
        r, s = decode_dss_signature(self._signing.sign(data, ec.ECDSA(NIST[self.curve][1])))
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")

    def named(self, key_id: str) -> "PrivateKey":
        """The same key under the identifier that a relying party will look up."""
        return PrivateKey(self.curve, self.secret, key_id)


def generate(curve: str, *, key_id: str = "") -> PrivateKey:
    """A new private key from the operating system's randomness."""
    if curve == "Ed25519":
        return PrivateKey(curve, bytes(nacl.signing.SigningKey.generate()), key_id)
    if curve not in NIST:
        raise UnknownPartError("curve", curve, CURVES)
    number = ec.generate_private_key(NIST[curve][0]).private_numbers().private_value
    return PrivateKey(curve, number.to_bytes(CURVES[curve].coordinate_size, "big"), key_id)


def generate_secret(size: int) -> bytes:
    """A new symmetric key of `size` bytes from the operating system's randomness."""
    return secrets.token_bytes(size)
