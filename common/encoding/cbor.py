"""CBOR as signatures need it (RFC 8949): one reading, of definite length, to its last byte, or an error."""

import io
from collections.abc import Callable
from typing import Any, Final, NoReturn

import cbor2

from common.errors import MalformedInput

MAX_BYTES: Final = 1_000_000
MAX_DEPTH: Final = 32


def encode(value: Any) -> bytes:
    """The core deterministic encoding (§4.2.1) of integers, text, bytes, booleans, null, lists and maps."""
    try:
        return cbor2.dumps(value, canonical=True)
    except (cbor2.CBOREncodeError, RecursionError) as error:
        raise MalformedInput("This value has no CBOR encoding.", detail=type(error).__name__) from error


def decode(data: bytes, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH) -> Any:
    """Parse one data item; tags, indefinite lengths, a key that stands twice and whatever follows are errors.

    A tag is refused rather than read, since a reader that follows it would run dates, numbers and patterns
    of a stranger's choice.
    """
    if len(data) > max_bytes:
        raise MalformedInput(f"This CBOR is larger than {max_bytes} bytes.")
    stream = io.BytesIO(data)
    decoder = cbor2.CBORDecoder(
        stream,
        tag_hook=_refuse_tag,
        semantic_decoders=_EveryTag(),
        max_depth=max_depth,
        allow_indefinite=False,
        allow_duplicate_keys=False,
        read_size=1,
    )
    try:
        value = decoder.decode()
    except (cbor2.CBORError, ValueError, TypeError, OverflowError, RecursionError, MemoryError) as error:
        raise MalformedInput("This is not CBOR.", detail=type(error).__name__) from error
    if stream.tell() != len(data):
        raise MalformedInput("Something follows this CBOR.")
    return value


def _refuse_tag(*_: object) -> NoReturn:
    raise ValueError("a tag")


class _EveryTag(dict[int, Callable[..., Any]]):
    """What cbor2 looks a tag up in before it knows better."""

    def __contains__(self, _: object) -> bool:
        return True

    def __getitem__(self, _: int) -> Callable[..., Any]:
        return _refuse_tag

    def get(self, _: int, __: object = None) -> Callable[..., Any]:  # type: ignore[override]
        return _refuse_tag
