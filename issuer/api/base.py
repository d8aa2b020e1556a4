"""What the protocol endpoints share: any origin may ask, any `Accept` is answered, one authority is meant."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, Any

from django.http import Http404
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common.adapters.api.rest import authorization, parser_for
from common.keys import jwe
from common.oid4vci.encryption import MEDIA_TYPE
from common.oid4vci.errors import InvalidTokenError, printable
from common.oid4vci.wallet_attestation import CHALLENGE_HEADER, HEADER, POP_HEADER
from issuer.authorities.identity import authority_named
from issuer.models import Authority
from issuer.oauth.clients import Client, authenticate_client, create_challenge, identify_client
from issuer.oauth.dpop import PresentedToken, create_dpop_nonce

NO_STORE = {"Cache-Control": "no-store"}
ALLOWED_HEADERS = f"Authorization, Content-Type, DPoP, {HEADER}, {POP_HEADER}"
EXPOSED_HEADERS = f"DPoP-Nonce, WWW-Authenticate, {CHALLENGE_HEADER}"


class FirstRenderer(BaseContentNegotiation):
    """These endpoints answer in JSON, whatever a client's `Accept` happens to list."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser | None:
        return parser_for(request, parsers)

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        return renderer, renderer.media_type or "application/json"


class ProtocolView(APIView):
    """An endpoint without cookies, so that wallets in browsers may ask from any origin (CORS)."""

    content_negotiation_class = FirstRenderer

    def options(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # type: ignore[override]
        """The answer to a browser's preflight."""
        return Response(
            status=204,
            headers={
                "Access-Control-Allow-Methods": ", ".join(self.allowed_methods),
                "Access-Control-Allow-Headers": ALLOWED_HEADERS,
                "Access-Control-Max-Age": "3600",
            },
        )

    def handle_exception(self, exc: Exception) -> Response:
        """The error, its sentence in the characters that RFC 6749 §5.2 allows."""
        response = super().handle_exception(exc)
        if isinstance(response.data, dict) and "error_description" in response.data:
            response.data["error_description"] = printable(response.data["error_description"])
        return response

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Every answer, errors too, may be read from any origin; what answers a POST is kept nowhere."""
        final = super().finalize_response(request, response, *args, **kwargs)
        final.headers["Access-Control-Allow-Origin"] = "*"
        if request.method == "POST":
            final.headers.setdefault("Cache-Control", "no-store")
        return final


@dataclass(frozen=True, slots=True)
class Encrypted:
    """A body that nobody has opened yet."""

    compact: str


class EncryptedParser(BaseParser):
    """A JWE as it came (OpenID4VCI 1.0 §10); who may open it, the view says."""

    media_type = MEDIA_TYPE

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """The body as `Encrypted` text."""
        return Encrypted(stream.read(jwe.MAX_LENGTH + 1).decode("ascii", "replace"))


class DpopView(ProtocolView):
    """An endpoint that takes proofs of possession: whoever sends one gets the nonce for the next.

    DPoP: RFC 9449 §8.2. Wallet attestations: attestation-based client authentication, draft -11 §6.2.
    """

    always_gives_nonce = False

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Every answer, errors above all, brings a fresh nonce that scripts of any origin may read."""
        final = super().finalize_response(request, response, *args, **kwargs)
        makers = {
            "DPoP-Nonce": create_dpop_nonce if self.always_gives_nonce or dpop_proof(request) else None,
            CHALLENGE_HEADER: create_challenge if POP_HEADER in request.headers else None,
        }
        if request.method == "POST" and any(makers.values()):
            authority = authority_named(self.kwargs["authority"])
            for name, make in makers.items():
                if authority is not None and make is not None:
                    final.headers[name] = make(authority, now=utc_now())
            final.headers["Access-Control-Expose-Headers"] = EXPOSED_HEADERS
        return final


def find_authority(slug: str) -> Authority:
    """The authority that an address names, or 404."""
    found = authority_named(slug)
    if found is None:
        raise Http404
    return found


def form_fields(request: Request) -> dict[str, list[str]]:
    """The fields of a form, each with all its values."""
    return {name: list(values) for name, values in request.data.lists()} if request.data else {}  # type: ignore[union-attr]


def dpop_proof(request: Request) -> str | None:
    """The DPoP proof of a request, None where there is none."""
    return request.headers.get("DPoP")


def client_of(request: Request, authority: Authority, client_id: str | None, *, now: datetime) -> Client:
    """The wallet that speaks: by its provider's word where it brings one, else by its own.

    The attestation with its proof, or with the DPoP proof as its own, each header once, or nothing at all
    (attestation-based client authentication, draft -11 §7).
    """
    attestation, pop = request.headers.get(HEADER), request.headers.get(POP_HEADER)
    if attestation is None and pop is None:
        return identify_client(authority, client_id)
    return authenticate_client(
        authority, attestation or "", pop, client_id, dpop_proof=dpop_proof(request), now=now
    )


def presented_token(request: Request, endpoint: str) -> PresentedToken:
    """The access token of the `Authorization` header (RFC 6750 §2.1, RFC 9449 §7.1)."""
    scheme, token = authorization(request)
    if scheme not in ("bearer", "dpop") or not token:
        raise InvalidTokenError("An access token is needed.")
    return PresentedToken(token, scheme, endpoint, dpop_proof(request))


def utc_now() -> datetime:
    """This moment, aware and in UTC."""
    return datetime.now(UTC)
