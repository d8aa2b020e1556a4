"""IssuerSignedItem (ISO/IEC 18013-5 §8.3.2.1.2.2): one data element, and the digest that vouches for it."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from common.encoding import cbor
from common.errors import MalformedInputError
from common.formats.mdoc import values

MIN_RANDOM: Final = 16  # bytes (§9.1.2.5)
HASHES: Final[Mapping[str, Callable[..., Any]]] = {
    "SHA-256": hashlib.sha256,
    "SHA-384": hashlib.sha384,
    "SHA-512": hashlib.sha512,
}


@dataclass(frozen=True, slots=True)
class Item:
    """A data element as JSON has it, its place among the digests, and the very bytes that were digested.

    `tagged` is IssuerSignedItemBytes, as it was received and as it travels.
    """

    digest_id: int
    name: str
    value: Any
    tagged: cbor.Embedded

    def digest(self, algorithm: str) -> bytes:
        """The digest over IssuerSignedItemBytes, tag and all, byte by byte (§9.1.2.5)."""
        digest: bytes = HASHES[algorithm](self.tagged.encoded).digest()
        return digest


def create(*, digest_id: int, random: bytes, name: str, value: Any) -> Item:
    """An item of a claim in JSON's terms; `random` keeps its digest from being guessed."""
    fields = {
        "digestID": digest_id,
        "random": random,
        "elementIdentifier": name,
        "elementValue": values.to_cbor(name, value),
    }
    return parse(cbor.embed(cbor.encode(fields)))


def parse(tagged: object) -> Item:
    """Read IssuerSignedItemBytes; nothing in it is to be believed before its digest was compared."""
    fields = cbor.decode(cbor.embedded(tagged), tags=None)
    assert isinstance(tagged, cbor.Embedded)
    if not isinstance(fields, Mapping) or "elementValue" not in fields:
        raise MalformedInputError("An item of this mdoc is none.")
    number, random, name = (fields.get(key) for key in ("digestID", "random", "elementIdentifier"))
    if type(number) is not int or number < 0 or not isinstance(name, str) or not name:
        raise MalformedInputError("An item of this mdoc is none.")
    if not isinstance(random, bytes) or len(random) < MIN_RANDOM:
        raise MalformedInputError(f"An item of this mdoc has fewer than {MIN_RANDOM} random bytes.")
    return Item(number, name, values.to_json(fields["elementValue"]), tagged)
