"""What a person is told of their payments, and answers that are none."""

from dataclasses import asdict
from typing import Any, get_args

import pytest

from common.payments.errors import PaymentMessageError
from common.payments.log import MAX_ENTRIES, PaymentEntry, State, create_payment_log, parse_payment_log

ENTRY = PaymentEntry(
    "SUB-1", "150.00", "USD", "Widow's pension", "settled", "2026-11-21T12:00:00Z", "2026-11-22T12:00:00Z",
    "Paying Agency",
)  # fmt: skip
LATER = PaymentEntry(
    "SUB-2", "10.00", "USD", "Relief", "on its way", "2026-11-23T12:00:00Z", "2026-11-23T12:00:00Z"
)


def test_there_and_back() -> None:
    created = create_payment_log([LATER, ENTRY])
    assert created == {"payments": [asdict(LATER), asdict(ENTRY)]}
    assert parse_payment_log(created) == (LATER, ENTRY)
    assert parse_payment_log({"payments": [], "more": 1}) == ()


@pytest.mark.parametrize("state", get_args(State))
def test_every_state(state: str) -> None:
    [found] = parse_payment_log({"payments": [{**asdict(ENTRY), "state": state}]})
    assert found.state == state


def test_an_agency_of_one_payer_does_not_name_it() -> None:
    for payer in (None, ""):
        [found] = parse_payment_log({"payments": [{**asdict(ENTRY), "payer": payer}]})
        assert found.payer == ""


@pytest.mark.parametrize("source", [{}, {"payments": None}, {"payments": {}}, {"payments": "x"}])
def test_answers_without_payments(source: Any) -> None:
    with pytest.raises(PaymentMessageError, match="did not answer"):
        parse_payment_log(source)


def test_as_many_as_are_read() -> None:
    assert len(parse_payment_log({"payments": [asdict(ENTRY)] * MAX_ENTRIES})) == MAX_ENTRIES
    with pytest.raises(PaymentMessageError):
        parse_payment_log({"payments": [asdict(ENTRY)] * (MAX_ENTRIES + 1)})


@pytest.mark.parametrize(
    "name", ["reference", "amount", "currency", "programme", "state", "at", "changed_at"]
)
@pytest.mark.parametrize("value", [None, 7, "x" * 201])
def test_payments_that_are_not_whole(name: str, value: Any) -> None:
    with pytest.raises(PaymentMessageError, match="not whole"):
        parse_payment_log({"payments": [{**asdict(ENTRY), name: value}]})


def test_what_is_no_payment() -> None:
    entries: tuple[Any, ...] = (None, "x", [], 7, {})
    for entry in entries:
        with pytest.raises(PaymentMessageError):
            parse_payment_log({"payments": [asdict(ENTRY), entry]})
    with pytest.raises(PaymentMessageError, match="no state"):
        parse_payment_log({"payments": [{**asdict(ENTRY), "state": "lost"}]})
    longest = {**asdict(ENTRY), "programme": "x" * 200}
    assert parse_payment_log({"payments": [longest]})[0].programme == "x" * 200
