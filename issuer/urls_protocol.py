"""Addresses of the protocols; pages for people stand in issuer/urls.py."""

from django.urls import path

from common.adapters.network.published import published
from issuer.api import access, authorization, documents, issuance, notices, opencrvs, vc_api

WELL_KNOWN = ".well-known/{}/issuers/<slug:authority>"
ISSUER = "issuers/<slug:authority>"
APPENDED = f"{ISSUER}/.well-known/{{}}"  # where drafts before OpenID4VCI 1.0 looked
VC_API = f"vc-api/{ISSUER}"

urlpatterns = [
    path(
        WELL_KNOWN.format("openid-credential-issuer"), published(documents.IssuerMetadataEndpoint.as_view())
    ),
    path(
        WELL_KNOWN.format("oauth-authorization-server"), published(documents.ServerMetadataEndpoint.as_view())
    ),
    path(WELL_KNOWN.format("jwt-vc-issuer"), published(documents.JwtVcIssuerEndpoint.as_view())),
    path(APPENDED.format("openid-credential-issuer"), published(documents.IssuerMetadataEndpoint.as_view())),
    path(
        APPENDED.format("oauth-authorization-server"), published(documents.ServerMetadataEndpoint.as_view())
    ),
    path(f"{ISSUER}/did.json", published(documents.DidDocumentEndpoint.as_view())),
    path(f"{ISSUER}/iaca.pem", published(documents.RootCertificateEndpoint.as_view())),
    path(f"{ISSUER}/iaca.crl", published(documents.CertificateRevocationsEndpoint.as_view())),
    path(f"{ISSUER}/offers/<str:reference>", published(documents.CredentialOfferEndpoint.as_view())),
    path(f"{ISSUER}/status/<str:name>", published(documents.StatusListEndpoint.as_view())),
    path(f"{ISSUER}/types/<slug:name>", published(documents.CredentialTypeEndpoint.as_view())),
    path(f"{ISSUER}/par", authorization.PushedAuthorizationEndpoint.as_view()),
    path(f"{ISSUER}/challenge", authorization.ChallengeEndpoint.as_view()),
    path(f"{ISSUER}/token", issuance.TokenEndpoint.as_view()),
    path(f"{ISSUER}/nonce", issuance.NonceEndpoint.as_view()),
    path(f"{ISSUER}/credential", issuance.CredentialEndpoint.as_view()),
    path(f"{ISSUER}/deferred-credential", issuance.DeferredCredentialEndpoint.as_view()),
    path(f"{ISSUER}/notification", issuance.NotificationEndpoint.as_view()),
    path(f"{ISSUER}/access/token", access.AccessTokenEndpoint.as_view()),
    path(f"{ISSUER}/access/record", access.AccessRecordEndpoint.as_view()),
    path(f"{ISSUER}/access/log", access.AccessLogEndpoint.as_view()),
    path(f"{ISSUER}/notices", notices.IssuerNoticesEndpoint.as_view()),
    path(f"{ISSUER}/notices/<str:id>/offer", notices.NoticeOfferEndpoint.as_view()),
    path(f"{ISSUER}/access/consents", access.AccessConsentsEndpoint.as_view()),
    path(f"{ISSUER}/access/withdrawal", access.AccessWithdrawalEndpoint.as_view()),
    path("openid4vc/sdjwt/issue", opencrvs.OpenCrvsOfferEndpoint.as_view()),
    path("raw/jwt/sign", opencrvs.OpenCrvsSignEndpoint.as_view()),
    path(f"{VC_API}/<str:suite>/credentials/issue", vc_api.IssueCredentialEndpoint.as_view()),
    path(f"{VC_API}/<str:curve>/status/<str:name>", published(documents.StatusListEndpoint.as_view())),
]
