"""Addresses of the officers' pages, under /office/. A record goes by our number, its key is personal."""

from django.urls import path

from issuer.pages import (
    office,
    office_access,
    office_approvals,
    office_codes,
    office_following,
    office_import,
    office_notices,
    office_offers,
)

app_name = "office"
REGISTRY = "registries/<slug:slug>"

urlpatterns = [
    path("", office.overview, name="overview"),
    path("sign-in", office_access.SignIn.as_view(), name="sign-in"),
    path("sign-out", office_access.SignOut.as_view(), name="sign-out"),
    path(f"{REGISTRY}/", office.registry, name="registry"),
    path(f"{REGISTRY}/records/<int:number>", office.record, name="record"),
    path(f"{REGISTRY}/offers/<int:number>", office_offers.offer, name="offer"),
    path(f"{REGISTRY}/access-codes/<int:number>", office_codes.access_code, name="access-code"),
    path(f"{REGISTRY}/import", office_import.upload, name="upload"),
    path(f"{REGISTRY}/import/confirm", office_import.confirm, name="confirm"),
    path(f"{REGISTRY}/import/report.csv", office_import.report, name="report"),
    path(f"{REGISTRY}/following", office_following.following, name="following"),
    path("approvals", office_approvals.approvals, name="approvals"),
    path("approvals/<uuid:id>", office_approvals.approval, name="approval"),
    path("notices", office_notices.notices, name="notices"),
    path("notices/<uuid:id>/again", office_notices.again, name="notice-again"),
    path("credentials/<uuid:id>", office_offers.credential, name="credential"),
]
