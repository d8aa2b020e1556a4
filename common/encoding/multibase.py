"""Multibase with the two encodings that W3C Controlled Identifiers §2.4 names: z and u."""

from common.encoding import base58, base64url
from common.errors import MalformedInputError


def encode(data: bytes) -> str:
    """`data` as base58btc with its prefix `z`."""
    return "z" + base58.encode(data)


def encode_base64url(data: bytes) -> str:
    """`data` as base64url-no-pad with its prefix `u`."""
    return "u" + base64url.encode(data)


def decode(text: str) -> bytes:
    """The bytes behind a `z` (base58btc) or `u` (base64url-no-pad) text."""
    if not isinstance(text, str) or text[:1] not in ("z", "u"):
        raise MalformedInputError("A multibase text begins with z or u.")
    return base58.decode(text[1:]) if text[0] == "z" else base64url.decode(text[1:])
