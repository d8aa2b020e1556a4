"""From the books to the gateway: each way of leaving, and each stop of a process."""

import itertools
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from common.errors import FetchError, UnknownPartError
from tests.verifier.payments.bank import AMOUNT, MINUTE, Bank, State, Stopped, book, deliver, money, state
from verifier.models import GatewayAccount, PaymentInstruction, Programme
from verifier.payments import gateways
from verifier.payments.delivery.outbox import LEASE, unpark_payments
from verifier.payments.delivery.reconciliation import reconcile
from verifier.payments.instructions import states
from verifier.payments.instructions.gateway import (
    GatewayConfig,
    Instruction,
    NotSentError,
    PaymentReceipt,
)
from verifier.payments.instructions.receipts import apply_receipt


class TestDelivery:
    def test_an_instruction_leaves_once(self, programme: Programme, bank: Bank, now: datetime) -> None:
        row = book(programme, now)
        assert deliver(now) == {"delivered": 1, "rejected": 0, "failed": 0, "unknown": 0, "parked": 0}
        assert deliver(now)["delivered"] == 0
        assert state(row) == State.SENT
        sent = bank.got[row.number]
        assert (sent.amount, sent.currency, sent.payee) == ("10.00", "USD", "cash for ana")
        assert (sent.programme, sent.period, sent.payer) == ("trial", "2026", "account:1@bank")
        assert len(sent.id) <= 35
        assert (money("reserved"), money("sent"), money("left")) == ("0.00", "10.00", "20.00")

    def test_batches_are_as_large_as_the_gateway_takes(
        self, programme: Programme, bank: Bank, now: datetime
    ) -> None:
        Programme.objects.update(budget=10 * AMOUNT)
        for person in range(7):
            book(programme, now, str(person))
        assert deliver(now)["delivered"] == 7
        assert len(bank.got) == len(bank.sendings) == 7

    def test_what_surely_did_not_leave_is_sent_again_later(
        self, programme: Programme, bank: Bank, now: datetime
    ) -> None:
        row = book(programme, now)

        def closed() -> None:
            raise NotSentError("The bank is closed.")

        bank.before = closed
        assert deliver(now)["failed"] == 1
        assert state(row) == State.BOOKED
        assert deliver(now)["failed"] == 0  # not before a minute has passed
        bank.before = lambda: None
        assert deliver(now + MINUTE)["delivered"] == 1
        assert bank.asked == []

    def test_what_fails_too_often_waits_for_a_person(
        self, programme: Programme, bank: Bank, now: datetime
    ) -> None:
        row = book(programme, now)

        def closed() -> None:
            raise NotSentError("The bank is closed.")

        bank.before = closed
        for hour in range(states.MAX_ATTEMPTS):
            deliver(now + timedelta(hours=2 * hour))
        assert state(row) == State.PARKED
        later = now + timedelta(days=9)
        assert deliver(later) == {"delivered": 0, "rejected": 0, "failed": 0, "unknown": 0, "parked": 1}
        assert [each["what"] for each in reconcile(clock=lambda: later)["differences"]] == [
            "It was tried too often."
        ]
        bank.before = lambda: None
        assert unpark_payments(now=later) == 1
        assert deliver(later)["delivered"] == 1
        assert state(row) == State.SENT

    @pytest.mark.parametrize("arrived", [True, False])
    def test_without_an_answer_the_gateway_is_asked_before_anything_is_sent(
        self, programme: Programme, bank: Bank, now: datetime, arrived: bool
    ) -> None:
        row = book(programme, now)

        def silence() -> None:
            raise FetchError("This host does not answer.")

        if arrived:
            bank.after = silence
        else:
            bank.before = silence
        assert deliver(now) == {"delivered": 0, "rejected": 0, "failed": 1, "unknown": 1, "parked": 0}
        assert state(row) == State.UNKNOWN
        bank.before = bank.after = lambda: None
        deliver(now + MINUTE)
        assert bank.asked == [row.number]
        assert bank.sendings == [row.number] * (1 if arrived else 2)
        assert state(row) == State.SENT
        assert len(bank.got) == 1

    def test_while_nobody_can_say_nothing_is_sent(
        self, programme: Programme, bank: Bank, now: datetime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        row = book(programme, now)

        def silence(*_: Any, **__: Any) -> None:
            raise OSError

        bank.after = silence
        deliver(now)
        monkeypatch.setattr(bank, "status", silence)
        for hour in range(48):
            deliver(now + timedelta(hours=hour))
        assert bank.sendings == [row.number]
        assert state(row) == State.UNKNOWN

    def test_a_gateway_that_says_nothing_of_one_of_a_batch(
        self, programme: Programme, bank: Bank, now: datetime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rows = [book(programme, now, person) for person in ("ana", "bruno")]
        send = bank.send
        monkeypatch.setattr(
            bank, "send", lambda each, now: {rows[0].number: send(each, now=now)[rows[0].number]}
        )
        assert deliver(now)["delivered"] == 1
        assert [state(row) for row in rows] == [State.SENT, State.UNKNOWN]

    def test_a_kind_that_nobody_built_keeps_its_payments(self, programme: Programme, now: datetime) -> None:
        row = book(programme, now)
        GatewayAccount.objects.update(kind="pigeon")
        assert deliver(now)["failed"] == 1
        assert state(row) == State.BOOKED

    def test_a_confirmation_may_come_before_the_answer(
        self, programme: Programme, bank: Bank, now: datetime
    ) -> None:
        row = book(programme, now)

        def confirmed() -> None:
            apply_receipt(row.number, PaymentReceipt("settled"), source="callback", now=now)

        bank.after = confirmed
        assert deliver(now)["delivered"] == 1
        assert state(row) == State.SETTLED

    def test_two_workers_take_different_instructions(
        self, programme: Programme, bank: Bank, now: datetime
    ) -> None:
        rows = [book(programme, now, person) for person in ("ana", "bruno")]
        bank.max_batch = 1
        calls = itertools.count()

        def other_worker() -> None:
            if next(calls) == 0:
                assert deliver(now)["delivered"] == 1

        bank.before = other_worker
        assert deliver(now)["delivered"] == 1
        assert sorted(bank.sendings) == sorted(row.number for row in rows)

    def test_the_command_says_what_failed(
        self, programme: Programme, bank: Bank, now: datetime, capsys: Any
    ) -> None:
        book(programme, now)
        bank.says = {PaymentInstruction.objects.get().number: PaymentReceipt("absent")}
        with pytest.raises((SystemExit, CommandError)):
            call_command("deliver_outbox", "--json")
        assert json.loads(capsys.readouterr().out)["failed"] == 1


class TestStops:
    """A process that stops at each step, and another that goes on once the lease has ended."""

    @pytest.mark.parametrize("where", ["before", "after"])
    def test_at_the_gateway(self, programme: Programme, bank: Bank, now: datetime, where: str) -> None:
        row = book(programme, now)

        def stop() -> None:
            raise Stopped

        setattr(bank, where, stop)
        with pytest.raises(Stopped):
            deliver(now)
        setattr(bank, where, lambda: None)
        assert state(row) == State.SENDING
        deliver(now + LEASE - MINUTE)
        assert state(row) == State.SENDING  # the other may still be at it
        deliver(now + LEASE)
        assert state(row) == State.SENT
        assert bank.sendings == [row.number] * (2 if where == "before" else 1)
        assert len(bank.got) == 1

    @pytest.mark.parametrize("step", range(4))
    def test_while_the_answer_is_booked(
        self, programme: Programme, bank: Bank, now: datetime, monkeypatch: pytest.MonkeyPatch, step: int
    ) -> None:
        """In the midst of the transaction: all of it is there afterwards, or nothing."""
        row, count = book(programme, now), itertools.count()
        place = [(states, "note"), (states, "transfer"), (states, "book_entry"), (states, "commit")][step]
        known = getattr(*place)

        def stop(*arguments: Any, **named: Any) -> Any:
            if bank.got and next(count) == 0:
                raise Stopped
            return known(*arguments, **named)

        monkeypatch.setattr(*place, stop)
        bank.says = {row.number: PaymentReceipt("rejected", reason="AC04")}
        with pytest.raises(Stopped):
            deliver(now)
        assert state(row) == State.SENDING
        deliver(now + LEASE)
        assert state(row) == State.REJECTED
        assert bank.sendings == [row.number]
        assert money("left") == "30.00"

    def test_one_that_was_slow_changes_nothing_any_more(
        self, programme: Programme, bank: Bank, now: datetime
    ) -> None:
        """Its lease ended while it waited; another asked, was told "absent", and sent again."""
        row = book(programme, now)
        calls = itertools.count()

        def slow() -> None:
            if next(calls) == 0:
                deliver(now + LEASE)
                assert state(row) == State.SENT
                raise FetchError("This host does not answer.")

        bank.before = slow
        deliver(now)
        assert state(row) == State.SENT
        assert len(bank.got) == 1


def test_the_file_gateway_writes_each_instruction_once(settings: Any, tmp_path: Path, now: datetime) -> None:
    settings.VAR_DIR = tmp_path
    part = gateways.create_gateway("file", GatewayConfig("file"))
    sent = Instruction("abc", "10.00", "USD", "cash", "R-1", "Trial", "trial", "2026")
    assert part.status([sent], now=now)["abc"].state == "absent"
    assert part.send([sent], now=now)["abc"].state == "accepted"
    [file] = (tmp_path / "outbox").iterdir()
    assert json.loads(file.read_text())["amount"] == "10.00"
    assert file.stat().st_mode & 0o077 == 0
    (tmp_path / "outbox" / "taken").mkdir()
    file.rename(tmp_path / "outbox" / "taken" / file.name)
    assert part.send([sent], now=now)["abc"].state == "accepted"
    assert not list((tmp_path / "outbox").glob("*.json"))
    assert list(part.statements(now=now)) == []


def test_a_gateway_of_an_unknown_kind() -> None:
    with pytest.raises(UnknownPartError, match="file"):
        gateways.create_gateway("pigeon", GatewayConfig("p"))
