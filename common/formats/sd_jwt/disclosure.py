"""Disclosures and their digests (RFC 9901 §4.2)."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from common.encoding import base64url, strict_json
from common.errors import MalformedInputError, UnknownPartError

DEFAULT_HASH: Final = "sha-256"
HASHES: Final[dict[str, Callable[[bytes], Any]]] = {
    "sha-256": hashlib.sha256,
    "sha-384": hashlib.sha384,
    "sha-512": hashlib.sha512,
}
RESERVED: Final = frozenset({"_sd", "...", "_sd_alg"})  # names that are never a claim's own


@dataclass(frozen=True, slots=True)
class Disclosure:
    """A claim that can be shown or kept: `name` is None for an element of an array."""

    encoded: str
    name: str | None
    value: Any


def create(value: Any, *, name: str | None, salt: str) -> Disclosure:
    """The Disclosure of an object property (§4.2.1), or of an array element (§4.2.2) without a `name`."""
    content = [salt, value] if name is None else [salt, name, value]
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Disclosure(base64url.encode(text.encode()), name, value)


def parse(encoded: str) -> Disclosure:
    """Read a Disclosure; its shape is the only thing that can be told without its digest."""
    content = strict_json.loads(base64url.decode(encoded))
    if not isinstance(content, list) or len(content) not in (2, 3) or not isinstance(content[0], str):
        raise MalformedInputError("A disclosure has a salt, a name where it is a property, and a value.")
    if len(content) == 2:
        return Disclosure(encoded, None, content[1])
    if not isinstance(content[1], str) or content[1] in RESERVED:
        raise MalformedInputError("A disclosure has a name that no claim may have.")
    return Disclosure(encoded, content[1], content[2])


def digest(text: str, *, algorithm: str = DEFAULT_HASH) -> str:
    """The base64url digest over US-ASCII text (§4.2.3), under a hash of the IANA registry."""
    if algorithm not in HASHES:
        raise UnknownPartError("hash algorithm", algorithm, HASHES)
    try:
        data = text.encode("ascii")
    except UnicodeEncodeError as error:
        raise MalformedInputError("An SD-JWT is ASCII text.") from error
    return base64url.encode(HASHES[algorithm](data).digest())
