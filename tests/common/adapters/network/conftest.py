"""The real way to the network for these tests, and a server on loopback."""

from collections.abc import Iterator
from typing import Any

import pytest

from common.adapters.network import http
from tests.common.adapters.network.web_server import Handler, serving

OVER_THE_NETWORK = http._over_the_network  # before conftest's `_no_network` closes the door


@pytest.fixture(autouse=True)
def _real_door(monkeypatch: pytest.MonkeyPatch, _no_network: None) -> None:
    monkeypatch.setattr(http, "transport", OVER_THE_NETWORK)
    Handler.answers, Handler.seen = {}, []
    Handler.stop.clear()


@pytest.fixture
def server(settings: Any) -> Iterator[str]:
    """A plain-http server on loopback that the operator lists."""
    with serving() as port:
        origin = f"http://127.0.0.1:{port}"
        settings.FETCH_ORIGINS = frozenset([origin])
        yield origin
