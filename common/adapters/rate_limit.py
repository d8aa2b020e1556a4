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
    key = f"rate:{scope}:{client_address(request)}:{int(time.time()) // 60}"
    cache.add(key, 0, timeout=120)
    if cache.incr(key) > settings.RATE_LIMITS[scope]:
        raise TooManyRequests("Too many requests; wait a minute and try again.", detail=scope)


def client_address(request: HttpRequest) -> str:
    """Who asks. Behind `settings.PROXIES` proxies, the address that the outermost of them saw.

    Each proxy appends its peer to X-Forwarded-For; what stands further left was written by the client and
    is not believed.
    """
    peer = str(request.META.get("REMOTE_ADDR", ""))
    if not settings.PROXIES:
        return peer
    hops = [hop.strip() for hop in str(request.META.get("HTTP_X_FORWARDED_FOR", "")).split(",")]
    return hops[-settings.PROXIES] if len(hops) >= settings.PROXIES and hops[-settings.PROXIES] else peer
