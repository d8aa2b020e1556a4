"""The endpoints a wallet walks through: token, nonce, credential, deferred credential, notification.

OpenID4VCI 1.0 §6 to §11. Requests for credentials, and the answers to them, may travel encrypted (§10).
"""

from typing import Any

from django.http import HttpResponse
from rest_framework.parsers import FormParser
from rest_framework.request import Request
from rest_framework.response import Response

from common.adapters.api.openapi.operation import described
from common.adapters.api.rest import StrictJSONParser
from common.adapters.limits import rate_limit
from common.errors import MalformedInputError, SelloError
from common.oid4vci.credential import (
    CredentialResponse,
    DeferredResponse,
    create_credential_response,
    create_deferred_response,
    create_nonce_response,
    parse_credential_request,
    parse_deferred_request,
)
from common.oid4vci.encryption import MEDIA_TYPE, EncryptionTarget, encrypt_message
from common.oid4vci.errors import (
    CredentialRequestError,
    InvalidEncryptionParametersError,
    NotificationError,
)
from common.oid4vci.notification import parse_notification
from common.oid4vci.token import create_token_response, parse_token_request
from issuer.api.base import (
    NO_STORE,
    DpopView,
    Encrypted,
    EncryptedParser,
    client_of,
    dpop_proof,
    find_authority,
    form_fields,
    presented_token,
    utc_now,
)
from issuer.api.schemas import issuance as schema
from issuer.authorities import request_encryption
from issuer.issuance import credential_request, deferred
from issuer.models import Authority
from issuer.oauth import token as tokens
from issuer.oauth.clients import BATCH_SIZE
from issuer.single_use import nonces


@described(post=schema.TOKEN)
class TokenEndpoint(DpopView):
    """Exchanges a code, or a refresh token, for an access token."""

    parser_classes = [FormParser]

    def post(self, request: Request, authority: str) -> Response:
        rate_limit.check_rate(request._request, "token")
        found, now = find_authority(authority), utc_now()
        asked = parse_token_request(form_fields(request))
        client = client_of(request, found, asked.client_id, now=now)
        given = tokens.give_token(found, asked, client=client, proof=dpop_proof(request), now=now)
        return Response(create_token_response(given), headers=NO_STORE)


@described(post=schema.NONCE)
class NonceEndpoint(DpopView):
    """Gives a fresh `c_nonce`; whatever the body holds is not read."""

    always_gives_nonce = True

    def post(self, request: Request, authority: str) -> Response:
        rate_limit.check_rate(request._request, "nonce")
        nonce = nonces.create_nonce(find_authority(authority), now=utc_now())
        return Response(create_nonce_response(nonce), headers=NO_STORE)


@described(post=schema.CREDENTIAL)
class CredentialEndpoint(DpopView):
    """Issues a credential a key proof, or puts it off."""

    parser_classes = [StrictJSONParser, EncryptedParser]

    def post(self, request: Request, authority: str) -> HttpResponse:
        rate_limit.check_rate(request._request, "credential")
        found, token = find_authority(authority), presented_token(request, "credential")
        body, sealed = _opened(request, found)
        asked = parse_credential_request(body, batch_size=BATCH_SIZE)
        _require_encryption(found, asked.encryption, sealed=sealed)
        answer = credential_request.issue_credentials(found, token, asked, now=utc_now())
        return _answer(answer, asked.encryption)


@described(post=schema.DEFERRED_CREDENTIAL)
class DeferredCredentialEndpoint(DpopView):
    """Hands out what was put off, once an officer has agreed."""

    parser_classes = [StrictJSONParser, EncryptedParser]

    def post(self, request: Request, authority: str) -> HttpResponse:
        rate_limit.check_rate(request._request, "credential")
        found, token = find_authority(authority), presented_token(request, "deferred-credential")
        body, sealed = _opened(request, found)
        asked = parse_deferred_request(body)
        _require_encryption(found, asked.encryption, sealed=sealed)
        answer = deferred.fetch_deferred(found, token, asked.transaction_id, now=utc_now())
        return _answer(answer, asked.encryption)


@described(post=schema.NOTIFY)
class NotificationEndpoint(DpopView):
    """Hears what became of credentials in the wallet."""

    def post(self, request: Request, authority: str) -> Response:
        rate_limit.check_rate(request._request, "credential")
        found, token = find_authority(authority), presented_token(request, "notification")
        told = parse_notification(_body(request, NotificationError))
        credential_request.record_notification(found, token, told, now=utc_now())
        return Response(status=204, headers=NO_STORE)


def _opened(request: Request, authority: Authority) -> tuple[object, bool]:
    """The body of a request, decrypted where it came encrypted, and whether it did."""
    body = _body(request, CredentialRequestError)
    if isinstance(body, Encrypted):
        return request_encryption.open_request(authority, body.compact), True
    return body, False


def _require_encryption(authority: Authority, wanted: EncryptionTarget | None, *, sealed: bool) -> None:
    """An answer is encrypted to a key that nobody could put in place of the wallet's on the way (§8.2)."""
    if authority.requires_encryption and not (sealed and wanted):
        raise InvalidEncryptionParametersError("This office takes and gives encrypted messages alone.")
    if wanted is not None and not sealed:
        raise InvalidEncryptionParametersError("Whoever wants an encrypted answer encrypts the request too.")


def _answer(answer: CredentialResponse | DeferredResponse, to: EncryptionTarget | None) -> HttpResponse:
    put_off = isinstance(answer, DeferredResponse)
    document: dict[str, Any] = (
        create_deferred_response(answer)
        if isinstance(answer, DeferredResponse)
        else create_credential_response(answer)
    )
    status = 202 if put_off else 200
    if to is None:
        return Response(document, status=status, headers=NO_STORE)
    sealed = encrypt_message(document, to=to)
    return HttpResponse(sealed, content_type=MEDIA_TYPE, status=status, headers=NO_STORE)


def _body(request: Request, error: type[SelloError]) -> object:
    """The JSON body; text that is none is this endpoint's own kind of error."""
    try:
        body: object = request.data
    except MalformedInputError as malformed:
        raise error(malformed.public) from malformed
    return body
