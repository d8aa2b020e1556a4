"""Who may ask, and how they say so: security schemes (OpenAPI 3.0.3 §4.7.27)."""

from typing import Final

from common.adapters.api.openapi.operation import SecurityScheme
from common.oid4vci.wallet_attestation import HEADER, POP_HEADER


def _bearer(name: str, description: str, *, jwt: bool = False) -> SecurityScheme:
    definition = {"type": "http", "scheme": "bearer", "description": description}
    return SecurityScheme(name, {**definition, "bearerFormat": "JWT"} if jwt else definition)


def _header(name: str, header: str, description: str) -> SecurityScheme:
    return SecurityScheme(
        name, {"type": "apiKey", "in": "header", "name": header, "description": description}
    )


DPOP_PROOF: Final = _header("dpopProof", "DPoP", "A DPoP proof for this very request (RFC 9449 §4).")
ACCESS_TOKEN: Final = _bearer("accessToken", "An access token of the token endpoint (RFC 6750 §2.1).")
DPOP_TOKEN: Final = SecurityScheme(
    "dpopAccessToken",
    {
        "type": "http",
        "scheme": "dpop",
        "description": "An access token bound to a key, which needs dpopProof beside it (RFC 9449 §7.1).",
    },
)
CLIENT_ATTESTATION: Final = _header(
    "clientAttestation",
    HEADER,
    "A provider's attestation of the wallet (attestation-based client authentication, draft -11 §4).",
)
CLIENT_ATTESTATION_POP: Final = _header(
    "clientAttestationPoP", POP_HEADER, "The wallet's proof for its attestation (the same draft, §5.1)."
)
HOLDER_REQUEST: Final = _bearer(
    "holderRequest", "A JWT signed for this address with a key of the holder's credential.", jwt=True
)
OPERATOR_TOKEN: Final = _bearer("operatorToken", "The operator's token, VC_API_TOKEN.")
REGISTRAR_TOKEN: Final = _bearer(
    "registrarToken", "A registrar's token of OpenCRVS's auth service (OPENCRVS_KEY_FILE).", jwt=True
)
PARTNER_TOKEN: Final = _bearer(
    "partnerToken", "An access token of the partner, from oauth2/client/token (RFC 6749 §4.4)."
)
PARTNER_SECRET: Final = SecurityScheme(
    "partnerSecret",
    {"type": "http", "scheme": "basic", "description": "client_id and client_secret (RFC 6749 §2.3.1)."},
)
SESSION: Final = SecurityScheme(
    "session",
    {
        "type": "apiKey",
        "in": "cookie",
        "name": "sessionid",
        "description": "The session of the browser that began the request.",
    },
)

OAUTH_CLIENT: Final = (
    (),
    (DPOP_PROOF,),
    (CLIENT_ATTESTATION, CLIENT_ATTESTATION_POP),
    (CLIENT_ATTESTATION, DPOP_PROOF),
)
TOKEN_HOLDER: Final = ((ACCESS_TOKEN,), (DPOP_TOKEN, DPOP_PROOF))
