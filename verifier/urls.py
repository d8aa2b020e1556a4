"""Routes of the verifier."""

from django.urls import include, path

from verifier.api import notices, oid4vp, payments, vc_api
from verifier.pages import desk, programmes, records, services, trusted_issuers, vouchers

urlpatterns = [
    path("g2p/", include("verifier.urls_g2p")),
    path("services/", services.service_list, name="services"),
    path("services/authority.pem", oid4vp.authority_certificate, name="verifier-authority"),
    path("services/notices", notices.ServiceNotices.as_view(), name="notices"),
    path("services/payments/log", payments.PaymentLog.as_view(), name="payment-log"),
    path("services/staff/", desk.staff_overview, name="staff"),
    path("services/staff/sign-in", desk.ServicesSignIn.as_view(), name="staff-sign-in"),
    path("services/staff/sign-out", desk.ServicesSignOut.as_view(), name="staff-sign-out"),
    path("services/staff/programmes", programmes.programme_list, name="programmes"),
    path("services/staff/programmes/<slug:slug>", programmes.programme_page, name="programme"),
    path("services/staff/issuers", trusted_issuers.trusted_issuer_list, name="trusted-issuers"),
    path("services/staff/vouchers", vouchers.voucher_counter, name="vouchers"),
    path(
        "services/staff/issuers/<int:pk>/remove",
        trusted_issuers.remove_trusted_issuer,
        name="remove-trusted-issuer",
    ),
    path("services/staff/records", records.consent_list, name="reading-consents"),
    path("services/staff/records/<int:pk>", records.consent_page, name="reading-consent"),
    path("services/sessions/<str:poll_id>", services.session_page, name="session"),
    path("services/sessions/<str:poll_id>/status", oid4vp.SessionStatus.as_view(), name="session-status"),
    path(
        "services/sessions/<str:poll_id>/digital",
        oid4vp.DigitalCredential.as_view(),
        name="session-digital",
    ),
    path("services/sessions/<str:poll_id>/finish", services.finish_page, name="session-finish"),
    path("services/sessions/<str:poll_id>/again", services.retry_page, name="session-again"),
    path("services/sessions/<str:poll_id>/document", services.document_page, name="session-document"),
    path("services/<slug:slug>", services.service_page, name="service"),
    path("services/<slug:slug>/did.json", oid4vp.service_did, name="service-did"),
    path("services/<slug:slug>/response", oid4vp.ResponseEndpoint.as_view(), name="response-endpoint"),
    path(
        "services/<slug:slug>/requests/<str:request_id>",
        oid4vp.RequestObject.as_view(),
        name="request-object",
    ),
    path("vc-api/credentials/verify", vc_api.VerifyCredential.as_view()),
    path("vc-api/presentations/verify", vc_api.VerifyPresentation.as_view()),
]
