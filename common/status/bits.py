"""Packed arrays of small numbers, as the two kinds of status list pack them.

Token Status List §4.1 fills a byte from its least significant bit; Bitstring Status List §2.2 counts from
the left-most bit.
"""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from common import purse
from common.errors import MalformedInputError
from common.status.errors import IndexOutOfRangeError, ListTooShortError

MINIMUM_ENTRIES: Final = 131_072  # Bitstring Status List §3.2; shorter lists hide nobody
MAX_BYTES: Final = 8_388_608
Order = Literal["least", "most"]  # which end of a byte holds its first entry
Wrapper = Literal["zlib", "gzip"]
_CHUNK: Final = 131_072
_SIZES: Final = (1, 2, 4, 8)
_WINDOW: Final[dict[Wrapper, int]] = {"zlib": 15, "gzip": 31}


@dataclass(frozen=True, slots=True)
class StatusBits:
    """`len()` entries of `bits` bits each."""

    data: bytes = field(repr=False)
    bits: int
    order: Order

    def __post_init__(self) -> None:
        if self.bits not in _SIZES or isinstance(self.bits, bool):
            raise MalformedInputError("A status has 1, 2, 4 or 8 bits.")

    def __len__(self) -> int:
        return len(self.data) * 8 // self.bits

    def __getitem__(self, index: int) -> int:
        if not 0 <= index < len(self):
            raise IndexOutOfRangeError("This status list does not reach as far as the credential's entry.")
        return self.data[index * self.bits // 8] >> self._shift(index) & (1 << self.bits) - 1

    def _shift(self, index: int) -> int:
        offset = index * self.bits % 8
        return offset if self.order == "least" else 8 - self.bits - offset

    def require_length(self, entries: int = MINIMUM_ENTRIES) -> "StatusBits":
        """Itself, unless it is too short to hide one person among many."""
        if len(self) < entries:
            raise ListTooShortError(f"This status list has fewer than {entries} entries.")
        return self


def pack(statuses: Mapping[int, int], *, length: int, bits: int, order: Order) -> StatusBits:
    """`length` entries, 0 but where `statuses` says otherwise."""
    empty = StatusBits(b"\0" * -(-length * bits // 8), bits, order)
    data = bytearray(empty.data)
    for index, value in statuses.items():
        if not 0 <= index < length or not 0 <= value < 1 << bits:
            raise MalformedInputError("A status or its index is out of range.")
        position, shift = index * bits // 8, empty._shift(index)
        data[position] |= value << shift
    return StatusBits(bytes(data), bits, order)


def compress(data: bytes, *, wrapper: Wrapper) -> bytes:
    """DEFLATE at level 6 in its wrapper, the same bytes for the same data."""
    packer = zlib.compressobj(6, zlib.DEFLATED, _WINDOW[wrapper])
    return packer.compress(data) + packer.flush()


def decompress(data: bytes, *, wrapper: Wrapper) -> bytes:
    """The bytes behind DEFLATE; at most `MAX_BYTES` of them, whole, and nothing after them."""
    unpacker = zlib.decompressobj(_WINDOW[wrapper])
    try:
        result = _unpacked(unpacker, data)
    except zlib.error as error:
        raise MalformedInputError("This status list is not compressed as it should be.") from error
    if len(result) > MAX_BYTES:
        raise MalformedInputError(f"This status list expands to more than {MAX_BYTES} bytes.")
    if not unpacker.eof or unpacker.unused_data:
        raise MalformedInputError("This status list is cut, or something follows it.")
    return result


def _unpacked(unpacker: "zlib._Decompress", data: bytes) -> bytes:
    """What comes out, but no more than one byte too many; paid for before it is there."""
    found, rest = bytearray(), data
    while not unpacker.eof and rest and len(found) <= MAX_BYTES:
        purse.charge(bytes=_CHUNK)
        found += unpacker.decompress(rest, min(_CHUNK, MAX_BYTES + 1 - len(found)))
        rest = unpacker.unconsumed_tail
    return bytes(found)
