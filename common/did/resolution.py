"""Resolving and dereferencing for others: results with metadata, errors by name (DID Resolution §4, §5).

A DID URL leads to a part of the document. Its result has the same shape as a DID's, but that the metadata are
called those of dereferencing: so do the resolvers that conformance suites know.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from common.did import Resolve, did_key
from common.did.document import PURPOSES, ResolutionError
from common.errors import SelloError

CONTEXT: Final = "https://w3id.org/did-resolution/v1"
_DID: Final = re.compile(  # DID Core §3.1
    r"did:[a-z0-9]+:(?:[A-Za-z0-9._:-]|%[0-9A-Fa-f]{2})*(?:[A-Za-z0-9._-]|%[0-9A-Fa-f]{2})"
)
_PCHAR: Final = r"(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})"
_REST: Final = re.compile(  # DID Core §3.2
    rf"(?:/{_PCHAR}*)*(?:\?(?:{_PCHAR}|[/?])*)?(?:#(?:{_PCHAR}|[/?])*)?"
)
# What each error is over HTTP (DID Resolution §7); whatever else went wrong, nothing was found.
STATUSES: Final = {
    "invalidDid": 400,
    "invalidDidUrl": 400,
    "invalidPublicKey": 400,
    "invalidPublicKeyLength": 400,
    "invalidPublicKeyType": 400,
    "unsupportedPublicKeyType": 400,
    "notFound": 404,
    "representationNotSupported": 406,
    "methodNotSupported": 501,
}


@dataclass(frozen=True, slots=True)
class Options:
    """How a did:key's keys shall be written (did:key §3.1.1); other methods publish them as they are."""

    key_format: str = "Multikey"
    experimental: bool = False


@dataclass(frozen=True, slots=True)
class Resolution:
    """A result as others get it, and its HTTP status; `document` is empty where there is an error."""

    document: Mapping[str, Any]
    error: str | None
    dereferenced: bool

    @property
    def status(self) -> int:
        """The HTTP status of the result."""
        return 200 if self.error is None else STATUSES[self.error]

    def as_json(self) -> dict[str, Any]:
        """DID Resolution §4.1: document, metadata of its resolution, metadata of its own."""
        told = {"contentType": "application/did"} if self.error is None else {"error": self.error}
        return {
            "@context": CONTEXT,
            "didDocument": self.document,
            "didDereferencingMetadata" if self.dereferenced else "didResolutionMetadata": told,
            "didDocumentMetadata": {},
        }


def dereference(did_url: str, *, options: Options, resolve: Resolve) -> Resolution:
    """The document of a DID, or the part of it that a DID URL names; never an exception."""
    found = _DID.match(did_url)
    if found is None:
        return Resolution({}, "invalidDid", dereferenced=False)
    did, rest = found[0], did_url[found.end() :]
    try:
        if not _REST.fullmatch(rest):
            # What follows may be meant as part of the identifier, or as the rest of a URL.
            code = "invalidDidUrl" if rest[:1] in ("/", "?", "#") else "invalidDid"
            raise ResolutionError("This is neither a DID nor a DID URL.", code=code)
        document = _document(did, options=options, resolve=resolve)
        return Resolution(_part(document, did, rest) if rest else document, None, dereferenced=bool(rest))
    except SelloError as error:
        code = error.code if error.code in STATUSES else "notFound"
        return Resolution({}, code, dereferenced=rest[:1] in ("/", "?", "#"))


def _document(did: str, *, options: Options, resolve: Resolve) -> Mapping[str, Any]:
    if did.startswith("did:key:"):
        return did_key.create_document(did, key_format=options.key_format, experimental=options.experimental)
    return resolve(did).source


def _part(document: Mapping[str, Any], did: str, rest: str) -> Mapping[str, Any]:
    """The key or service that a fragment names (DID Resolution §5.3); paths and queries lead nowhere here."""
    for name in ("verificationMethod", *PURPOSES, "service"):
        values = document.get(name, [])
        for entry in values if isinstance(values, list) else []:
            if isinstance(entry, Mapping) and entry.get("id") in (did + rest, rest):
                return entry
    raise ResolutionError("The DID document has no such part.")
