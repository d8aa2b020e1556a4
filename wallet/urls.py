"""Addresses of the wallet. `accept` and `authorize` are what QR codes and links of others lead to."""

from django.urls import path
from django.views.generic import RedirectView

from wallet.views import accept, account, activity, cards, present

app_name = "wallet"
urlpatterns = [
    path("wallet/", cards.overview, name="cards"),
    path("wallet/sign-up", account.sign_up, name="sign-up"),
    path("wallet/sign-in", account.sign_in, name="sign-in"),
    path("wallet/sign-out", account.sign_out, name="sign-out"),
    path("wallet/account", account.overview, name="account"),
    path("wallet/account/passphrase", account.change_passphrase, name="passphrase"),
    path("wallet/account/delete", account.delete, name="delete-account"),
    path("wallet/add", accept.add, name="add"),
    path("wallet/accept", accept.receive, name="accept"),
    path("wallet/accept/back", accept.back, name="offer-back"),
    path("wallet/accept/<uuid:id>", accept.question, name="offer"),
    path("wallet/accept/<uuid:id>/code", accept.code, name="offer-code"),
    path("wallet/waiting/<uuid:id>/forget", cards.forget, name="forget-waiting"),
    path("wallet/cards/<uuid:id>", cards.detail, name="card"),
    path("wallet/cards/<uuid:id>/renew", cards.renew, name="renew-card"),
    path("wallet/cards/<uuid:id>/added", cards.added, name="card-added"),
    path("wallet/cards/<uuid:id>/delete", cards.delete, name="delete-card"),
    path("wallet/authorize", present.receive, name="authorize"),
    path("wallet/authorize/<uuid:id>", present.consent, name="request"),
    path("wallet/authorize/<uuid:id>/done", present.done, name="request-done"),
    path("wallet/activity", activity.overview, name="activity"),
    path("wallet/activity/fetch", activity.fetch, name="fetch"),
    path("wallet/activity/withdraw", activity.withdraw, name="withdraw"),
    path("wallet/activity/<uuid:id>/delete", activity.delete, name="delete-entry"),
    path("wallet/history", RedirectView.as_view(pattern_name="wallet:activity")),
    path("wallet/history/readers", RedirectView.as_view(pattern_name="wallet:activity")),
]
