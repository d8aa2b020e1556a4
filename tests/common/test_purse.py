"""One purse a request: it pays for what is done within it, and once it is empty nothing more is done."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from common import purse
from common.errors import FetchError
from common.purse import Purse, PurseEmptyError


@pytest.mark.parametrize("kind", ["fetches", "bytes", "seconds", "steps"])
def test_each_kind_runs_dry_by_itself(kind: str) -> None:
    most: dict[str, Any] = {kind: 2}
    with purse.open_purse(Purse(**most)):
        purse.charge(**{kind: 1})
        purse.charge(**{kind: 1})
        with pytest.raises(PurseEmptyError) as caught:
            purse.charge(**{kind: 1})
    assert isinstance(caught.value, FetchError)  # so that checks are undetermined, and never passed
    assert (caught.value.status, caught.value.detail) == (400, kind)


def test_an_empty_purse_pays_for_nothing_more() -> None:
    with purse.open_purse(Purse(steps=1)):
        with pytest.raises(PurseEmptyError):
            purse.charge(steps=5)
        with pytest.raises(PurseEmptyError):
            purse.charge(fetches=1)


def test_without_a_purse_nothing_is_counted() -> None:
    assert purse.current_purse() is None
    purse.charge(fetches=10**9, steps=10**9)


def test_purses_within_one_another_are_apart() -> None:
    with purse.open_purse(Purse(fetches=1)) as outer:
        with purse.open_purse(Purse(fetches=5)):
            purse.charge(fetches=4)
        assert (purse.current_purse(), outer.fetches) == (outer, 1)


class Turnstile:
    """Turns that are written down."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    @contextmanager
    def taken(self, owner: str) -> Iterator[None]:
        self.seen.append(f"in {owner}")
        try:
            yield
        finally:
            self.seen.append("out")


@pytest.mark.parametrize("kind", ["steps", "bytes"])
def test_heavy_work_alone_waits_for_a_turn_and_gives_it_back(kind: str) -> None:
    turns = Turnstile()
    light = {"steps": purse.LIGHT_STEPS, "bytes": purse.LIGHT_BYTES}[kind]
    with purse.open_purse(Purse(owner="ana", turns=turns)):
        purse.charge(**{kind: light})
        assert turns.seen == []
        purse.charge(**{kind: 1})
        purse.charge(**{kind: 1})
        assert turns.seen == ["in ana"]
    assert turns.seen == ["in ana", "out"]


def test_who_waits_for_a_server_lets_others_work() -> None:
    turns = Turnstile()
    with purse.open_purse(Purse(owner="ana", turns=turns)) as paying:
        purse.charge(steps=purse.LIGHT_STEPS + 1)
        paying.step_aside()
        assert turns.seen == ["in ana", "out"]
        purse.charge(steps=1)
    assert turns.seen == ["in ana", "out"] * 2
