"""What wallets and machines talk to: request objects, answers, status, identity documents."""

from collections.abc import Mapping
from typing import IO, Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common.adapters.api.openapi.operation import described
from common.adapters.limits import rate_limit
from common.adapters.network.published import published
from common.encoding import strict_json
from common.oid4vp.request import REQUEST_TYPE
from common.oid4vp.response import MAX_BYTES, ReceivedForm, parse_response_form
from verifier.api.schemas import presentation as schema
from verifier.identity import service_identity
from verifier.presentation import requests
from verifier.presentation.browser import own_session
from verifier.presentation.responses import receive_from_api, receive_response
from verifier.presentation.sessions import presentation_session
from verifier.services.catalogue import find_service

NO_STORE = {"Cache-Control": "no-store"}


class FormBytes(BaseParser):
    """A form's own bytes: it is read strictly, further in."""

    media_type = "application/x-www-form-urlencoded"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, bytes]:
        """One byte more than an answer may have, so that what is too large is seen to be."""
        return {"form": stream.read(MAX_BYTES + 1)}


class JsonBytes(BaseParser):
    """JSON, read strictly and within the bounds of an answer."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """The value; fractions are claims' own affair."""
        return strict_json.loads(stream.read(MAX_BYTES + 1), max_bytes=MAX_BYTES)


def _form(request: Request) -> ReceivedForm:
    """The form as `FormBytes` found it; a POST without a body is an empty one."""
    data = request.data
    return (
        parse_response_form(data["form"]) if isinstance(data, dict) and "form" in data else ReceivedForm({})
    )


class RequestObjectRenderer(BaseRenderer):
    """A compact JWS as it is; errors as JSON."""

    media_type = f"application/{REQUEST_TYPE}"
    format = "jwt"
    charset = None

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        """The token, or whatever else it is, as JSON."""
        if isinstance(data, str):
            return data.encode("ascii")
        rendered: bytes = JSONRenderer().render(data)
        return rendered


@described(get=schema.GET_REQUEST, post=schema.POST_REQUEST)
class RequestObject(APIView):
    """The request object that a link or QR code leads to (OpenID4VP §5.4, §5.10)."""

    parser_classes = [FormBytes]
    renderer_classes = [RequestObjectRenderer]

    def handle_exception(self, exc: Exception) -> Response:
        """An error is JSON, and says so."""
        response = super().handle_exception(exc)
        response.content_type = JSONRenderer.media_type
        return response

    def get(self, request: Request, slug: str, request_id: str) -> Response:
        """As RFC 9101 fetches it."""
        return self._answer(request, slug, request_id, None)

    def post(self, request: Request, slug: str, request_id: str) -> Response:
        """With the wallet's `wallet_nonce` in it."""
        form = _form(request)
        return self._answer(request, slug, request_id, form.parameters.get("wallet_nonce"))

    def _answer(self, request: Request, slug: str, request_id: str, wallet_nonce: str | None) -> Response:
        rate_limit.check_rate(request, "verify")
        token = requests.retrieve_request_object(
            slug, request_id, wallet_nonce=wallet_nonce, now=timezone.now()
        )
        return Response(token, headers=NO_STORE, content_type=f"application/{REQUEST_TYPE}")


@described(post=schema.RESPOND)
class ResponseEndpoint(APIView):
    """Where wallets post their answer: `direct_post` and `direct_post.jwt` (OpenID4VP §8.2, §8.3.1)."""

    parser_classes = [FormBytes]

    def post(self, request: Request, slug: str) -> Response:
        """Check the answer; 200 and perhaps where to lead the person, or an error."""
        rate_limit.check_rate(request, "verify")
        form = _form(request)
        received = receive_response(slug, form, now=timezone.now())
        body = {"redirect_uri": received.redirect_uri} if received.redirect_uri else {}
        return Response(body, headers=NO_STORE)


@described(get=schema.GET_DIGITAL, post=schema.POST_DIGITAL)
class DigitalCredential(APIView):
    """The same request for the browser's Digital Credentials API, on the page that began it (Appendix A)."""

    parser_classes = [JsonBytes]

    def get(self, request: Request, poll_id: str) -> Response:
        """What the page hands to the browser."""
        rate_limit.check_rate(request, "verify")
        found = own_session(request, poll_id)
        return Response(requests.api_requests(found, now=timezone.now()), headers=NO_STORE)

    def post(self, request: Request, poll_id: str) -> Response:
        """What the browser handed back: `{protocol, data}`."""
        rate_limit.check_rate(request, "verify")
        found = own_session(request, poll_id)
        body = request.data if isinstance(request.data, dict) else {}
        receive_from_api(found, body.get("data"), now=timezone.now())
        return Response(status=204, headers=NO_STORE)


@described(get=schema.GET_STATUS)
class SessionStatus(APIView):
    """How far a request has come, for whoever made it; what was found, never what was said."""

    def get(self, request: Request, poll_id: str) -> Response:
        """`{session, service, state, outcome, expires_at}`."""
        session = presentation_session(poll_id, now=timezone.now())
        body = {
            "session": session.poll_id,
            "service": session.service.slug,
            "state": session.status,
            "outcome": session.outcome,
            "expires_at": session.expires_at.isoformat(),
        }
        return Response(body, headers=NO_STORE)


@published
@require_safe
def service_did(request: HttpRequest, slug: str) -> HttpResponse:
    """The service's DID document."""
    document = service_identity.service_did_document(find_service(slug))
    return JsonResponse(
        document, content_type="application/did+json", headers={"Cache-Control": "public, max-age=300"}
    )


@published
@require_safe
def authority_certificate(request: HttpRequest) -> HttpResponse:
    """The certificate authority behind this installation's `x509_` client identifiers, as PEM."""
    return HttpResponse(
        service_identity.authority_pem(now=timezone.now()),
        content_type="application/pem-certificate-chain",
        headers={"Cache-Control": "public, max-age=300"},
    )
