"""COSE (RFC 9052, RFC 9053): public keys, and COSE_Sign1 made by a `Signer` and checked by a `PublicKey`.

As in JOSE here, the algorithm follows from the key, never from the header. Algorithms travel under their
older names, which everybody reads; the fully specified ones of RFC 9864 are taken too.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from common.encoding import cbor
from common.errors import InvalidKeyError, InvalidSignatureError, MalformedInputError
from common.keys import unsupported
from common.keys.public_key import CURVES, NIST, PublicKey
from common.keys.signer import Signer

ALG, CRIT, KID, X5CHAIN = 1, 2, 4, 33  # header parameters (RFC 9052 §3.1, RFC 9360 §2)
KTY, CRV, X, Y, D = 1, -1, -2, -3, -4  # key parameters (RFC 9053 §7)
OKP, EC2 = 1, 2
ALGORITHMS: Final[Mapping[str, tuple[int, ...]]] = {  # by curve, the one that is written first
    "P-256": (-7, -9),
    "P-384": (-35, -51),
    "Ed25519": (-8, -19),
}
_CURVES: Final = {"P-256": 1, "P-384": 2, "Ed25519": 6}
_NAMES: Final = {number: name for name, number in _CURVES.items()}


@dataclass(frozen=True, slots=True)
class Sign1:
    """A COSE_Sign1 taken apart, not to be believed before `verify`; a payload of None travels apart."""

    protected: bytes
    unprotected: Mapping[Any, Any]
    payload: bytes | None
    signature: bytes
    headers: Mapping[Any, Any] = field(default_factory=dict)  # the protected ones


def encode_key(key: PublicKey) -> dict[int, Any]:
    """The COSE_Key of a public key, with its required parameters only (RFC 9053 §7)."""
    if key.curve == "Ed25519":
        return {KTY: OKP, CRV: _CURVES[key.curve], X: key.raw}
    point = key.elliptic().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    size = CURVES[key.curve].coordinate_size
    return {KTY: EC2, CRV: _CURVES[key.curve], X: point[1 : 1 + size], Y: point[1 + size :]}


def decode_key(value: object) -> PublicKey:
    """The public key of a COSE_Key; private parameters, other types and points off the curve are refused."""
    if not isinstance(value, Mapping):
        raise InvalidKeyError("A COSE_Key is a map.")
    if D in value:
        raise InvalidKeyError("A private key does not belong here.")
    curve = _NAMES.get(value[CRV]) if type(value.get(CRV)) is int else None
    x, y = value.get(X), value.get(Y)
    if curve is None:
        raise unsupported.of_cose_key(value)
    if value.get(KTY) != (EC2 if curve in NIST else OKP) or not isinstance(x, bytes):
        raise InvalidKeyError("The type of this COSE_Key is not that of its curve.")
    if curve == "Ed25519":
        return PublicKey(curve, x)
    size = CURVES[curve].coordinate_size
    if len(x) != size or not (isinstance(y, bool) or (isinstance(y, bytes) and len(y) == size)):
        raise InvalidKeyError("The coordinates of this COSE_Key have the wrong length.")
    sign = y if isinstance(y, bool) else y[-1] & 1
    key = PublicKey(curve, bytes([2 + sign]) + x)
    if isinstance(y, bytes) and encode_key(key)[Y] != y:
        raise InvalidKeyError(f"This is not a point on {curve}.")
    return key


def sign1(
    payload: bytes,
    *,
    signer: Signer,
    detached: bool = False,
    protected: Mapping[int, Any] | None = None,
    unprotected: Mapping[int, Any] | None = None,
) -> list[Any]:
    """The untagged COSE_Sign1 over `payload` (RFC 9052 §4.2); `alg` follows from the signer's key."""
    header = cbor.encode({ALG: ALGORITHMS[signer.public_key.curve][0], **(protected or {})})
    signature = signer.sign(_to_be_signed(header, payload))
    return [header, dict(unprotected or {}), None if detached else payload, signature]


def parse(value: object) -> Sign1:
    """Take a COSE_Sign1, tagged or not, apart without believing it; critical headers are refused."""
    if isinstance(value, cbor.Tag) and value.tag == 18:
        value = value.value
    if not isinstance(value, list | tuple) or len(value) != 4:
        raise MalformedInputError("This is not a COSE_Sign1.")
    protected, unprotected, payload, signature = value
    if not isinstance(protected, bytes) or not isinstance(signature, bytes):
        raise MalformedInputError("This is not a COSE_Sign1.")
    if not isinstance(unprotected, Mapping) or not (payload is None or isinstance(payload, bytes)):
        raise MalformedInputError("This is not a COSE_Sign1.")
    headers = cbor.decode(protected, tags=None) if protected else {}
    if not isinstance(headers, Mapping) or set(headers) & set(unprotected):
        raise MalformedInputError("A header of this COSE_Sign1 stands twice, or nowhere.")
    if CRIT in headers or CRIT in unprotected:
        raise MalformedInputError("This COSE_Sign1 has a critical header that is not understood.")
    return Sign1(protected, unprotected, payload, signature, headers)


def verify(message: Sign1, *, key: PublicKey, detached: bytes | None = None) -> bytes:
    """The payload, once `key` is seen to have signed it; `detached` is the payload that does not travel."""
    if message.headers.get(ALG) not in ALGORITHMS[key.curve]:
        raise InvalidSignatureError("The algorithm named is not the key's own.")
    if (message.payload is None) == (detached is None):
        raise MalformedInputError("The payload of this COSE_Sign1 is not where it is expected.")
    payload = detached if message.payload is None else message.payload
    assert payload is not None
    key.verify(message.signature, _to_be_signed(message.protected, payload))
    return payload


def _to_be_signed(protected: bytes, payload: bytes) -> bytes:
    """The Sig_structure (RFC 9052 §4.4), without external data."""
    return cbor.encode(["Signature1", protected, b"", payload])
