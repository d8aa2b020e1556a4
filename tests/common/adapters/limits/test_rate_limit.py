"""Requests a minute from one address, and whose address that is."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import RequestFactory

from common.adapters.limits import rate_limit
from common.adapters.limits.rate_limit import TooManyRequestsError

MINUTE = 1_795_000_000


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch, settings: Any) -> list[float]:
    settings.RATE_LIMITS = {"sign-in": 3, "verify": 1, "account": 2}
    settings.PROXIES = 0
    now = [float(MINUTE)]
    monkeypatch.setattr(rate_limit, "time", SimpleNamespace(time=lambda: now[0]))
    return now


def ask(scope: str = "sign-in", address: str = "192.0.2.1", forwarded: str | None = None) -> None:
    extra: dict[str, Any] = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded is not None else {}
    rate_limit.check_rate(RequestFactory().get("/", REMOTE_ADDR=address, **extra), scope)


def test_the_limit_holds_for_the_minute_and_no_longer(clock: list[float]) -> None:
    for _ in range(3):
        ask()
    with pytest.raises(TooManyRequestsError) as caught:
        ask()
    assert (caught.value.status, caught.value.headers) == (429, {"Retry-After": "60"})
    clock[0] += 60
    ask()


def test_addresses_and_scopes_are_counted_apart() -> None:
    for _ in range(3):
        ask()
    ask(address="192.0.2.2")
    ask("verify")
    with pytest.raises(TooManyRequestsError):
        ask("verify")


def test_a_scope_without_a_limit_is_a_fault() -> None:
    with pytest.raises(KeyError):
        ask("unheard-of")


def test_without_proxies_a_forwarded_address_is_not_believed() -> None:
    for number in range(3):
        ask(forwarded=f"203.0.113.{number}")
    with pytest.raises(TooManyRequestsError):
        ask(forwarded="203.0.113.9")


def test_behind_proxies_the_address_that_the_outermost_saw_counts(settings: Any) -> None:
    settings.PROXIES = 2
    for invented in ("", "9.9.9.9, ", "8.8.8.8, 7.7.7.7, "):
        ask(address="10.0.0.1", forwarded=f"{invented}203.0.113.5, 10.0.0.2")
    with pytest.raises(TooManyRequestsError):
        ask(address="10.0.0.1", forwarded="6.6.6.6, 203.0.113.5, 10.0.0.2")
    ask(address="10.0.0.1", forwarded="203.0.113.6, 10.0.0.2")


@pytest.mark.parametrize("forwarded", [None, "", "203.0.113.5", ", 10.0.0.2"])
def test_a_request_that_came_past_the_proxies_counts_under_its_peer(
    settings: Any, forwarded: str | None
) -> None:
    settings.PROXIES = 2
    for _ in range(3):
        ask(forwarded=forwarded)
    with pytest.raises(TooManyRequestsError):
        ask(forwarded=forwarded)


def test_the_addresses_of_one_network_count_as_one() -> None:
    for address in ("2001:db8::1", "2001:db8::ffff:1", "2001:db8:0:0:a:b:c:d"):
        ask(address=address)
    with pytest.raises(TooManyRequestsError):
        ask(address="2001:db8::2")
    ask(address="2001:db8:0:1::1")


def test_an_address_counts_alike_however_it_is_written() -> None:
    for address in ("192.0.2.1", "::ffff:192.0.2.1", "::ffff:c000:201"):
        ask(address=address)
    with pytest.raises(TooManyRequestsError):
        ask(address="192.0.2.1")
    for address in ("fe80::1%eth0", "fe80::2", "[fe80::3]"):
        ask(address=address)
    with pytest.raises(TooManyRequestsError):
        ask(address="fe80::4%wlan0")


def test_what_is_no_address_is_counted_all_the_same() -> None:
    for _ in range(3):
        ask(address="a unix socket \x00 é" * 100)
    with pytest.raises(TooManyRequestsError):
        ask(address="a unix socket \x00 é" * 100)


def test_an_account_is_counted_wherever_the_tries_come_from() -> None:
    rate_limit.check_account_rate("account", "officer")
    rate_limit.check_account_rate("account", "Officer")
    with pytest.raises(TooManyRequestsError):
        rate_limit.check_account_rate("account", "OFFICER")
    rate_limit.check_account_rate("account", "another")
