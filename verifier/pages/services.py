"""The pages of a service: what it is, the request, what was unlocked."""

from typing import Final

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.adapters.limits import rate_limit
from common.errors import SelloError
from common.payments.errors import InvalidAddressError
from verifier.errors import SessionNotFoundError, WrongBrowserError
from verifier.models import Service
from verifier.payments.gateways import gateway_kind
from verifier.payments.gateways.destinations import payment_destination
from verifier.payments.gateways.voucher import vouchers
from verifier.payments.programmes.terms import payment_offer, programme_of
from verifier.payments.reports.payment_log import paid_before
from verifier.presentation import requests, states, unlocking
from verifier.presentation.browser import COOKIE, browser, own_session
from verifier.presentation.responses import note_problem
from verifier.sealing import fresh_secret
from verifier.services.actions import action_of
from verifier.services.catalogue import all_services, find_service
from verifier.services.requested import requested_sets

PAYEE_HELP: Final = (
    "An IBAN, an account number, or a telephone number that begins with +; or leave it as it is. "
    "You see it again before you sign."
)
ADDRESS_HELP: Final = (
    "An IBAN, account:NUMBER@BANK or mobile:+NUMBER@PROVIDER. You see it again before you sign."
)
MAX_QR: Final = 2000  # characters; a longer link is shown, not drawn
Status = states.Status


class StartForm(forms.Form):
    """Which way, and, where money moves, where to."""

    way = forms.ChoiceField(choices=[("here", "here"), ("elsewhere", "elsewhere")])
    payee = forms.CharField(
        label="Where should the money go?",
        max_length=100,
    )

    def __init__(self, service: Service, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.service, payment = service, service.parameters.get("payment")
        kind = gateway_kind(programme_of(service).gateway.kind) if payment else None
        if payment is None or kind is None or kind.needs_person:
            del self.fields["payee"]
        else:
            self.fields["payee"].initial = "" if kind.needs_address else payment["payee"]
            self.fields["payee"].help_text = ADDRESS_HELP if kind.needs_address else PAYEE_HELP

    def clean_payee(self) -> str:
        """An account that money can go to by this service, in the form that is signed."""
        try:
            return payment_destination(self.service, self.cleaned_data["payee"])
        except InvalidAddressError as error:
            raise forms.ValidationError(error.public) from error


@require_safe
def service_list(request: HttpRequest) -> HttpResponse:
    """Every service of this installation."""
    return render(request, "services/list.html", {"services": all_services()})


@require_http_methods(["GET", "HEAD", "POST"])
def service_page(request: HttpRequest, slug: str) -> HttpResponse:
    """What a service offers and asks; by POST, begin."""
    found = find_service(slug)
    action_of(found)
    form = StartForm(found, request.POST or None)
    if request.method == "POST":
        rate_limit.check_rate(request, "verify")
        if form.is_valid():
            own = browser(request) or fresh_secret()
            created = requests.create_request(
                found,
                same_device=form.cleaned_data["way"] == "here",
                now=timezone.now(),
                browser=own,
                payee=form.cleaned_data.get("payee", ""),
            )
            response = redirect("session", poll_id=created.session.poll_id)
            response.set_cookie(
                COOKIE,
                own,
                path="/services/",
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
            return response
    context = {
        "service": found,
        "documents": requested_sets(found),
        "form": form,
        "payment": payment_offer(found),
        "paid_before": paid_before(found, browser(request), now=timezone.now()),
    }
    return render(request, "services/service.html", context)


@require_safe
def session_page(request: HttpRequest, poll_id: str) -> HttpResponse:
    """The request while it waits, then what came of it: for the browser that began, nobody else."""
    found = own_session(request, poll_id)
    context: dict[str, object] = {
        "session": found,
        "service": found.service,
        "status_url": requests.status_url(found),
        "waiting": found.status in states.CAME_FROM[Status.SUBMITTED] or found.status == Status.SUBMITTED,
    }
    if found.status == Status.UNLOCKED and found.sealed_result is not None:
        context["unlocked"] = unlocking.unlocked_result(found, browser=browser(request), now=timezone.now())
        context["voucher"] = vouchers.voucher_page(found.outcome.get("payment", ""))
        return render(request, "services/unlocked.html", context)
    if context["waiting"]:
        link = requests.request_link(found)
        context |= {
            "link": link,
            "wallet_link": requests.wallet_link(found),
            "drawable": len(link) <= MAX_QR,
            "documents": requested_sets(found.service),
        }
        return render(request, "services/request.html", context)
    return render(request, "services/ended.html", context)


@require_safe
def finish_page(request: HttpRequest, poll_id: str) -> HttpResponse:
    """Where the wallet leads the person back on the same device (OpenID4VP §8.2, §14.2)."""
    found = own_session(request, poll_id)
    if found.status == Status.VERIFIED:
        code = request.GET.get("response_code", "")
        try:
            unlocking.finish_in_browser(
                found, response_code=code, browser=browser(request), now=timezone.now()
            )
        except WrongBrowserError:
            raise
        except SelloError as error:
            note_problem(found, error)
    return redirect("session", poll_id=poll_id)


@require_POST
def retry_page(request: HttpRequest, poll_id: str) -> HttpResponse:
    """Try once more to unlock what was verified, where somebody who was asked had not answered."""
    rate_limit.check_rate(request, "verify")
    found = own_session(request, poll_id)
    if found.status == Status.VERIFIED and "problem" in found.outcome:
        try:
            unlocking.retry_unlock(found, now=timezone.now())
        except SelloError as error:
            note_problem(found, error)
    return redirect("session", poll_id=poll_id)


@require_safe
def document_page(request: HttpRequest, poll_id: str) -> HttpResponse:
    """The receipt, as a file."""
    found = own_session(request, poll_id)
    unlocked = unlocking.unlocked_result(found, browser=browser(request), now=timezone.now())
    if unlocked.document is None:
        raise SessionNotFoundError("There is no document here.")
    return HttpResponse(
        unlocked.document.content,
        content_type=unlocked.document.media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{unlocked.document.name}"',
            "Cache-Control": "no-store",
        },
    )
