"""What DID resolution says of itself in OpenAPI (DID Resolution §7 to §10)."""

from typing import Final

from common.adapters.api.openapi.json_schema import (
    ANY_OBJECT,
    TEXT,
    WHOLE,
    Component,
    Part,
    explained,
    object_of,
)
from common.adapters.api.openapi.operation import JSON, Operation, OperationParameter, ResponseObject
from common.adapters.api.openapi.refusals import TOO_MANY, oauth_refusals
from common.did.resolution_result import CONTENT_TYPE, ERRORS

RESULT: Final = "application/did-resolution"
DEREFERENCED: Final = "application/did-url-dereferencing"
OLDER_RESULT: Final = 'application/ld+json;profile="https://w3id.org/did-resolution"'
DID: Final = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"
ERROR: Final = object_of({"type": TEXT, "title": TEXT, "detail": TEXT, "status": WHOLE})
METADATA: Final = Component("DidResolutionMetadata", object_of({}, {"contentType": TEXT, "error": ERROR}))
CONTENT: Final = {"type": "object", "additionalProperties": True, "nullable": True}
RESOLUTION: Final = Component(
    "DidResolutionResult",
    object_of(
        {
            "@context": TEXT,
            "didDocument": CONTENT,
            "didResolutionMetadata": METADATA,
            "didDocumentMetadata": ANY_OBJECT,
        }
    ),
)
DEREFERENCING: Final = Component(
    "DidUrlDereferencingResult",
    object_of(
        {
            "@context": TEXT,
            "contentStream": CONTENT,
            "dereferencingMetadata": METADATA,
            "contentMetadata": ANY_OBJECT,
        }
    ),
)
RESULTS: Final[dict[str, Part]] = {
    RESULT: RESOLUTION,
    DEREFERENCED: DEREFERENCING,
    JSON: RESOLUTION,
    "application/ld+json": explained(
        ANY_OBJECT, "An older kind of result, for the profile that asks for it."
    ),
}


def _failure(status: int) -> ResponseObject:
    """The errors that leave with a status, each in a result."""
    codes = {code: type_ for code, (type_, its_status) in ERRORS.items() if its_status == status}
    return ResponseObject(
        status,
        "\n".join(f"- `{type_}`: {code}" for code, type_ in codes.items()),
        RESULTS,
        {
            code: {
                "@context": "https://w3id.org/did-resolution/v1",
                "didDocument": None,
                "didResolutionMetadata": {
                    "error": {"type": type_, "title": code, "detail": "What is wrong.", "status": status}
                },
                "didDocumentMetadata": {},
            }
            for code, type_ in codes.items()
        },
    )


RESOLVE: Final = Operation(
    id="resolve_did",
    summary="Resolve a DID, or dereference a DID URL",
    clause="DID Resolution §10.1",
    tag="did resolution",
    parameters=(
        OperationParameter("did", "A DID, or a DID URL, percent-encoded.", "path", example=DID),
        OperationParameter("publicKeyFormat", "did:key only."),
        OperationParameter("verificationRelationship", "What a key must be meant for."),
        OperationParameter("expandRelativeUrls", "Names of parts written out.", schema={"type": "boolean"}),
        OperationParameter("service", "DID parameter: the service of that name."),
        OperationParameter("serviceType", "DID parameter: services of that type."),
        OperationParameter("relativeRef", "DID parameter: relative to a service's address."),
    ),
    responses=(
        ResponseObject(
            200,
            "What was found, alone or in a result, as Accept prefers.",
            {
                **RESULTS,
                JSON: explained(
                    ANY_OBJECT, "A result, or alone the part of a document that a DID URL names."
                ),
                CONTENT_TYPE: explained(ANY_OBJECT, "The DID document alone."),
                "application/did+json": explained(ANY_OBJECT, "The DID document alone."),
                "application/did+ld+json": explained(ANY_OBJECT, "The DID document alone."),
            },
            {
                "key": {
                    "@context": "https://w3id.org/did-resolution/v1",
                    "didDocument": {"id": DID},
                    "didResolutionMetadata": {"contentType": CONTENT_TYPE},
                    "didDocumentMetadata": {},
                }
            },
        ),
        ResponseObject(
            303, "The address of a service is in Location.", headers={"Location": "Where it leads."}
        ),
        ResponseObject(410, "The DID was given up for good.", RESULTS),
        *(_failure(status) for status in sorted({status for _, status in ERRORS.values()})),
        *oauth_refusals(TOO_MANY),
    ),
)
