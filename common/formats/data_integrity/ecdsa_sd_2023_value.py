"""The proof values of ecdsa-sd-2023, base and derived (VC-DI-ECDSA §3.5.2, §3.5.3, §3.5.5 to §3.5.8)."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from common.encoding import cbor, multibase
from common.errors import InvalidKeyError, InvalidSignatureError, MalformedInputError
from common.keys import PublicKey
from common.keys.public_key import CURVES
from common.rdf.canonical import MAX_BLANK_NODES, MAX_QUADS

BASE_HEADER: Final = b"\xd9\x5d\x00"
DERIVED_HEADER: Final = b"\xd9\x5d\x01"
SIGNATURE_SIZE: Final = 64
HMAC_SIZE: Final = 32
_KEY_PREFIX: Final = CURVES["P-256"].multicodec


@dataclass(frozen=True, slots=True)
class BaseValue:
    """What an issuer gives to the holder, and to nobody else."""

    signature: bytes
    key: PublicKey  # made for this proof only
    hmac_key: bytes
    signatures: tuple[bytes, ...]  # one a statement that is not mandatory
    mandatory_pointers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DerivedValue:
    """What a holder shows; `labels` by the canonical label that the reader will find."""

    signature: bytes
    key: PublicKey
    signatures: tuple[bytes, ...]
    labels: Mapping[str, str]
    mandatory_indexes: tuple[int, ...]


def multikey_bytes(key: PublicKey) -> bytes:
    """The binary Multikey of a P-256 key: 35 bytes (§3.6.5 step 4)."""
    return _KEY_PREFIX + key.raw


def serialize_base(value: BaseValue) -> str:
    """A base proof value (§3.5.2)."""
    components = [
        value.signature,
        multikey_bytes(value.key),
        value.hmac_key,
        list(value.signatures),
        list(value.mandatory_pointers),
    ]
    return multibase.encode_base64url(BASE_HEADER + cbor.encode(components))


def serialize_derived(value: DerivedValue) -> str:
    """A derived proof value, its label map compressed (§3.5.7, §3.5.5)."""
    labels = {int(name.removeprefix("c14n")): multibase.decode(new) for name, new in value.labels.items()}
    components = [
        value.signature,
        multikey_bytes(value.key),
        list(value.signatures),
        labels,
        list(value.mandatory_indexes),
    ]
    return multibase.encode_base64url(DERIVED_HEADER + cbor.encode(components))


def is_base(proof_value: object) -> bool:
    """Whether a proof value calls itself a base proof; its header stands in the first four characters."""
    return isinstance(proof_value, str) and proof_value.startswith(multibase.encode_base64url(BASE_HEADER))


def parse_base(proof_value: object) -> BaseValue:
    """A base proof value (§3.5.3)."""
    signature, key, hmac_key, signatures, pointers = _components(proof_value, BASE_HEADER)
    if not isinstance(pointers, list) or not all(isinstance(pointer, str) for pointer in pointers):
        raise InvalidSignatureError("This proof's mandatory pointers are not a list of texts.")
    return BaseValue(
        _bytes(signature, SIGNATURE_SIZE),
        _key(key),
        _bytes(hmac_key, HMAC_SIZE),
        _signatures(signatures),
        tuple(pointers),
    )


def parse_derived(proof_value: object) -> DerivedValue:
    """A derived proof value (§3.5.8, §3.5.6); the key has 35 bytes, where the text says 36."""
    signature, key, signatures, labels, indexes = _components(proof_value, DERIVED_HEADER)
    if not isinstance(labels, dict) or len(labels) > MAX_BLANK_NODES:
        raise InvalidSignatureError("This proof's label map is not a map of a size that is accepted.")
    if not isinstance(indexes, list) or not all(map(_is_index, (*labels, *indexes))):
        raise InvalidSignatureError("This proof counts with something else than whole numbers.")
    if any(later <= earlier for earlier, later in pairwise(indexes)):
        raise InvalidSignatureError("This proof's mandatory indexes are not in order.")
    return DerivedValue(
        _bytes(signature, SIGNATURE_SIZE),
        _key(key),
        _signatures(signatures),
        {
            f"c14n{number}": multibase.encode_base64url(_bytes(label, HMAC_SIZE))
            for number, label in labels.items()
        },
        tuple(indexes),
    )


def _components(proof_value: object, header: bytes) -> list[Any]:
    if not isinstance(proof_value, str) or not proof_value.startswith("u"):
        raise InvalidSignatureError("A proof of this suite carries its value in base64url.")
    try:
        data = multibase.decode(proof_value)
        if not data.startswith(header):
            raise InvalidSignatureError("This proof value is of another kind than was expected.")
        components = cbor.decode(data[len(header) :])
    except MalformedInputError as error:
        raise InvalidSignatureError("This proof value cannot be read.", detail=str(error)) from error
    if not isinstance(components, list) or len(components) != 5:
        raise InvalidSignatureError("A proof value of this suite has five parts.")
    return components


def _bytes(value: object, size: int) -> bytes:
    if not isinstance(value, bytes) or len(value) != size:
        raise InvalidSignatureError(f"A part of this proof value does not have {size} bytes.")
    return value


def _signatures(value: object) -> tuple[bytes, ...]:
    if not isinstance(value, list) or len(value) > MAX_QUADS:
        raise InvalidSignatureError("This proof's signatures are not a list of a length that is accepted.")
    return tuple(_bytes(signature, SIGNATURE_SIZE) for signature in value)


def _key(value: object) -> PublicKey:
    if not isinstance(value, bytes) or not value.startswith(_KEY_PREFIX):
        raise InvalidSignatureError("The key in this proof is not a P-256 Multikey.")
    try:
        return PublicKey("P-256", value[len(_KEY_PREFIX) :])
    except InvalidKeyError as error:
        raise InvalidSignatureError("The key in this proof is no key.") from error


def _is_index(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_QUADS
