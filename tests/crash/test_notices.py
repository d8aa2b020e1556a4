"""Notices by processes that are killed on the way: nobody is told twice, and whoever was not is known."""

import pytest

from tests.crash.conftest import Python
from tests.crash.notifying import MANY


def code(name: str) -> str:
    return f"import django; django.setup(); from tests.crash.notifying import {name}; {name}()"


@pytest.mark.crash
@pytest.mark.parametrize("work", ["deliver_once", "deliver_repeatedly"])
def test_two_processes_killed_again_and_again(python: Python, work: str) -> None:
    python("-c", code("prepare"))
    killed = python("-m", "tests.crash.killing", "1", "150", *[f"tests.crash.notifying:{work}"] * 2)
    assert killed["kills"] >= 5, "nothing was tried"
    found = python("-c", code("look"))
    states = found["states"]
    assert "queued" not in states, "something is stuck"
    assert found["messages"] == found["reached"], "one notice, two identifiers"
    if work == "deliver_once":
        assert found["most"] == 1, "somebody was told twice"
        assert states["sent"] <= found["reached"]
        assert states["sent"] + found["uncertain"] == MANY, "somebody was not told, and nobody knows"
    else:
        assert states == {"sent": MANY}
        assert found["reached"] == MANY
