"""base64url without padding (RFC 7515 §2, RFC 4648 §5), strict in both directions."""

import base64
import re

from common.errors import MalformedInputError

_ALPHABET = re.compile(r"[A-Za-z0-9_-]*\Z")


def encode(data: bytes) -> str:
    """The unpadded base64url text of `data`."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def decode(text: str) -> bytes:
    """The bytes of unpadded base64url text; padding, white space and stray bits are refused."""
    if not isinstance(text, str) or not _ALPHABET.match(text) or len(text) % 4 == 1:
        raise MalformedInputError("This is not base64url text.")
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if encode(data) != text:
        raise MalformedInputError("This base64url text has stray bits at its end.")
    return data
