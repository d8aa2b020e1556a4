"""`/1.0/identifiers/{did}`: DIDs resolved over HTTP (DID Resolution §7.1).

It belongs to the site, not to a party: an issuer's DIDs, a service's and a wallet's are resolved alike.
"""

from typing import Any, Final

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common.adapters import rate_limit
from common.adapters.sources import resolve_did
from common.did.resolution import Options, Resolution, dereference

RESULT: Final = "application/did-resolution"
OLDER_RESULT: Final = 'application/ld+json;profile="https://w3id.org/did-resolution"'
DOCUMENTS: Final = ("application/did", "application/did+json", "application/did+ld+json")
JSON: Final = ("application/json", "application/ld+json")  # a result for clients that know nothing closer
OFFERED: Final = (RESULT, *DOCUMENTS, *JSON)


class Negotiation(DefaultContentNegotiation):
    """JSON whatever was asked for; the view itself says what kind."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


class Identifier(APIView):
    """The document of a DID, or the part that a DID URL names, alone or in a result, as `Accept` prefers."""

    content_negotiation_class = Negotiation

    @extend_schema(
        parameters=[OpenApiParameter("publicKeyFormat", str, description="did:key only")],
        responses={(200, RESULT): OpenApiTypes.OBJECT},
    )
    def get(self, request: Request, did: str) -> Response:
        """200 with the document or result; else a result that says the error, with its own status."""
        rate_limit.check(request._request, "verify")
        wanted = _preferred(request)
        if wanted is None:
            return self._answer(Resolution({}, "representationNotSupported", dereferenced=False), RESULT)
        asked = request.query_params
        found = dereference(
            did,
            options=Options(
                key_format=asked.get("publicKeyFormat", "Multikey"),
                experimental=asked.get("enableExperimentalPublicKeyTypes") == "true",
            ),
            resolve=resolve_did,
        )
        return self._answer(found, wanted)

    def _answer(self, found: Resolution, wanted: str) -> Response:
        if wanted in DOCUMENTS and found.error is None:
            body: Any = found.document
        else:
            body, wanted = found.as_json(), RESULT if wanted in DOCUMENTS else wanted
        headers = {"Access-Control-Allow-Origin": "*", "Vary": "Accept"}
        return Response(body, status=found.status, content_type=wanted, headers=headers)


def _preferred(request: Request) -> str | None:
    """The media type to answer in, None where none will do."""
    if "did-resolution" in request.headers.get("Accept", "") and "profile=" in request.headers["Accept"]:
        return OLDER_RESULT
    return request._request.get_preferred_type(OFFERED)
