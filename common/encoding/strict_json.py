"""JSON as signatures need it (RFC 8259, I-JSON RFC 7493): one reading, or an error."""

import json
import math
from collections.abc import Mapping
from typing import Any

from common import purse
from common.errors import MalformedInputError

MAX_BYTES = 1_000_000
MAX_DEPTH = 64
MAX_INTEGER = 2**53 - 1


def loads(text: bytes | str, *, max_bytes: int = MAX_BYTES, floats: bool = True) -> Any:
    """Parse JSON; duplicate keys, NaN, integers beyond 2^53, deep nesting and excess size are errors.

    Numbers with a fraction or an exponent are floats, and refused where `floats` is false.
    """
    try:
        data = text.encode() if isinstance(text, str) else text
        if len(data) > max_bytes:
            raise MalformedInputError(f"This JSON is larger than {max_bytes} bytes.")
        purse.charge(steps=1 + len(data) // 16)
        text = data.decode("utf-8")
    except UnicodeError as error:
        raise MalformedInputError("This JSON is not UTF-8.") from error
    try:
        value = json.loads(
            text,
            object_pairs_hook=_unique,
            parse_constant=_refuse_constant,
            parse_int=_integer,
            parse_float=_finite if floats else _refuse_float,
        )
    except RecursionError as error:
        raise MalformedInputError("This JSON is nested too deeply.") from error
    except ValueError as error:
        raise MalformedInputError("This is not JSON.", detail=type(error).__name__) from error
    check_depth(value)
    if "\\u" in text:
        _refuse_half_characters(value)
    return value


def loads_object(text: bytes | str, *, max_bytes: int = MAX_BYTES, floats: bool = True) -> dict[str, Any]:
    """Like `loads`, for texts that must be a JSON object."""
    value = loads(text, max_bytes=max_bytes, floats=floats)
    if not isinstance(value, dict):
        raise MalformedInputError("A JSON object was expected.")
    return value


def without_nulls(value: Any) -> Any:
    """A JSON value without the members that are null, at any depth: they say nothing. Lists keep theirs."""
    if isinstance(value, Mapping):
        return {name: without_nulls(child) for name, child in value.items() if child is not None}
    return [without_nulls(child) for child in value] if isinstance(value, list) else value


def whole(value: object) -> int | None:
    """A whole number, however JSON wrote it (`2`, `2.0`, `2e0`: RFC 8259 §6); None for anything else."""
    if type(value) is float and value.is_integer() and abs(value) <= MAX_INTEGER:
        return int(value)
    return value if type(value) is int else None


def check_depth(value: Any, *, limit: int = MAX_DEPTH) -> None:
    """Raise when `value` nests deeper than `limit`; level by level, so that it cannot recurse away."""
    level = [value]
    for _ in range(limit):
        level = [
            child
            for node in level
            if isinstance(node, dict | list)
            for child in (node.values() if isinstance(node, dict) else node)
            if isinstance(child, dict | list)
        ]
        if not level:
            return
    raise MalformedInputError("This JSON is nested too deeply.")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise MalformedInputError("A key stands twice in this JSON object.")
    return result


def _refuse_constant(_: str) -> Any:
    raise MalformedInputError("NaN and Infinity are not JSON.")


def _refuse_float(_: str) -> Any:
    raise MalformedInputError("Fractions travel as text, not as JSON floats.")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise MalformedInputError("A number here is too large.")
    return number


def _refuse_half_characters(value: Any) -> None:
    """I-JSON §2.1: an escaped surrogate without its other half is no text that could be hashed or kept."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise MalformedInputError("A text here holds half a character.") from error


def _integer(text: str) -> int:
    if len(text) > 17 or abs(int(text)) > MAX_INTEGER:
        raise MalformedInputError("An integer here is beyond 2^53.")
    return int(text)
