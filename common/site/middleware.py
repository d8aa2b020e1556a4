"""Around every page: a strict Content-Security-Policy, a bound for bodies, and errors in plain words."""

import logging
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from common.errors import SelloError

log = logging.getLogger("sello.site")
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
GetResponse = Callable[[HttpRequest], HttpResponse]


class ContentSecurityPolicy:
    """Nothing from elsewhere, nothing inline, and no page left behind in the cache of a shared computer."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", "geolocation=(), microphone=(), camera=(self)")
        if response.headers.get("Content-Type", "").startswith("text/html"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


class TooLarge(SelloError):
    """A body beyond `settings.LARGEST_BODY`."""

    code = "invalid_request"
    status = 413


class BodyLimit:
    """Turns large bodies away by their announced length, before anything reads them.

    Django writes uploads to disk, whatever their size, as soon as it looks for the token of a form, and so
    for people who are not signed in. A body without a length is none to Django.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = str(request.META.get("CONTENT_LENGTH") or "0")
        limit = settings.LARGEST_BODY
        if not length.isdecimal() or len(length) > len(str(limit)) or int(length) > limit:
            return in_words(request, TooLarge(f"At most {limit // 1_000_000} MB can be sent at once."))
        return self.get_response(request)


class PlainErrors:
    """An error of the family that no view handled, said in words; as JSON where JSON was asked for."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The page, or None for whatever is a fault of ours and no answer."""
        if not isinstance(error, SelloError):
            return None
        return in_words(request, error)


def in_words(request: HttpRequest, error: SelloError) -> HttpResponse:
    """An error as a page, or as JSON where JSON was asked for."""
    log.info("%s %s", error.code, error.detail)
    if request.get_preferred_type(["text/html", "application/json"]) == "application/json":
        body = {"error": error.code, "error_description": error.public}
        response: HttpResponse = JsonResponse(body, status=error.status)
    else:
        response = render(request, "site/error.html", {"error": error}, status=error.status)
    response.headers["Cache-Control"] = "no-store"
    for name, value in getattr(error, "headers", {}).items():
        response.headers[name] = value
    return response
