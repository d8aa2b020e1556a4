"""Connections to addresses that were looked at, each of whose waits ends with one deadline."""

import ipaddress
import socket
import ssl
import time
from collections.abc import Iterable
from typing import Any, Final

import httpcore

from common.errors import FetchError, NotReachedError

MAX_CONNECT_SECONDS: Final = 5.0
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
_GLOBAL_UNICAST: Final = ipaddress.ip_network("2000::/3")


class TimedStream(httpcore.NetworkStream):
    """A connection whose every wait ends with the one deadline: a server that drips is cut off too."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """What arrives, before the deadline."""
        return self._stream.read(max_bytes, _remaining(self._deadline))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send it, before the deadline."""
        self._stream.write(buffer, _remaining(self._deadline))

    def close(self) -> None:
        """Close the connection."""
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """The same connection under TLS, with the same deadline."""
        secured = self._stream.start_tls(ssl_context, server_hostname, _remaining(self._deadline))
        return TimedStream(secured, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        """What the connection tells of itself."""
        return self._stream.get_extra_info(info)


class CheckedNetwork(httpcore.NetworkBackend):
    """Connects to addresses that were looked at."""

    def __init__(self, *, private: bool, deadline: float) -> None:
        self._plain, self._private, self._deadline = httpcore.SyncBackend(), private, deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to one of the addresses of `host`, all of which were looked at.

        Raises `NotReachedError` where none answers, `FetchError` where one is not public.
        """
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise NotReachedError("This host is not known.", detail=host) from error
        addresses = [str(entry[4][0]) for entry in found]
        if not self._private and not all(map(is_public, addresses)):
            raise FetchError("This address is not on the public internet.", detail=host)
        failure: Exception | None = None
        for address in addresses:
            wait = min(MAX_CONNECT_SECONDS, _remaining(self._deadline))
            try:
                stream = self._plain.connect_tcp(address, port, wait, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return TimedStream(stream, self._deadline)
        raise NotReachedError("This host does not answer.", detail=host) from failure


def _remaining(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("the time for this request is used up")
    return left


def is_public(address: str) -> bool:
    """Whether an address is on the public internet, seen through the notations of IPv6 transition too."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo and ip.teredo[1])
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is None:
            return ip in _GLOBAL_UNICAST and ip.is_global
        ip = inner
    return ip.is_global and not ip.is_multicast and not ip.is_reserved
