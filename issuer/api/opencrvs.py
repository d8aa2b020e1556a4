"""`…/openid4vc/sdjwt/issue` and `…/raw/jwt/sign`, as OpenCRVS asks its credential issuer."""

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.views import APIView

from common.adapters.api.openapi.operation import described
from common.adapters.api.opencrvs import ISSUE, PRINT, require_registrar
from common.adapters.limits import rate_limit
from common.registries.opencrvs.records import parse_offer_request, parse_sign_request
from issuer.api.base import FirstRenderer, utc_now
from issuer.api.schemas import opencrvs as schema
from issuer.issuance import opencrvs

TEXT = "text/plain; charset=utf-8"


@described(post=schema.ISSUE)
class OpenCrvsOfferEndpoint(APIView):
    """An offer of an SD-JWT VC that says what the request says; its address, as plain text."""

    content_negotiation_class = FirstRenderer

    def post(self, request: Request) -> HttpResponse:
        rate_limit.check_rate(request._request, "credential")
        require_registrar(request, scopes=(ISSUE,), now=utc_now())
        return _text(opencrvs.offer_for_opencrvs(parse_offer_request(request.data), now=utc_now()))


@described(post=schema.SIGN)
class OpenCrvsSignEndpoint(APIView):
    """A credential for paper, as a bare JWT."""

    content_negotiation_class = FirstRenderer

    def post(self, request: Request) -> HttpResponse:
        rate_limit.check_rate(request._request, "credential")
        require_registrar(request, scopes=(PRINT, ISSUE), now=utc_now())
        return _text(opencrvs.sign_for_opencrvs(parse_sign_request(request.data), now=utc_now()))


def _text(text: str) -> HttpResponse:
    return HttpResponse(text, content_type=TEXT, headers={"Cache-Control": "no-store"})
