"""Addresses of the wallet. `accept` and `authorize` are what QR codes and links of others lead to."""

from django.urls import path
from django.views.generic import RedirectView

from wallet.pages import account, activity, credentials, issuance, presentation

app_name = "wallet"
urlpatterns = [
    path("wallet/", credentials.overview, name="cards"),
    path("wallet/sign-up", account.sign_up, name="sign-up"),
    path("wallet/sign-in", account.sign_in, name="sign-in"),
    path("wallet/sign-out", account.sign_out, name="sign-out"),
    path("wallet/account", account.overview, name="account"),
    path("wallet/account/passphrase", account.change_passphrase, name="passphrase"),
    path("wallet/account/delete", account.delete, name="delete-account"),
    path("wallet/add", issuance.add, name="add"),
    path("wallet/accept", issuance.receive, name="accept"),
    path("wallet/accept/back", issuance.back, name="offer-back"),
    path("wallet/accept/<uuid:id>", issuance.question, name="offer"),
    path("wallet/accept/<uuid:id>/code", issuance.code, name="offer-code"),
    path("wallet/waiting/<uuid:id>/forget", credentials.forget, name="forget-waiting"),
    path("wallet/cards/<uuid:id>", credentials.detail, name="card"),
    path("wallet/cards/<uuid:id>/renew", credentials.renew, name="renew-card"),
    path("wallet/cards/<uuid:id>/added", credentials.added, name="card-added"),
    path("wallet/cards/<uuid:id>/delete", credentials.delete, name="delete-card"),
    path("wallet/authorize", presentation.receive, name="authorize"),
    path("wallet/authorize/<uuid:id>", presentation.consent, name="request"),
    path("wallet/authorize/<uuid:id>/done", presentation.done, name="request-done"),
    path("wallet/activity", activity.overview, name="activity"),
    path("wallet/activity/fetch", activity.fetch, name="fetch"),
    path("wallet/activity/withdraw", activity.withdraw, name="withdraw"),
    path("wallet/activity/<uuid:id>/delete", activity.delete, name="delete-entry"),
    path("wallet/history", RedirectView.as_view(pattern_name="wallet:activity")),
    path("wallet/history/readers", RedirectView.as_view(pattern_name="wallet:activity")),
]
