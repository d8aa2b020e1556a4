"""Showing cards: who asks, why, what would leave; yes or no; what came of it."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from wallet.account.vault import Vault
from wallet.pages.rendering import now, page
from wallet.pages.session import signed_in
from wallet.presentation import authorization_request, authorization_response
from wallet.presentation.authorization_response import ChoiceError


@require_safe
@signed_in
def receive_request_page(request: HttpRequest, vault: Vault) -> HttpResponse:
    """Where the link or QR code of a request leads."""
    id = authorization_request.receive_request(
        vault, f"openid4vp://?{request.META.get('QUERY_STRING', '')}", now=now()
    )
    return HttpResponseRedirect(reverse("wallet:request", args=[id]))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def request_page(request: HttpRequest, vault: Vault, id: UUID) -> HttpResponse:
    """The consent screen, and its answer."""
    lines: list[tuple[str, str]] = []
    moment = now()
    if request.method == "POST":
        try:
            if request.POST.get("decision") == "decline":
                done_id = authorization_response.decline_request(vault, id, now=moment)
            else:
                count = len(authorization_response.consent_screen(vault, id, now=moment).questions)
                chosen = {
                    each for number in range(count) for each in request.POST.getlist(f"answer-{number}")
                }
                done_id = authorization_response.answer_request(vault, id, chosen, now=moment)
            return HttpResponseRedirect(reverse("wallet:request-done", args=[done_id]))
        except ChoiceError as error:
            lines = [("answer-0", error.public)]
    screen = authorization_response.consent_screen(vault, id, now=moment)
    return page(request, "consent", {"screen": screen, "asked": screen.asked, "lines": lines})


@require_safe
@signed_in
def outcome_page(request: HttpRequest, vault: Vault, id: UUID) -> HttpResponse:
    """How it went, and the way back to the service.

    A form may lead to this site alone, redirects included; so the way on is a link, followed by itself.
    """
    end = authorization_response.presentation_outcome(vault, id, now=now())
    response = page(request, "request_done", {"end": end})
    if end.redirect:
        response.headers["Refresh"] = f"0; url={end.redirect}"
    return response
