"""The endpoints a wallet walks through: token, nonce, credential, notification (OpenID4VCI 1.0 §6 to §11)."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import FormParser
from rest_framework.request import Request
from rest_framework.response import Response

from common.adapters import rate_limit
from common.errors import MalformedInput, SelloError
from common.oid4vci.credential import (
    create_credential_response,
    create_nonce_response,
    parse_credential_request,
)
from common.oid4vci.errors import CredentialRequestError, NotificationError
from common.oid4vci.notification import parse_notification
from common.oid4vci.token import create_token_response, parse_token_request
from issuer.api.base import (
    NO_STORE,
    PossessionView,
    client_of,
    dpop_proof,
    find_authority,
    form_fields,
    shown_token,
    utc_now,
)
from issuer.services import issuance, nonces, tokens

DOCUMENTED = extend_schema(request=OpenApiTypes.OBJECT, responses=OpenApiTypes.OBJECT)


class Token(PossessionView):
    """Exchanges a code, or a refresh token, for an access token."""

    parser_classes = [FormParser]

    @extend_schema(request={FormParser.media_type: OpenApiTypes.OBJECT}, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request, authority: str) -> Response:
        rate_limit.check(request._request, "token")
        found, now = find_authority(authority), utc_now()
        asked = parse_token_request(form_fields(request))
        client = client_of(request, found, asked.client_id, now=now)
        given = tokens.give_token(found, asked, client=client, proof=dpop_proof(request), now=now)
        return Response(create_token_response(given), headers=NO_STORE)


class Nonce(PossessionView):
    """Gives a fresh `c_nonce`; whatever the body holds is not read."""

    always_gives_nonce = True

    @extend_schema(request=None, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request, authority: str) -> Response:
        rate_limit.check(request._request, "nonce")
        nonce = nonces.create_nonce(find_authority(authority), now=utc_now())
        return Response(create_nonce_response(nonce), headers=NO_STORE)


class Credential(PossessionView):
    """Issues a credential a key proof."""

    @DOCUMENTED
    def post(self, request: Request, authority: str) -> Response:
        rate_limit.check(request._request, "credential")
        found, token = find_authority(authority), shown_token(request, "credential")
        asked = parse_credential_request(
            _body(request, CredentialRequestError), batch_size=issuance.BATCH_SIZE
        )
        answer = issuance.issue_credentials(found, token, asked, now=utc_now())
        return Response(create_credential_response(answer), headers=NO_STORE)


class Notification(PossessionView):
    """Hears what became of credentials in the wallet."""

    @extend_schema(request=OpenApiTypes.OBJECT, responses={204: None})
    def post(self, request: Request, authority: str) -> Response:
        rate_limit.check(request._request, "credential")
        found, token = find_authority(authority), shown_token(request, "notification")
        told = parse_notification(_body(request, NotificationError))
        issuance.notify(found, token, told, now=utc_now())
        return Response(status=204, headers=NO_STORE)


def _body(request: Request, error: type[SelloError]) -> object:
    """The JSON body; text that is none is this endpoint's own kind of error."""
    try:
        body: object = request.data
    except MalformedInput as malformed:
        raise error(malformed.public) from malformed
    return body
