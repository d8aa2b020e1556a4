"""Sending the person to the office to sign in, and knowing them when they are back (OpenID4VCI 1.0 §5).

The request is pushed (RFC 9126), the code is worth nothing without our secret (PKCE) and, where the office
binds tokens, without our key (DPoP). `state` names the offer that waits and holds a secret beside, so that an
answer that this person's wallet did not ask for finds nothing.
"""

import secrets
from datetime import datetime
from typing import Final
from urllib.parse import parse_qs
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from common.keys import jwk
from common.oid4vci.authorization import (
    CHALLENGE_METHOD,
    IssuanceAuthorizationRequest,
    create_code_challenge,
    parse_authorization_response,
)
from common.oid4vci.errors import InvalidMessageError
from common.oid4vci.token import CodeRequest
from wallet.account.pending import NothingPendingError
from wallet.attestation import provider
from wallet.issuance.credential_offer import AuthorizationState, PendingOffer
from wallet.issuer_client import token_endpoint
from wallet.issuer_client.access_tokens import GrantedToken

SECRET_BYTES: Final = 32


def push_authorization_request(
    offer: PendingOffer, id: UUID, *, now: datetime
) -> tuple[AuthorizationState, str]:
    """What to keep, and where to send the person."""
    server = offer.server
    if CHALLENGE_METHOD not in server.challenge_methods:
        raise InvalidMessageError("This office does not take codes in the one way that is safe.")
    key, verifier = token_endpoint.create_dpop_key(server), secrets.token_urlsafe(SECRET_BYTES)
    errand = AuthorizationState(f"{id}.{secrets.token_urlsafe(SECRET_BYTES)}", verifier, key)
    configurations = offer.issuer.configurations.values()
    scopes = tuple(dict.fromkeys(each.scope for each in configurations if each.scope))
    request = IssuanceAuthorizationRequest(
        client_id=provider.wallet_client_id(),
        redirect_uri=redirect_uri(),
        code_challenge=create_code_challenge(verifier),
        scopes=scopes,
        configuration_ids=tuple(each.id for each in configurations if not each.scope),
        state=errand.state,
        issuer_state=offer.offer.issuer_state,
        dpop_thumbprint=jwk.thumbprint(key.key.public_key) if key else None,
    )
    return errand, token_endpoint.push_request(server, request, key=key, instance=offer.instance, now=now)


def offer_of_state(query: str) -> UUID:
    """The offer to which an answer belongs, by its `state`; whether it is ours is seen later."""
    [state] = parse_qs(query, max_num_fields=20).get("state", [""])[:1]
    try:
        return UUID(state.split(".")[0])
    except ValueError as error:
        raise NothingPendingError("This is not the answer to anything that your wallet asked.") from error


def redeem_code(offer: PendingOffer, query: str, *, now: datetime) -> GrantedToken:
    """The token for the code that the person's browser brought."""
    errand, server = offer.errand, offer.server
    if errand is None:
        raise NothingPendingError("This is not the answer to anything that your wallet asked.")
    code = parse_authorization_response(
        query, issuer=server.issuer, state=errand.state, iss_expected=server.iss_in_response
    )
    request = CodeRequest(code, errand.verifier, redirect_uri(), provider.wallet_client_id())
    return token_endpoint.request_token(server, request, key=errand.key, instance=offer.instance, now=now)


def redirect_uri() -> str:
    """Where the person's browser comes back."""
    return f"{settings.BASE_URL}{reverse('wallet:offer-back')}"
