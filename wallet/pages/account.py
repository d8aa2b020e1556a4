"""Signing up, in and out; changing the passphrase; leaving."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.adapters.limits import rate_limit
from wallet.account import accounts
from wallet.account.accounts import AccountInputError, NotSignedInError, TooManyAttemptsError
from wallet.account.vault import Vault
from wallet.forms import ChangePassphraseForm, ConfirmForm, SignInForm, SignUpForm
from wallet.pages.rendering import now, page, posted, refuse
from wallet.pages.session import close_session, next_page, open_session, signed_in


@require_http_methods(["GET", "HEAD", "POST"])
def sign_up_page(request: HttpRequest) -> HttpResponse:
    """Make a vault; whoever makes it is signed in."""
    form = SignUpForm(posted(request))
    if request.method == "POST":
        rate_limit.check_rate(request, "sign-in")
        if form.is_valid():
            try:
                vault = accounts.create_wallet_account(
                    form.cleaned_data["name"], form.cleaned_data["passphrase"]
                )
                return _signed_in(request, vault)
            except AccountInputError as error:
                refuse(form, error, "name")
    return render(request, "wallet/sign_up.html", {"form": form, "next": next_page(request)})


@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_page(request: HttpRequest) -> HttpResponse:
    """Open the vault, and go on to where the person wanted to."""
    form = SignInForm(posted(request))
    if request.method == "POST":
        rate_limit.check_rate(request, "sign-in")
        if form.is_valid():
            try:
                vault = accounts.unlock_account(
                    form.cleaned_data["name"], form.cleaned_data["passphrase"], now=now()
                )
                return _signed_in(request, vault)
            except (NotSignedInError, TooManyAttemptsError) as error:
                refuse(form, error, "passphrase")
    return render(request, "wallet/sign_in.html", {"form": form, "next": next_page(request)})


@require_POST
def sign_out_page(request: HttpRequest) -> HttpResponse:
    """Close the vault."""
    response = HttpResponseRedirect(reverse("wallet:cards"))
    close_session(request, response)
    return response


@require_safe
@signed_in
def account_page(request: HttpRequest, vault: Vault) -> HttpResponse:
    """What can be done with the account itself."""
    return page(request, "account", {"changed": "changed" in request.GET})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def passphrase_page(request: HttpRequest, vault: Vault) -> HttpResponse:
    """Another passphrase for the same vault; other browsers are signed out by it."""
    form = ChangePassphraseForm(posted(request))
    if request.method == "POST":
        rate_limit.check_rate(request, "sign-in")
        if form.is_valid():
            try:
                accounts.change_passphrase(
                    vault,
                    current=form.cleaned_data["current"],
                    new=form.cleaned_data["passphrase"],
                    now=now(),
                )
                response = HttpResponseRedirect(f"{reverse('wallet:account')}?changed")
                open_session(request, response, vault)
                return response
            except (NotSignedInError, TooManyAttemptsError) as error:
                refuse(form, error, "current")
            except AccountInputError as error:
                refuse(form, error, "passphrase")
    return page(request, "change_passphrase", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def delete_account_page(request: HttpRequest, vault: Vault) -> HttpResponse:
    """Delete the account and everything in it, once the passphrase was typed again."""
    form = ConfirmForm(posted(request))
    if request.method == "POST":
        rate_limit.check_rate(request, "sign-in")
        if form.is_valid():
            try:
                accounts.delete_account(vault, passphrase=form.cleaned_data["passphrase"], now=now())
                response = render(request, "wallet/account_deleted.html")
                close_session(request, response)
                return response
            except (NotSignedInError, TooManyAttemptsError) as error:
                refuse(form, error, "passphrase")
    return page(request, "delete_account", {"form": form})


def _signed_in(request: HttpRequest, vault: Vault) -> HttpResponse:
    response = HttpResponseRedirect(next_page(request))
    open_session(request, response, vault)
    return response
