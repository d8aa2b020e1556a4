"""Tokens of an authorization server: pushed authorization requests, codes and refresh tokens."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from common.errors import SelloError
from common.keys.private_key import generate
from common.oid4vci import token
from common.oid4vci.authorization import (
    IssuanceAuthorizationRequest,
    authorization_url,
    create_issuance_authorization_request,
    parse_pushed_response,
)
from common.oid4vci.authorization_server import AuthorizationServerMetadata
from common.oid4vci.errors import InvalidMessageError, IssuerResponseError
from wallet.attestation.instance import WalletInstance
from wallet.issuer_client import oauth_client
from wallet.issuer_client.access_tokens import DpopKey, GrantedToken
from wallet.issuer_client.transport import read_answer

TOKEN_LIFETIME: Final = timedelta(minutes=5)  # where the issuer does not say
UNKNOWN_CLIENT: Final = (
    "invalid_client",
    "invalid_client_attestation",
    "use_attestation_challenge",
    "use_fresh_attestation",
)


class WalletUnknownError(SelloError):
    """An office that gives nothing to this wallet, because nobody whom it trusts vouches for it."""

    code = "invalid_client"
    status = 403

    def __init__(self, detail: str = "") -> None:
        super().__init__(
            "This office gives cards to wallets alone that it knows, and it does not know this one. "
            "Ask the office which wallets it takes.",
            detail=detail,
        )


def create_dpop_key(server: AuthorizationServerMetadata) -> DpopKey | None:
    """A new key for this server's tokens, where it binds tokens to keys at all."""
    return DpopKey(generate("P-256")) if "ES256" in server.dpop_algorithms else None


def push_request(
    server: AuthorizationServerMetadata,
    request: IssuanceAuthorizationRequest,
    *,
    key: DpopKey | None,
    instance: WalletInstance | None,
    now: datetime,
) -> str:
    """Where the person's browser goes to sign in (RFC 9126).

    Raises `WalletUnknownError`, `IssuerResponseError` or `IssuerUnreachableError`.
    """
    if server.pushed_endpoint is None or server.authorization_endpoint is None:
        raise InvalidMessageError("This office takes requests only in a way that this wallet does not know.")
    fields = create_issuance_authorization_request(request)
    body = _post_form(server, server.pushed_endpoint, fields, key=key, instance=instance, now=now)
    pushed = parse_pushed_response(body)
    return authorization_url(
        server.authorization_endpoint, client_id=request.client_id, request_uri=pushed.request_uri
    )


def request_token(
    server: AuthorizationServerMetadata,
    request: token.AnyTokenRequest,
    *,
    key: DpopKey | None,
    instance: WalletInstance | None,
    now: datetime,
) -> GrantedToken:
    """Exchange a code, or a refresh token, for an access token (OpenID4VCI 1.0 §6).

    Raises `WalletUnknownError`, `IssuerResponseError` or `IssuerUnreachableError`.
    """
    fields = token.create_token_request(request)
    body = _post_form(server, server.token_endpoint, fields, key=key, instance=instance, now=now)
    found = token.parse_token_response(body)
    bound = found.token_type == token.TOKEN_TYPES["dpop"]
    if bound and key is None:
        raise InvalidMessageError("The issuer bound its token to a key that nobody showed.")
    lifetime = timedelta(seconds=found.expires_in) if found.expires_in is not None else TOKEN_LIFETIME
    return GrantedToken(
        found.access_token,
        now + lifetime,
        found.credential_identifiers,
        key if bound else None,
        found.refresh_token,
    )


def _post_form(
    server: AuthorizationServerMetadata,
    url: str,
    fields: Mapping[str, str],
    *,
    key: DpopKey | None,
    instance: WalletInstance | None,
    now: datetime,
) -> dict[str, Any]:
    try:
        return read_answer(oauth_client.post_form(server, url, fields, key=key, instance=instance, now=now))
    except IssuerResponseError as error:
        if error.code in UNKNOWN_CLIENT:
            raise WalletUnknownError(f"{error.code} {error.detail}") from error
        raise
