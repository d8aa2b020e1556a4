"""OpenID4VCI 1.0 §6 to §11: token, nonce, credential, deferred credential, notification."""

from typing import Final

from common.adapters.api.openapi.json_schema import (
    ANY_OBJECT,
    TEXT,
    URL,
    WHOLE,
    Component,
    array_of,
    enum_of,
    explained,
    object_of,
    one_of,
)
from common.adapters.api.openapi.operation import FORM, JSON, Body, Operation, ResponseObject
from common.adapters.api.openapi.refusals import (
    MALFORMED,
    NO_SUCH_ADDRESS,
    TOO_MANY,
    WRONG_MEDIA_TYPE,
    ErrorCode,
    oauth_refusals,
)
from common.adapters.api.openapi.security import OAUTH_CLIENT, TOKEN_HOLDER
from common.keys.dpop import InvalidDpopProofError, UseDpopNonceError
from common.oid4vci import errors
from common.oid4vci.encryption import MEDIA_TYPE as ENCRYPTED
from common.oid4vci.notification import EVENTS
from common.oid4vci.offer import PRE_AUTHORIZED
from common.oid4vci.token import DETAIL_TYPE, GRANT_TYPES
from issuer.api.schemas.addresses import AUTHORITY

ISSUANCE: Final = "issuance"
NONCE_HEADERS: Final = {"DPoP-Nonce": "The nonce for the next DPoP proof (RFC 9449 §8.2)."}
JWE: Final = explained(TEXT, "The same, as a compact JWE (OpenID4VCI 1.0 §10).")
CLIENT_REFUSALS: Final = (
    errors.InvalidClientError,
    errors.InvalidClientAttestationError,
    errors.UseAttestationChallengeError,
    errors.UseFreshAttestationError,
    InvalidDpopProofError,
    UseDpopNonceError,
)
DETAILS_REFUSAL: Final = ErrorCode(
    "invalid_authorization_details", 400, "authorization_details that cannot be read, or ask for too much."
)
TOKEN_REFUSALS: Final = (
    MALFORMED,
    errors.InvalidTokenError,
    ErrorCode("invalid_dpop_proof", 401, "The DPoP proof that comes with the token does not hold."),
    ErrorCode("use_dpop_nonce", 401, "The DPoP proof lacks the nonce that comes with this answer."),
)

TOKEN_REQUEST: Final = Component(
    "TokenRequest",
    object_of(
        {"grant_type": enum_of(*GRANT_TYPES)},
        {
            "pre-authorized_code": explained(TEXT, "Of the credential offer."),
            "tx_code": explained(TEXT, "What the person was told on another way."),
            "code": explained(TEXT, "Of the authorization response."),
            "code_verifier": explained(TEXT, "PKCE (RFC 7636 §4.5)."),
            "redirect_uri": URL,
            "refresh_token": TEXT,
            "client_id": TEXT,
            "authorization_details": explained(TEXT, "JSON (RFC 9396 §2): which of the credentials offered."),
        },
    ),
)
AUTHORIZATION_DETAIL: Final = Component(
    "AuthorizationDetail",
    object_of(
        {
            "type": enum_of(DETAIL_TYPE),
            "credential_configuration_id": TEXT,
            "credential_identifiers": array_of(TEXT, minItems=1),
        }
    ),
)
TOKEN_RESPONSE: Final = Component(
    "TokenResponse",
    object_of(
        {"access_token": TEXT, "token_type": enum_of("Bearer", "DPoP")},
        {
            "expires_in": explained(WHOLE, "Seconds."),
            "refresh_token": TEXT,
            "authorization_details": array_of(AUTHORIZATION_DETAIL),
        },
    ),
)
NONCE_RESPONSE: Final = Component("NonceResponse", object_of({"c_nonce": TEXT}))
PROOFS: Final = Component(
    "KeyProofs",
    object_of(
        {},
        {
            "jwt": array_of(explained(TEXT, "openid4vci-proof+jwt (Appendix F.1)."), minItems=1),
            "di_vp": array_of(explained(ANY_OBJECT, "A presentation (Appendix F.2)."), minItems=1),
            "attestation": array_of(TEXT, minItems=1, maxItems=1),
        },
    ),
)
RESPONSE_ENCRYPTION: Final = Component(
    "ResponseEncryption", object_of({"jwk": ANY_OBJECT, "enc": enum_of("A128GCM", "A256GCM")})
)
CREDENTIAL_REQUEST: Final = Component(
    "CredentialRequest",
    object_of(
        {"proofs": PROOFS},
        {
            "credential_configuration_id": explained(TEXT, "Either this or credential_identifier."),
            "credential_identifier": TEXT,
            "credential_response_encryption": RESPONSE_ENCRYPTION,
        },
    ),
)
ISSUED: Final = Component("IssuedCredential", object_of({"credential": one_of(TEXT, ANY_OBJECT)}))
CREDENTIAL_RESPONSE: Final = Component(
    "CredentialResponse",
    object_of({"credentials": array_of(ISSUED, minItems=1)}, {"notification_id": TEXT}),
)
DEFERRED_RESPONSE: Final = Component(
    "DeferredCredentialResponse",
    object_of({"transaction_id": TEXT, "interval": explained(WHOLE, "Seconds until one may ask again.")}),
)
DEFERRED_REQUEST: Final = Component(
    "DeferredCredentialRequest",
    object_of({"transaction_id": TEXT}, {"credential_response_encryption": RESPONSE_ENCRYPTION}),
)
NOTIFICATION: Final = Component(
    "NotificationRequest",
    object_of({"notification_id": TEXT, "event": enum_of(*EVENTS)}, {"event_description": TEXT}),
)

CREDENTIALS: Final = ResponseObject(
    200,
    "The credentials, in the order of the proofs.",
    {JSON: CREDENTIAL_RESPONSE, ENCRYPTED: JWE},
    {"one": {"credentials": [{"credential": "eyJhbGciOiJFUzI1NiJ9…~"}], "notification_id": "3fwe98js"}},
    NONCE_HEADERS,
)
PUT_OFF: Final = ResponseObject(
    202,
    "An officer decides first: ask again at the deferred credential endpoint (§9).",
    {JSON: DEFERRED_RESPONSE, ENCRYPTED: JWE},
    {"later": {"transaction_id": "8xLOxBtZp8", "interval": 3600}},
    NONCE_HEADERS,
)

TOKEN: Final = Operation(
    id="request_token",
    summary="Exchange a code or a refresh token for an access token",
    clause="OpenID4VCI 1.0 §6, RFC 6749 §3.2",
    tag=ISSUANCE,
    parameters=(AUTHORITY,),
    security=OAUTH_CLIENT,
    body=Body(
        {FORM: TOKEN_REQUEST},
        {
            "pre-authorized": {
                "grant_type": PRE_AUTHORIZED,
                "pre-authorized_code": "SplxlOBe",
                "tx_code": "493536",
            },
            "refresh": {"grant_type": "refresh_token", "refresh_token": "tGzv3JOkF0"},
        },
    ),
    responses=(
        ResponseObject(
            200,
            "An access token for what was offered.",
            {JSON: TOKEN_RESPONSE},
            {
                "bearer": {
                    "access_token": "eyJ0eXAi",
                    "token_type": "Bearer",
                    "expires_in": 300,
                    "authorization_details": [
                        {
                            "type": DETAIL_TYPE,
                            "credential_configuration_id": "birth",
                            "credential_identifiers": ["birth"],
                        }
                    ],
                }
            },
            NONCE_HEADERS,
        ),
        NO_SUCH_ADDRESS,
        *oauth_refusals(
            errors.TokenError,
            errors.InvalidGrantError,
            errors.UnsupportedGrantTypeError,
            *CLIENT_REFUSALS,
            DETAILS_REFUSAL,
            WRONG_MEDIA_TYPE,
            TOO_MANY,
        ),
    ),
)
NONCE: Final = Operation(
    id="request_nonce",
    summary="Get a fresh nonce for key proofs",
    clause="OpenID4VCI 1.0 §7",
    tag=ISSUANCE,
    parameters=(AUTHORITY,),
    responses=(
        ResponseObject(
            200,
            "The nonce.",
            {JSON: NONCE_RESPONSE},
            {"nonce": {"c_nonce": "wKI4LT17ac15ES9bw8ac4"}},
            NONCE_HEADERS,
        ),
        NO_SUCH_ADDRESS,
        *oauth_refusals(TOO_MANY),
    ),
)
CREDENTIAL: Final = Operation(
    id="request_credential",
    summary="Get credentials, one for each key proof",
    clause="OpenID4VCI 1.0 §8",
    tag=ISSUANCE,
    parameters=(AUTHORITY,),
    security=TOKEN_HOLDER,
    body=Body(
        {JSON: CREDENTIAL_REQUEST, ENCRYPTED: JWE},
        {
            "jwt": {
                "credential_configuration_id": "birth",
                "proofs": {"jwt": ["eyJ0eXAiOiJvcGVuaWQ0dmNpLXByb29mK2p3dCJ9…"]},
            }
        },
    ),
    responses=(
        CREDENTIALS,
        PUT_OFF,
        NO_SUCH_ADDRESS,
        *oauth_refusals(
            errors.CredentialRequestError,
            errors.UnknownConfigurationError,
            errors.UnknownIdentifierError,
            errors.InvalidProofError,
            errors.InvalidNonceError,
            errors.InvalidEncryptionParametersError,
            errors.RequestDeniedError,
            *TOKEN_REFUSALS,
            WRONG_MEDIA_TYPE,
            TOO_MANY,
        ),
    ),
)
DEFERRED_CREDENTIAL: Final = Operation(
    id="request_deferred_credential",
    summary="Get what was put off, once an officer has agreed",
    clause="OpenID4VCI 1.0 §9",
    tag=ISSUANCE,
    parameters=(AUTHORITY,),
    security=TOKEN_HOLDER,
    body=Body({JSON: DEFERRED_REQUEST, ENCRYPTED: JWE}, {"again": {"transaction_id": "8xLOxBtZp8"}}),
    responses=(
        CREDENTIALS,
        PUT_OFF,
        NO_SUCH_ADDRESS,
        *oauth_refusals(
            errors.CredentialRequestError,
            errors.InvalidTransactionIdError,
            errors.InvalidEncryptionParametersError,
            errors.RequestDeniedError,
            *TOKEN_REFUSALS,
            WRONG_MEDIA_TYPE,
            TOO_MANY,
        ),
    ),
)
NOTIFY: Final = Operation(
    id="notify_issuer",
    summary="Say what became of credentials in the wallet",
    clause="OpenID4VCI 1.0 §11",
    tag=ISSUANCE,
    parameters=(AUTHORITY,),
    security=TOKEN_HOLDER,
    body=Body(
        {JSON: NOTIFICATION}, {"accepted": {"notification_id": "3fwe98js", "event": "credential_accepted"}}
    ),
    responses=(
        ResponseObject(204, "Heard.", headers=NONCE_HEADERS),
        NO_SUCH_ADDRESS,
        *oauth_refusals(
            errors.NotificationError,
            errors.InvalidNotificationIdError,
            *TOKEN_REFUSALS,
            WRONG_MEDIA_TYPE,
            TOO_MANY,
        ),
    ),
)
