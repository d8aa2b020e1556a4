"""Pushed authorization requests, and challenges for wallet attestations."""

from typing import Final

from common.adapters.api.openapi.json_schema import TEXT, WHOLE, Component, enum_of, explained, object_of
from common.adapters.api.openapi.operation import FORM, JSON, Body, Operation, ResponseObject
from common.adapters.api.openapi.refusals import (
    NO_SUCH_ADDRESS,
    TOO_MANY,
    WRONG_MEDIA_TYPE,
    ErrorCode,
    oauth_refusals,
)
from common.adapters.api.openapi.security import OAUTH_CLIENT
from common.oid4vci.authorization import CHALLENGE_METHOD, REQUEST_URI_PREFIX
from common.oid4vci.errors import AuthorizationError
from issuer.api.schemas.addresses import AUTHORITY
from issuer.api.schemas.issuance import CLIENT_REFUSALS, DETAILS_REFUSAL, ISSUANCE

PUSHED_REQUEST: Final = Component(
    "PushedAuthorizationRequest",
    object_of(
        {
            "response_type": enum_of("code"),
            "client_id": TEXT,
            "redirect_uri": TEXT,
            "code_challenge": explained(TEXT, "SHA-256 of the verifier (RFC 7636 §4.2)."),
            "code_challenge_method": enum_of(CHALLENGE_METHOD),
        },
        {
            "scope": explained(TEXT, "Of configurations in the issuer metadata."),
            "authorization_details": explained(TEXT, "JSON (RFC 9396 §2)."),
            "state": TEXT,
            "issuer_state": explained(TEXT, "Of the credential offer."),
            "dpop_jkt": explained(TEXT, "To which key the code is bound (RFC 9449 §10)."),
        },
    ),
)
PUSHED_RESPONSE: Final = Component(
    "PushedAuthorizationResponse", object_of({"request_uri": TEXT, "expires_in": WHOLE})
)
CHALLENGE_RESPONSE: Final = Component("ChallengeResponse", object_of({"attestation_challenge": TEXT}))

PUSH: Final = Operation(
    id="push_authorization_request",
    summary="Push an authorization request, before the person signs in",
    clause="RFC 9126 §2, OpenID4VCI 1.0 §5",
    tag=ISSUANCE,
    parameters=(AUTHORITY,),
    security=OAUTH_CLIENT,
    body=Body(
        {FORM: PUSHED_REQUEST},
        {
            "scope": {
                "response_type": "code",
                "client_id": "https://wallet.example",
                "redirect_uri": "https://wallet.example/back",
                "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
                "code_challenge_method": CHALLENGE_METHOD,
                "scope": "birth",
            }
        },
    ),
    responses=(
        ResponseObject(
            201,
            "The reference under which the request is known.",
            {JSON: PUSHED_RESPONSE},
            {"pushed": {"request_uri": f"{REQUEST_URI_PREFIX}6esc_11ACC5b", "expires_in": 60}},
        ),
        NO_SUCH_ADDRESS,
        *oauth_refusals(
            AuthorizationError,
            ErrorCode("unsupported_response_type", 400, "response_type is code."),
            ErrorCode(
                "invalid_scope", 400, "Nothing is asked for that this office issues, or too much at once."
            ),
            DETAILS_REFUSAL,
            *CLIENT_REFUSALS,
            WRONG_MEDIA_TYPE,
            TOO_MANY,
        ),
    ),
)
CHALLENGE: Final = Operation(
    id="request_challenge",
    summary="Get a challenge for the proof of a wallet attestation",
    clause="attestation-based client authentication, draft -11 §6.1",
    tag=ISSUANCE,
    parameters=(AUTHORITY,),
    responses=(
        ResponseObject(
            200,
            "The challenge.",
            {JSON: CHALLENGE_RESPONSE},
            {"challenge": {"attestation_challenge": "AYjcyMzY3ZDhiNmJkNTZ"}},
        ),
        NO_SUCH_ADDRESS,
        *oauth_refusals(TOO_MANY),
    ),
)
