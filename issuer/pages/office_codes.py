"""Handing out access codes, with which people sign in from their own wallets."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from issuer.models import Registry
from issuer.oauth.access_codes import LIFETIME, give_access_code, standing_access_code
from issuer.pages.office_access import of_registry, officer, record_of


@require_http_methods(["GET", "HEAD", "POST"])
@of_registry
def access_code_page(request: HttpRequest, registry: Registry, number: int) -> HttpResponse:
    """Ask once more, then show the code. The answer to the form is the page itself: its code is told once."""
    now = timezone.now()
    record = record_of(registry, number)
    page = {"registry": registry, "record": record}
    if request.method == "POST":
        code = give_access_code(registry, record.key, given_by=officer(request).username, now=now)
        return render(request, "office/access_code.html", {**page, "code": code, "until": now + LIFETIME})
    standing = standing_access_code(registry, record.key, now=now)
    return render(request, "office/access_code.html", {**page, "standing": standing})
