"""Packing and expanding, at both ends of the byte."""

import gzip
import zlib

import pytest

from common.errors import MalformedInputError
from common.status.bits import MAX_BYTES, StatusBits, compress, decompress, pack
from common.status.errors import IndexOutOfRangeError, ListTooShortError


def test_token_list_example_of_one_bit() -> None:
    """draft-ietf-oauth-status-list-20 §4.1."""
    ones = dict.fromkeys((0, 3, 4, 5, 7, 8, 9, 13, 15), 1)
    assert pack(ones, length=16, bits=1, order="least").data == bytes.fromhex("b9a3")
    assert [StatusBits(b"\xb9\xa3", 1, "least")[i] for i in range(16)] == [int(i in ones) for i in range(16)]


def test_token_list_example_of_two_bits() -> None:
    """draft-ietf-oauth-status-list-20 §4.1."""
    values = dict(enumerate((1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3)))
    assert pack(values, length=12, bits=2, order="least").data == bytes.fromhex("c944f9")
    bits = StatusBits(bytes.fromhex("c944f9"), 2, "least")
    assert {index: bits[index] for index in values} == values
    assert len(bits) == len(values)


def test_bitstring_begins_at_the_left() -> None:
    """Bitstring Status List §2.2: index 0 is the left-most bit."""
    assert pack({0: 1}, length=16, bits=1, order="most").data == b"\x80\x00"
    assert pack({7: 1, 8: 1}, length=16, bits=1, order="most").data == b"\x01\x80"
    assert pack({1: 2}, length=4, bits=2, order="most").data == b"\x20"


@pytest.mark.parametrize("order", ["least", "most"])
@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_what_is_packed_is_read(bits: int, order: str) -> None:
    values = {index: (index * 7 + 3) % (1 << bits) for index in range(64)}
    packed = pack(values, length=64, bits=bits, order=order)  # type: ignore[arg-type]
    assert len(packed) == 64
    assert {index: packed[index] for index in range(64)} == values


def test_indexes_do_not_wrap_around() -> None:
    for index in (-1, 16, 10**12):
        with pytest.raises(IndexOutOfRangeError):
            StatusBits(b"\0\0", 1, "most")[index]


@pytest.mark.parametrize(("index", "value"), [(-1, 1), (16, 1), (0, 2), (0, -1)])
def test_nothing_is_packed_out_of_range(index: int, value: int) -> None:
    with pytest.raises(MalformedInputError):
        pack({index: value}, length=16, bits=1, order="most")


@pytest.mark.parametrize("bits", [0, 3, 16, True])
def test_sizes_that_do_not_exist(bits: int) -> None:
    with pytest.raises(MalformedInputError):
        StatusBits(b"\0", bits, "least")


def test_sixteen_bits_hide_nobody() -> None:
    with pytest.raises(ListTooShortError):
        StatusBits(b"\0\0", 1, "most").require_length()
    with pytest.raises(ListTooShortError):  # 131,072 bits, but 65,536 entries
        StatusBits(bytes(16_384), 2, "least").require_length()
    assert len(StatusBits(bytes(16_384), 1, "most").require_length()) == 131_072


@pytest.mark.parametrize("wrapper", ["zlib", "gzip"])
def test_compressed_and_expanded(wrapper: str) -> None:
    packed = compress(bytes(16_384), wrapper=wrapper)  # type: ignore[arg-type]
    assert packed == compress(bytes(16_384), wrapper=wrapper)  # type: ignore[arg-type]
    assert decompress(packed, wrapper=wrapper) == bytes(16_384)  # type: ignore[arg-type]


def test_other_tools_read_it() -> None:
    assert gzip.decompress(compress(b"list", wrapper="gzip")) == b"list"
    assert zlib.decompress(compress(b"list", wrapper="zlib")) == b"list"


def test_a_bomb_is_not_unpacked() -> None:
    bomb = compress(bytes(MAX_BYTES + 1), wrapper="gzip")
    assert len(bomb) < 20_000
    with pytest.raises(MalformedInputError, match="expands to more than"):
        decompress(bomb, wrapper="gzip")


def test_a_gigabyte_is_given_up_early() -> None:
    piece = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = bytes(1 << 20)
    bomb = b"".join(piece.compress(block) for _ in range(64)) + piece.flush()
    with pytest.raises(MalformedInputError, match="expands to more than"):
        decompress(bomb, wrapper="gzip")


@pytest.mark.parametrize(
    "data",
    [b"", b"\x1f\x8b", b"no list", compress(b"x" * 99, wrapper="gzip")[:-4], compress(b"x", wrapper="zlib")],
)
def test_what_is_no_gzip(data: bytes) -> None:
    with pytest.raises(MalformedInputError):
        decompress(data, wrapper="gzip")


def test_nothing_hides_behind_a_list() -> None:
    with pytest.raises(MalformedInputError, match="follows"):
        decompress(compress(b"x", wrapper="gzip") + compress(b"y", wrapper="gzip"), wrapper="gzip")
