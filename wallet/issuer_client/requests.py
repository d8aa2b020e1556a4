"""The wallet's side of OpenID4VCI over the network: one function a request, one error a fault."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings

from common.adapters.documents.sources import sources
from common.adapters.network import http
from common.did import Fetched
from common.encoding import jcs, strict_json
from common.errors import FetchError, SelloError
from common.keys import PrivateKey
from common.keys.private_key import generate
from common.oid4vci import authorization_server, metadata, offer, signed_metadata, token
from common.oid4vci.authorization import (
    IssuanceAuthorizationRequest,
    authorization_url,
    create_issuance_authorization_request,
    parse_pushed_response,
)
from common.oid4vci.authorization_server import (
    AuthorizationServerMetadata,
)
from common.oid4vci.credential import (
    CredentialRequest,
    CredentialResponse,
    DeferredRequest,
    DeferredResponse,
    create_credential_request,
    create_deferred_request,
    parse_credential_response,
    parse_nonce_response,
)
from common.oid4vci.encryption import (
    MEDIA_TYPE,
    EncryptionTarget,
    choose_encryption,
    choose_request_target,
    decrypt_message,
    encrypt_message,
    public_jwk,
)
from common.oid4vci.errors import InvalidMessageError, IssuerResponseError, parse_error
from common.oid4vci.metadata import (
    Display,
    IssuerMetadata,
)
from common.oid4vci.notification import Event, Notification, create_notification
from common.oid4vci.offer import CredentialOffer, OfferReference
from wallet.attestation.instance import Instance
from wallet.issuer_client import oauth_client
from wallet.issuer_client.access_tokens import (
    AccessToken,
    TokenKey,
)
from wallet.issuer_client.oauth_client import Unreachable, ask, post

SIGNED_FIRST: Final = f"{signed_metadata.MEDIA_TYPE}, application/json;q=0.5"
TOKEN_LIFETIME: Final = timedelta(minutes=5)  # where the issuer does not say
UNKNOWN_CLIENT: Final = (
    "invalid_client",
    "invalid_client_attestation",
    "use_attestation_challenge",
    "use_fresh_attestation",
)


class NotKnown(SelloError):
    """An office that gives nothing to this wallet, because nobody whom it trusts vouches for it."""

    code = "invalid_client"
    status = 403

    def __init__(self, detail: str = "") -> None:
        super().__init__(
            "This office gives cards to wallets alone that it knows, and it does not know this one. "
            "Ask the office which wallets it takes.",
            detail=detail,
        )


class OfferGone(SelloError):
    """The offer has expired or was used."""

    code = "invalid_grant"
    status = 410

    def __init__(self, detail: str = "") -> None:
        super().__init__(
            "This offer has run out or was already used. Ask the office for a new one.", detail=detail
        )


def find_offer(text: str) -> CredentialOffer:
    """The offer in a link or QR text, fetched where it came by reference."""
    found = offer.parse_offer_uri(text)
    if isinstance(found, CredentialOffer):
        return found
    return _offer_behind(found)


def _offer_behind(reference: OfferReference) -> CredentialOffer:
    reply = ask("GET", reference.url, headers={"Accept": "application/json"})
    if reply.status in (404, 410):
        raise OfferGone(f"offer answered {reply.status}")
    if reply.status != 200:
        raise Unreachable(FetchError("The offer could not be read.", detail=str(reply.status)))
    return offer.parse_credential_offer(strict_json.loads_object(reply.body))


def find_issuer(identifier: str, *, now: datetime) -> IssuerMetadata:
    """The metadata of a credential issuer (OpenID4VCI §12.2.2).

    Whoever runs the wallet and says in `ISSUER_CA_FILE` who vouches for issuers wants to see their signature;
    then it must hold, and nothing else is taken instead of one that does not (§12.2.3).
    """
    url = metadata.well_known_url(identifier, metadata.CREDENTIAL_ISSUER)
    found = _fetch(url, accept=SIGNED_FIRST if settings.ISSUER_CA_FILE else "application/json")
    if found.content_type == signed_metadata.MEDIA_TYPE:
        source = signed_metadata.verify_metadata(
            found.body.decode("ascii", "replace").strip(),
            issuer=identifier,
            issuer_key=sources().issuer_key,
            now=now,
        )
    else:
        source = strict_json.loads_object(found.body)
    return metadata.parse_issuer_metadata(source, issuer=identifier)


def find_server(issuer: IssuerMetadata, wanted: str | None) -> AuthorizationServerMetadata:
    """The authorization server that gives tokens for `issuer`; an offer may choose among its own only."""
    servers = issuer.authorization_servers or (issuer.credential_issuer,)
    if wanted is not None and wanted not in servers:
        raise InvalidMessageError("The offer names a server that is not this issuer's.")
    identifier = wanted or servers[0]
    source = _document(metadata.well_known_url(identifier, authorization_server.WELL_KNOWN))
    return authorization_server.parse_server_metadata(source, issuer=identifier)


def token_key(server: AuthorizationServerMetadata) -> TokenKey | None:
    """A new key for this server's tokens, where it binds tokens to keys at all."""
    return TokenKey(generate("P-256")) if "ES256" in server.dpop_algorithms else None


def push_request(
    server: AuthorizationServerMetadata,
    request: IssuanceAuthorizationRequest,
    *,
    key: TokenKey | None,
    instance: Instance | None,
    now: datetime,
) -> str:
    """Where the person's browser goes to sign in (RFC 9126)."""
    if server.pushed_endpoint is None or server.authorization_endpoint is None:
        raise InvalidMessageError("This office takes requests only in a way that this wallet does not know.")
    fields = create_issuance_authorization_request(request)
    body = _post_form(server, server.pushed_endpoint, fields, key=key, instance=instance, now=now)
    pushed = parse_pushed_response(body)
    return authorization_url(
        server.authorization_endpoint, client_id=request.client_id, request_uri=pushed.request_uri
    )


def ask_token(
    server: AuthorizationServerMetadata,
    request: token.AnyTokenRequest,
    *,
    key: TokenKey | None,
    instance: Instance | None,
    now: datetime,
) -> AccessToken:
    """Exchange a code, or a refresh token, for an access token (§6)."""
    fields = token.create_token_request(request)
    body = _post_form(server, server.token_endpoint, fields, key=key, instance=instance, now=now)
    found = token.parse_token_response(body)
    bound = found.token_type == token.TOKEN_TYPES["dpop"]
    if bound and key is None:
        raise InvalidMessageError("The issuer bound its token to a key that nobody showed.")
    lifetime = timedelta(seconds=found.expires_in) if found.expires_in is not None else TOKEN_LIFETIME
    return AccessToken(
        found.access_token,
        now + lifetime,
        found.credential_identifiers,
        key if bound else None,
        found.refresh_token,
    )


def ask_nonce(endpoint: str | None) -> str | None:
    """A fresh `c_nonce` (§7), or None where the issuer wants none."""
    if endpoint is None:
        return None
    return parse_nonce_response(
        _answer(ask("POST", endpoint, headers={"Accept": "application/json"}, body=b""))
    )


def ask_credential(
    issuer: IssuerMetadata, request: CredentialRequest, *, access_token: AccessToken, now: datetime
) -> CredentialResponse | DeferredResponse:
    """One credential request (§8), encrypted where the issuer wants it so."""
    secret = _answer_key(issuer)
    document = create_credential_request(replace(request, encryption=_target(issuer, secret)))
    answer = _ask_sealed(issuer, issuer.credential_endpoint, document, secret, access_token, now)
    return parse_credential_response(answer, expected=len(request.proofs))


def ask_deferred(
    issuer: IssuerMetadata, transaction_id: str, *, access_token: AccessToken, now: datetime
) -> CredentialResponse | DeferredResponse:
    """Whether an answer that was put off is ready (§9)."""
    if issuer.deferred_endpoint is None:
        raise InvalidMessageError("The issuer put its answer off and does not say where it will be.")
    secret = _answer_key(issuer)
    document = create_deferred_request(DeferredRequest(transaction_id, _target(issuer, secret)))
    answer = _ask_sealed(issuer, issuer.deferred_endpoint, document, secret, access_token, now)
    return parse_credential_response(answer, expected=1)


def tell(
    endpoint: str, notification_id: str, event: Event, *, access_token: AccessToken, now: datetime
) -> None:
    """Notify the issuer (§11); its answer changes nothing here, so that a silent issuer does no harm."""
    message = create_notification(Notification(notification_id, event))
    try:
        _post(endpoint, jcs.canonicalize(message), "application/json", access_token, now)
    except SelloError:
        return


def _answer_key(issuer: IssuerMetadata) -> PrivateKey | None:
    """A new key to which the answer shall be encrypted, where the issuer gives none in the clear."""
    wanted = issuer.response_encryption
    return generate("P-256") if wanted is not None and wanted.required else None


def _target(issuer: IssuerMetadata, secret: PrivateKey | None) -> EncryptionTarget | None:
    if secret is None or issuer.response_encryption is None:
        return None
    encryption = choose_encryption(issuer.response_encryption.encryptions)
    return EncryptionTarget(public_jwk(secret.public_key), encryption)


def _ask_sealed(
    issuer: IssuerMetadata,
    endpoint: str,
    document: Mapping[str, Any],
    secret: PrivateKey | None,
    access_token: AccessToken,
    now: datetime,
) -> dict[str, Any]:
    """A request, encrypted where it must be, and above all where it names a key for the answer (§8.2)."""
    offered = issuer.request_encryption
    body, content_type = jcs.canonicalize(document), "application/json"
    if secret is not None or (offered is not None and offered.required):
        if offered is None:
            raise InvalidMessageError("The issuer encrypts its answers and cannot be asked for it.")
        sealed = encrypt_message(document, to=choose_request_target(offered))
        body, content_type = sealed.encode(), MEDIA_TYPE
    reply = _post(endpoint, body, content_type, access_token, now)
    if reply.status in (200, 202) and secret is not None:
        if reply.content_type != MEDIA_TYPE:
            raise InvalidMessageError("The issuer sent in the clear what it had to encrypt.")
        return decrypt_message(reply.body.decode("ascii", "replace"), key=secret, error=InvalidMessageError)
    return _answer(reply)


def _post(
    url: str, body: bytes, content_type: str, access_token: AccessToken, now: datetime
) -> http.HttpReply:
    """A request with an access token, shown as it was given: by a bearer, or with its key."""
    key, value = access_token.key, access_token.value
    headers = {"Content-Type": content_type, "Accept": f"application/json, {MEDIA_TYPE}"}
    headers["Authorization"] = f"DPoP {value}" if key else f"Bearer {value}"
    return post(url, headers, body, key=key, access_token=value, now=now)


def _post_form(
    server: AuthorizationServerMetadata,
    url: str,
    fields: Mapping[str, str],
    *,
    key: TokenKey | None,
    instance: Instance | None,
    now: datetime,
) -> dict[str, Any]:
    try:
        return _answer(oauth_client.post_form(server, url, fields, key=key, instance=instance, now=now))
    except IssuerResponseError as error:
        if error.code in UNKNOWN_CLIENT:
            raise NotKnown(f"{error.code} {error.detail}") from error
        raise


def _document(url: str) -> dict[str, Any]:
    return strict_json.loads_object(_fetch(url, accept="application/json").body)


def _fetch(url: str, *, accept: str) -> Fetched:
    try:
        return http.fetch(url, accept=accept)
    except FetchError as error:
        raise Unreachable(error) from error


def _answer(reply: http.HttpReply) -> dict[str, Any]:
    """The JSON of a success, or the issuer's error."""
    if reply.status >= 500:
        raise Unreachable(FetchError("The issuer failed.", detail=str(reply.status)))
    body = strict_json.loads_object(reply.body, max_bytes=http.MAX_BYTES)
    if reply.status not in (200, 201, 202):
        raise parse_error(body, status=reply.status)
    return body


def name_of(displays: Sequence[Display]) -> str:
    """The English name among displays, else the first; one line, of a length that fits a page."""
    english = [each for each in displays if (each.locale or "").lower().split("-")[0] == "en"]
    for display in (*english, *displays):
        return " ".join(display.name.split())[:100]
    return ""
