"""The one door to the network.

Every address is resolved once, checked, and then connected to as checked, so that a name cannot change
its mind between the two. Private addresses and plain http are for `settings.FETCH_ORIGINS` alone. Size,
time and redirects are bounded; nothing is decompressed; no header is sent but those named here. Whatever
passes is paid from the purse of the request (common/purse.py), and few wait at once (turns.py).
"""

import re
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Protocol
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

import httpcore
from django.conf import settings
from django.http import Http404, HttpRequest, QueryDict
from django.urls import Resolver404, resolve

from common import purse
from common.adapters.limits.turns import WAITING
from common.adapters.network.connections import CheckedNetwork
from common.adapters.network.published import is_published
from common.did import Fetched
from common.errors import FetchError, NotReachedError, SelloError

__all__ = ["HttpReply", "NotReachedError", "Transport", "allowed_url", "fetch", "request", "transport"]

MAX_BYTES = 4_000_000
MAX_SECONDS = 10.0
MAX_REDIRECTS = 3
MAX_URL = 4_000
_UNSAFE = re.compile(r"[^\x21-\x7e]|\\")  # spaces, controls, what is not ASCII, and the backslash


@dataclass(frozen=True, slots=True)
class HttpReply:
    """An HTTP answer of any status; header names in lower case."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def content_type(self) -> str:
        """The media type without its parameters."""
        return self.headers.get("content-type", "").split(";")[0].strip().lower()


class Transport(Protocol):
    """Carries one request to a URL that was already allowed."""

    def __call__(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> HttpReply:
        """One exchange with a server, without redirects; raises `FetchError` where nothing answers."""


def fetch(url: str, *, accept: str = "application/json") -> Fetched:
    """GET `url`, following few redirects, each checked like the first; anything but 200 is `FetchError`.

    What this very process publishes (common/adapters/network/published.py) is read where it is made, so that
    commands work while no site runs.
    """
    own = _own_document(url, accept)
    if own is not None:
        purse.charge(bytes=len(own.body))
        return own
    for _ in range(MAX_REDIRECTS + 1):
        reply = request("GET", url, headers={"Accept": accept})
        if reply.status in (301, 302, 303, 307, 308) and "location" in reply.headers:
            url = urljoin(url, reply.headers["location"])
            continue
        if reply.status != 200:
            raise FetchError(
                "What was asked for is not there.", detail=f"{_where(url)} answered {reply.status}"
            )
        return Fetched(reply.body, reply.content_type)
    raise FetchError("Too many redirects.", detail=_where(url))


def request(
    method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes | None = None
) -> HttpReply:
    """One request, no redirect followed; the answer whatever its status, or `FetchError`."""
    allowed = allowed_url(url)
    purse.charge(fetches=1)
    with _waiting(allowed):
        reply = transport(method, allowed, dict(headers or {}), body)
    purse.charge(bytes=len(reply.body))
    return reply


@contextmanager
def _waiting(url: str) -> Iterator[None]:
    """Wait for somebody else's server, within what the purse and the others who wait leave.

    This site itself is not waited for: its requests have purses of their own.
    """
    paying = purse.current_purse()
    if paying is not None:
        paying.step_aside()
    if paying is None or urlsplit(url).netloc in _own_hosts():
        yield
        return
    with WAITING.allowed(paying.owner):
        begun = time.monotonic()
        try:
            yield
        finally:
            paying.seconds -= time.monotonic() - begun
    purse.charge()


def _own_hosts() -> set[str]:
    return {urlsplit(url).netloc for url in (settings.BASE_URL, settings.ISSUER_URL, settings.VERIFIER_URL)}


def allowed_url(url: str) -> str:
    """`url` as it will be asked for, or `FetchError`.

    An https URL whose origin the operator lists as plain http (a loopback site) is asked for over http.
    """
    parts = _split(url)
    origin = f"{parts.scheme}://{parts.netloc}"
    if origin not in settings.FETCH_ORIGINS:
        if parts.scheme == "https" and f"http://{parts.netloc}" in settings.FETCH_ORIGINS:
            return parts._replace(scheme="http").geturl()
        if parts.scheme == "http":
            raise FetchError("Only https is asked.", detail=_where(url))
        if parts.port is not None and parts.port != 443 and parts.port < 1024:
            raise FetchError("This port is not for the web.", detail=_where(url))
    return parts.geturl()


def _split(url: str) -> SplitResult:
    """The parts of a web address that every library reads alike; anything else is `FetchError`."""
    if _UNSAFE.search(url) or len(url) > MAX_URL:
        raise FetchError("This is not a web address.")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise FetchError("This is not a web address.") from error
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc or port == 0:
        raise FetchError("This is not a web address.", detail=parts.scheme)
    return parts._replace(fragment="")


def _own_document(url: str, accept: str) -> Fetched | None:
    """The answer of our own view, where it is one that is published; None leaves `url` to the network."""
    parts, own = _split(url), urlsplit(settings.BASE_URL)
    if parts.netloc != own.netloc or parts.scheme not in (own.scheme, "https"):
        return None
    path = unquote(parts.path)
    try:
        view, args, kwargs = resolve(path)
    except Resolver404:
        return None
    if not is_published(view):
        return None
    purse.charge(fetches=1)
    request = HttpRequest()
    request.method, request.path, request.path_info = "GET", path, path
    request.GET = QueryDict(parts.query)
    request.META = {"HTTP_ACCEPT": accept, "HTTP_HOST": own.netloc, "REMOTE_ADDR": "127.0.0.1"}
    try:
        response = view(request, *args, **kwargs)
        if hasattr(response, "render"):
            response.render()
    except (Http404, SelloError) as error:
        raise FetchError("What was asked for is not there.", detail=_where(url)) from error
    if response.status_code != 200 or response.streaming:
        raise FetchError("What was asked for is not there.", detail=_where(url))
    return Fetched(response.content, response.headers.get("Content-Type", "").split(";")[0].strip().lower())


def _where(url: str) -> str:
    """The host of a URL: all of it that a log may hold."""
    return urlsplit(url).hostname or "nowhere"


@cache
def _tls(ca_file: str) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=ca_file or None)


def _over_the_network(method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> HttpReply:
    parts = urlsplit(url)
    private = f"{parts.scheme}://{parts.netloc}" in settings.FETCH_ORIGINS
    paying = purse.current_purse()
    patience = MAX_SECONDS if paying is None else min(MAX_SECONDS, paying.seconds)
    network = CheckedNetwork(private=private, deadline=time.monotonic() + patience)
    sent = {"Host": parts.netloc, "User-Agent": "Sello", "Accept-Encoding": "identity", **headers}
    if body is not None:
        sent["Content-Length"] = str(len(body))
    try:
        with (
            httpcore.ConnectionPool(
                ssl_context=_tls(settings.FETCH_CA_FILE), network_backend=network, retries=0
            ) as pool,
            pool.stream(method, url, headers=list(sent.items()), content=body) as response,
        ):
            names = {
                name.decode("ascii").lower(): value.decode("latin-1") for name, value in response.headers
            }
            if names.get("content-encoding", "identity").lower() != "identity":
                raise FetchError("A compressed answer was not asked for.", detail=_where(url))
            received = bytearray()
            for chunk in response.iter_stream():
                received += chunk
                if len(received) > MAX_BYTES:
                    raise FetchError("The answer was too large.", detail=_where(url))
            return HttpReply(response.status, bytes(received), names)
    except (
        httpcore.TimeoutException,
        httpcore.NetworkError,
        httpcore.ProtocolError,
        OSError,
        ValueError,
    ) as error:
        raise FetchError(
            "This host does not answer.", detail=f"{_where(url)} {type(error).__name__}"
        ) from error


transport: Transport = _over_the_network
