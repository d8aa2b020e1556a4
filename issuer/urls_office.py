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
    path("", office.overview_page, name="overview"),
    path("sign-in", office_access.OfficeSignIn.as_view(), name="sign-in"),
    path("sign-out", office_access.OfficeSignOut.as_view(), name="sign-out"),
    path(f"{REGISTRY}/", office.registry_page, name="registry"),
    path(f"{REGISTRY}/records/<int:number>", office.record_page, name="record"),
    path(f"{REGISTRY}/offers/<int:number>", office_offers.offer_page, name="offer"),
    path(f"{REGISTRY}/access-codes/<int:number>", office_codes.access_code_page, name="access-code"),
    path(f"{REGISTRY}/import", office_import.upload_page, name="upload"),
    path(f"{REGISTRY}/import/confirm", office_import.confirm_import, name="confirm"),
    path(f"{REGISTRY}/import/report.csv", office_import.import_report_file, name="report"),
    path(f"{REGISTRY}/following", office_following.sync_page, name="following"),
    path("approvals", office_approvals.approvals_page, name="approvals"),
    path("approvals/<uuid:id>", office_approvals.approval_page, name="approval"),
    path("notices", office_notices.notices_page, name="notices"),
    path("notices/<uuid:id>/again", office_notices.send_notice_again, name="notice-again"),
    path("credentials/<uuid:id>", office_offers.credential_page, name="credential"),
]
