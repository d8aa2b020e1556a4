"""The cards, one by one and all together."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.site import time_zone
from wallet.account.vault import Vault
from wallet.activity import inbox
from wallet.credentials import cards
from wallet.issuance import deferred, refresh
from wallet.pages.rendering import now, page
from wallet.pages.session import signed_in, vault_of


@require_safe
def cards_page(request: HttpRequest) -> HttpResponse:
    """The cards of whoever is signed in; else what a wallet is."""
    vault = vault_of(request)
    if vault is None:
        return render(request, "wallet/welcome.html")
    moment = now()
    arrived, still = deferred.poll_deferred(vault, now=moment)
    faces = [cards.card_face(card, now=moment) for card in cards.held_cards(vault)]
    shown = {
        "faces": faces,
        "added": bool(arrived) or "added" in request.GET,
        "waiting": still,
        "unread": inbox.unread_notices(vault, now=moment),
    }
    return page(request, "cards", shown)


@require_safe
@signed_in
def card_page(request: HttpRequest, vault: Vault, id: UUID) -> HttpResponse:
    """Everything on one card."""
    face = cards.card_face(cards.find_card(vault, id), now=now())
    card = face.card
    about = [
        ("Issued by", card.issuer_name),
        ("Their address", card.issuer),
        *([("Sealed by", card.sealed_by)] if card.sealed_by else []),
        ("In your wallet since", time_zone.local_day(card.accepted_at)),
        ("Valid from", time_zone.local_day(card.valid_from) if card.valid_from else None),
        ("Valid until", time_zone.local_day(card.valid_until) if card.valid_until else "No end"),
    ]
    return page(request, "card", {"face": face, "about": about})


@require_safe
@signed_in
def added_card_page(request: HttpRequest, vault: Vault, id: UUID) -> HttpResponse:
    """A new card is in the wallet."""
    return page(request, "card_added", {"face": cards.card_face(cards.find_card(vault, id), now=now())})


@require_POST
@signed_in
def refresh_card_page(request: HttpRequest, vault: Vault, id: UUID) -> HttpResponse:
    """Fetch a card anew."""
    if refresh.refresh_card(vault, id, now=now()) is None:
        return HttpResponseRedirect(f"{reverse('wallet:cards')}?waiting")
    return HttpResponseRedirect(reverse("wallet:card", args=[id]))


@require_POST
@signed_in
def forget_deferred_page(request: HttpRequest, vault: Vault, id: UUID) -> HttpResponse:
    """Wait no longer for a card."""
    deferred.forget_deferred(vault, id)
    return HttpResponseRedirect(reverse("wallet:cards"))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def delete_card_page(request: HttpRequest, vault: Vault, id: UUID) -> HttpResponse:
    """Ask once more, then forget the card."""
    if request.method == "POST":
        cards.delete_card(vault, id, now=now())
        return HttpResponseRedirect(reverse("wallet:cards"))
    return page(request, "delete_card", {"card": cards.find_card(vault, id)})
