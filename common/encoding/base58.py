"""base58btc (Bitcoin alphabet), fast enough to stand beside a signature.

The `multiformats` package takes 232 µs for a 64-byte signature; this takes a few.
"""

from common.errors import MalformedInputError

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_INDEX = {character: value for value, character in enumerate(ALPHABET)}
_PAIRS = [a + b for a in ALPHABET for b in ALPHABET]
_MAX_LENGTH = 4096


def encode(data: bytes) -> str:
    """The base58btc text of `data`, without a multibase prefix."""
    zeros = len(data) - len(data.lstrip(b"\0"))
    number = int.from_bytes(data, "big")
    pairs: list[str] = []
    while number:
        number, remainder = divmod(number, 3364)
        pairs.append(_PAIRS[remainder])
    return "1" * zeros + "".join(reversed(pairs)).lstrip("1")


def decode(text: str) -> bytes:
    """The bytes of base58btc text without a multibase prefix."""
    if len(text) > _MAX_LENGTH:
        raise MalformedInputError("This base58btc text is too long.")
    number = 0
    for character in text:
        value = _INDEX.get(character)
        if value is None:
            raise MalformedInputError("This is not base58btc text.")
        number = number * 58 + value
    zeros = len(text) - len(text.lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")
