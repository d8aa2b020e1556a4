"""CBOR as signatures need it (RFC 8949): one reading, to its last byte, or an error.

Tags mean nothing here: a reader that builds dates, fractions, patterns or shared references out of a
stranger's bytes has more doors than anybody guards. They are handed over as they stand. What was embedded is
kept byte by byte, its tag and length among them: digests are taken over the bytes that were received.
"""

import io
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import cbor2
from cbor2 import CBORTag as Tag

from common import purse
from common.errors import MalformedInputError

__all__ = ["EMBEDDED", "Embedded", "Tag", "decode", "embed", "embedded", "encode"]

EMBEDDED: Final = 24  # §3.4.5.1: a byte string that holds CBOR
SELF_DESCRIBED: Final = bytes.fromhex("d9d9f7")  # §3.4.6: tag 55799 before anything else says nothing
MAX_BYTES: Final = 1_000_000
MAX_DEPTH: Final = 32
_BREAK: Final = 0xFF
# Every tag to which the library would give a meaning of its own; a test looks for others.
_INTERPRETED: Final = (
    *(0, 1, 2, 3, 4, 5, 25, 28, 29, 30, 35, 36, 37),
    *(52, 54, 100, 256, 258, 260, 261, 1004, 43000, 55799),
)


@dataclass(frozen=True, slots=True)
class Embedded:
    """CBOR within CBOR: the bytes within, and the whole of it as it was received and will travel."""

    value: bytes
    encoded: bytes


def encode(value: Any) -> bytes:
    """The deterministic encoding: shortest forms, definite lengths, keys length-first (§4.2.3)."""
    try:
        return cbor2.dumps(value, canonical=True, default=_write_embedded)
    except (cbor2.CBORError, RecursionError) as error:
        raise MalformedInputError("This value has no CBOR encoding.", detail=type(error).__name__) from error


def decode(
    data: bytes,
    *,
    tags: Collection[int] | None = (),
    max_bytes: int = MAX_BYTES,
    max_depth: int = MAX_DEPTH,
) -> Any:
    """Parse one data item; arrays are lists, beneath a tag tuples.

    The `tags` named are `Tag`, tag 24 of a byte string is `Embedded`; None takes every tag. Other tags, a key
    that stands twice or is neither text, bytes nor an integer, and whatever follows the item are errors.
    """
    if len(data) > max_bytes:
        raise MalformedInputError(f"This CBOR is larger than {max_bytes} bytes.")
    purse.charge(steps=1 + len(data) // 16)
    data = data.removeprefix(SELF_DESCRIBED)
    received = _embedded_in(data, max_depth=max_depth)

    def keep(tag: int, value: Any) -> Tag | Embedded:
        encoded = next(received) if tag == EMBEDDED else b""
        if tags is not None and tag not in tags:
            raise ValueError("a tag that is not known here")
        return Embedded(value, encoded) if encoded and isinstance(value, bytes) else Tag(tag, value)

    def keeping(tag: int) -> Callable[[Any, bool], Tag | Embedded]:
        return lambda value, immutable: keep(tag, value)

    stream = io.BytesIO(data)
    decoder = cbor2.CBORDecoder(
        stream,
        tag_hook=lambda tag, immutable: keep(tag.tag, tag.value),
        semantic_decoders={tag: keeping(tag) for tag in _INTERPRETED},
        object_hook=_require_plain_keys,
        max_depth=max_depth,
        allow_duplicate_keys=False,
    )
    try:
        value = decoder.decode()
    except (
        cbor2.CBORError, ValueError, TypeError, OverflowError, RecursionError, MemoryError, StopIteration,
    ) as error:  # fmt: skip
        raise MalformedInputError("This is not CBOR.", detail=type(error).__name__) from error
    if stream.tell() != len(data):
        raise MalformedInputError("Something follows this CBOR.")
    return value


def embed(data: bytes) -> Embedded:
    """CBOR within CBOR, its bytes kept as they are."""
    return Embedded(data, cbor2.dumps(Tag(EMBEDDED, data), canonical=True))


def embedded(value: object) -> bytes:
    """The bytes within a tag 24, an error where there is none."""
    if not isinstance(value, Embedded):
        raise MalformedInputError("Embedded CBOR was expected here.")
    return value.value


def _write_embedded(encoder: cbor2.CBOREncoder, value: object) -> None:
    if not isinstance(value, Embedded):
        raise cbor2.CBOREncodeTypeError("not a value of CBOR")
    encoder.write(value.encoded)


def _argument(data: bytes, at: int) -> tuple[int, int]:
    """The argument in the head of an item, and where its contents begin (RFC 8949 §3)."""
    length, at = data[at] & 31, at + 1
    if not 24 <= length < 28:
        return length, at
    size = 1 << (length - 24)
    return int.from_bytes(data[at : at + size], "big"), at + size


def _embedded_in(data: bytes, *, max_depth: int) -> Iterator[bytes]:
    """Each tag 24 in a data item, whole, by where their contents end: as a decoder meets them."""
    found: list[bytes] = []

    def skip(begin: int, depth: int) -> int:
        """Where the item that begins there ends (§3, appendix C)."""
        if depth > 2 * max_depth:
            raise MalformedInputError("This CBOR is nested too deeply.")
        kind, endless = data[begin] >> 5, data[begin] & 31 == 31
        length, at = _argument(data, begin)
        if kind in (2, 3) and not endless:
            return at + length
        if kind in (2, 3, 4, 5) and endless:
            while data[at] != _BREAK:
                at = skip(at, depth + 1)
            return at + 1
        for _ in range(
            {4: length, 5: 2 * length, 6: 1}.get(kind, 0)
        ):  # an array's items, a map's pairs, a tag's
            at = skip(at, depth + 1)
        if kind == 6 and length == EMBEDDED:
            found.append(data[begin:at])
        return at

    try:
        skip(0, 0)
    except IndexError as error:
        raise MalformedInputError("This is not CBOR.", detail="it ends too early") from error
    return iter(found)


def _require_plain_keys(value: Mapping[Any, Any], immutable: bool) -> Mapping[Any, Any]:
    if any(type(key) not in (str, bytes, int) for key in value):
        raise ValueError("a key is neither text, bytes nor an integer")
    return value
