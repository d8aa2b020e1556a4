"""Authorization server metadata (RFC 8414, OpenID4VCI 1.0 §12.3) of the pre-authorized code flow."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from common.oid4vci.errors import MessageInvalid
from common.oid4vci.members import Members
from common.oid4vci.offer import PRE_AUTHORIZED

WELL_KNOWN: Final = "oauth-authorization-server"


@dataclass(frozen=True, slots=True)
class AuthorizationServerMetadata:
    """Where tokens are had, and for what."""

    issuer: str
    token_endpoint: str
    grant_types: tuple[str, ...] = (PRE_AUTHORIZED,)
    anonymous_access: bool = False
    dpop_algorithms: tuple[str, ...] = ()


def create_server_metadata(metadata: AuthorizationServerMetadata) -> dict[str, Any]:
    """The metadata document (RFC 8414 §2); without response types, as §12.3 allows for this grant alone."""
    result: dict[str, Any] = {
        "issuer": metadata.issuer,
        "token_endpoint": metadata.token_endpoint,
        "grant_types_supported": list(metadata.grant_types),
        "token_endpoint_auth_methods_supported": ["none"],
        "pre-authorized_grant_anonymous_access_supported": metadata.anonymous_access,
        "authorization_details_types_supported": ["openid_credential"],
    }
    if metadata.dpop_algorithms:
        result["dpop_signing_alg_values_supported"] = list(metadata.dpop_algorithms)
    return result


def parse_server_metadata(source: Mapping[str, Any], *, issuer: str) -> AuthorizationServerMetadata:
    """Read the metadata of the server `issuer`; its identifier must be the one asked for (RFC 8414 §3.3).

    A document without grant types speaks of the authorization code grant (RFC 8414 §2).
    """
    members = Members(source, MessageInvalid)
    if members.text("issuer") != issuer:
        raise MessageInvalid("This metadata is another authorization server's.")
    return AuthorizationServerMetadata(
        issuer=issuer,
        token_endpoint=members.url("token_endpoint"),
        grant_types=members.texts("grant_types_supported", required=False) or ("authorization_code",),
        anonymous_access=source.get("pre-authorized_grant_anonymous_access_supported") is True,
        dpop_algorithms=members.texts("dpop_signing_alg_values_supported", required=False),
    )
