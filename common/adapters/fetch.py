"""The one door to the network.

Every address is resolved once, checked, and then connected to as checked, so that a name cannot change
its mind between the two. Private addresses and plain http are for `settings.FETCH_ORIGINS` alone. Size,
time and redirects are bounded; nothing is decompressed; no header is sent but those named here.
"""

import ipaddress
import socket
import ssl
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import unquote, urljoin, urlsplit

import httpcore
from django.conf import settings
from django.http import Http404, HttpRequest, QueryDict
from django.urls import Resolver404, resolve

from common.did import Fetched
from common.errors import FetchFailed

MAX_BYTES = 4_000_000
MAX_SECONDS = 10.0
MAX_REDIRECTS = 3


@dataclass(frozen=True, slots=True)
class Reply:
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

    def __call__(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Reply: ...


def fetch(url: str, *, accept: str = "application/json") -> Fetched:
    """GET `url`, following few redirects, each checked like the first; anything but 200 is `FetchFailed`.

    What this very process publishes is read where it is made, so that commands work while no site runs.
    """
    own = _own_document(url, accept)
    if own is not None:
        return own
    for _ in range(MAX_REDIRECTS + 1):
        reply = request("GET", url, headers={"Accept": accept})
        if reply.status in (301, 302, 303, 307, 308) and "location" in reply.headers:
            url = urljoin(url, reply.headers["location"])
            continue
        if reply.status != 200:
            raise FetchFailed(
                "What was asked for is not there.", detail=f"{_where(url)} answered {reply.status}"
            )
        return Fetched(reply.body, reply.content_type)
    raise FetchFailed("Too many redirects.", detail=_where(url))


def request(
    method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes | None = None
) -> Reply:
    """One request, no redirect followed; the answer whatever its status, or `FetchFailed`."""
    return transport(method, allowed_url(url), dict(headers or {}), body)


def allowed_url(url: str) -> str:
    """`url` as it will be asked for, or `FetchFailed`.

    An https URL whose origin the operator lists as plain http (a loopback site) is asked for over http.
    """
    parts = urlsplit(url)
    try:
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise FetchFailed("This is not a web address.") from error
    if parts.scheme not in ("http", "https") or not host or parts.username or parts.password is not None:
        raise FetchFailed("This is not a web address.", detail=parts.scheme)
    origin = f"{parts.scheme}://{parts.netloc}"
    if origin not in settings.FETCH_ORIGINS:
        if parts.scheme == "https" and f"http://{parts.netloc}" in settings.FETCH_ORIGINS:
            return "http" + url.removeprefix("https")
        if parts.scheme == "http":
            raise FetchFailed("Only https is asked.", detail=_where(url))
        if port not in (None, 443) and port is not None and port < 1024:
            raise FetchFailed("This port is not for the web.", detail=_where(url))
    return url


def _own_document(url: str, accept: str) -> Fetched | None:
    """The answer of our own view, where `url` is one of ours and public; None leaves it to the network."""
    parts = urlsplit(url)
    own = urlsplit(settings.BASE_URL)
    if parts.netloc != own.netloc:
        return None
    try:
        view, args, kwargs = resolve(unquote(parts.path))
    except Resolver404:
        return None
    request = HttpRequest()
    request.method, request.path, request.path_info = "GET", parts.path, parts.path
    request.GET = QueryDict(parts.query)
    request.META = {"HTTP_ACCEPT": accept, "HTTP_HOST": own.netloc, "REMOTE_ADDR": "127.0.0.1"}
    try:
        response = view(request, *args, **kwargs)
    except Http404:
        return None
    if hasattr(response, "render"):
        response.render()
    if response.status_code != 200 or response.streaming:
        return None
    return Fetched(response.content, response.headers.get("Content-Type", "").split(";")[0].strip())


def _where(url: str) -> str:
    """The host of a URL: all of it that a log may hold."""
    return urlsplit(url).hostname or "nowhere"


class _CheckedNetwork(httpcore.NetworkBackend):
    """Connects to addresses that were looked at."""

    def __init__(self, *, private: bool) -> None:
        self._plain, self._private = httpcore.SyncBackend(), private

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise FetchFailed("This host is not known.", detail=host) from error
        addresses = [str(entry[4][0]) for entry in found]
        if not self._private and not all(ipaddress.ip_address(a).is_global for a in addresses):
            raise FetchFailed("This address is not on the public internet.", detail=host)
        failure: Exception | None = None
        for address in addresses:
            try:
                return self._plain.connect_tcp(address, port, timeout, local_address, socket_options)
            except httpcore.ConnectError as error:
                failure = error
        raise FetchFailed("This host does not answer.", detail=host) from failure


def _over_the_network(method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Reply:
    parts = urlsplit(url)
    private = f"{parts.scheme}://{parts.netloc}" in settings.FETCH_ORIGINS
    context = ssl.create_default_context(cafile=settings.FETCH_CA_FILE or None)
    deadline = time.monotonic() + MAX_SECONDS
    sent = {"Host": parts.netloc, "User-Agent": "Sello", "Accept-Encoding": "identity", **headers}
    if body is not None:
        sent["Content-Length"] = str(len(body))
    timeout = {"connect": 5.0, "read": MAX_SECONDS, "write": MAX_SECONDS, "pool": 1.0}
    try:
        with (
            httpcore.ConnectionPool(
                ssl_context=context, network_backend=_CheckedNetwork(private=private), retries=0
            ) as pool,
            pool.stream(
                method, url, headers=list(sent.items()), content=body, extensions={"timeout": timeout}
            ) as response,
        ):
            received = bytearray()
            for chunk in response.iter_stream():
                received += chunk
                if len(received) > MAX_BYTES or time.monotonic() > deadline:
                    raise FetchFailed("The answer was too large or too slow.", detail=_where(url))
            names = {
                name.decode("ascii").lower(): value.decode("latin-1") for name, value in response.headers
            }
            if names.get("content-encoding", "identity") != "identity":
                raise FetchFailed("A compressed answer was not asked for.", detail=_where(url))
            return Reply(response.status, bytes(received), names)
    except (
        httpcore.TimeoutException,
        httpcore.NetworkError,
        httpcore.ProtocolError,
        OSError,
        ValueError,
    ) as error:
        raise FetchFailed(
            "This host does not answer.", detail=f"{_where(url)} {type(error).__name__}"
        ) from error


transport: Transport = _over_the_network
