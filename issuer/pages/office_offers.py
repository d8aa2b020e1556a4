"""Offering a credential, and changing the status of a card that was issued."""

import logging
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from common.adapters.error_log import log_error
from common.errors import SelloError
from common.site import time_zone
from issuer.configurations.types import find_configuration
from issuer.issuance.offers import offer_credential
from issuer.models import IssuedCredential, Registry
from issuer.pages.office_access import credential_of, of_registry, officer, record_of
from issuer.pages.office_forms import OfferForm, StatusForm
from issuer.registries.search import record_under
from issuer.status.cards import card_copies
from issuer.status.change import ALLOWED, set_status

log = logging.getLogger("sello.office")


@require_http_methods(["GET", "HEAD", "POST"])
@of_registry
def offer_page(request: HttpRequest, registry: Registry, number: int) -> HttpResponse:
    """Choose, then show the QR code. The answer to the form is the page itself: its code is told once."""
    record = record_of(registry, number)
    form = OfferForm(request.POST or None, registry=registry)
    page = {"registry": registry, "record": record, "form": form}
    if request.method != "POST" or not form.is_valid():
        return render(request, "office/offer.html", page)
    configuration = find_configuration(form.cleaned_data["configuration"])
    now = timezone.now()
    try:
        made = offer_credential(
            configuration,
            record.key,
            record=record,
            tx_code=form.cleaned_data["tx_code"],
            sign_in=form.cleaned_data["sign_in"],
            now=now,
        )
    except SelloError as error:
        log_error(log, error)
        form.add_error("configuration", error.public)
        return render(request, "office/offer.html", page)
    here = f"/wallet/accept?{made.uri.partition('?')[2]}" if "wallet" in settings.ROLES else ""
    facts = [("Credential", configuration.display["name"]), ("Issued by", configuration.authority.name)]
    return render(request, "office/offered.html", {**page, "facts": facts, "offer": made, "here": here})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def credential_page(request: HttpRequest, id: UUID) -> HttpResponse:
    """One credential: its history, and a change of its card's status with its reason."""
    found = credential_of(request, id)
    registry = found.configuration and found.configuration.registry
    form = StatusForm(request.POST or None, credential=found, allowed=ALLOWED[found.state])
    if request.method == "POST" and form.is_valid():
        state, reason = form.cleaned_data["state"], form.cleaned_data["reason"]
        try:
            done = set_status(
                found, state, reason=reason, actor=officer(request).username, now=timezone.now()
            )
        except SelloError as error:
            log_error(log, error)
            form.add_error("state", error.public)
        else:
            messages.success(request, done.sentence)
            return redirect("office:credential", id=id)
    return render(
        request,
        "office/credential.html",
        {
            "credential": found,
            "registry": registry,
            "record": registry and record_under(registry, found.record_key),
            "form": form,
            "facts": _facts(found),
            "changes": found.changes.all(),
            "copies": card_copies(found),
            "final": not ALLOWED[found.state],
        },
    )


def _facts(credential: IssuedCredential) -> list[tuple[str, Any]]:
    until = credential.expires_at
    return [
        ("Identifier", credential.urn),
        ("Format", credential.format),
        ("Issued", credential.issued_at),
        ("Valid until", time_zone.local_day(until) if until else "No end"),
        ("Held by", "A key of the person's wallet" if credential.holder_thumbprint else "Whoever carries it"),
    ]
