"""OpenID4VP 1.0: request objects, responses, the Digital Credentials API, and how far a request has come."""

from typing import Final

from common.adapters.api.openapi.json_schema import (
    ANY_OBJECT,
    TEXT,
    URL,
    Component,
    array_of,
    enum_of,
    explained,
    object_of,
    one_of,
)
from common.adapters.api.openapi.operation import (
    FORM,
    JSON,
    Body,
    Operation,
    OperationParameter,
    ResponseObject,
    SecurityScheme,
)
from common.adapters.api.openapi.refusals import TOO_MANY, WRONG_MEDIA_TYPE, ErrorCode, oauth_refusals
from common.oid4vp.dc_api import PROTOCOLS
from common.oid4vp.errors import InvalidRequestError, InvalidResponseError, QueryNotSatisfiedError
from common.oid4vp.request import REQUEST_TYPE
from verifier.errors import (
    AlreadyAnsweredError,
    PresentationRefusedError,
    SessionNotFoundError,
    WrongBrowserError,
)
from verifier.models import PresentationSession
from verifier.presentation.browser import COOKIE

PRESENTATION: Final = "presentation"
JWT: Final = f"application/{REQUEST_TYPE}"
SERVICE: Final = OperationParameter("slug", "The service's name in addresses.", "path", example="clinic")
REQUEST_ID: Final = OperationParameter("request_id", "The secret end of request_uri.", "path")
POLL_ID: Final = OperationParameter(
    "poll_id", "The name under which the request's state is asked for.", "path"
)
BROWSER: Final = SecurityScheme(
    "browserSession",
    {"type": "apiKey", "in": "cookie", "name": COOKIE, "description": "The browser that began the request."},
)
REQUEST_OBJECT: Final = ResponseObject(
    200,
    "The signed request object (RFC 9101 §4).",
    {JWT: TEXT},
    {"jwt": "eyJ0eXAiOiJvYXV0aC1hdXRoei1yZXErand0In0…"},
)
WALLET_NONCE: Final = Component(
    "RequestObjectPost", object_of({}, {"wallet_nonce": TEXT, "wallet_metadata": TEXT})
)
RESPONSE: Final = Component(
    "AuthorizationResponse",
    object_of(
        {},
        {
            "response": explained(TEXT, "A compact JWE (direct_post.jwt, §8.3.1)."),
            "vp_token": explained(TEXT, "JSON: presentations by credential query id (direct_post, §8.1)."),
            "state": TEXT,
            "error": TEXT,
            "error_description": TEXT,
        },
    ),
)
RECEIVED: Final = Component("AuthorizationResponseReceived", object_of({}, {"redirect_uri": URL}))
API_REQUESTS: Final = Component(
    "DigitalCredentialRequests",
    object_of(
        {"requests": array_of(object_of({"protocol": enum_of(*PROTOCOLS), "data": ANY_OBJECT}), minItems=1)}
    ),
)
API_ANSWER: Final = Component(
    "DigitalCredentialAnswer",
    object_of(
        {"data": object_of({}, {"response": TEXT, "vp_token": ANY_OBJECT, "error": TEXT})}, {"protocol": TEXT}
    ),
)
STATUS: Final = Component(
    "PresentationStatus",
    object_of(
        {
            "session": TEXT,
            "service": TEXT,
            "state": enum_of(*PresentationSession.Status.values),
            "outcome": explained(
                one_of(ANY_OBJECT), "verified, the checks and their results, issuer, format; no claim."
            ),
            "expires_at": TEXT,
        }
    ),
)
NOT_FOUND: Final = SessionNotFoundError
ANSWER_REFUSALS: Final = (
    InvalidResponseError,
    QueryNotSatisfiedError,
    AlreadyAnsweredError,
    PresentationRefusedError,
    WRONG_MEDIA_TYPE,
    TOO_MANY,
)

GET_REQUEST: Final = Operation(
    id="get_request_object",
    summary="Fetch the request object that a link or QR code leads to",
    clause="RFC 9101 §5.2.3, OpenID4VP 1.0 §5.4",
    tag=PRESENTATION,
    parameters=(SERVICE, REQUEST_ID),
    responses=(REQUEST_OBJECT, *oauth_refusals(AlreadyAnsweredError, NOT_FOUND, TOO_MANY)),
)
POST_REQUEST: Final = Operation(
    id="post_request_object",
    summary="Fetch the request object with the wallet's nonce in it",
    clause="OpenID4VP 1.0 §5.10",
    tag=PRESENTATION,
    parameters=(SERVICE, REQUEST_ID),
    body=Body({FORM: WALLET_NONCE}, {"nonce": {"wallet_nonce": "qPmxiNFCR3QTm19POc8u"}}),
    responses=(
        REQUEST_OBJECT,
        *oauth_refusals(
            InvalidRequestError,
            AlreadyAnsweredError,
            NOT_FOUND,
            ErrorCode("invalid_request", 413, "The form is too large."),
            WRONG_MEDIA_TYPE,
            TOO_MANY,
        ),
    ),
)
RESPOND: Final = Operation(
    id="post_authorization_response",
    summary="Post the wallet's answer",
    clause="OpenID4VP 1.0 §8.2, §8.3.1",
    tag=PRESENTATION,
    parameters=(SERVICE,),
    body=Body({FORM: RESPONSE}, {"encrypted": {"response": "eyJhbGciOiJFQ0RILUVTIn0…"}}),
    responses=(
        ResponseObject(
            200,
            "Taken in and accepted; where the wallet leads the person, if anywhere.",
            {JSON: RECEIVED},
            {
                "back": {
                    "redirect_uri": "https://verifier.example/services/sessions/s-1/finish?response_code=r-1"
                },
                "here": {},
            },
        ),
        *oauth_refusals(ErrorCode("invalid_request", 413, "The answer is too large."), *ANSWER_REFUSALS),
    ),
)
GET_DIGITAL: Final = Operation(
    id="get_digital_credential_request",
    summary="Read the same request for the browser's Digital Credentials API",
    clause="OpenID4VP 1.0 Appendix A.3",
    tag=PRESENTATION,
    parameters=(POLL_ID,),
    security=((BROWSER,),),
    responses=(
        ResponseObject(
            200,
            "`digital` of navigator.credentials.get.",
            {JSON: API_REQUESTS},
            {"unsigned": {"requests": [{"protocol": PROTOCOLS[0], "data": {"response_type": "vp_token"}}]}},
        ),
        *oauth_refusals(NOT_FOUND, WrongBrowserError, TOO_MANY),
    ),
)
POST_DIGITAL: Final = Operation(
    id="post_digital_credential",
    summary="Hand in what the browser's Digital Credentials API gave back",
    clause="OpenID4VP 1.0 Appendix A.4",
    tag=PRESENTATION,
    parameters=(POLL_ID,),
    security=((BROWSER,),),
    body=Body(
        {JSON: API_ANSWER},
        {"encrypted": {"protocol": PROTOCOLS[1], "data": {"response": "eyJhbGciOiJFQ0RILUVTIn0…"}}},
    ),
    responses=(
        ResponseObject(204, "Taken in and accepted."),
        *oauth_refusals(NOT_FOUND, WrongBrowserError, *ANSWER_REFUSALS),
    ),
)
GET_STATUS: Final = Operation(
    id="get_presentation_status",
    summary="Ask how far a request has come",
    clause="docs/pages.md",
    tag=PRESENTATION,
    parameters=(POLL_ID,),
    responses=(
        ResponseObject(
            200,
            "What was found, never what was said.",
            {JSON: STATUS},
            {
                "waiting": {
                    "session": "s-1",
                    "service": "clinic",
                    "state": "REQUESTED",
                    "outcome": {},
                    "expires_at": "2026-11-28T09:10:00+00:00",
                }
            },
        ),
        *oauth_refusals(NOT_FOUND),
    ),
)
