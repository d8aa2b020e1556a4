"""Authorization server metadata (RFC 8414, OpenID4VCI 1.0 §12.3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from common.oid4vci.errors import InvalidMessageError
from common.oid4vci.json_members import Members
from common.oid4vci.offer import AUTHORIZATION_CODE, PRE_AUTHORIZED
from common.oid4vci.token import DETAIL_TYPE

WELL_KNOWN: Final = "oauth-authorization-server"
ANONYMOUS: Final = "none"
# By a provider's word, and a proof of its own or the DPoP proof (attestation-based client authentication §8).
ATTESTED: Final = "attest_jwt_client_auth"
ATTESTED_BY_DPOP: Final = "attest_jwt_client_auth_dpop"


@dataclass(frozen=True, slots=True)
class AuthorizationServerMetadata:
    """Where tokens are had, for what, and how a wallet says who it is.

    Where there is an authorization endpoint, there is a pushed request endpoint that must be used here.
    """

    issuer: str
    token_endpoint: str
    grant_types: tuple[str, ...] = (PRE_AUTHORIZED,)
    anonymous_access: bool = False
    dpop_algorithms: tuple[str, ...] = ()
    authorization_endpoint: str | None = None
    pushed_endpoint: str | None = None
    scopes: tuple[str, ...] = ()
    challenge_methods: tuple[str, ...] = ()
    client_authentication: tuple[str, ...] = (ANONYMOUS,)
    attestation_algorithms: tuple[str, ...] = ()
    challenge_endpoint: str | None = None
    iss_in_response: bool = False


def create_server_metadata(metadata: AuthorizationServerMetadata) -> dict[str, Any]:
    """The metadata document (RFC 8414 §2); response types are for the authorization code grant alone."""
    result: dict[str, Any] = {
        "issuer": metadata.issuer,
        "token_endpoint": metadata.token_endpoint,
        "grant_types_supported": list(metadata.grant_types),
        "token_endpoint_auth_methods_supported": list(metadata.client_authentication),
        "pre-authorized_grant_anonymous_access_supported": metadata.anonymous_access,
        "authorization_details_types_supported": [DETAIL_TYPE],
    }
    if metadata.authorization_endpoint is not None:
        result |= {
            "authorization_endpoint": metadata.authorization_endpoint,
            "pushed_authorization_request_endpoint": metadata.pushed_endpoint,
            "require_pushed_authorization_requests": True,
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "code_challenge_methods_supported": list(metadata.challenge_methods),
            "authorization_response_iss_parameter_supported": metadata.iss_in_response,
        }
    if metadata.challenge_endpoint is not None:
        result["challenge_endpoint"] = metadata.challenge_endpoint
    lists = {
        "scopes_supported": metadata.scopes,
        "dpop_signing_alg_values_supported": metadata.dpop_algorithms,
        "client_attestation_signing_alg_values_supported": metadata.attestation_algorithms,
        "client_attestation_pop_signing_alg_values_supported": metadata.attestation_algorithms,
    }
    return result | {name: list(values) for name, values in lists.items() if values}


def parse_server_metadata(source: Mapping[str, Any], *, issuer: str) -> AuthorizationServerMetadata:
    """Read the metadata of the server `issuer`; its identifier must be the one asked for (RFC 8414 §3.3).

    A document without grant types speaks of the authorization code grant (RFC 8414 §2).
    """
    members = Members(source, InvalidMessageError)
    if members.text("issuer") != issuer:
        raise InvalidMessageError("This metadata is another authorization server's.")

    def texts(name: str) -> tuple[str, ...]:
        return members.texts(name, required=False)

    return AuthorizationServerMetadata(
        issuer=issuer,
        token_endpoint=members.url("token_endpoint"),
        grant_types=texts("grant_types_supported") or (AUTHORIZATION_CODE,),
        anonymous_access=source.get("pre-authorized_grant_anonymous_access_supported") is True,
        dpop_algorithms=texts("dpop_signing_alg_values_supported"),
        authorization_endpoint=members.usable_url("authorization_endpoint"),
        pushed_endpoint=members.optional_url("pushed_authorization_request_endpoint"),
        scopes=texts("scopes_supported"),
        challenge_methods=texts("code_challenge_methods_supported"),
        client_authentication=texts("token_endpoint_auth_methods_supported") or (ANONYMOUS,),
        attestation_algorithms=texts("client_attestation_pop_signing_alg_values_supported"),
        challenge_endpoint=members.optional_url("challenge_endpoint"),
        iss_in_response=source.get("authorization_response_iss_parameter_supported") is True,
    )
