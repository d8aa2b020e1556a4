"""DIDs: one dict of methods, one function that resolves."""

from common.did.document import (
    DIDDocument,
    Fetch,
    Fetched,
    ResolutionError,
    VerificationMethod,
    parse_document,
)
from common.did.methods import METHODS, Resolve, key_url, resolve, verification_method

__all__ = [
    "METHODS",
    "DIDDocument",
    "Fetch",
    "Fetched",
    "ResolutionError",
    "Resolve",
    "VerificationMethod",
    "key_url",
    "parse_document",
    "resolve",
    "verification_method",
]
