"""Addresses of the wallet. `accept` and `authorize` are what QR codes and links of others lead to."""

from django.urls import path
from django.views.generic import RedirectView

from wallet.pages import account, activity, credentials, issuance, presentation

app_name = "wallet"
urlpatterns = [
    path("wallet/", credentials.cards_page, name="cards"),
    path("wallet/sign-up", account.sign_up_page, name="sign-up"),
    path("wallet/sign-in", account.sign_in_page, name="sign-in"),
    path("wallet/sign-out", account.sign_out_page, name="sign-out"),
    path("wallet/account", account.account_page, name="account"),
    path("wallet/account/passphrase", account.passphrase_page, name="passphrase"),
    path("wallet/account/delete", account.delete_account_page, name="delete-account"),
    path("wallet/add", issuance.add_page, name="add"),
    path("wallet/accept", issuance.receive_offer_page, name="accept"),
    path("wallet/accept/back", issuance.authorization_return_page, name="offer-back"),
    path("wallet/accept/<uuid:id>", issuance.offer_page, name="offer"),
    path("wallet/accept/<uuid:id>/code", issuance.tx_code_page, name="offer-code"),
    path("wallet/waiting/<uuid:id>/forget", credentials.forget_deferred_page, name="forget-waiting"),
    path("wallet/cards/<uuid:id>", credentials.card_page, name="card"),
    path("wallet/cards/<uuid:id>/renew", credentials.refresh_card_page, name="renew-card"),
    path("wallet/cards/<uuid:id>/added", credentials.added_card_page, name="card-added"),
    path("wallet/cards/<uuid:id>/delete", credentials.delete_card_page, name="delete-card"),
    path("wallet/authorize", presentation.receive_request_page, name="authorize"),
    path("wallet/authorize/<uuid:id>", presentation.request_page, name="request"),
    path("wallet/authorize/<uuid:id>/done", presentation.outcome_page, name="request-done"),
    path("wallet/activity", activity.activity_page, name="activity"),
    path("wallet/activity/fetch", activity.offered_card_page, name="fetch"),
    path("wallet/activity/withdraw", activity.withdraw_consent_page, name="withdraw"),
    path("wallet/activity/<uuid:id>/delete", activity.delete_entry_page, name="delete-entry"),
    path("wallet/history", RedirectView.as_view(pattern_name="wallet:activity")),
    path("wallet/history/readers", RedirectView.as_view(pattern_name="wallet:activity")),
]
