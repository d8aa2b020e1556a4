"""JSON Canonicalization Scheme (RFC 8785)."""

from collections.abc import Mapping
from typing import Any

import rfc8785

from common import purse
from common.errors import MalformedInputError


def canonicalize(value: Mapping[str, Any] | list[Any]) -> bytes:
    """The one UTF-8 text of a JSON value; integers beyond 2^53 and non-JSON values are refused."""
    try:
        text = rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, RecursionError) as error:
        raise MalformedInputError(
            "This value has no canonical JSON text.", detail=type(error).__name__
        ) from error
    purse.charge(steps=1 + len(text) // 16)
    return text
