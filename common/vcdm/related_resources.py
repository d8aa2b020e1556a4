"""Whether related resources are what their issuer saw (VC Data Model 2.0 §5.3, VC Data Integrity §2.6).

A digest stands as `digestSRI` (Subresource Integrity: `sha384-` and base64) or as `digestMultibase` (a
multihash; some write the bare digest, which is as good a proof).
"""

import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from common.encoding import multibase
from common.errors import SelloError
from common.vcdm import validation
from common.vcdm.validation import MalformedDocumentError

MAX_RESOURCES: Final = 10  # each may be a journey
_BITS: Final = {"sha256": 256, "sha384": 384, "sha512": 512}
_MULTIHASH: Final = {"sha256": b"\x12\x20", "sha384": b"\x20\x30", "sha512": b"\x13\x40"}

Digest = tuple[str, bytes]  # algorithm and value


@dataclass(frozen=True, slots=True)
class Known:
    """A resource whose bytes need not be fetched, since its publisher says their digests."""

    digests: frozenset[Digest]

    @classmethod
    def by(cls, *texts: str) -> "Known":
        """The resource of which each text is a digest, written as in `digestSRI`."""
        return cls(frozenset().union(*(_sri(text) for text in texts)))


class ResourceMismatchError(SelloError):
    """A related resource that is not the one its issuer saw (§5.3)."""

    code = "CRYPTOGRAPHIC_SECURITY_ERROR"


def check_related_resources(
    document: Mapping[str, Any], *, fetch: Callable[[str], bytes], known: Mapping[str, Known]
) -> None:
    """Fetch each related resource of a validated document and compare each digest given for it."""
    entries = validation.entries(document, "relatedResource")
    if len(entries) > MAX_RESOURCES:
        raise MalformedDocumentError(f"More than {MAX_RESOURCES} related resources are not accepted.")
    for entry in entries:
        if entry["id"] not in known:
            require_digests(entry, fetch(entry["id"]))
        elif not all(digests & known[entry["id"]].digests for digests in _digests(entry)):
            raise _other(entry)


def require_digests(entry: Mapping[str, Any], content: bytes) -> None:
    """Raise unless each digest that stands in an entry is that of its resource's bytes (§5.3)."""
    for digests in _digests(entry):
        if not any(hashlib.new(name, content).digest() == value for name, value in digests):
            raise _other(entry)


def _other(entry: Mapping[str, Any]) -> ResourceMismatchError:
    return ResourceMismatchError("A related resource is not the one that the issuer saw.", detail=entry["id"])


def _digests(entry: Mapping[str, Any]) -> list[set[Digest]]:
    """The digests of an entry; those of one text are alternatives, of which one must agree (SRI §3.3.4)."""
    found = []
    for name, read in (("digestSRI", _sri), ("digestMultibase", _multibase)):
        value = entry.get(name, [])
        for text in value if isinstance(value, list) else [value]:
            if not isinstance(text, str):
                raise MalformedDocumentError("A digest is a text.", detail=name)
            found.append(read(text))
    if not found:
        raise MalformedDocumentError("A related resource stands with its digest.", detail="relatedResource")
    return found


def _sri(text: str) -> set[Digest]:
    """`sha384-…`, several apart by white space: the strongest algorithm counts (SRI §3.3.3)."""
    found: set[Digest] = set()
    for part in text.split():
        algorithm, _, encoded = part.partition("?")[0].partition("-")
        if algorithm not in _BITS:
            continue
        try:
            value = base64.b64decode(encoded, validate=True)
        except ValueError as error:
            raise MalformedDocumentError("A digestSRI is written in base64.", detail="digestSRI") from error
        found.add((algorithm, value))
    if not found or any(len(value) * 8 != _BITS[algorithm] for algorithm, value in found):
        raise MalformedDocumentError("A digestSRI is sha256-, sha384- or sha512-…", detail="digestSRI")
    strongest = max((algorithm for algorithm, _ in found), key=_BITS.__getitem__)
    return {digest for digest in found if digest[0] == strongest}


def _multibase(text: str) -> set[Digest]:
    value = multibase.decode(text)
    for algorithm, bits in _BITS.items():
        if value[:2] == _MULTIHASH[algorithm] and len(value) == 2 + bits // 8:
            return {(algorithm, value[2:])}
        if len(value) == bits // 8:
            return {(algorithm, value)}
    raise MalformedDocumentError("A digestMultibase is a multihash of SHA-2.", detail="digestMultibase")
