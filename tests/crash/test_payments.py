"""A thousand payments to a bank that fails one time in three, by processes killed on the way."""

import pytest

from tests.crash.conftest import Python
from tests.crash.paying import MANY

CODE = "import django; django.setup(); from tests.crash.paying import pay; pay()"
FAULTS = (
    "paid otherwise", "strangers", "differ", "never arrived", "disputed", "sent again unasked",
)  # fmt: skip


@pytest.mark.crash
def test_each_arrives_once_and_the_books_balance_all_the_while(python: Python) -> None:
    found = python("-c", CODE)
    assert found["kills"] >= 50, "nothing was tried"
    assert found["paid once"] == MANY
    assert {name: found[name] for name in FAULTS} == dict.fromkeys(FAULTS, 0)
    assert set(found["payments"]) <= {"SETTLED", "REJECTED", "RELEASED"}, "something is stuck"
    assert (found["left"], found["reserved"], found["sent"], found["returned"]) == ("0.00",) * 4
