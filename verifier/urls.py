"""Routes of the verifier."""

from django.urls import include, path

from verifier.api import notices, oid4vp, vc_api
from verifier.pages import desk, programmes, records, services, trusted_issuers, vouchers

urlpatterns = [
    path("g2p/", include("verifier.urls_g2p")),
    path("services/", services.services, name="services"),
    path("services/authority.pem", oid4vp.certificate_authority, name="verifier-authority"),
    path("services/notices", notices.Notices.as_view(), name="notices"),
    path("services/payments/log", programmes.PaymentLog.as_view(), name="payment-log"),
    path("services/staff/", desk.overview, name="staff"),
    path("services/staff/sign-in", desk.SignIn.as_view(), name="staff-sign-in"),
    path("services/staff/sign-out", desk.SignOut.as_view(), name="staff-sign-out"),
    path("services/staff/programmes", programmes.programmes, name="programmes"),
    path("services/staff/programmes/<slug:slug>", programmes.programme, name="programme"),
    path("services/staff/issuers", trusted_issuers.issuers, name="trusted-issuers"),
    path("services/staff/vouchers", vouchers.counter, name="vouchers"),
    path(
        "services/staff/issuers/<int:pk>/remove", trusted_issuers.remove_issuer, name="remove-trusted-issuer"
    ),
    path("services/staff/records", records.consents, name="reading-consents"),
    path("services/staff/records/<int:pk>", records.consent, name="reading-consent"),
    path("services/sessions/<str:poll_id>", services.session, name="session"),
    path("services/sessions/<str:poll_id>/status", oid4vp.SessionStatus.as_view(), name="session-status"),
    path(
        "services/sessions/<str:poll_id>/digital",
        oid4vp.DigitalCredential.as_view(),
        name="session-digital",
    ),
    path("services/sessions/<str:poll_id>/finish", services.finish, name="session-finish"),
    path("services/sessions/<str:poll_id>/again", services.again, name="session-again"),
    path("services/sessions/<str:poll_id>/document", services.document, name="session-document"),
    path("services/<slug:slug>", services.service, name="service"),
    path("services/<slug:slug>/did.json", oid4vp.did_document, name="service-did"),
    path("services/<slug:slug>/response", oid4vp.ResponseEndpoint.as_view(), name="response-endpoint"),
    path(
        "services/<slug:slug>/requests/<str:request_id>",
        oid4vp.RequestObject.as_view(),
        name="request-object",
    ),
    path("vc-api/credentials/verify", vc_api.VerifyCredential.as_view()),
    path("vc-api/presentations/verify", vc_api.VerifyPresentation.as_view()),
]
