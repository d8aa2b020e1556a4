"""Hours in the zone of whoever looks at the page: as the browser says, or named where it does not."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test import Client
from django.urls import path

from common.config import environment
from common.site.time_zone import COOKIE

WHEN = datetime(2026, 11, 3, 1, 5, tzinfo=UTC)
WRITTEN = "2026-11-03T01:05:00+00:00"


def page(request: HttpRequest) -> HttpResponse:
    template = "{% load sello %}{{ when|day }}|{{ when|moment }}|{{ when|clock }}|{{ nothing|moment }}"
    return HttpResponse(engines["django"].from_string(template).render({"when": WHEN}))


urlpatterns = [path("page", page)]
pytestmark = pytest.mark.urls(__name__)


def seen(cookie: str = "") -> str:
    client = Client()
    if cookie:
        client.cookies[COOKIE] = cookie
    return client.get("/page").content.decode()


def test_the_browsers_zone_decides_day_and_hour() -> None:
    text = f'<time datetime="{WRITTEN}">2 November 2026, 21:05</time>|<time datetime="{WRITTEN}">21:05</time>'
    assert seen("America/La_Paz") == f"2 November 2026|{text}|"
    assert seen("Asia/Kathmandu").startswith("3 November 2026|")
    assert ">06:50</time>|" in seen("Asia/Kathmandu")


@pytest.mark.parametrize(
    "cookie",
    ["", "America", "Nowhere/Land", "../../etc/passwd", "/etc/localtime", "A" * 200, "Europe/", "%00"],
)
def test_without_a_zone_the_page_names_its_own(cookie: str) -> None:
    assert ">3 November 2026, 01:05 (UTC)</time>" in seen(cookie)


def test_no_visitor_leaves_a_zone_behind_for_the_next() -> None:
    seen("America/La_Paz")
    assert ">01:05 (UTC)</time>" in seen()


def test_the_sites_own_zone_is_a_setting(settings: Any) -> None:
    settings.TIME_ZONE = environment.time_zone({"TIME_ZONE": "America/La_Paz"}, "TIME_ZONE")
    assert ">2 November 2026, 21:05 (UTC-04)</time>" in seen()
    assert environment.time_zone({}, "TIME_ZONE") == "UTC"
    with pytest.raises(ImproperlyConfigured, match="America/La_Paz"):
        environment.time_zone({"TIME_ZONE": "Bolivia"}, "TIME_ZONE")
