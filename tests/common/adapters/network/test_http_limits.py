"""Each fetch is paid from the purse, and one stranger waits in few threads."""

from types import SimpleNamespace
from typing import Any

import pytest

from common import purse
from common.adapters.limits.turns import TooManyWaitingError, Turns, WaitingThreads
from common.adapters.network import http
from common.purse import Purse, PurseEmptyError
from tests.common.adapters.network.web_server import Handler


def test_each_fetch_and_redirect_is_paid_from_the_purse(server: str) -> None:
    Handler.answers["/doc"] = lambda h: h.say(b"{}")
    Handler.answers["/away"] = lambda h: h.say(status=302, Location="/doc")
    with purse.open_purse(Purse(fetches=3)) as paying:
        http.fetch(f"{server}/doc")
        http.fetch(f"{server}/away")
        assert paying.fetches == 0
        with pytest.raises(PurseEmptyError):
            http.fetch(f"{server}/doc")
    assert len(Handler.seen) == 3


def test_what_arrives_is_paid_by_its_size(server: str) -> None:
    Handler.answers["/doc"] = lambda h: h.say(bytes(600))
    with purse.open_purse(Purse(bytes=1_000)):
        http.fetch(f"{server}/doc")
        with pytest.raises(PurseEmptyError):
            http.fetch(f"{server}/doc")


def test_the_wait_for_one_server_is_taken_from_the_wait_for_the_next(
    server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    hours = iter(range(0, 1_000, 7))
    monkeypatch.setattr(http, "time", SimpleNamespace(monotonic=lambda: next(hours)))
    monkeypatch.setattr(http, "transport", lambda *_: http.HttpReply(200, b"{}"))
    with purse.open_purse(Purse(seconds=10)):
        http.fetch(f"{server}/doc")
        with pytest.raises(PurseEmptyError, match="seconds"):
            http.fetch(f"{server}/doc")


def test_one_stranger_waits_in_few_threads(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "WAITING", WaitingThreads(total=9, each=1))

    def carry(*_: Any) -> http.HttpReply:
        with purse.open_purse(Purse(owner="mallory")), pytest.raises(TooManyWaitingError):
            http.fetch(f"{server}/again")
        with purse.open_purse(Purse(owner="ana")):
            monkeypatch.setattr(http, "transport", lambda *_: http.HttpReply(200, b"{}"))
            return http.request("GET", f"{server}/other")

    monkeypatch.setattr(http, "transport", carry)
    with purse.open_purse(Purse(owner="mallory")):
        assert http.fetch(f"{server}/doc").body == b"{}"


def test_our_own_house_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    monkeypatch.setattr(http, "WAITING", WaitingThreads(total=0, each=0))
    monkeypatch.setattr(http, "transport", lambda *_: http.HttpReply(200, b"{}"))
    with purse.open_purse(Purse(owner="ana", seconds=0)):
        assert http.request("POST", f"{settings.BASE_URL}/issuers/farm-office/token").status == 200
        with pytest.raises(TooManyWaitingError):
            http.request("GET", "https://elsewhere.example/")


def test_whoever_waits_for_a_server_gives_the_turn_at_heavy_work_back(
    server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns = Turns(at_once=1, waiting=0, patience=0)

    def carry(*_: Any) -> http.HttpReply:
        with turns.taken():
            return http.HttpReply(200, b"{}")

    monkeypatch.setattr(http, "transport", carry)
    with purse.open_purse(Purse(turns=turns)):
        purse.charge(steps=purse.LIGHT_STEPS + 1)
        assert http.fetch(f"{server}/doc").body == b"{}"
