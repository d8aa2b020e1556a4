"""What resolving answers: results with metadata, and errors by name (DID Resolution §7 to §10)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

CONTENT_TYPE: Final = "application/did"
_CONTEXT: Final = "https://w3id.org/did-resolution/v1"
_DID_ERRORS: Final = "https://www.w3.org/ns/did#"
_KEY_ERRORS: Final = "https://w3id.org/security#"
# Our codes, which are those of did:key §3.1, as §9 names them and as §10.1 has them over HTTP.
ERRORS: Final[Mapping[str, tuple[str, int]]] = {
    "invalidDid": (_DID_ERRORS + "INVALID_DID", 400),
    "invalidPublicKey": (_DID_ERRORS + "INVALID_DID", 400),
    "invalidPublicKeyLength": (_DID_ERRORS + "INVALID_DID", 400),
    "invalidDidUrl": (_DID_ERRORS + "INVALID_DID_URL", 400),
    "invalidOptions": (_DID_ERRORS + "INVALID_OPTIONS", 400),
    "invalidPublicKeyType": (_DID_ERRORS + "INVALID_OPTIONS", 400),
    "notFound": (_DID_ERRORS + "NOT_FOUND", 404),
    "representationNotSupported": (_DID_ERRORS + "REPRESENTATION_NOT_SUPPORTED", 406),
    "invalidDidDocument": (_DID_ERRORS + "INVALID_DID_DOCUMENT", 500),
    "methodNotSupported": (_DID_ERRORS + "METHOD_NOT_SUPPORTED", 501),
    "featureNotSupported": (_DID_ERRORS + "FEATURE_NOT_SUPPORTED", 501),
    "unsupportedPublicKeyType": (_DID_ERRORS + "FEATURE_NOT_SUPPORTED", 501),
    "INVALID_VERIFICATION_METHOD": (_KEY_ERRORS + "INVALID_VERIFICATION_METHOD", 500),
    "INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD": (
        _KEY_ERRORS + "INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD",
        500,
    ),
}
# What resolvers answered before errors were objects, and the suite of did:key asks for still.
_OLDER_STATUSES: Final = {
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
class Resolution:
    """The document, the part of it or the address (`location`) that was asked for, or an error's code."""

    content: Mapping[str, Any] | None
    dereferenced: bool
    error: str | None = None
    detail: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    location: str | None = None

    @property
    def status(self) -> int:
        """Its HTTP status (§10.1): 410 once the DID was given up, 303 for an address."""
        if self.error is not None:
            return ERRORS[self.error][1]
        return 410 if self.metadata.get("deactivated") else 303 if self.location else 200

    @property
    def older_status(self) -> int:
        """Its HTTP status for those who ask in the older way; whatever else went wrong, nothing was found."""
        return self.status if self.error is None else _OLDER_STATUSES.get(self.error, 404)

    def as_resolution(self) -> dict[str, Any]:
        """A DID resolution result (§7)."""
        return self._named("didDocument", "didResolutionMetadata", "didDocumentMetadata")

    def as_dereferencing(self) -> dict[str, Any]:
        """A DID URL dereferencing result (§8), its members named as by the algorithm of §5."""
        return self._named("contentStream", "dereferencingMetadata", "contentMetadata")

    def as_older(self) -> dict[str, Any]:
        """The one result of old, for DIDs and DID URLs, whose errors are names."""
        error = self.error if self.error is None or self.error in _OLDER_STATUSES else "notFound"
        return {
            "@context": _CONTEXT,
            "didDocument": self.content or {},
            "didDereferencingMetadata" if self.dereferenced else "didResolutionMetadata": (
                {"contentType": CONTENT_TYPE} if error is None else {"error": error}
            ),
            "didDocumentMetadata": dict(self.metadata),
        }

    def _named(self, content: str, process: str, metadata: str) -> dict[str, Any]:
        found = {content: self.content, process: self._told(), metadata: dict(self.metadata)}
        return {"@context": _CONTEXT, **found}

    def _told(self) -> dict[str, Any]:
        if self.error is None:
            return {"contentType": CONTENT_TYPE} if self.content is not None else {}
        type_, status = ERRORS[self.error]
        title = type_.rpartition("#")[2].replace("_", " ").capitalize()
        return {"error": {"type": type_, "title": title, "detail": self.detail, "status": status}}


def refusal(code: str, detail: str, *, dereferenced: bool) -> Resolution:
    """The result that says nothing but what is wrong."""
    return Resolution(None, dereferenced, error=code, detail=detail)
