"""What an authority publishes for everyone: metadata, keys, offers by reference, status lists, types."""

from typing import Any, Final

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseNotModified, JsonResponse
from django.template.loader import render_to_string
from rest_framework.request import Request
from rest_framework.response import Response

from common.adapters.api.openapi.operation import described
from common.oid4vci import signed_metadata
from common.trust import revocations
from common.trust.document_signers import PEM
from issuer.api.base import NO_STORE, ProtocolView, find_authority, utc_now
from issuer.api.schemas import documents as schema
from issuer.api.schemas import metadata
from issuer.authorities import certificates, identity
from issuer.configurations import types
from issuer.configurations.formats import format_profile
from issuer.issuance import offers
from issuer.metadata import issuer_metadata
from issuer.status import lists

SHORTLY = {"Cache-Control": "public, max-age=300"}
HTML, LD_JSON, SCHEMA_JSON, JSON = (
    "text/html",
    "application/ld+json",
    "application/schema+json",
    "application/json",
)
ANYTHING: Final = "*/*"


@described(get=metadata.GET_ISSUER_METADATA)
class IssuerMetadataEndpoint(ProtocolView):
    """`/.well-known/openid-credential-issuer/issuers/{authority}` (OpenID4VCI 1.0 §12.2.2)."""

    def get(self, request: Request, authority: str) -> HttpResponse:
        found, headers = find_authority(authority), {**SHORTLY, "Vary": "Accept"}
        wanted = request._request.get_preferred_type([JSON, signed_metadata.MEDIA_TYPE])
        if wanted == signed_metadata.MEDIA_TYPE:
            text = issuer_metadata.signed_issuer_metadata(found, now=utc_now())
            return HttpResponse(text, content_type=wanted, headers=headers)
        return Response(issuer_metadata.issuer_metadata(found), headers=headers)


@described(get=metadata.GET_SERVER_METADATA)
class ServerMetadataEndpoint(ProtocolView):
    """`/.well-known/oauth-authorization-server/issuers/{authority}` (RFC 8414 §3)."""

    def get(self, request: Request, authority: str) -> Response:
        return Response(
            issuer_metadata.authorization_server_metadata(find_authority(authority)), headers=SHORTLY
        )


@described(get=schema.GET_JWT_VC_ISSUER)
class JwtVcIssuerEndpoint(ProtocolView):
    """`/.well-known/jwt-vc-issuer/issuers/{authority}` (SD-JWT VC, JWT VC Issuer Metadata)."""

    def get(self, request: Request, authority: str) -> Response:
        return Response(issuer_metadata.jwt_vc_issuer_metadata(find_authority(authority)), headers=SHORTLY)


@described(get=schema.GET_DID)
class DidDocumentEndpoint(ProtocolView):
    """`/issuers/{authority}/did.json` (did:web)."""

    def get(self, request: Request, authority: str) -> Response:
        return Response(identity.authority_did_document(find_authority(authority)), headers=SHORTLY)


@described(get=schema.GET_ROOT)
class RootCertificateEndpoint(ProtocolView):
    """`/issuers/{authority}/iaca.pem`: the root of this authority's mdocs (ISO/IEC 18013-5 annex B.1.2)."""

    def get(self, request: Request, authority: str) -> HttpResponse:
        pem = certificates.authority_root_pem(find_authority(authority), now=utc_now())
        return HttpResponse(pem, content_type=PEM, headers=SHORTLY)


@described(get=schema.GET_REVOCATIONS)
class CertificateRevocationsEndpoint(ProtocolView):
    """`/issuers/{authority}/iaca.crl`: which document signers that root took back (RFC 5280 §5)."""

    def get(self, request: Request, authority: str) -> HttpResponse:
        der = certificates.authority_revocations(find_authority(authority), now=utc_now())
        return HttpResponse(der, content_type=revocations.MEDIA_TYPE, headers=SHORTLY)


@described(get=schema.GET_OFFER)
class CredentialOfferEndpoint(ProtocolView):
    """`/issuers/{authority}/offers/{reference}` (OpenID4VCI 1.0 §4.1.3)."""

    def get(self, request: Request, authority: str, reference: str) -> Response:
        document = offers.offered_document(find_authority(authority), reference, now=utc_now())
        return Response(document, headers=NO_STORE)


@described(get=schema.GET_STATUS_LIST)
class StatusListEndpoint(ProtocolView):
    """`/issuers/{authority}/status/{list}`: a credential or a token, each in its own media type.

    `/vc-api/issuers/{authority}/{curve}/status/{list}`: the same, signed as the authority's did:key.
    """

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


@described(get=schema.GET_TYPE)
class CredentialTypeEndpoint(ProtocolView):
    """`/issuers/{authority}/types/{name}`: type metadata, JSON Schema, JSON-LD context, or a page."""

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
