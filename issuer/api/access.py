"""The endpoints of attribute access: a token, the attributes, and for the person log and consents."""

from django.http import HttpResponse
from rest_framework.parsers import FormParser
from rest_framework.request import Request
from rest_framework.response import Response

from common.adapters.api.openapi.operation import described
from common.adapters.api.rest import authorization
from common.adapters.limits import rate_limit
from common.keys.dpop import InvalidDpopProofError
from common.registries.record_access.grant import (
    GRANT_TYPE,
    AccessError,
    InvalidAccessTokenError,
    create_grant,
)
from common.registries.record_access.holder import create_consents, create_log
from common.registries.record_access.record import MEDIA_TYPE
from issuer.api.base import NO_STORE, ProtocolView, find_authority, form_fields, utc_now
from issuer.api.schemas import record_access as schema
from issuer.record_access import grant as access
from issuer.record_access import holder


@described(post=schema.TOKEN)
class AccessTokenEndpoint(ProtocolView):
    """`/issuers/{authority}/access/token` (RFC 7523 §2.1, bound by RFC 9449)."""

    parser_classes = [FormParser]

    def post(self, request: Request, authority: str) -> Response:
        rate_limit.check_rate(request._request, "token")
        fields = form_fields(request)
        if any(len(values) != 1 for values in fields.values()):
            raise AccessError("A field stands more than once.")
        if fields.get("grant_type") != [GRANT_TYPE]:
            raise AccessError("This endpoint takes signed requests only.", code="unsupported_grant_type")
        [assertion] = fields.get("assertion", [""])
        proof = request.headers.get("DPoP")
        if proof is None:
            raise InvalidDpopProofError("A DPoP proof is needed.")
        grant = access.grant_access(find_authority(authority), assertion, proof, now=utc_now())
        return Response(create_grant(grant), headers=NO_STORE)


@described(get=schema.RECORD)
class AccessRecordEndpoint(ProtocolView):
    """`/issuers/{authority}/access/record`: what was agreed and no more, as the authority's signed word."""

    def get(self, request: Request, authority: str) -> HttpResponse:
        rate_limit.check_rate(request._request, "credential")
        found, token = find_authority(authority), _token(request, "DPoP")
        record = access.read_record(found, token, request.headers.get("DPoP", ""), now=utc_now())
        return HttpResponse(record, content_type=MEDIA_TYPE, headers=NO_STORE)


@described(get=schema.READ_LOG)
class AccessLogEndpoint(ProtocolView):
    """`/issuers/{authority}/access/log`: for whoever holds the key of a credential of that person."""

    def get(self, request: Request, authority: str) -> Response:
        rate_limit.check_rate(request._request, "credential")
        found, asked = find_authority(authority), _token(request, "Bearer")
        entries = holder.holder_log(found, asked, now=utc_now())
        return Response(create_log(entries), headers=NO_STORE)


@described(get=schema.LIST_CONSENTS)
class AccessConsentsEndpoint(ProtocolView):
    """`/issuers/{authority}/access/consents`: what the holder of that key has agreed to."""

    def get(self, request: Request, authority: str) -> Response:
        rate_limit.check_rate(request._request, "credential")
        found, asked = find_authority(authority), _token(request, "Bearer")
        entries = holder.list_consents(found, asked, now=utc_now())
        return Response(create_consents(entries), headers=NO_STORE)


@described(post=schema.WITHDRAW)
class AccessWithdrawalEndpoint(ProtocolView):
    """`/issuers/{authority}/access/withdrawal`: a consent ends at once; who signs says which."""

    def post(self, request: Request, authority: str) -> Response:
        rate_limit.check_rate(request._request, "credential")
        found, asked = find_authority(authority), _token(request, "Bearer")
        ended = holder.withdraw_consent(found, asked, now=utc_now())
        return Response(create_consents([ended]), headers=NO_STORE)


def _token(request: Request, scheme: str) -> str:
    """The token of the `Authorization` header, of that scheme alone (RFC 9449 §7.1, RFC 6750 §2.1)."""
    found, token = authorization(request)
    if found != scheme.lower() or not token:
        raise InvalidAccessTokenError(f"An Authorization header with {scheme} is needed.")
    return token
