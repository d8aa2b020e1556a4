"""The wallet's side of OpenID4VCI over the network: one function a request, one error a fault."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from common.adapters import fetch as door
from common.encoding import jcs, strict_json
from common.errors import FetchFailed, SelloError
from common.oid4vci import authorization_server, metadata, offer, token
from common.oid4vci.authorization_server import AuthorizationServerMetadata
from common.oid4vci.credential import (
    CredentialRequest,
    CredentialResponse,
    create_credential_request,
    parse_credential_response,
    parse_nonce_response,
)
from common.oid4vci.errors import MessageInvalid, parse_error
from common.oid4vci.metadata import IssuerMetadata
from common.oid4vci.notification import Event, Notification, create_notification
from common.oid4vci.offer import PRE_AUTHORIZED, CredentialOffer, OfferReference


class Unreachable(SelloError):
    """The issuer does not answer."""

    code = "server_error"
    status = 502

    def __init__(self, error: SelloError) -> None:
        super().__init__(
            "The office that offers this cannot be reached at the moment. Try again in a few minutes.",
            detail=f"{error.public} {error.detail}",
        )


class OfferGone(SelloError):
    """The offer has expired or was used."""

    code = "invalid_grant"
    status = 410

    def __init__(self, detail: str = "") -> None:
        super().__init__(
            "This offer has run out or was already used. Ask the office for a new one.", detail=detail
        )


@dataclass(frozen=True, slots=True)
class AccessToken:
    """What the token endpoint gave, and until when it is good."""

    value: str = field(repr=False)
    expires_at: datetime
    identifiers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def find_offer(text: str) -> CredentialOffer:
    """The offer in a link or QR text, fetched where it came by reference."""
    found = offer.parse_offer_uri(text)
    if isinstance(found, CredentialOffer):
        return found
    return _offer_behind(found)


def _offer_behind(reference: OfferReference) -> CredentialOffer:
    reply = _ask("GET", reference.url, headers={"Accept": "application/json"})
    if reply.status in (404, 410):
        raise OfferGone(f"offer answered {reply.status}")
    if reply.status != 200:
        raise Unreachable(FetchFailed("The offer could not be read.", detail=str(reply.status)))
    return offer.parse_offer(strict_json.loads_object(reply.body))


def find_issuer(identifier: str) -> IssuerMetadata:
    """The metadata of a credential issuer (OpenID4VCI §12.2.2)."""
    source = _document(metadata.well_known_url(identifier, metadata.CREDENTIAL_ISSUER))
    return metadata.parse_issuer_metadata(source, issuer=identifier)


def find_server(issuer: IssuerMetadata, wanted: str | None) -> AuthorizationServerMetadata:
    """The authorization server that gives tokens for `issuer`; an offer may choose among its own only."""
    servers = issuer.authorization_servers or (issuer.credential_issuer,)
    if wanted is not None and wanted not in servers:
        raise MessageInvalid("The offer names a server that is not this issuer's.")
    identifier = wanted or servers[0]
    source = _document(metadata.well_known_url(identifier, authorization_server.WELL_KNOWN))
    server = authorization_server.parse_server_metadata(source, issuer=identifier)
    if PRE_AUTHORIZED not in server.grant_types:
        raise MessageInvalid("This office's server does not take the code of this offer.")
    return server


def ask_token(endpoint: str, request: token.TokenRequest) -> token.TokenResponse:
    """Exchange the pre-authorized code for an access token (§6)."""
    body = urlencode(token.create_token_request(request)).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    return token.parse_token_response(_answer(_ask("POST", endpoint, headers=headers, body=body)))


def ask_nonce(endpoint: str | None) -> str | None:
    """A fresh `c_nonce` (§7), or None where the issuer wants none."""
    if endpoint is None:
        return None
    return parse_nonce_response(
        _answer(_ask("POST", endpoint, headers={"Accept": "application/json"}, body=b""))
    )


def ask_credential(endpoint: str, request: CredentialRequest, *, access_token: str) -> CredentialResponse:
    """One credential request (§8)."""
    reply = _post_json(endpoint, create_credential_request(request), access_token)
    return parse_credential_response(_answer(reply), expected=len(request.proofs))


def tell(endpoint: str, notification_id: str, event: Event, *, access_token: str) -> None:
    """Notify the issuer (§11); its answer changes nothing here, so that a silent issuer does no harm."""
    message = create_notification(Notification(notification_id, event))
    try:
        _post_json(endpoint, message, access_token)
    except SelloError:
        return


def _post_json(url: str, value: Mapping[str, Any], access_token: str) -> door.Reply:
    headers = {
        "Content-Type": "application/json",
        "Accept": "application/json",
        "Authorization": f"Bearer {access_token}",
    }
    return _ask("POST", url, headers=headers, body=jcs.canonicalize(value))


def _ask(method: str, url: str, *, headers: Mapping[str, str], body: bytes | None = None) -> door.Reply:
    try:
        return door.request(method, url, headers=headers, body=body)
    except FetchFailed as error:
        raise Unreachable(error) from error


def _document(url: str) -> dict[str, Any]:
    try:
        return strict_json.loads_object(door.fetch(url).body, floats=True)
    except FetchFailed as error:
        raise Unreachable(error) from error


def _answer(reply: door.Reply) -> dict[str, Any]:
    """The JSON of a success, or the issuer's error."""
    if reply.status >= 500:
        raise Unreachable(FetchFailed("The issuer failed.", detail=str(reply.status)))
    body = strict_json.loads_object(reply.body, max_bytes=door.MAX_BYTES, floats=True)
    if reply.status not in (200, 201, 202):
        raise parse_error(body, status=reply.status)
    return body
