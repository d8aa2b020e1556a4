"""The time zone of the person who looks at a page, as their browser says it; else the site's own.

A page that speaks of an hour says it in that zone. Where nobody said one, it names the zone that it uses.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from common.encoding import display

COOKIE: Final = "sello-zone"  # written by static/site/zone.js
MAX_LENGTH: Final = 64
_NAME: Final = re.compile(r"[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+){0,2}\Z")


class PersonsZone:
    """Around every page: the zone that the browser's cookie names."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer, its times written in the person's zone."""
        with timezone.override(_zone(request.COOKIES.get(COOKIE, ""))):
            return self.get_response(request)


def local_day(when: datetime) -> str:
    """25 May 1990: the day on which a moment lies where the person is."""
    return display.day(timezone.localtime(when))


def local_clock(when: datetime) -> str:
    """14:05 where the person is; "14:05 (UTC)" where nobody said where that is."""
    return display.clock(timezone.localtime(when)) + _named(when)


def local_moment(when: datetime) -> str:
    """25 May 1990, 14:05, as `clock` says the hour."""
    return display.moment(timezone.localtime(when)) + _named(when)


def written_in_zone(when: datetime) -> str:
    """The moment for machines that read the page (RFC 3339)."""
    return when.astimezone(UTC).isoformat(timespec="seconds")


def _named(when: datetime) -> str:
    if timezone.get_current_timezone() is not timezone.get_default_timezone():
        return ""
    name = timezone.localtime(when).tzname() or ""
    return f" (UTC{name})" if name[:1] in "+-" else f" ({name})"


def _zone(name: str) -> ZoneInfo | None:
    """The zone of that name in the IANA database; None for all else that a cookie may say."""
    if len(name) > MAX_LENGTH or not _NAME.match(name):
        return None
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # no such zone is a KeyError
        return None
