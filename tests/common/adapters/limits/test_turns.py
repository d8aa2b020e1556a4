"""Turns at dear work: few at once, a queue with an end, and nobody who holds it all."""

import threading
from contextlib import ExitStack

import pytest

from common.adapters.limits.turns import BusyError, TooManyWaitingError, Turns, WaitingThreads
from common.errors import FetchError


def test_who_comes_when_the_queue_is_full_is_told_so_at_once() -> None:
    turns = Turns(at_once=1, waiting=0, patience=0)
    with turns.taken(), pytest.raises(BusyError) as caught, turns.taken():
        pass
    assert (caught.value.status, caught.value.headers) == (503, {"Retry-After": "5"})
    with turns.taken():
        pass


def test_who_waits_gets_the_turn_of_who_leaves() -> None:
    turns, served = Turns(at_once=1, waiting=1, patience=30), threading.Event()

    def wait() -> None:
        with turns.taken():
            served.set()

    with turns.taken():
        waiting = threading.Thread(target=wait)
        waiting.start()
        assert not served.is_set()
    waiting.join()
    assert served.is_set()


def test_who_waits_too_long_gives_the_place_back() -> None:
    turns = Turns(at_once=1, waiting=1, patience=0)
    with turns.taken():
        for _ in range(3):
            with pytest.raises(BusyError), turns.taken():
                pass


def test_a_turn_ends_with_its_error() -> None:
    turns = Turns(at_once=1, waiting=0, patience=0)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), turns.taken():
            raise ZeroDivisionError


def test_one_stranger_holds_few_of_the_threads_and_all_together_not_all() -> None:
    waiting = WaitingThreads(total=3, each=2)
    with ExitStack() as held:
        held.enter_context(waiting.allowed("mallory"))
        held.enter_context(waiting.allowed("mallory"))
        with pytest.raises(TooManyWaitingError), waiting.allowed("mallory"):
            pass
        held.enter_context(waiting.allowed("ana"))
        with pytest.raises(TooManyWaitingError) as caught, waiting.allowed("bruno"):
            pass
    assert caught.value.status == 503
    with waiting.allowed("bruno"), waiting.allowed("mallory"):
        pass


def test_one_owner_holds_few_places_of_a_queue() -> None:
    turns = Turns(at_once=2, waiting=0, patience=0, each=1)
    with turns.taken("mallory"):
        with pytest.raises(BusyError), turns.taken("mallory"):
            pass
        with turns.taken("ana"):
            pass


def test_too_many_says_nothing_of_what_was_asked() -> None:
    assert issubclass(BusyError, FetchError)
    assert issubclass(TooManyWaitingError, FetchError)
