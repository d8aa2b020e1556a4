"""Requests a minute from one address, counted in the shared cache."""

import time

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

from common.errors import SelloError


class TooManyRequests(SelloError):
    """The limit of this minute is used up."""

    code = "slow_down"
    status = 429
    headers = {"Retry-After": "60"}


def check(request: HttpRequest, scope: str) -> None:
    """Count this request under `scope` (a name in `settings.RATE_LIMITS`); raise when there are too many."""
    address = request.META.get("REMOTE_ADDR", "")
    key = f"rate:{scope}:{address}:{int(time.time()) // 60}"
    cache.add(key, 0, timeout=120)
    if cache.incr(key) > settings.RATE_LIMITS[scope]:
        raise TooManyRequests("Too many requests; wait a minute and try again.", detail=scope)
