"""The agent's counter: look at a voucher, then pay it out."""

import logging
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from common.adapters import qr
from common.adapters.error_log import log_error
from common.adapters.limits import rate_limit
from common.errors import MalformedInputError
from common.payments.voucher import MAX_LENGTH, VoucherRefusedError
from verifier.models import Service
from verifier.pages.desk import VOUCHERS, staff_of
from verifier.payments.gateways.voucher import redeeming
from verifier.services.staff import programmes_of

log = logging.getLogger("sello.services")

MAX_PICTURE = 5_000_000


class VoucherForm(forms.Form):
    """A voucher as a scanner types it, or as a picture."""

    voucher = forms.CharField(
        label="Voucher", required=False, max_length=MAX_LENGTH,
        help_text="Scan the code with a scanner that types, or paste its text.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
    )  # fmt: skip
    picture = forms.FileField(
        label="Or a picture of it", required=False, help_text="PNG, JPEG or WebP, up to 5 MB."
    )

    def clean(self) -> dict[str, Any]:
        """The text, whichever way it came."""
        data: dict[str, Any] = super().clean() or {}
        picture = data.get("picture")
        if picture is not None and not data.get("voucher"):
            if picture.size > MAX_PICTURE:
                raise forms.ValidationError("This picture is too large.")
            try:
                data["voucher"] = qr.read(picture)
            except MalformedInputError as error:
                raise forms.ValidationError(error.public) from error
        if not data.get("voucher"):
            raise forms.ValidationError("Scan a voucher, or choose a picture of one.")
        return data


@staff_of(VOUCHERS)
@require_http_methods(["GET", "HEAD", "POST"])
def voucher_counter(request: HttpRequest, services: QuerySet[Service]) -> HttpResponse:
    """Look a voucher up; by a second POST, which says `pay`, cash it."""
    form = VoucherForm(request.POST, request.FILES) if request.method == "POST" else VoucherForm()
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        rate_limit.check_rate(request, "verify")
        text, now = form.cleaned_data["voucher"], timezone.now()
        programmes = programmes_of(request.user, permission=VOUCHERS)
        try:
            if "pay" in request.POST:
                paid = redeeming.redeem_voucher(
                    text, agent=request.user.get_username(), programmes=programmes, now=now
                )
                messages.success(request, f"Pay out {paid.currency} {paid.amount}. The voucher is used up.")
                return redirect("vouchers")
            context |= {
                "voucher": redeeming.look_up_voucher(text, programmes=programmes, now=now),
                "text": text,
            }
        except VoucherRefusedError as error:
            log_error(log, error)
            form.add_error(None, error.public)
    return render(request, "services/counter.html", context)
