"""Offers and signatures for OpenCRVS 2 (country configuration, verifiable credentials)."""

from typing import Final

from common.adapters.api.openapi.json_schema import ANY_OBJECT, TEXT, Component, enum_of, explained, object_of
from common.adapters.api.openapi.operation import JSON, Body, Operation, ResponseObject
from common.adapters.api.openapi.refusals import TOO_MANY, WRONG_MEDIA_TYPE, ErrorCode, oauth_refusals
from common.adapters.api.openapi.security import OPERATOR_TOKEN, REGISTRAR_TOKEN
from common.registries.opencrvs.records import PRE_AUTHORIZED, OpenCrvsRequestError

OPENCRVS: Final = "opencrvs"
PLAIN: Final = "text/plain"
DID: Final = "did:web:office.example:issuers:civil-registry"
MAPPING: Final = Component(
    "OpenCrvsMapping",
    object_of(
        {},
        {
            "id": explained(TEXT, "<uuid>"),
            "iat": explained(TEXT, "<timestamp-seconds>"),
            "nbf": explained(TEXT, "<timestamp-seconds>"),
            "exp": explained(TEXT, "<timestamp-in-seconds:365d>"),
        },
    ),
)
OFFER_REQUEST: Final = Component(
    "OpenCrvsOfferRequest",
    object_of(
        {"issuerDid": TEXT, "credentialConfigurationId": TEXT, "credentialData": ANY_OBJECT},
        {
            "mapping": MAPPING,
            "authenticationMethod": enum_of(PRE_AUTHORIZED),
            "selectiveDisclosure": object_of({}, {"fields": ANY_OBJECT}),
        },
    ),
)
SIGN_REQUEST: Final = Component(
    "OpenCrvsSignRequest",
    object_of(
        {
            "issuerDid": TEXT,
            "subjectDid": TEXT,
            "credentialData": object_of({"type": {}, "credentialSubject": ANY_OBJECT}),
        },
        {"mapping": MAPPING},
    ),
)
SHARED_REFUSALS: Final = (
    OpenCrvsRequestError,
    ErrorCode("unauthorized", 401, "Neither the operator's token nor a registrar's came along."),
    ErrorCode("forbidden", 403, "The registrar's token lacks the scope."),
    ErrorCode("unknown_issuer", 404, "issuerDid is not the DID of an authority of this site."),
    ErrorCode("card_withdrawn", 409, "A card of this record is suspended."),
    WRONG_MEDIA_TYPE,
    TOO_MANY,
)

ISSUE: Final = Operation(
    id="issue_opencrvs_offer",
    summary="Make an offer of an SD-JWT VC that says what the request says",
    clause="OpenCRVS, openid4vc/sdjwt/issue",
    tag=OPENCRVS,
    security=((OPERATOR_TOKEN,), (REGISTRAR_TOKEN,)),
    body=Body(
        {JSON: OFFER_REQUEST},
        {
            "birth": {
                "issuerDid": DID,
                "credentialConfigurationId": "birth.dc+sd-jwt",
                "credentialData": {"registration_number": "B-1", "given_name": "Ana"},
                "mapping": {"id": "<uuid>", "iat": "<timestamp-seconds>"},
                "authenticationMethod": PRE_AUTHORIZED,
            }
        },
    ),
    responses=(
        ResponseObject(
            200,
            "The offer's link.",
            {PLAIN: TEXT},
            {"link": "openid-credential-offer://?credential_offer_uri=…"},
        ),
        *oauth_refusals(
            *SHARED_REFUSALS,
            ErrorCode("unknown_credential_configuration", 404, "No credential configuration has this name."),
        ),
    ),
)
SIGN: Final = Operation(
    id="sign_opencrvs_credential",
    summary="Sign a credential for paper, as a bare JWT",
    clause="OpenCRVS, raw/jwt/sign; VC Data Model 1.1 §6.3.1",
    tag=OPENCRVS,
    security=((OPERATOR_TOKEN,), (REGISTRAR_TOKEN,)),
    body=Body(
        {JSON: SIGN_REQUEST},
        {
            "birth": {
                "issuerDid": DID,
                "subjectDid": "did:example:ana",
                "credentialData": {
                    "type": ["VerifiableCredential", "BirthCredential"],
                    "credentialSubject": {"given_name": "Ana"},
                },
            }
        },
    ),
    responses=(
        ResponseObject(200, "The JWT.", {PLAIN: TEXT}, {"jwt": "eyJhbGciOiJFUzI1NiJ9…"}),
        *oauth_refusals(*SHARED_REFUSALS),
    ),
)
