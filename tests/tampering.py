"""One bit of a signed thing exchanged: always another one, and always one that can still be read.

A constant over its last letters is now and then what stood there, and the last letter of a base64url text has
bits that mean nothing.
"""

from typing import Final, TypeVar

_ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
T = TypeVar("T", bytes, str)


def flip(data: T, at: int = -1) -> T:
    """The same data with one bit exchanged in the byte, or in the base64url letter, `at`.

    It is a letter's highest, which is never one of those that fill up the last (RFC 4648 §4). Raises
    `ValueError` for what is no such letter, `IndexError` outside the data.
    """
    place = range(len(data))[at]
    if isinstance(data, bytes):
        return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
    letter = _ALPHABET[_ALPHABET.index(data[place]) ^ 32]
    return data[:place] + letter + data[place + 1 :]
