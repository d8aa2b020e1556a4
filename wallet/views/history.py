"""What was shown to whom, and who read what."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wallet.services import consents, history
from wallet.services.vault import Vault
from wallet.views.page import now, page
from wallet.views.session import signed_in


@require_safe
@signed_in
def overview(request: HttpRequest, vault: Vault) -> HttpResponse:
    """Every request that was answered."""
    return page(request, "history", {"entries": history.entries(vault)})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def delete(request: HttpRequest, vault: Vault, id: UUID) -> HttpResponse:
    """Ask once more, then forget one entry."""
    if request.method == "POST":
        history.delete(vault, id)
        return HttpResponseRedirect(reverse("wallet:history"))
    entry = history.find(vault, id)
    return page(request, "delete_entry", {"entry": entry})


@require_safe
@signed_in
def readers(request: HttpRequest, vault: Vault) -> HttpResponse:
    """Who read the records behind the cards, as the authorities tell it."""
    moment = now()
    lists = {"authorities": history.readings(vault, now=moment), "offices": consents.given(vault, now=moment)}
    return page(request, "readers", lists)


@require_POST
@signed_in
def withdraw(request: HttpRequest, vault: Vault) -> HttpResponse:
    """End what the person agreed to; from here on nothing more is read."""
    authority, consent = request.POST.get("authority", ""), request.POST.get("consent", "")
    consents.withdraw(vault, authority, consent, now=now())
    return HttpResponseRedirect(reverse("wallet:readers"))
