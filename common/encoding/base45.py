"""Base45 (RFC 9285): bytes in the alphabet that a QR code packs most densely."""

from typing import Final

from common.errors import MalformedInputError

ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_VALUES: Final = {character: value for value, character in enumerate(ALPHABET)}


def encode(data: bytes) -> str:
    """Two bytes as three characters, a last one as two (§4)."""
    out = []
    for start in range(0, len(data), 2):
        pair = data[start : start + 2]
        rest = int.from_bytes(pair, "big")
        for _ in range(len(pair) + 1):
            rest, digit = divmod(rest, 45)
            out.append(ALPHABET[digit])
    return "".join(out)


def decode(text: str) -> bytes:
    """The bytes of a text; characters outside the alphabet and groups that say too much are errors."""
    out = bytearray()
    for start in range(0, len(text), 3):
        group = text[start : start + 3]
        if len(group) == 1 or any(character not in _VALUES for character in group):
            raise MalformedInputError("This is not Base45.")
        value = sum(_VALUES[character] * 45**place for place, character in enumerate(group))
        size = len(group) - 1
        if value >= 256**size:
            raise MalformedInputError("This is not Base45.")
        out += value.to_bytes(size, "big")
    return bytes(out)
