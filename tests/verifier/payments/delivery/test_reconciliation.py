"""What is found afterwards: payments still open, what is left of the budget, and faults in the books."""

import json
from datetime import datetime, timedelta
from functools import partial
from operator import add
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from common.errors import FetchError
from tests.verifier.payments.bank import AMOUNT, MINUTE, Bank, State, book, deliver, money, reach, state
from verifier.models import JournalEntry, PaymentInstruction, Programme
from verifier.payments.delivery.reconciliation import reconcile
from verifier.payments.instructions.errors import BudgetExhaustedError
from verifier.payments.instructions.gateway import PaymentReceipt
from verifier.payments.instructions.receipts import apply_receipt


class TestReconciling:
    def test_files_that_came_back_are_read_once(
        self, programme: Programme, bank: Bank, now: datetime
    ) -> None:
        row = reach(programme, bank, State.SENT, now)
        bank.back = [{row.number: PaymentReceipt("settled"), "stranger": PaymentReceipt("settled")}]
        found = reconcile(clock=lambda: now)
        assert (found["settled"], found["strangers"], found["open"]) == (1, 1, 0)
        assert bank.back == []
        assert state(row) == State.SETTLED
        assert reconcile(clock=lambda: now)["settled"] == 0

    def test_what_is_open_is_asked_for_ever_more_seldom(
        self, programme: Programme, bank: Bank, now: datetime
    ) -> None:
        reach(programme, bank, State.SENT, now)
        for minute in range(120):
            reconcile(clock=partial(add, now, minute * MINUTE))
        assert 6 <= len(bank.asked) <= 10
        assert reconcile(clock=lambda: now + timedelta(days=4))["differences"]

    def test_a_gateway_that_is_away_is_named(
        self, programme: Programme, bank: Bank, now: datetime, monkeypatch: pytest.MonkeyPatch, capsys: Any
    ) -> None:
        def silence(*_: Any, **__: Any) -> Any:
            raise FetchError("This host does not answer.")

        monkeypatch.setattr(bank, "statements", silence)
        assert reconcile(clock=lambda: now)["unreachable"] == ["trial"]
        with pytest.raises((SystemExit, CommandError)):
            call_command("reconcile_payments", "--json")
        assert json.loads(capsys.readouterr().out)["unreachable"] == ["trial"]


class TestBudget:
    def test_it_is_never_overdrawn(self, programme: Programme, now: datetime) -> None:
        for person in "abc":
            book(programme, now, person)
        with pytest.raises(BudgetExhaustedError):
            book(programme, now, "d")
        assert PaymentInstruction.objects.count() == JournalEntry.objects.count() == 3
        assert money("left") == "0.00"
        assert book(programme, now, "a").key == "a"  # who is paid already is told so all the same

    def test_what_was_rejected_can_be_paid_to_somebody_else(
        self, programme: Programme, bank: Bank, now: datetime
    ) -> None:
        for person in "abc":
            book(programme, now, person)
        deliver(now)
        row = PaymentInstruction.objects.get(key="a")
        apply_receipt(row.number, PaymentReceipt("rejected", reason="AC04"), source="file", now=now)
        assert (state(row), row.problem) == (State.REJECTED, "AC04")
        book(programme, now, "d")
        with pytest.raises(BudgetExhaustedError):
            book(programme, now, "a")


class TestReport:
    def test_the_command(self, programme: Programme, bank: Bank, now: datetime, capsys: Any) -> None:
        reach(programme, bank, State.SETTLED, now)
        book(programme, now, "bruno")
        call_command("payments_report", "--programme", "trial", "--json")
        found = json.loads(capsys.readouterr().out)
        assert found["balanced"]
        [line] = found["programmes"]
        assert (line["budget"], line["reserved"], line["sent"]) == ("30.00", "10.00", "0.00")
        assert (line["settled"], line["returned"], line["left"]) == ("10.00", "0.00", "10.00")
        debits = sum(float(each["debit"]) for each in found["trial_balance"])
        assert debits == sum(float(each["credit"]) for each in found["trial_balance"]) == 20
        with pytest.raises((SystemExit, CommandError)):
            call_command("payments_report", "--programme", "nothing")

    @pytest.mark.parametrize("fault", ["posting", "amount", "committed"])
    def test_a_fault_is_found(
        self, programme: Programme, bank: Bank, now: datetime, fault: str, capsys: Any
    ) -> None:
        row = reach(programme, bank, State.SENT, now)
        if fault == "posting":
            posting = JournalEntry.objects.latest("id").postings.first()
            assert posting
            posting.amount += 1
            posting.save()
        elif fault == "amount":
            PaymentInstruction.objects.filter(pk=row.pk).update(amount=AMOUNT + 1)
        else:
            Programme.objects.update(committed=0)
        with pytest.raises((SystemExit, CommandError)):
            call_command("payments_report", "--json")
        assert not json.loads(capsys.readouterr().out)["balanced"]
