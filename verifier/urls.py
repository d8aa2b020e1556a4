"""Routes of the verifier."""

from django.urls import include, path

from verifier.views import desk, endpoints, notices, pages, payments, readings, staff, vc_api, vouchers

urlpatterns = [
    path("g2p/", include("verifier.urls_g2p")),
    path("services/", pages.services, name="services"),
    path("services/authority.pem", endpoints.certificate_authority, name="verifier-authority"),
    path("services/notices", notices.Notices.as_view(), name="notices"),
    path("services/payments/log", payments.PaymentLog.as_view(), name="payment-log"),
    path("services/staff/", desk.overview, name="staff"),
    path("services/staff/sign-in", desk.SignIn.as_view(), name="staff-sign-in"),
    path("services/staff/sign-out", desk.SignOut.as_view(), name="staff-sign-out"),
    path("services/staff/programmes", payments.programmes, name="programmes"),
    path("services/staff/programmes/<slug:slug>", payments.programme, name="programme"),
    path("services/staff/issuers", staff.issuers, name="trusted-issuers"),
    path("services/staff/vouchers", vouchers.counter, name="vouchers"),
    path("services/staff/issuers/<int:pk>/remove", staff.remove_issuer, name="remove-trusted-issuer"),
    path("services/staff/records", readings.consents, name="reading-consents"),
    path("services/staff/records/<int:pk>", readings.consent, name="reading-consent"),
    path("services/sessions/<str:poll_id>", pages.session, name="session"),
    path("services/sessions/<str:poll_id>/status", endpoints.SessionStatus.as_view(), name="session-status"),
    path(
        "services/sessions/<str:poll_id>/digital",
        endpoints.DigitalCredential.as_view(),
        name="session-digital",
    ),
    path("services/sessions/<str:poll_id>/finish", pages.finish, name="session-finish"),
    path("services/sessions/<str:poll_id>/again", pages.again, name="session-again"),
    path("services/sessions/<str:poll_id>/document", pages.document, name="session-document"),
    path("services/<slug:slug>", pages.service, name="service"),
    path("services/<slug:slug>/did.json", endpoints.did_document, name="service-did"),
    path("services/<slug:slug>/response", endpoints.ResponseEndpoint.as_view(), name="response-endpoint"),
    path(
        "services/<slug:slug>/requests/<str:request_id>",
        endpoints.RequestObject.as_view(),
        name="request-object",
    ),
    path("vc-api/credentials/verify", vc_api.VerifyCredential.as_view()),
    path("vc-api/presentations/verify", vc_api.VerifyPresentation.as_view()),
]
