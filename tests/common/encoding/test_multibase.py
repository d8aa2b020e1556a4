"""Multibase: the two encodings of W3C Controlled Identifiers §2.4, and no third."""

import pytest

from common.encoding import multibase
from common.errors import MalformedInputError


def test_both_encodings() -> None:
    assert multibase.encode(b"Hello World!") == "z2NEpo7TZRRrLZSi2U"
    assert multibase.encode_base64url(b"Hello World!") == "uSGVsbG8gV29ybGQh"
    for text in ("z2NEpo7TZRRrLZSi2U", "uSGVsbG8gV29ybGQh"):
        assert multibase.decode(text) == b"Hello World!"


@pytest.mark.parametrize(
    "text", ["", "f48656c6c6f", "mSGVsbG8", "USGVsbG8", "Z2NEpo7", "2NEpo7TZ", "z0OIl", "uSGVsbG8=", None, 7]
)
def test_every_other_text_is_refused(text: object) -> None:
    with pytest.raises(MalformedInputError):
        multibase.decode(text)  # type: ignore[arg-type]
