"""A reserved port is a server's own, and no other's."""

import socket

import pytest

from tests.ports import HOST, reserved


def test_a_server_listens_there_at_once() -> None:
    with socket.create_server((HOST, reserved())):  # which says SO_REUSEADDR
        pass


def test_nobody_who_asks_for_any_port_is_given_it() -> None:
    port = reserved()
    with socket.socket() as stranger, pytest.raises(OSError, match="in use"):
        stranger.bind((HOST, port))
    assert len({port, *(reserved() for _ in range(20))}) == 21
