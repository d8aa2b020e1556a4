"""Errors as problem details (RFC 9457), under the addresses that each specification gives its own.

VC Data Model 2.0 §7.2, VC Data Integrity §4.7, Controlled Identifiers §3.5, Bitstring Status List §3.5.
"""

from typing import Any, Final

from common.errors import SelloError

_OWNERS: Final = {
    "https://www.w3.org/TR/vc-data-model#": (
        "PARSING_ERROR",
        "CRYPTOGRAPHIC_SECURITY_ERROR",
        "MALFORMED_VALUE_ERROR",
        "RANGE_ERROR",
    ),
    "https://w3id.org/security#": (
        "PROOF_GENERATION_ERROR",
        "PROOF_VERIFICATION_ERROR",
        "PROOF_TRANSFORMATION_ERROR",
        "DATA_LOSS_DETECTION_ERROR",
        "INVALID_DOMAIN_ERROR",
        "INVALID_CHALLENGE_ERROR",
        "INVALID_VERIFICATION_METHOD_URL",
        "INVALID_VERIFICATION_METHOD",
        "INVALID_CONTROLLED_IDENTIFIER_DOCUMENT_ID",
        "INVALID_CONTROLLED_IDENTIFIER_DOCUMENT",
        "INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD",
    ),
    "https://www.w3.org/ns/credentials/status-list#": (
        "STATUS_RETRIEVAL_ERROR",
        "STATUS_VERIFICATION_ERROR",
        "STATUS_LIST_LENGTH_ERROR",
    ),
}
TYPES: Final = {code: f"{owner}{code}" for owner, codes in _OWNERS.items() for code in codes}


def problem(error: SelloError, *, status: int) -> dict[str, Any]:
    """The problem details of an error; one whose code no specification names is `about:blank` (§4.2.1)."""
    return {
        "type": TYPES.get(error.code, "about:blank"),
        "title": error.code.replace("_", " ").capitalize() if error.code in TYPES else "Request refused",
        "status": status,
        "detail": error.public,
    }
