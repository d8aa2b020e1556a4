"""A thousand changes of status by sync, killed again and again: each happens once, and the lists say so."""

import pytest

from tests.crash.conftest import Python
from tests.crash.syncing import DEAD, MANY

BOTH = ["tests.crash.syncing:follow_deaths", "tests.crash.syncing:follow_farmers"]


def code(name: str) -> str:
    return f"import django; django.setup(); from tests.crash.syncing import {name}; {name}()"


@pytest.mark.crash
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_thousand_status_changes_survive_every_stop(python: Python, seed: int) -> None:
    python("-c", code("prepare"))
    # The same registry twice at once, and the other beside it: they wait for one another, or die.
    killed = python("-m", "tests.crash.killing", str(seed), "300", *BOTH, BOTH[0])
    assert killed["kills"] >= 5, "nothing was tried"
    assert python("-c", code("look")) == {
        "states": {"revoked": DEAD, "suspended": MANY - DEAD},
        "changes": {"1": MANY},
        "effects": MANY,
        "listed": True,
        "notices": DEAD,
        "ended": 10,
        "finished": 3,
        "left": 0,
    }
