"""What tests change is another thing afterwards, and still one that can be read."""

import pytest

from common.encoding import base64url
from tests.tampering import flip


@pytest.mark.parametrize("data", [bytes(5), b"\xff" * 5, b"a"])
def test_one_bit_of_bytes(data: bytes) -> None:
    for at in (0, -1, len(data) // 2):
        changed = flip(data, at)
        assert len(changed) == len(data)
        assert [old ^ new for old, new in zip(data, changed, strict=True) if old != new] == [1]
        assert changed[at] != data[at]
        assert flip(changed, at) == data


@pytest.mark.parametrize("length", [1, 2, 3, 4])
@pytest.mark.parametrize("byte", [0, 1, 170, 255])
def test_every_letter_of_base64url_text_counts(length: int, byte: int) -> None:
    """RFC 4648 §4: of the last letter, four or two bits are no data; what they are stays."""
    data = bytes([byte]) * length
    text = base64url.encode(data)
    for at in range(-len(text), len(text)):
        changed = base64url.decode(flip(text, at))  # which refuses stray bits
        assert len(changed) == length
        assert sum((old ^ new).bit_count() for old, new in zip(data, changed, strict=True)) == 1


def test_what_has_no_bit_to_exchange() -> None:
    for text in ("a.b", "a~b", "a=b", "a b"):
        with pytest.raises(ValueError, match="substring"):
            flip(text, 1)
    for data in ("", "ab"):
        with pytest.raises(IndexError):
            flip(data, 2)
