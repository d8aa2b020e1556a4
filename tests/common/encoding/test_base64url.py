"""base64url as RFC 7515 Appendix C shows it, strict in both directions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.encoding import base64url
from common.errors import MalformedInputError


def test_the_example_of_rfc_7515() -> None:
    assert base64url.encode(bytes([3, 236, 255, 224, 193])) == "A-z_4ME"
    assert base64url.decode("A-z_4ME") == bytes([3, 236, 255, 224, 193])


@given(st.binary(max_size=100))
def test_there_and_back(data: bytes) -> None:
    assert base64url.decode(base64url.encode(data)) == data


@pytest.mark.parametrize(
    "text",
    ["QQ==", "QUI=", "A+z/4ME", "A-z_4ME\n", " A-z_4ME", "A-z_ 4ME", "A", "AAAAA", "A-z_4M\x00", "é", "A.B"],
)
def test_padding_other_alphabets_and_white_space_are_refused(text: str) -> None:
    with pytest.raises(MalformedInputError, match="not base64url"):
        base64url.decode(text)


@pytest.mark.parametrize("text", ["QR", "QUJ", "A-z_4MF", "_-9"])
def test_stray_bits_are_refused(text: str) -> None:
    """Two texts for the same bytes would let a signed token change without its signature noticing."""
    with pytest.raises(MalformedInputError, match="stray bits"):
        base64url.decode(text)


@pytest.mark.parametrize("value", [None, 1, b"QUI", ["QUI"]])
def test_what_is_no_text_is_refused(value: object) -> None:
    with pytest.raises(MalformedInputError):
        base64url.decode(value)  # type: ignore[arg-type]
