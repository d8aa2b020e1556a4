"""The first page, the operator's probes, and the pages of last resort."""

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render


def home(request: HttpRequest) -> HttpResponse:
    """What this is, and a door for each of its users."""
    return render(request, "site/home.html")


def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> HttpResponse:
    """The database answers too."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok", "roles": list(settings.ROLES)})


def metrics(request: HttpRequest) -> HttpResponse:
    """Gauges in the Prometheus text format."""
    return HttpResponse("# TYPE sello_up gauge\nsello_up 1\n", content_type="text/plain; version=0.0.4")


def api_docs(request: HttpRequest) -> HttpResponse:
    """Where the machine-readable description of the JSON endpoints lies."""
    return render(request, "site/api_docs.html")
