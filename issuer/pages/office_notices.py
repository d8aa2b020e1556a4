"""Notices that reached nobody: whom they concern, what went wrong, and another try."""

from typing import Final
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from issuer.authorities.officers import registries_of
from issuer.notifications.undelivered import (
    record_of_notice,
    send_to_record_again,
    undeliverable_notice,
    undeliverable_notices,
)
from issuer.pages.office_access import found_or_404, officer

SHOWN: Final = 100


@require_safe
@login_required
def notices_page(request: HttpRequest) -> HttpResponse:
    """What could not be delivered, the latest first, with the record that it is about."""
    rows = [
        (notice, record_of_notice(notice))
        for notice in undeliverable_notices(registries_of(officer(request)))[:SHOWN]
    ]
    return render(request, "office/notices.html", {"rows": rows})


@require_POST
@login_required
def send_notice_again(request: HttpRequest, id: UUID) -> HttpResponse:
    """Queue one of them once more."""
    notice = found_or_404(undeliverable_notice(registries_of(officer(request)), id))
    if send_to_record_again(notice, now=timezone.now()):
        messages.success(request, "It is tried once more within a minute.")
    else:
        messages.error(request, "The record gives no address that it could go to. Correct the record first.")
    return redirect("office:notices")
