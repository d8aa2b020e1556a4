"""Requests a minute from one network, and tries at one account, counted apart from every cache.

An IPv6 address names its network by 64 bits; the other 64 its owner writes at will, and so they do not count.
"""

import hashlib
import ipaddress
import time

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest

from common.errors import SelloError


class TooManyRequestsError(SelloError):
    """The limit of this minute is used up."""

    code = "slow_down"
    status = 429
    headers = {"Retry-After": "60"}


def check_rate(request: HttpRequest, scope: str) -> None:
    """Count this request under `scope` (a name in `settings.RATE_LIMITS`); raise when there are too many."""
    _count(scope, client_network(request))


def check_account_rate(scope: str, account: str) -> None:
    """Count a try at an account, wherever it comes from, and whether or not there is such an account."""
    _count(scope, hashlib.sha256(account.casefold().encode(errors="replace")).hexdigest())


def client_network(request: HttpRequest) -> str:
    """The network of whoever asks: an IPv4 address, or the /64 of an IPv6 one."""
    text = client_address(request)
    try:
        address = ipaddress.ip_address(text.partition("%")[0].strip("[]"))
    except ValueError:
        return hashlib.sha256(text.encode(errors="replace")).hexdigest()
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is None:
            return str(ipaddress.ip_network((address, 64), strict=False).network_address)
        return str(address.ipv4_mapped)
    return str(address)


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


def _count(scope: str, who: str) -> None:
    """One more; a counter that was lost between its making and its counting begins anew."""
    counters = caches["counters"]
    key = f"rate:{scope}:{who}:{int(time.time()) // 60}"
    counters.add(key, 0, timeout=120)
    try:
        count = counters.incr(key)
    except ValueError:
        counters.set(key, 1, timeout=120)
        count = 1
    if count > settings.RATE_LIMITS[scope]:
        raise TooManyRequestsError("Too many requests; wait a minute and try again.", detail=scope)
