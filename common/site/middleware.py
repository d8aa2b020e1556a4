"""Around every page: a strict Content-Security-Policy, bounds for what comes in, errors in plain words."""

import logging
import secrets
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from common import purse
from common.adapters.error_log import log_error
from common.adapters.limits import rate_limit
from common.adapters.limits.turns import HEAVY
from common.encoding import display
from common.errors import SelloError
from common.purse import Purse

log = logging.getLogger("sello.site")
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
UNREADABLE = (
    "What was sent here cannot be used. Start again where you came from, or ask there for a new link."
)
STAFF = ("/office/", "/services/staff", "/admin/")  # who keep registers and services know their names
GetResponse = Callable[[HttpRequest], HttpResponse]


class ContentSecurityPolicy:
    """Nothing from elsewhere, nothing inline, and no page left behind in the cache of a shared computer."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer with the headers that a browser needs to refuse what is not ours."""
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", "geolocation=(), microphone=(), camera=(self)")
        if response.headers.get("Content-Type", "").startswith(("text/html", "text/csv")):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


class BodyTooLargeError(SelloError):
    """A body beyond `settings.LARGEST_BODY`."""

    code = "invalid_request"
    status = 413


class UnknownAddressError(SelloError):
    """An address that nothing could have."""

    code = "not_found"
    status = 404


class Bounds:
    """Turns away what no view should see: large bodies, by their announced length, and a NUL in an address.

    PostgreSQL takes no text with a NUL, so that looking for one would be the site's own fault. Django writes
    uploads to disk, whatever their size, as soon as it looks for the token of a form, and so for people who
    are not signed in. A body without a length is none to Django.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The view's answer, or a refusal before any view."""
        if "\0" in request.path:
            return in_words(request, UnknownAddressError("There is no such page."))
        length = str(request.META.get("CONTENT_LENGTH") or "0")
        limit = settings.LARGEST_BODY
        if not length.isdecimal() or len(length) > len(str(limit)) or int(length) > limit:
            return in_words(
                request, BodyTooLargeError(f"At most {limit // 1_000_000} MB can be sent at once.")
            )
        return self.get_response(request)


class OnePurse:
    """Whatever a request makes us do for the documents of strangers is paid from one purse, its sender's."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer, made from one purse."""
        with purse.open_purse(Purse(owner=rate_limit.client_network(request), turns=HEAVY)):
            return self.get_response(request)


class PlainErrors:
    """An error of the family that no view handled, said in words; as JSON where JSON was asked for."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer as it is; errors go through `process_exception`."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The page, or None for whatever is the site's own fault and no answer."""
        if not isinstance(error, SelloError):
            return None
        return in_words(request, error)


def in_words(request: HttpRequest, error: SelloError) -> HttpResponse:
    """An error as a page, or as JSON where JSON was asked for.

    The page has a number instead of the code, by which whoever runs the site finds both in the log.
    """
    number = secrets.token_hex(3).upper()
    plain = display.has_no_identifiers(error.public) or request.path.startswith(STAFF)
    as_json = request.get_preferred_type(["text/html", "application/json"]) == "application/json"
    log_error(log, error, reference=number)
    if as_json:
        body = {"error": error.code, "error_description": error.public}
        response: HttpResponse = JsonResponse(body, status=error.status)
    else:
        said = error.public if plain else UNREADABLE
        response = render(request, "site/error.html", {"said": said, "number": number}, status=error.status)
    response.headers["Cache-Control"] = "no-store"
    for name, value in getattr(error, "headers", {}).items():
        response.headers[name] = value
    return response
