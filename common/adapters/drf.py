"""The one error renderer of the JSON endpoints, and the one parser of their bodies."""

import logging
from collections.abc import Mapping
from typing import IO, Any

from rest_framework import exceptions
from rest_framework.parsers import BaseParser
from rest_framework.response import Response
from rest_framework.views import exception_handler

from common.encoding import strict_json
from common.errors import SelloError

log = logging.getLogger("sello.api")


class StrictJSONParser(BaseParser):
    """JSON as `strict_json` reads it."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """The body as a JSON value, or `MalformedInput`."""
        return strict_json.loads(stream.read(strict_json.MAX_BYTES + 1), floats=True)


def render_error(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """`{"error": code, "error_description": sentence}` (RFC 6749 §5.2); the detail goes to the log."""
    if isinstance(error, SelloError):
        log.info("%s %s", error.code, error.detail)
        body = {"error": error.code, "error_description": error.public}
        headers = {"Cache-Control": "no-store", **getattr(error, "headers", {})}
        return Response(body, status=error.status, headers=headers)
    response = exception_handler(error, dict(context))
    if response is not None and isinstance(error, exceptions.APIException):
        response.data = {"error": "invalid_request", "error_description": str(error.detail)}
    return response
