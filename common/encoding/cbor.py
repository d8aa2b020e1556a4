"""CBOR as signatures need it (RFC 8949): one reading, of definite length, to its last byte, or an error.

Tags mean nothing here: a reader that builds dates, fractions, patterns or shared references out of a
stranger's bytes has more doors than anybody guards. Those that a caller names are handed over as they stand.
"""

import io
from collections.abc import Callable, Mapping
from typing import Any, Final

import cbor2
from cbor2 import CBORTag as Tag

from common import purse
from common.errors import MalformedInput

__all__ = ["EMBEDDED", "Tag", "decode", "embed", "embedded", "encode"]

EMBEDDED: Final = 24  # §3.4.5.1: a byte string that holds CBOR
MAX_BYTES: Final = 1_000_000
MAX_DEPTH: Final = 32
# Every tag to which the library would give a meaning of its own; a test looks for others.
_INTERPRETED: Final = (
    *(0, 1, 2, 3, 4, 5, 25, 28, 29, 30, 35, 36, 37),
    *(52, 54, 100, 256, 258, 260, 261, 1004, 43000, 55799),
)


def encode(value: Any) -> bytes:
    """The deterministic encoding: shortest forms, definite lengths, keys length-first (§4.2.3)."""
    try:
        return cbor2.dumps(value, canonical=True)
    except (cbor2.CBORError, RecursionError) as error:
        raise MalformedInput("This value has no CBOR encoding.", detail=type(error).__name__) from error


def decode(
    data: bytes,
    *,
    tags: frozenset[int] = frozenset(),
    max_bytes: int = MAX_BYTES,
    max_depth: int = MAX_DEPTH,
) -> Any:
    """Parse one data item; arrays are lists, beneath a tag tuples, and the `tags` named are `Tag`.

    Other tags, indefinite lengths, a key that stands twice or is neither text, bytes nor an integer, and
    whatever follows the item are errors.
    """
    if len(data) > max_bytes:
        raise MalformedInput(f"This CBOR is larger than {max_bytes} bytes.")
    purse.draw(steps=1 + len(data) // 16)

    def keep(tag: int, value: Any) -> Tag:
        if tag not in tags:
            raise ValueError("a tag that is not known here")
        return Tag(tag, value)

    def keeping(tag: int) -> Callable[[Any, bool], Tag]:
        return lambda value, immutable: keep(tag, value)

    stream = io.BytesIO(data)
    decoder = cbor2.CBORDecoder(
        stream,
        tag_hook=lambda tag, immutable: keep(tag.tag, tag.value),
        semantic_decoders={tag: keeping(tag) for tag in _INTERPRETED},
        object_hook=_require_plain_keys,
        max_depth=max_depth,
        allow_indefinite=False,
        allow_duplicate_keys=False,
    )
    try:
        value = decoder.decode()
    except (cbor2.CBORError, ValueError, TypeError, OverflowError, RecursionError, MemoryError) as error:
        raise MalformedInput("This is not CBOR.", detail=type(error).__name__) from error
    if stream.tell() != len(data):
        raise MalformedInput("Something follows this CBOR.")
    return value


def embed(data: bytes) -> Tag:
    """CBOR within CBOR, its bytes kept as they are."""
    return Tag(EMBEDDED, data)


def embedded(value: object) -> bytes:
    """The bytes within a tag 24, an error where there is none."""
    if not isinstance(value, Tag) or value.tag != EMBEDDED or not isinstance(value.value, bytes):
        raise MalformedInput("Embedded CBOR was expected here.")
    return value.value


def _require_plain_keys(value: Mapping[Any, Any], immutable: bool) -> Mapping[Any, Any]:
    if any(type(key) not in (str, bytes, int) for key in value):
        raise ValueError("a key is neither text, bytes nor an integer")
    return value
