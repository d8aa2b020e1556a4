"""Addresses of the protocols; pages for people stand in issuer/urls.py."""

from django.urls import path

from common.adapters.network.published import published
from issuer.api import access, authorization, documents, issuance, notices, opencrvs, vc_api

WELL_KNOWN = ".well-known/{}/issuers/<slug:authority>"
ISSUER = "issuers/<slug:authority>"
APPENDED = f"{ISSUER}/.well-known/{{}}"  # where drafts before OpenID4VCI 1.0 looked
VC_API = f"vc-api/{ISSUER}"

urlpatterns = [
    path(WELL_KNOWN.format("openid-credential-issuer"), published(documents.IssuerMetadata.as_view())),
    path(WELL_KNOWN.format("oauth-authorization-server"), published(documents.ServerMetadata.as_view())),
    path(WELL_KNOWN.format("jwt-vc-issuer"), published(documents.JwtVcIssuer.as_view())),
    path(APPENDED.format("openid-credential-issuer"), published(documents.IssuerMetadata.as_view())),
    path(APPENDED.format("oauth-authorization-server"), published(documents.ServerMetadata.as_view())),
    path(f"{ISSUER}/did.json", published(documents.DidDocument.as_view())),
    path(f"{ISSUER}/iaca.pem", published(documents.Root.as_view())),
    path(f"{ISSUER}/iaca.crl", published(documents.Revocations.as_view())),
    path(f"{ISSUER}/offers/<str:reference>", published(documents.OfferByReference.as_view())),
    path(f"{ISSUER}/status/<str:name>", published(documents.StatusList.as_view())),
    path(f"{ISSUER}/types/<slug:name>", published(documents.CredentialType.as_view())),
    path(f"{ISSUER}/par", authorization.PushedRequest.as_view()),
    path(f"{ISSUER}/challenge", authorization.Challenge.as_view()),
    path(f"{ISSUER}/token", issuance.Token.as_view()),
    path(f"{ISSUER}/nonce", issuance.Nonce.as_view()),
    path(f"{ISSUER}/credential", issuance.Credential.as_view()),
    path(f"{ISSUER}/deferred-credential", issuance.DeferredCredential.as_view()),
    path(f"{ISSUER}/notification", issuance.Notification.as_view()),
    path(f"{ISSUER}/access/token", access.AccessToken.as_view()),
    path(f"{ISSUER}/access/record", access.Record.as_view()),
    path(f"{ISSUER}/access/log", access.Log.as_view()),
    path(f"{ISSUER}/notices", notices.Notices.as_view()),
    path(f"{ISSUER}/notices/<str:id>/offer", notices.NoticeOffer.as_view()),
    path(f"{ISSUER}/access/consents", access.Consents.as_view()),
    path(f"{ISSUER}/access/withdrawal", access.Withdrawal.as_view()),
    path("openid4vc/sdjwt/issue", opencrvs.Offer.as_view()),
    path("raw/jwt/sign", opencrvs.Sign.as_view()),
    path(f"{VC_API}/<str:suite>/credentials/issue", vc_api.IssueCredential.as_view()),
    path(f"{VC_API}/<str:curve>/status/<str:name>", published(documents.StatusList.as_view())),
]
