"""The books whatever happens: in any order, and from many sides at once."""

import threading
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as some

from common.errors import FetchError
from tests.conftest import NOW
from tests.verifier.payments.bank import Bank, Stopped, book, deliver
from verifier.models import PaymentInstruction, Programme
from verifier.payments.delivery.outbox import unpark_payments
from verifier.payments.delivery.reconciliation import reconcile
from verifier.payments.instructions import states
from verifier.payments.instructions.errors import BudgetExhaustedError, PaymentDisputedError
from verifier.payments.instructions.gateway import NotSentError, PaymentReceipt
from verifier.payments.instructions.receipts import apply_receipt
from verifier.payments.reports.balances import payments_report

State = states.State
MISHAPS: dict[str, BaseException | None] = {
    "none": None,
    "silence": FetchError("No answer."),
    "closed": NotSentError("Closed."),
    "stop": Stopped(),
}
STEP = some.one_of(
    some.tuples(some.just("book"), some.sampled_from("abcde")),
    some.tuples(some.just("deliver"), some.sampled_from(sorted(MISHAPS)), some.booleans()),
    some.tuples(
        some.just("confirm"),
        some.integers(0, 9),
        some.sampled_from(["accepted", "pending", "settled", "rejected", "returned", "absent"]),
    ),
    some.tuples(some.just("reconcile")),
    some.tuples(some.just("unpark")),
)


@hypothesis(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=some.lists(STEP, max_size=14))
def test_they_balance_after_every_step(programme: Programme, bank: Bank, steps: Sequence[Any]) -> None:
    """And nobody has two payments that are not dead, whatever the gateway says."""
    now = NOW
    with transaction.atomic():
        for step, *arguments in steps:
            now += timedelta(minutes=7)
            _take(step, arguments, programme, bank, now)
            assert payments_report()["faults"] == []
            alive = PaymentInstruction.objects.exclude(state__in=states.DEAD).values_list("key", flat=True)
            assert len(alive) == len(set(alive))
        transaction.set_rollback(True)
    bank.__init__()  # type: ignore[misc]


def _take(step: str, arguments: list[Any], programme: Programme, bank: Bank, now: datetime) -> None:
    if step == "book":
        with suppress(BudgetExhaustedError, PaymentDisputedError):
            book(programme, now, arguments[0])
    elif step == "deliver":
        mishap, before = MISHAPS[arguments[0]], arguments[1]

        def go_wrong() -> None:
            if mishap is not None:
                raise mishap

        bank.before, bank.after = (go_wrong, lambda: None) if before else (lambda: None, go_wrong)
        with suppress(Stopped):
            deliver(now)
    elif step == "confirm":
        rows = list(PaymentInstruction.objects.all())
        if rows:
            row = rows[arguments[0] % len(rows)]
            apply_receipt(row.number, PaymentReceipt(arguments[1], at=now), source="callback", now=now)
    elif step == "reconcile":
        reconcile(clock=lambda: now)
    else:
        unpark_payments(now=now)


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_none_overdraws_and_nobody_is_paid_twice(programme: Programme, now: datetime) -> None:
    """Eight threads, each for five people, on a budget for three."""
    gate, done = threading.Barrier(8), []

    def work(first: int) -> None:
        try:
            gate.wait(timeout=20)
            for step in range(5):
                try:
                    book(programme, now, "abcde"[(first + step) % 5])
                    done.append("booked")
                except BudgetExhaustedError:
                    done.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(first,)) for first in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert (done.count("booked"), done.count("refused")) == (24, 16)
    assert PaymentInstruction.objects.count() == 3
    found = payments_report()
    assert found["faults"] == []
    assert found["programmes"][0]["left"] == "0.00"


@pytest.mark.django_db(transaction=True)
def test_of_many_receipts_at_once_one_is_booked(programme: Programme, bank: Bank, now: datetime) -> None:
    rows = [book(programme, now, person) for person in "abc"]
    deliver(now)
    gate = threading.Barrier(6)
    news: list[bool] = []

    def work() -> None:
        try:
            gate.wait(timeout=20)
            news.extend(
                apply_receipt(row.number, PaymentReceipt("settled"), source="callback", now=now)
                for row in rows
            )
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert (news.count(True), news.count(False)) == (3, 15)
    assert payments_report()["programmes"][0]["settled"] == "30.00"
    assert payments_report()["faults"] == []
