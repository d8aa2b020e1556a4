"""The DID methods that are known, and one function that resolves (DID Resolution §4)."""

from typing import Final, Protocol

from common.did import did_jwk, did_key, did_web, did_webvh
from common.did.document import (
    DIDDocument,
    Fetch,
    ResolutionError,
    VerificationMethod,
)


class MethodResolver(Protocol):
    """One DID method."""

    def __call__(self, did: str, *, fetch: Fetch) -> DIDDocument:
        """The document of `did`; `ResolutionError` where there is none."""


class Resolve(Protocol):
    """Resolution as its callers see it, with fetch and caches already inside."""

    def __call__(self, did: str) -> DIDDocument:
        """The document of `did`, by whichever method; `ResolutionError` where there is none."""


METHODS: Final[dict[str, MethodResolver]] = {
    "key": did_key.resolve,
    "jwk": did_jwk.resolve,
    "web": did_web.resolve,
    "webvh": did_webvh.resolve,
}


def resolve(did: str, *, fetch: Fetch) -> DIDDocument:
    """The document of a DID (DID Resolution §4); an unknown method is an error that names the known."""
    scheme, _, rest = did.partition(":")
    method, _, identifier = rest.partition(":")
    if scheme != "did" or not identifier or any(mark in did for mark in "/?#"):
        raise ResolutionError("This is not a DID.", code="invalidDid")
    if method not in METHODS:
        raise ResolutionError(
            f"DID method {method!r} is not known; known: {', '.join(METHODS)}.", code="methodNotSupported"
        )
    return METHODS[method](did, fetch=fetch)


def key_url(kid: str) -> str:
    """A `kid` as the URL of a key: some name the one key of a did:key or did:jwk by the DID alone."""
    if kid.startswith("did:key:") and "#" not in kid:
        return f"{kid}#{kid.removeprefix('did:key:')}"
    return f"{kid}#0" if kid.startswith("did:jwk:") and "#" not in kid else kid


def verification_method(did_url: str, *, purpose: str, resolve: Resolve) -> VerificationMethod:
    """The key behind a DID URL, once its own DID's document lists it for `purpose` (CID §3.3).

    The method's controller must be the DID whose document was read, so that nobody lists another's key.
    """
    did, mark, _ = did_url.partition("#")
    if not mark:
        raise ResolutionError("A key is named by a DID URL with a fragment.", code="invalidDidUrl")
    method = resolve(did).method(did_url).require(purpose)
    if method.controller != did:
        raise ResolutionError(
            "This key has another controller.", code="INVALID_CONTROLLED_IDENTIFIER_DOCUMENT_ID"
        )
    return method
