"""Attribute access: a token, the attributes, and for the person log, consents and withdrawal."""

from typing import Final

from common.adapters.api.openapi.json_schema import (
    TEXT,
    WHOLE,
    Component,
    array_of,
    component_of,
    enum_of,
    explained,
    object_of,
)
from common.adapters.api.openapi.operation import FORM, JSON, Body, Operation, ResponseObject
from common.adapters.api.openapi.refusals import (
    NO_SUCH_ADDRESS,
    TOO_MANY,
    WRONG_MEDIA_TYPE,
    ErrorCode,
    oauth_refusals,
    refusals_at,
)
from common.adapters.api.openapi.security import DPOP_PROOF, DPOP_TOKEN, HOLDER_REQUEST
from common.keys.dpop import InvalidDpopProofError, UseDpopNonceError
from common.registries.record_access import grant, holder, record
from issuer.api.schemas.addresses import AUTHORITY

RECORD_ACCESS: Final = "record access"
LOG_ENTRY: Final = component_of(holder.LogEntry, name="ReadingLogEntry", optional=holder.OPTIONAL)
CONSENT: Final = component_of(holder.ConsentEntry, name="ReadingConsent", optional=holder.OPTIONAL)
LOG: Final = Component("ReadingLog", object_of({"entries": array_of(LOG_ENTRY)}))
CONSENTS: Final = Component("ReadingConsents", object_of({"consents": array_of(CONSENT)}))
GRANT_REQUEST: Final = Component(
    "AccessGrantRequest",
    object_of(
        {
            "grant_type": enum_of(grant.GRANT_TYPE),
            "assertion": explained(
                TEXT,
                "A JWT signed with a key of the organisation's DID: purpose, attributes, and the ground:"
                " vp_token, consent_id or subject (docs/consent.md).",
            ),
        }
    ),
)
GRANT_RESPONSE: Final = Component(
    "AccessGrantResponse",
    object_of(
        {
            "access_token": TEXT,
            "token_type": enum_of("DPoP"),
            "expires_in": WHOLE,
            "attributes": array_of(TEXT),
        },
        {"consent_id": TEXT, "consent_until": TEXT},
    ),
)
HOLDER_REFUSALS: Final = (
    grant.AccessError,
    ErrorCode("invalid_grant", 400, "The request was made before."),
    grant.InvalidAccessTokenError,
    ErrorCode("invalid_grant", 401, "The request is not signed for this address, or is too old."),
    TOO_MANY,
)
AN_ENTRY: Final = {
    "at": "2026-11-28T09:00:00Z",
    "client_id": "did:web:clinic.example",
    "client_name": "Clinic",
    "purpose": "https://clinic.example/purposes/care",
    "registry": "births",
    "attributes": ["given_name"],
    "request_id": "r-1",
    "basis": "consent",
    "outcome": "read",
}
A_CONSENT: Final = {
    "id": "c-1",
    "client_id": "did:web:clinic.example",
    "client_name": "Clinic",
    "purpose": "https://clinic.example/purposes/care",
    "registry": "births",
    "attributes": ["given_name"],
    "how": "signed",
    "state": "active",
    "given_at": "2026-11-28T09:00:00Z",
    "expires_at": "2027-11-28T09:00:00Z",
}

TOKEN: Final = Operation(
    id="request_access_grant",
    summary="Get a token that reads agreed attributes of one person's record",
    clause="RFC 7523 §2.1, RFC 9449 §5",
    tag=RECORD_ACCESS,
    parameters=(AUTHORITY,),
    security=((DPOP_PROOF,),),
    body=Body(
        {FORM: GRANT_REQUEST}, {"jwt": {"grant_type": grant.GRANT_TYPE, "assertion": "eyJhbGciOiJFUzI1NiJ9…"}}
    ),
    responses=(
        ResponseObject(
            200,
            "A token bound to the organisation's key.",
            {JSON: GRANT_RESPONSE},
            {
                "granted": {
                    "access_token": "eyJ0eXAi",
                    "token_type": "DPoP",
                    "expires_in": 300,
                    "attributes": ["given_name"],
                }
            },
        ),
        *refusals_at(
            404,
            oauth_refusals(
                grant.AccessError,
                ErrorCode("unsupported_grant_type", 400, "The grant type is another."),
                grant.InvalidAssertionError,
                InvalidDpopProofError,
                UseDpopNonceError,
                grant.AccessRefusedError,
                ErrorCode("access_denied", 404, "Nothing of this kind was agreed."),
                WRONG_MEDIA_TYPE,
                TOO_MANY,
            ),
            NO_SUCH_ADDRESS,
        ),
    ),
)
RECORD: Final = Operation(
    id="read_record",
    summary="Read what was granted, as the authority's signed statement",
    clause="RFC 9449 §7",
    tag=RECORD_ACCESS,
    parameters=(AUTHORITY,),
    security=((DPOP_TOKEN, DPOP_PROOF),),
    responses=(
        ResponseObject(
            200,
            "A JWT: iss, aud, jti of the request, attributes.",
            {record.MEDIA_TYPE: TEXT},
            {"record": "eyJ0eXAiOiJhY2Nlc3MtcmVjb3JkK2p3dCJ9…"},
        ),
        NO_SUCH_ADDRESS,
        *oauth_refusals(
            grant.AccessError,
            grant.InvalidAccessTokenError,
            ErrorCode("invalid_dpop_proof", 401, "The DPoP proof that comes with the token does not hold."),
            ErrorCode("use_dpop_nonce", 401, "The DPoP proof lacks the nonce that comes with this answer."),
            grant.AccessRefusedError,
            TOO_MANY,
        ),
    ),
)
READ_LOG: Final = Operation(
    id="read_access_log",
    summary="See who has read one's record",
    clause="docs/consent.md",
    tag=RECORD_ACCESS,
    parameters=(AUTHORITY,),
    security=((HOLDER_REQUEST,),),
    responses=(
        ResponseObject(200, "The readings, newest first.", {JSON: LOG}, {"one": {"entries": [AN_ENTRY]}}),
        NO_SUCH_ADDRESS,
        *oauth_refusals(*HOLDER_REFUSALS),
    ),
)
LIST_CONSENTS: Final = Operation(
    id="list_consents",
    summary="See what one has agreed to",
    clause="docs/consent.md",
    tag=RECORD_ACCESS,
    parameters=(AUTHORITY,),
    security=((HOLDER_REQUEST,),),
    responses=(
        ResponseObject(
            200, "The consents, newest first.", {JSON: CONSENTS}, {"one": {"consents": [A_CONSENT]}}
        ),
        NO_SUCH_ADDRESS,
        *oauth_refusals(*HOLDER_REFUSALS),
    ),
)
WITHDRAW: Final = Operation(
    id="withdraw_consent",
    summary="End a consent at once",
    clause="docs/consent.md",
    tag=RECORD_ACCESS,
    parameters=(AUTHORITY,),
    security=((HOLDER_REQUEST,),),
    responses=(
        ResponseObject(
            200,
            "The consent that ended.",
            {JSON: CONSENTS},
            {
                "one": {
                    "consents": [{**A_CONSENT, "state": "withdrawn", "withdrawn_at": "2026-12-01T09:00:00Z"}]
                }
            },
        ),
        *refusals_at(
            404,
            oauth_refusals(
                *HOLDER_REFUSALS, ErrorCode("access_denied", 404, "This key agreed to nothing of that name.")
            ),
            NO_SUCH_ADDRESS,
        ),
    ),
)
