"""The browser that began a request, known by its cookie (OpenID4VP §14.2)."""

from typing import Final

from django.http import HttpRequest
from django.utils import timezone
from rest_framework.request import Request

from verifier.errors import SessionNotFoundError
from verifier.models import PresentationSession
from verifier.presentation import states, unlocking

COOKIE: Final = "sello-services"


def browser(request: HttpRequest | Request) -> str:
    """Its secret; empty where it has none."""
    return str(request.COOKIES.get(COOKIE, ""))


def own_session(request: HttpRequest | Request, poll_id: str) -> PresentationSession:
    """The session of that name, if this browser began it."""
    found = PresentationSession.objects.select_related("service").filter(poll_id=poll_id).first()
    if found is None:
        raise SessionNotFoundError("No such request. Start again at the service.")
    unlocking.require_browser(found, browser(request))
    states.time_out(found, now=timezone.now())
    return found
