"""The network as these messages see it: one request, no redirect followed (OpenID4VP §14.7).

`common.adapters.network.http.request` is one.
"""

from collections.abc import Mapping
from typing import Protocol


class Reply(Protocol):
    """An HTTP answer of any status."""

    @property
    def status(self) -> int:
        """The HTTP status code."""

    @property
    def body(self) -> bytes:
        """The body's bytes."""

    @property
    def content_type(self) -> str:
        """The media type with its parameters, empty where none was told."""


class Send(Protocol):
    """Carries one request; raises `FetchError` where nothing answers."""

    def __call__(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Reply:
        """The answer to one request, whatever its status."""
