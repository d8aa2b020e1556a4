"""Receiving cards: a link, a pasted text or a picture; who offers what; the code; done."""

from urllib.parse import urlsplit
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from common.adapters import qr
from common.adapters.limits.turns import BusyError
from common.errors import SelloError
from wallet.account.vault import Vault
from wallet.credentials.stored_credentials import HeldCard
from wallet.forms import AddForm, CodeForm
from wallet.issuance import accept_offer
from wallet.issuance.accept_offer import WrongTxCodeError
from wallet.pages import links
from wallet.pages.rendering import now, page, posted, refuse
from wallet.pages.session import signed_in
from wallet.presentation import authorization_request


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def add_page(request: HttpRequest, vault: Vault) -> HttpResponse:
    """Take an offer or a request from a pasted link or a picture of its QR code."""
    form = AddForm(posted(request), request.FILES if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        picture = form.cleaned_data["picture"]
        try:
            text = qr.read(picture) if picture else form.cleaned_data["text"]
            if links.kind(text) == "offer":
                return _to("offer", accept_offer.receive_offer(vault, text, now=now()))
            return _to("request", authorization_request.receive_request(vault, text.strip(), now=now()))
        except BusyError:
            raise
        except SelloError as error:
            refuse(form, error, "picture" if picture else "text")
    return page(request, "add", {"form": form})


@require_safe
@signed_in
def receive_offer_page(request: HttpRequest, vault: Vault) -> HttpResponse:
    """Where the link or QR code of an offer leads."""
    text = f"openid-credential-offer://?{request.META.get('QUERY_STRING', '')}"
    return _to("offer", accept_offer.receive_offer(vault, text, now=now()))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def offer_page(request: HttpRequest, vault: Vault, id: UUID) -> HttpResponse:
    """Who offers what: yes or no."""
    if request.method == "POST":
        if request.POST.get("decision") == "decline":
            accept_offer.decline_offer(vault, id, now=now())
            return HttpResponseRedirect(reverse("wallet:cards"))
        offered = accept_offer.read_offer(vault, id, now=now()).offer
        if offered.pre_authorized_code is None:
            return _sign_in(request, vault, id)
        if offered.tx_code is not None:
            return _to("offer-code", id)
        return _accepted(vault, id, None)
    return page(request, "offer", {"offer": accept_offer.read_offer(vault, id, now=now())})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def tx_code_page(request: HttpRequest, vault: Vault, id: UUID) -> HttpResponse:
    """The one-time code, where the offer asks for one."""
    offer = accept_offer.read_offer(vault, id, now=now())
    if offer.offer.tx_code is None:
        return _to("offer", id)
    form = CodeForm(posted(request), tx_code=offer.offer.tx_code)
    if request.method == "POST" and form.is_valid():
        try:
            return _accepted(vault, id, form.cleaned_data["code"].strip())
        except WrongTxCodeError as error:
            refuse(form, error, "code")
    return page(request, "offer_code", {"form": form, "offer": offer, "id": id})


@require_safe
@signed_in
def authorization_return_page(request: HttpRequest, vault: Vault) -> HttpResponse:
    """Where the office sends the person after they signed in there."""
    query = request.META.get("QUERY_STRING", "")
    return _arrived(accept_offer.complete_authorization(vault, query, now=now()))


def _sign_in(request: HttpRequest, vault: Vault, id: UUID) -> HttpResponse:
    """On to the office. A form may lead to this site alone; so the way on is a link."""
    offer, url = accept_offer.start_authorization(vault, id, now=now())
    place = urlsplit(url).netloc
    return page(request, "offer_sign_in", {"offer": offer, "url": url, "place": place, "id": id})


def _accepted(vault: Vault, id: UUID, tx_code: str | None) -> HttpResponse:
    return _arrived(accept_offer.accept(vault, id, tx_code=tx_code, now=now()))


def _arrived(new: tuple[HeldCard, ...]) -> HttpResponse:
    if not new:
        return HttpResponseRedirect(f"{reverse('wallet:cards')}?waiting")
    if len(new) == 1:
        return _to("card-added", new[0].id)
    return HttpResponseRedirect(f"{reverse('wallet:cards')}?added")


def _to(name: str, id: UUID) -> HttpResponse:
    return HttpResponseRedirect(reverse(f"wallet:{name}", args=[id]))
