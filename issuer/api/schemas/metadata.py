"""Metadata of the credential issuer and of the authorization server, under both of their addresses."""

from typing import Any, Final

from common.adapters.api.openapi.json_schema import (
    ANY_OBJECT,
    BOOLEAN,
    TEXT,
    URL,
    WHOLE,
    Component,
    array_of,
    explained,
    object_of,
    one_of,
)
from common.adapters.api.openapi.operation import JSON, Operation
from common.oid4vci import signed_metadata
from common.oid4vci.offer import PRE_AUTHORIZED
from issuer.api.schemas.addresses import ISSUER
from issuer.api.schemas.documents import JWKS, OBJECTS, TEXTS, document_operation

WELL_KNOWN: Final = "/.well-known/{}/issuers/{{authority}}"
APPENDED: Final = "/issuers/{{authority}}/.well-known/{}"

CONFIGURATION: Final = Component(
    "CredentialConfiguration",
    object_of(
        {"format": TEXT},
        {
            "scope": TEXT,
            "credential_signing_alg_values_supported": array_of(one_of(TEXT, WHOLE)),
            "cryptographic_binding_methods_supported": TEXTS,
            "proof_types_supported": ANY_OBJECT,
            "vct": TEXT,
            "doctype": TEXT,
            "credential_definition": object_of({"type": TEXTS}, {"@context": TEXTS}),
            "credential_metadata": object_of({}, {"display": OBJECTS, "claims": OBJECTS}),
        },
    ),
)
ENCRYPTION: Final = Component(
    "EncryptionSupport",
    object_of(
        {"enc_values_supported": TEXTS, "encryption_required": BOOLEAN},
        {"alg_values_supported": TEXTS, "jwks": JWKS},
    ),
)
ISSUER_METADATA: Final = Component(
    "IssuerMetadata",
    object_of(
        {
            "credential_issuer": URL,
            "credential_endpoint": URL,
            "credential_configurations_supported": {"type": "object", "additionalProperties": CONFIGURATION},
        },
        {
            "nonce_endpoint": URL,
            "notification_endpoint": URL,
            "deferred_credential_endpoint": URL,
            "credential_request_encryption": ENCRYPTION,
            "credential_response_encryption": ENCRYPTION,
            "batch_credential_issuance": object_of({"batch_size": WHOLE}),
            "authorization_servers": TEXTS,
            "display": OBJECTS,
        },
    ),
)
SERVER_METADATA: Final = Component(
    "AuthorizationServerMetadata",
    object_of(
        {
            "issuer": URL,
            "token_endpoint": URL,
            "grant_types_supported": TEXTS,
            "token_endpoint_auth_methods_supported": TEXTS,
        },
        {
            "authorization_endpoint": URL,
            "pushed_authorization_request_endpoint": URL,
            "require_pushed_authorization_requests": BOOLEAN,
            "challenge_endpoint": URL,
            "response_types_supported": TEXTS,
            "response_modes_supported": TEXTS,
            "code_challenge_methods_supported": TEXTS,
            "scopes_supported": TEXTS,
            "dpop_signing_alg_values_supported": TEXTS,
            "client_attestation_signing_alg_values_supported": TEXTS,
            "client_attestation_pop_signing_alg_values_supported": TEXTS,
            "authorization_details_types_supported": TEXTS,
            "authorization_response_iss_parameter_supported": BOOLEAN,
            "pre-authorized_grant_anonymous_access_supported": BOOLEAN,
        },
    ),
)


def _metadata(name: str, path: str, *, older: bool) -> Operation:
    issuer = name == "openid-credential-issuer"
    contents = (
        {JSON: ISSUER_METADATA, signed_metadata.MEDIA_TYPE: explained(TEXT, "The same, signed (§12.2.3).")}
        if issuer
        else {JSON: SERVER_METADATA}
    )
    example: dict[str, Any] = (
        {
            "credential_issuer": ISSUER,
            "credential_endpoint": f"{ISSUER}/credential",
            "nonce_endpoint": f"{ISSUER}/nonce",
            "credential_configurations_supported": {
                "birth.dc+sd-jwt": {
                    "format": "dc+sd-jwt",
                    "scope": "birth.dc+sd-jwt",
                    "vct": f"{ISSUER}/types/birth",
                }
            },
        }
        if issuer
        else {
            "issuer": ISSUER,
            "token_endpoint": f"{ISSUER}/token",
            "grant_types_supported": [PRE_AUTHORIZED],
            "token_endpoint_auth_methods_supported": ["none"],
        }
    )
    what = "credential issuer" if issuer else "authorization server"
    return document_operation(
        f"get_{'issuer' if issuer else 'server'}_metadata{'_of_drafts' if older else ''}",
        f"Read the {what} metadata" + (", where drafts looked for it" if older else ""),
        "OpenID4VCI 1.0 §12.2" if issuer else "RFC 8414 §3",
        contents,
        example,
        path=path,
        deprecated=older,
    )


GET_ISSUER_METADATA: Final = tuple(
    _metadata("openid-credential-issuer", where.format("openid-credential-issuer"), older=where == APPENDED)
    for where in (WELL_KNOWN, APPENDED)
)
GET_SERVER_METADATA: Final = tuple(
    _metadata(
        "oauth-authorization-server", where.format("oauth-authorization-server"), older=where == APPENDED
    )
    for where in (WELL_KNOWN, APPENDED)
)
