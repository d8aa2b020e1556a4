"""What the JSON endpoints share: one parser of bodies, one answer to any `Accept`, one renderer of errors."""

import logging
from collections.abc import Iterable, Mapping
from typing import IO, Any

from django.http import HttpRequest
from rest_framework import exceptions
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.mediatypes import media_type_matches
from rest_framework.views import exception_handler

from common.adapters.error_log import log_error
from common.encoding import strict_json
from common.errors import SelloError

log = logging.getLogger("sello.api")


class StrictJSONParser(BaseParser):
    """JSON as `strict_json` reads it."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """The body as a JSON value, or `MalformedInputError`."""
        return strict_json.loads(stream.read(strict_json.MAX_BYTES + 1))


class AnyAccept(DefaultContentNegotiation):
    """What `Accept` prefers of what there is, and whatever there is where nothing of it is named.

    A server may disregard the field (RFC 9110 §12.5.1), and a protocol's endpoint has one answer only.
    """

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """The renderer and its media type; never 406."""
        known = list(renderers)
        try:
            renderer, media_type = super().select_renderer(request, known, format_suffix)
        except exceptions.NotAcceptable:
            renderer, media_type = known[0], known[0].media_type
        return renderer, media_type or "application/json"

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser | None:
        """The parser of a body's media type."""
        return parser_for(request, parsers)


def parser_for(request: Request, parsers: Iterable[BaseParser]) -> BaseParser | None:
    """The parser of a body's media type, in capitals or not, with parameters or not (RFC 9110 §8.3.1)."""
    wanted = (request.content_type or "").partition(";")[0].strip().lower()
    return next((each for each in parsers if media_type_matches(each.media_type, wanted)), None)


def authorization(request: HttpRequest | Request) -> tuple[str, str]:
    """Scheme, in small letters, and token of the `Authorization` header (RFC 9110 §11.6.2); else empty."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return scheme.lower(), token.strip()


def render_error(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """`{"error": code, "error_description": sentence}` (RFC 6749 §5.2); the detail goes to the log."""
    if isinstance(error, SelloError):
        log_error(log, error)
        body = {"error": error.code, "error_description": error.public}
        headers = {"Cache-Control": "no-store", **getattr(error, "headers", {})}
        return Response(body, status=error.status, headers=headers)
    response = exception_handler(error, dict(context))
    if response is not None and isinstance(error, exceptions.APIException):
        response.data = {"error": "invalid_request", "error_description": str(error.detail)}
    return response
