"""`/1.0/identifiers/{did}`: DIDs resolved, and DID URLs dereferenced, over HTTP (DID Resolution §10.1).

It belongs to the site, not to a party: an issuer's DIDs, a service's and a wallet's are resolved alike.
"""

import re
from typing import Any, Final
from urllib.parse import urlencode

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common.adapters.api.openapi.operation import described
from common.adapters.documents.sources import resolve_did
from common.adapters.limits import rate_limit
from common.did.resolution import Options, dereference
from common.did.resolution_result import Resolution, refusal
from common.site import schema

RESULT: Final = "application/did-resolution"
DEREFERENCED: Final = "application/did-url-dereferencing"
OLDER_RESULT: Final = 'application/ld+json;profile="https://w3id.org/did-resolution"'
URI_LIST: Final = "text/uri-list"
DOCUMENTS: Final = ("application/did", "application/did+json", "application/did+ld+json")
JSON: Final = ("application/json", "application/ld+json")  # a result for clients that know nothing closer
OFFERED: Final = (RESULT, DEREFERENCED, *DOCUMENTS, URI_LIST, *JSON)
# Of the query these are options; what else stands there belongs to the DID URL (§10.1).
OPTIONS: Final = frozenset(
    {
        "publicKeyFormat", "enableExperimentalPublicKeyTypes", "verificationRelationship",
        "expandRelativeUrls", "noCache",
    }
)  # fmt: skip
DID_PARAMETERS: Final = frozenset({"service", "serviceType", "relativeRef", "versionId", "versionTime", "hl"})
# A server decodes `%3A` in an address: a number behind a host was its port (did:web §3.2, did:webvh §3.4).
_PORT: Final = re.compile(r"^(did:web(?:vh:[^:/?#]+)?:[^:/?#]+):([0-9]{1,5})(?![^:/?#])")


class Negotiation(DefaultContentNegotiation):
    """JSON whatever was asked for; the view itself says what kind."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        """The first renderer, whatever was asked for."""
        return renderers[0], renderers[0].media_type


@described(get=schema.RESOLVE)
class Identifier(APIView):
    """What a DID or DID URL leads to, alone or in a result, as `Accept` prefers."""

    content_negotiation_class = Negotiation

    def get(self, request: Request, did: str) -> Response:
        """200 with what was found, 303 to a service's address; else a result that says the error."""
        rate_limit.check_rate(request._request, "verify")
        wanted = _preferred(request)
        if wanted is None and "application/did" not in request.headers.get("Accept", ""):
            wanted = RESULT  # no type that is offered, nor a representation that there might be
        if wanted is None:
            unknown = refusal(
                "representationNotSupported", "This media type is not known.", dereferenced=False
            )
            return _answer(unknown, RESULT)
        found = dereference(
            _PORT.sub(r"\1%3A\2", did) + _did_query(request),
            options=_options(request, wanted),
            resolve=resolve_did,
        )
        return _answer(found, wanted)


def _options(request: Request, wanted: str) -> Options:
    asked = request.query_params
    others = set(asked) - OPTIONS - DID_PARAMETERS
    if asked.get("noCache", "false") != "false":
        others.add("noCache")
    return Options(
        key_format=asked.get("publicKeyFormat", "Multikey"),
        experimental=asked.get("enableExperimentalPublicKeyTypes") == "true",
        relationship=asked.get("verificationRelationship"),
        expand_relative_urls=asked.get("expandRelativeUrls") == "true",
        uri_list=wanted == URI_LIST,
        others=frozenset(others),
    )


def _did_query(request: Request) -> str:
    """The query of a DID URL that was put into the address as it is, not encoded."""
    found = {name: value for name, value in request.query_params.items() if name in DID_PARAMETERS}
    return f"?{urlencode(found)}" if found else ""


def _answer(found: Resolution, wanted: str) -> Response:
    """The result in the shape that was asked for; an error always stands in a result."""
    status, body = found.status, found.as_resolution()
    media_type = RESULT
    if wanted == OLDER_RESULT:
        status, body, media_type = found.older_status, found.as_older(), wanted
    elif status == 200 and (wanted in DOCUMENTS or (wanted in JSON and found.dereferenced)):
        body, media_type = dict(found.content or {}), wanted
    elif found.dereferenced:
        body, media_type = found.as_dereferencing(), DEREFERENCED
    elif wanted in JSON:
        media_type = wanted
    headers = {"Access-Control-Allow-Origin": "*", "Vary": "Accept"}
    if found.location is not None:
        response = Response(status=status, headers={**headers, "Location": found.location})
        response.content_type = URI_LIST
        return response
    return Response(body, status=status, content_type=media_type, headers=headers)


def _preferred(request: Request) -> str | None:
    """The media type to answer in, None where none will do."""
    if "did-resolution" in request.headers.get("Accept", "") and "profile=" in request.headers["Accept"]:
        return OLDER_RESULT
    return request._request.get_preferred_type(OFFERED)
