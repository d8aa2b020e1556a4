"""Signing in at an office and agreeing that a wallet gets something: the authorization endpoint's pages."""

import logging
from typing import Final
from urllib.parse import urlsplit

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from common.adapters.error_log import log_error
from common.adapters.limits import rate_limit
from common.site.middleware import POLICY
from issuer.api.base import find_authority, utc_now
from issuer.models import Authorization
from issuer.oauth import authorization
from issuer.oauth.authorization import WrongAccessCodeError

log = logging.getLogger("sello.citizen")

SESSION: Final = "signed_in"


class AccessCodeForm(forms.Form):
    """The code that an officer gave to the person."""

    code = forms.CharField(
        label="Your access code",
        help_text="The office gave it to you: twelve letters and digits, such as 4F7K-29QX-M0RT.",
        max_length=100,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "autocapitalize": "characters",
                "class": "medium",
                "spellcheck": "false",
            }
        ),
        error_messages={"required": "Enter your access code."},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def authorize_page(request: HttpRequest, authority: str) -> HttpResponse:
    """First the access code, then the question; the request stands in the address of both."""
    asked = authorization.find_request(
        find_authority(authority),
        client_id=request.GET.get("client_id", ""),
        request_uri=request.GET.get("request_uri", ""),
        now=utc_now(),
    )
    signed_in = request.session.get(SESSION)
    if not isinstance(signed_in, list) or signed_in[0] != str(asked.pk):
        return _sign_in(request, asked)
    if request.method == "POST" and request.POST.get("decision") in ("yes", "no"):
        del request.session[SESSION]
        if request.POST["decision"] == "no":
            return _away(authorization.deny_request(asked))
        return _away(authorization.approve_request(asked, signed_in[1], now=utc_now()))
    return _consent(request, asked)


def _sign_in(request: HttpRequest, asked: Authorization) -> HttpResponse:
    form = AccessCodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        rate_limit.check_rate(request, "sign-in")
        if form.is_valid():
            try:
                opened = authorization.sign_in_by_code(asked, form.cleaned_data["code"], now=utc_now())
            except WrongAccessCodeError as error:
                log_error(log, error)
                form.add_error("code", error.public)
            else:
                request.session.cycle_key()
                request.session[SESSION] = [str(asked.pk), opened.pk]
                return redirect(request.get_full_path())
    return render(request, "citizen/sign_in.html", {"form": form, "asked": asked})


def _consent(request: HttpRequest, asked: Authorization) -> HttpResponse:
    """Who will get what. The form's answer leads on to the wallet, so the policy names its address too."""
    target = urlsplit(asked.redirect_uri)
    place = f"{target.scheme}://{target.netloc}" if target.netloc else f"{target.scheme}:"
    page = {
        "asked": asked,
        "authority": asked.authority,
        "title": asked.configuration.display.get("name", asked.configuration.type),
        "claims": asked.configuration.claim_list(),
        "place": place,
    }
    response = render(request, "citizen/consent.html", page)
    origin = place if target.scheme in ("http", "https") else f"{target.scheme}:"
    response.headers["Content-Security-Policy"] = POLICY.replace(
        "form-action 'self'", f"form-action 'self' {origin}"
    )
    return response


def _away(url: str) -> HttpResponse:
    """Back to the wallet, which may be an app with a scheme of its own (RFC 9700 §4.12: 303)."""
    return HttpResponse(status=303, headers={"Location": url, "Cache-Control": "no-store"})
