"""Rendering, the same for every page of the wallet."""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from common.adapters.error_log import log_error
from common.encoding import display
from common.errors import SelloError
from common.site.middleware import UNREADABLE

log = logging.getLogger("sello.wallet")


def page(
    request: HttpRequest, template: str, context: Mapping[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """A page for somebody who is signed in, never kept by a cache."""
    response = render(
        request, f"wallet/{template}.html", {"signed_in": True, **(context or {})}, status=status
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def refuse(form: BaseForm, error: SelloError, field: str) -> None:
    """Say on the page what was wrong with a field, and in the log why."""
    log_error(log, error)
    said = error.public if display.has_no_identifiers(error.public) else UNREADABLE
    form.add_error(getattr(error, "field", None) or field, said)


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form was sent with, None where it was only asked for."""
    return request.POST if request.method == "POST" else None


def now() -> datetime:
    """The moment, in UTC."""
    return datetime.now(UTC)
