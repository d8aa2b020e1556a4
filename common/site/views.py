"""The first page, the page for developers, and the operator's probes."""

import logging

from django.conf import settings
from django.contrib import admin
from django.core.cache import caches
from django.db import DatabaseError, connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.crypto import constant_time_compare

from common.adapters.limits import rate_limit
from common.adapters.limits.cache_backends import COUNTERS, CountersUnavailableError

log = logging.getLogger("sello.site")


def home(request: HttpRequest) -> HttpResponse:
    """What this is, and a door for each of its users."""
    return render(request, "site/home.html")


def api_docs(request: HttpRequest) -> HttpResponse:
    """Where the machine-readable description of the JSON endpoints lies."""
    return render(request, "site/api_docs.html")


def operators_sign_in(request: HttpRequest) -> HttpResponse:
    """The way into /admin/; guesses are counted as at every other door."""
    if request.method == "POST":
        rate_limit.check_rate(request, "sign-in")
        rate_limit.check_account_rate("account", request.POST.get("username", ""))
    return admin.site.login(request)


def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> HttpResponse:
    """The database answers too, and what counts requests; 503 while one of them does not."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        log.warning("the database does not answer: %s", type(error).__name__)
        return JsonResponse({"status": "unavailable", "away": "database"}, status=503)
    try:
        caches[COUNTERS].get("ready")
    except CountersUnavailableError:
        return JsonResponse({"status": "unavailable", "away": "redis"}, status=503)
    return JsonResponse({"status": "ok", "roles": list(settings.ROLES)})


def metrics(request: HttpRequest) -> HttpResponse:
    """Gauges in the Prometheus text format, for whoever bears METRICS_TOKEN.

    An address would not do: behind a proxy on the same machine everybody comes from loopback. Without a
    token set, a demonstration answers to all and production to nobody.
    """
    if settings.METRICS_TOKEN:
        if not constant_time_compare(
            request.headers.get("Authorization", ""), f"Bearer {settings.METRICS_TOKEN}"
        ):
            return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    elif settings.PRODUCTION:
        raise Http404
    return HttpResponse("# TYPE sello_up gauge\nsello_up 1\n", content_type="text/plain; version=0.0.4")
