"""What an authority publishes for everyone: metadata, keys, offers by reference, status lists, types."""

from typing import Any, Final

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseNotModified, JsonResponse
from django.template.loader import render_to_string
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from common.oid4vci import signed_metadata
from common.trust import revocations
from common.trust.document_signers import PEM
from issuer.api.base import NO_STORE, ProtocolView, find_authority, utc_now
from issuer.authorities import certificates, identity
from issuer.configurations import types
from issuer.configurations.formats import format_profile
from issuer.issuance import offers
from issuer.metadata import issuer_metadata
from issuer.status import lists

DOCUMENTED = extend_schema(responses=OpenApiTypes.OBJECT)
SHORTLY = {"Cache-Control": "public, max-age=300"}
HTML, LD_JSON, SCHEMA_JSON, JSON = (
    "text/html",
    "application/ld+json",
    "application/schema+json",
    "application/json",
)
ANYTHING: Final = "*/*"


class IssuerMetadataEndpoint(ProtocolView):
    """`/.well-known/openid-credential-issuer/issuers/{authority}` (OpenID4VCI 1.0 §12.2.2)."""

    @extend_schema(
        responses={(200, JSON): OpenApiTypes.OBJECT, (200, signed_metadata.MEDIA_TYPE): OpenApiTypes.STR}
    )
    def get(self, request: Request, authority: str) -> HttpResponse:
        found, headers = find_authority(authority), {**SHORTLY, "Vary": "Accept"}
        wanted = request._request.get_preferred_type([JSON, signed_metadata.MEDIA_TYPE])
        if wanted == signed_metadata.MEDIA_TYPE:
            text = issuer_metadata.signed_issuer_metadata(found, now=utc_now())
            return HttpResponse(text, content_type=wanted, headers=headers)
        return Response(issuer_metadata.issuer_metadata(found), headers=headers)


class ServerMetadataEndpoint(ProtocolView):
    """`/.well-known/oauth-authorization-server/issuers/{authority}` (RFC 8414 §3)."""

    @DOCUMENTED
    def get(self, request: Request, authority: str) -> Response:
        return Response(
            issuer_metadata.authorization_server_metadata(find_authority(authority)), headers=SHORTLY
        )


class JwtVcIssuerEndpoint(ProtocolView):
    """`/.well-known/jwt-vc-issuer/issuers/{authority}` (SD-JWT VC, JWT VC Issuer Metadata)."""

    @DOCUMENTED
    def get(self, request: Request, authority: str) -> Response:
        return Response(issuer_metadata.jwt_vc_issuer_metadata(find_authority(authority)), headers=SHORTLY)


class DidDocumentEndpoint(ProtocolView):
    """`/issuers/{authority}/did.json` (did:web)."""

    @DOCUMENTED
    def get(self, request: Request, authority: str) -> Response:
        return Response(identity.authority_did_document(find_authority(authority)), headers=SHORTLY)


class RootCertificateEndpoint(ProtocolView):
    """`/issuers/{authority}/iaca.pem`: the root of this authority's mdocs (ISO/IEC 18013-5 annex B.1.2)."""

    @extend_schema(responses={(200, PEM): OpenApiTypes.STR})
    def get(self, request: Request, authority: str) -> HttpResponse:
        pem = certificates.authority_root_pem(find_authority(authority), now=utc_now())
        return HttpResponse(pem, content_type=PEM, headers=SHORTLY)


class CertificateRevocationsEndpoint(ProtocolView):
    """`/issuers/{authority}/iaca.crl`: which document signers that root took back (RFC 5280 §5)."""

    @extend_schema(responses={(200, revocations.MEDIA_TYPE): OpenApiTypes.BINARY})
    def get(self, request: Request, authority: str) -> HttpResponse:
        der = certificates.authority_revocations(find_authority(authority), now=utc_now())
        return HttpResponse(der, content_type=revocations.MEDIA_TYPE, headers=SHORTLY)


class CredentialOfferEndpoint(ProtocolView):
    """`/issuers/{authority}/offers/{reference}` (OpenID4VCI 1.0 §4.1.3)."""

    @DOCUMENTED
    def get(self, request: Request, authority: str, reference: str) -> Response:
        document = offers.offered_document(find_authority(authority), reference, now=utc_now())
        return Response(document, headers=NO_STORE)


class StatusListEndpoint(ProtocolView):
    """`/issuers/{authority}/status/{list}`: a credential or a token, each in its own media type.

    `/vc-api/issuers/{authority}/{curve}/status/{list}`: the same, signed as the authority's did:key.
    """

    @extend_schema(
        responses={(200, "application/vc"): OpenApiTypes.OBJECT}
        | {(200, kind): OpenApiTypes.BINARY for kind in lists.TOKENS}
    )
    def get(self, request: Request, authority: str, name: str, curve: str | None = None) -> HttpResponse:
        kinds = list(lists.TOKENS)
        kind = request._request.get_preferred_type(kinds) or kinds[0]
        found = lists.published_list(
            find_authority(authority), name, now=utc_now(), curve=curve, kind_of_token=kind
        )
        if found is None:
            raise Http404
        headers = {
            "ETag": found.etag,
            "Cache-Control": f"public, max-age={settings.STATUS_LIST_TTL}",
            "Vary": "Accept",
        }
        if found.etag in request.headers.get("If-None-Match", ""):
            return HttpResponseNotModified(headers=headers)
        content_type = found.content_type
        if content_type == "application/vc":
            # A bitstring list is one document under three names; the first is its own (VC-JOSE-COSE has the
            # others), for clients that know JSON-LD or JSON alone.
            offered = [content_type, LD_JSON, JSON]
            content_type = request._request.get_preferred_type(offered) or content_type
        return HttpResponse(found.body, content_type=content_type, headers=headers)


class CredentialTypeEndpoint(ProtocolView):
    """`/issuers/{authority}/types/{name}`: type metadata, JSON Schema, JSON-LD context, or a page."""

    @extend_schema(
        responses={
            (200, JSON): OpenApiTypes.OBJECT,
            (200, SCHEMA_JSON): OpenApiTypes.OBJECT,
            (200, LD_JSON): OpenApiTypes.OBJECT,
            (200, HTML): OpenApiTypes.STR,
        }
    )
    def get(self, request: Request, authority: str, name: str) -> HttpResponse:
        configuration = types.published_type(authority, name)
        if configuration is None:
            raise Http404
        wanted = request._request.get_preferred_type([JSON, LD_JSON, SCHEMA_JSON, HTML])
        headers = {**SHORTLY, "Vary": "Accept"}
        if wanted == HTML:
            page: dict[str, Any] = {
                "configuration": configuration,
                "claims": configuration.claim_list(),
                "separable": any(format_profile(name).selective for name in configuration.formats),
            }
            text = render_to_string("issuer/type.html", page, request._request)
            return HttpResponse(text, headers=headers)
        make = {
            LD_JSON: types.context_document,
            SCHEMA_JSON: types.credential_schema,
        }.get(wanted or JSON, types.credential_type_metadata)
        content_type = wanted if wanted in (LD_JSON, SCHEMA_JSON) else JSON
        document = make(configuration)
        if request.headers.get("Accept", ANYTHING).strip() == ANYTHING:
            # Whoever names no type may be after either: type metadata, and a context beside it.
            document = {**types.context_document(configuration), **document}
        return JsonResponse(document, content_type=content_type, headers=headers)
