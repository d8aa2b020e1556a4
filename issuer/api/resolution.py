"""`/1.0/identifiers/{did}`: DID resolution over HTTP (DID Resolution, HTTP(S) binding)."""

from typing import Any, Final

from django.http import HttpResponse, JsonResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from common.adapters import rate_limit
from common.adapters.sources import resolve_did
from common.errors import SelloError
from issuer.api.base import ProtocolView

RESULT: Final = "application/did-resolution"
DOCUMENTS: Final = ("application/did", "application/did+json", "application/did+ld+json")
STATUSES: Final = {"invalidDid": 400, "notFound": 404, "methodNotSupported": 501}


class Identifier(ProtocolView):
    """The document of a DID, alone or in a resolution result, as `Accept` prefers."""

    @extend_schema(responses={(200, RESULT): OpenApiTypes.OBJECT})
    def get(self, request: Request, did: str) -> HttpResponse:
        rate_limit.check(request._request, "verify")
        wanted = request._request.get_preferred_type([RESULT, *DOCUMENTS]) or RESULT
        try:
            document = dict(resolve_did(did).source)
        except SelloError as error:
            code = error.code if error.code in STATUSES else "notFound"
            return JsonResponse(_result(None, error=code), status=STATUSES[code], content_type=RESULT)
        if wanted in DOCUMENTS:
            return JsonResponse(document, content_type=wanted)
        return JsonResponse(_result(document, contentType="application/did"), content_type=RESULT)


def _result(document: dict[str, Any] | None, **metadata: str) -> dict[str, Any]:
    return {
        "@context": "https://w3id.org/did-resolution/v1",
        "didDocument": document,
        "didResolutionMetadata": metadata,
        "didDocumentMetadata": {},
    }
