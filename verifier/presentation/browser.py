"""The browser that began a request, known by its cookie (OpenID4VP §14.2)."""

from typing import Final

from django.http import HttpRequest
from django.utils import timezone
from rest_framework.request import Request

from verifier.models import PresentationSession
from verifier.presentation import unlocking
from verifier.presentation.sessions import presentation_session

COOKIE: Final = "sello-services"


def browser(request: HttpRequest | Request) -> str:
    """Its secret; empty where it has none."""
    return str(request.COOKIES.get(COOKIE, ""))


def own_session(request: HttpRequest | Request, poll_id: str) -> PresentationSession:
    """The session of that name, if this browser began it; raises `WrongBrowserError` where another did."""
    found = presentation_session(poll_id, now=timezone.now())
    unlocking.require_browser(found, browser(request))
    return found
