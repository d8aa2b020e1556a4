"""The pushed authorization request endpoint (RFC 9126)."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import FormParser
from rest_framework.request import Request
from rest_framework.response import Response

from common.adapters import rate_limit
from common.oid4vci.authorization import create_pushed_response, parse_authorization_request
from issuer.api.base import (
    NO_STORE,
    PossessionView,
    client_of,
    dpop_proof,
    find_authority,
    form_fields,
    utc_now,
)
from issuer.services import authorizing


class PushedRequest(PossessionView):
    """`/issuers/{authority}/par`: what a wallet asks for, before it sends the person to sign in."""

    parser_classes = [FormParser]

    @extend_schema(request={FormParser.media_type: OpenApiTypes.OBJECT}, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request, authority: str) -> Response:
        rate_limit.check(request._request, "token")
        found, now = find_authority(authority), utc_now()
        asked = parse_authorization_request(form_fields(request))
        client = client_of(request, found, asked.client_id, now=now)
        pushed = authorizing.push(found, asked, client=client, proof=dpop_proof(request), now=now)
        return Response(create_pushed_response(pushed), status=201, headers=NO_STORE)
