"""What happened with the person's data: one page, and what can be done from there."""

from typing import Final
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wallet.account.vault import Vault
from wallet.activity import consents, inbox
from wallet.activity.timeline import KINDS, activity
from wallet.issuance import accept_offer
from wallet.pages.rendering import now, page
from wallet.pages.session import signed_in
from wallet.presentation import history

PAGE: Final = 25
MOST_AT_ONCE: Final = 20


@require_safe
@signed_in
def activity_page(request: HttpRequest, vault: Vault) -> HttpResponse:
    """Everything, the latest first, or one kind of it."""
    found, kind = activity(vault, now=now()), request.GET.get("show", "")
    lines = Paginator(found.only(kind).lines, PAGE).get_page(request.GET.get("page"))
    shown = {"activity": found, "lines": lines, "kinds": KINDS, "kind": kind if kind in KINDS else ""}
    return page(request, "activity", shown)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def delete_entry_page(request: HttpRequest, vault: Vault, id: UUID) -> HttpResponse:
    """Ask once more, then forget one entry."""
    if request.method == "POST":
        history.delete_entry(vault, id)
        return HttpResponseRedirect(reverse("wallet:activity"))
    entry = history.find_entry(vault, id)
    return page(request, "delete_entry", {"entry": entry})


@require_POST
@signed_in
def offered_card_page(request: HttpRequest, vault: Vault) -> HttpResponse:
    """On to the card that an office says is ready."""
    moment = now()
    link = inbox.request_offered_card(
        vault, request.POST.get("office", ""), request.POST.get("notice", ""), now=moment
    )
    return HttpResponseRedirect(
        reverse("wallet:offer", args=[accept_offer.receive_offer(vault, link, now=moment)])
    )


@require_POST
@signed_in
def withdraw_consent_page(request: HttpRequest, vault: Vault) -> HttpResponse:
    """End what the person agreed to; from here on nothing more is read."""
    authority = request.POST.get("authority", "")
    for consent in request.POST.getlist("consent")[:MOST_AT_ONCE]:
        consents.withdraw_consent(vault, authority, consent, now=now())
    messages.success(request, "Your consent is withdrawn. Nothing more is read on it.")
    return HttpResponseRedirect(reverse("wallet:activity"))
