"""From the books to the gateway and back: each state, each stop of a process, each odd answer."""

import itertools
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from common.errors import FetchFailed
from verifier import gateways
from verifier.gateways.base import Account, Instruction, NotSent, Receipt, Receipts
from verifier.models import GatewayAccount, JournalEntry, PaymentEvent, PaymentInstruction, Programme
from verifier.services.payments import states
from verifier.services.payments.booking import Due, book_payment
from verifier.services.payments.confirming import confirm
from verifier.services.payments.delivering import LEASE, deliver_outbox, unpark
from verifier.services.payments.errors import BudgetExhausted, Unclear, UnknownInstruction, WrongMove
from verifier.services.payments.reconciling import reconcile
from verifier.services.payments.report import report

State = states.State
MINUTE = timedelta(minutes=1)
AMOUNT = 1000


class Stopped(BaseException):
    """A process that ends here: nothing catches it."""


class Bank:
    """A gateway whose every answer the test sets; it remembers what it got, by id, and how often."""

    max_batch = 3

    def __init__(self) -> None:
        self.got: dict[str, Instruction] = {}
        self.sendings: list[str] = []
        self.asked: list[str] = []
        self.back: list[Receipts] = []
        self.before: Callable[[], None] = lambda: None  # what happens before an instruction arrives
        self.after: Callable[[], None] = lambda: None  # … and before it is answered
        self.says: dict[str, Receipt] = {}

    def send(self, instructions: Sequence[Instruction], *, now: datetime) -> Receipts:
        self.sendings += [each.id for each in instructions]
        self.before()
        self.got |= {each.id: each for each in instructions}
        self.after()
        return {each.id: self.says.get(each.id, Receipt("accepted")) for each in instructions}

    def status(self, instructions: Sequence[Instruction], *, now: datetime) -> Receipts:
        self.asked += [each.id for each in instructions]
        known = Receipt("accepted")
        return {
            each.id: self.says.get(each.id, known if each.id in self.got else Receipt("absent"))
            for each in instructions
        }

    def statements(self, *, now: datetime) -> Iterator[Receipts]:
        while self.back:
            yield self.back[0]
            self.back.pop(0)


@pytest.fixture
def bank(monkeypatch: pytest.MonkeyPatch) -> Bank:
    made = Bank()
    monkeypatch.setitem(gateways.GATEWAYS, "trial", lambda account: made)
    return made


@pytest.fixture
def programme(db: None, bank: Bank) -> Programme:
    return Programme.objects.create(
        slug="trial",
        title="Trial",
        currency="USD",
        budget=3 * AMOUNT,
        gateway=GatewayAccount.objects.create(name="trial", kind="trial", config={"payer": "account:1@bank"}),
        rules={"who": [], "how_much": {"fixed": "10.00"}, "how_often": "once", "per": "identity.number"},
    )


def book(programme: Programme, now: datetime, person: str = "ana", **more: Any) -> PaymentInstruction:
    due = Due(**{"key": person, "period": "2026", "amount": AMOUNT, "payee": f"cash for {person}",
                 "reference": f"R-{person}", "purpose": "Trial", **more})  # fmt: skip
    return book_payment(programme, due, now=now)[0]


def deliver(now: datetime) -> dict[str, int]:
    return deliver_outbox(clock=lambda: now)


def state(instruction: PaymentInstruction) -> str:
    """Its state now; the books are looked at each time."""
    found = report()
    assert found["faults"] == []
    instruction.refresh_from_db()
    return instruction.state


def money(name: str) -> str:
    [line] = report()["programmes"]
    return line[name]


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
            raise NotSent("The bank is closed.")

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
            raise NotSent("The bank is closed.")

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
        assert unpark(now=later) == 1
        assert deliver(later)["delivered"] == 1
        assert state(row) == State.SENT

    @pytest.mark.parametrize("arrived", [True, False])
    def test_without_an_answer_the_gateway_is_asked_before_anything_is_sent(
        self, programme: Programme, bank: Bank, now: datetime, arrived: bool
    ) -> None:
        row = book(programme, now)

        def silence() -> None:
            raise FetchFailed("This host does not answer.")

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
        bank.after = lambda: confirm(row.number, Receipt("settled"), source="callback", now=now) and None
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
        bank.says = {PaymentInstruction.objects.get().number: Receipt("absent")}
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
        place = [(states, "note"), (states, "transfer"), (states, "book"), (states, "commit")][step]
        known = getattr(*place)

        def stop(*arguments: Any, **named: Any) -> Any:
            if bank.got and next(count) == 0:
                raise Stopped
            return known(*arguments, **named)

        monkeypatch.setattr(*place, stop)
        bank.says = {row.number: Receipt("rejected", reason="AC04")}
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
                raise FetchFailed("This host does not answer.")

        bank.before = slow
        deliver(now)
        assert state(row) == State.SENT
        assert len(bank.got) == 1


class TestReceipts:
    @pytest.mark.parametrize(
        ("said", "expected"),
        [
            (["accepted"], State.SENT),
            (["pending", "accepted"], State.SENT),
            (["settled"], State.SETTLED),
            (["settled", "settled", "accepted", "pending"], State.SETTLED),
            (["rejected", "rejected", "accepted"], State.REJECTED),
            (["accepted", "settled", "returned"], State.RETURNED),
            (["returned", "settled"], State.RETURNED),
            (["rejected", "returned"], State.REJECTED),
            (["returned", "rejected"], State.RETURNED),
            (["settled", "returned", "settled", "returned"], State.RETURNED),
        ],
    )
    def test_early_late_and_twice(
        self, programme: Programme, now: datetime, said: list[Any], expected: str
    ) -> None:
        row = book(programme, now)
        for word in said:
            confirm(row.number, Receipt(word, reference="B-1"), source="callback", now=now)
            assert state(row)
        assert state(row) == expected
        assert not row.disputed
        assert row.gateway_reference == "B-1"
        over = expected in (State.SETTLED, State.REJECTED, State.RETURNED)
        assert row.payee == ("" if over else "cash for ana")

    def test_whether_it_was_news(self, programme: Programme, now: datetime) -> None:
        row = book(programme, now)
        said = [confirm(row.number, Receipt("settled"), source="callback", now=now) for _ in range(3)]
        assert said == [True, False, False]
        assert PaymentEvent.objects.filter(event="SETTLED").count() == 1

    @pytest.mark.parametrize("first", list(State))
    @pytest.mark.parametrize("word", ["accepted", "pending", "settled", "rejected", "returned", "absent"])
    def test_whatever_is_said_in_whatever_state_the_books_balance(
        self, programme: Programme, bank: Bank, now: datetime, first: str, word: Any
    ) -> None:
        row = reach(programme, bank, first, now)
        confirm(row.number, Receipt(word, at=now + timedelta(days=1)), source="callback", now=now)
        assert state(row) in (first, *[to for to, came in states.CAME_FROM.items() if first in came])

    def test_settled_then_rejected_stays_paid_and_is_disputed(
        self, programme: Programme, bank: Bank, now: datetime
    ) -> None:
        row = reach(programme, bank, State.SETTLED, now)
        for _ in range(2):
            confirm(row.number, Receipt("rejected"), source="file", now=now)
        assert (state(row), row.disputed) == (State.SETTLED, True)
        assert PaymentEvent.objects.filter(event="DISPUTED").count() == 1
        [difference] = reconcile(clock=lambda: now)["differences"]
        assert (difference["instruction"], difference["what"]) == (
            row.number, "The gateway contradicts itself."
        )  # fmt: skip

    def test_rejected_then_settled_is_paid_after_all(
        self, programme: Programme, bank: Bank, now: datetime
    ) -> None:
        row = reach(programme, bank, State.REJECTED, now)
        confirm(row.number, Receipt("settled"), source="file", now=now)
        assert (state(row), row.disputed) == (State.SETTLED, True)
        assert (money("settled"), money("left")) == ("10.00", "20.00")
        assert book(programme, now).pk == row.pk  # nobody is paid anew for it

    def test_rejected_paid_anew_and_then_settled_is_for_a_person(
        self, programme: Programme, bank: Bank, now: datetime
    ) -> None:
        row = reach(programme, bank, State.REJECTED, now)
        anew = book(programme, now)
        assert anew.pk != row.pk
        confirm(row.number, Receipt("settled"), source="file", now=now)
        assert (state(row), row.disputed) == (State.REJECTED, True)
        confirm(anew.number, Receipt("rejected"), source="file", now=now)
        assert state(anew) == State.REJECTED
        with pytest.raises(Unclear):
            book(programme, now)

    def test_rejected_then_settled_with_nothing_left_is_for_a_person(
        self, programme: Programme, bank: Bank, now: datetime
    ) -> None:
        row = reach(programme, bank, State.REJECTED, now)
        for person in "bcd":
            book(programme, now, person)
        confirm(row.number, Receipt("settled"), source="file", now=now)
        assert (state(row), row.disputed) == (State.REJECTED, True)
        with pytest.raises(Unclear):
            book(programme, now)

    @pytest.mark.parametrize(
        ("options", "expected"), [((), State.SETTLED), (("--returned",), State.RETURNED)]
    )
    def test_a_person_ends_a_dispute(
        self, programme: Programme, bank: Bank, now: datetime, options: tuple[str, ...], expected: str
    ) -> None:
        row = reach(programme, bank, State.SETTLED, now)
        with pytest.raises(CommandError, match="Nobody disputes"):
            call_command("clear_dispute", row.number, "--because", "asked", *options)
        confirm(row.number, Receipt("rejected"), source="file", now=now)
        call_command("clear_dispute", row.number, "--because", "asked the bank", *options)
        assert (state(row), row.disputed) == (expected, False)
        assert reconcile(clock=lambda: now)["differences"] == []
        assert PaymentEvent.objects.get(event="CLEARED").detail == "asked the bank"
        assert (book(programme, now).pk == row.pk) is (expected == State.SETTLED)

    def test_absent_after_accepted_is_for_a_person(
        self, programme: Programme, bank: Bank, now: datetime
    ) -> None:
        row = reach(programme, bank, State.SENT, now)
        bank.got.clear()
        reconcile(clock=lambda: now + timedelta(hours=2))
        assert (state(row), row.disputed) == (State.SENT, True)
        assert bank.sendings == [row.number]

    def test_an_absent_that_is_older_than_what_happened_says_nothing(
        self, programme: Programme, bank: Bank, now: datetime
    ) -> None:
        row = reach(programme, bank, State.UNKNOWN, now)
        for at in (None, now - MINUTE):
            assert not confirm(row.number, Receipt("absent", at=at), source="callback", now=now)
        assert state(row) == State.UNKNOWN

    def test_what_came_back_is_paid_anew_from_the_same_money(
        self, programme: Programme, bank: Bank, now: datetime
    ) -> None:
        row = reach(programme, bank, State.RETURNED, now)
        assert (money("returned"), money("left")) == ("10.00", "20.00")
        for person in "bc":
            book(programme, now, person)
        anew = book(programme, now, payee="account:2@bank")
        assert (state(row), state(anew)) == (State.RELEASED, State.BOOKED)
        assert (money("returned"), money("left")) == ("0.00", "0.00")
        assert anew.number != row.number

    def test_a_stranger(self, programme: Programme, now: datetime) -> None:
        with pytest.raises(UnknownInstruction):
            confirm("nobody", Receipt("settled"), source="callback", now=now)

    def test_moves_that_the_machine_does_not_have(
        self, programme: Programme, bank: Bank, now: datetime
    ) -> None:
        assert set(states.CAME_FROM) == set(State)
        row = reach(programme, bank, State.SETTLED, now)
        for to in (State.BOOKED, State.SENDING, State.SENT, State.RELEASED):
            with pytest.raises(WrongMove), states.locked(row.number) as held:
                states.move(held, to, source="test", now=now)
        assert state(row) == State.SETTLED


def reach(programme: Programme, bank: Bank, wanted: str, now: datetime) -> PaymentInstruction:
    """An instruction in the state that is wanted, by the way that leads there."""
    row = book(programme, now)
    if wanted in (State.SENDING, State.UNKNOWN, State.PARKED):

        def stop() -> None:
            raise Stopped if wanted == State.SENDING else FetchFailed("No answer.")

        bank.before = stop
        with suppress(Stopped):
            deliver(now)
        bank.before = lambda: None
        if wanted == State.PARKED:
            PaymentInstruction.objects.update(attempts=states.MAX_ATTEMPTS)
            confirm(row.number, Receipt("absent", at=now), source="status", now=now)
    elif wanted != State.BOOKED:
        deliver(now)
        word: Any
        for word in {State.SETTLED: ["settled"], State.REJECTED: ["rejected"]}.get(
            State(wanted), ["settled", "returned"] if wanted in (State.RETURNED, State.RELEASED) else []
        ):
            confirm(row.number, Receipt(word), source="callback", now=now)
        if wanted == State.RELEASED:
            with states.locked(row.number) as held:
                states.move(held, State.RELEASED, source="operator", now=now)
    assert state(row) == wanted
    return row


class TestReconciling:
    def test_files_that_came_back_are_read_once(
        self, programme: Programme, bank: Bank, now: datetime
    ) -> None:
        row = reach(programme, bank, State.SENT, now)
        bank.back = [{row.number: Receipt("settled"), "stranger": Receipt("settled")}]
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
            reconcile(clock=lambda minute=minute: now + minute * MINUTE)
        assert 6 <= len(bank.asked) <= 10
        assert reconcile(clock=lambda: now + timedelta(days=4))["differences"]

    def test_a_gateway_that_is_away_is_named(
        self, programme: Programme, bank: Bank, now: datetime, monkeypatch: pytest.MonkeyPatch, capsys: Any
    ) -> None:
        def silence(*_: Any, **__: Any) -> Any:
            raise FetchFailed("This host does not answer.")

        monkeypatch.setattr(bank, "statements", silence)
        assert reconcile(clock=lambda: now)["unreachable"] == ["trial"]
        with pytest.raises((SystemExit, CommandError)):
            call_command("reconcile_payments", "--json")
        assert json.loads(capsys.readouterr().out)["unreachable"] == ["trial"]


class TestBudget:
    def test_it_is_never_overdrawn(self, programme: Programme, now: datetime) -> None:
        for person in "abc":
            book(programme, now, person)
        with pytest.raises(BudgetExhausted):
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
        confirm(row.number, Receipt("rejected", reason="AC04"), source="file", now=now)
        assert (state(row), row.problem) == (State.REJECTED, "AC04")
        book(programme, now, "d")
        with pytest.raises(BudgetExhausted):
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


def test_the_file_gateway_writes_each_instruction_once(settings: Any, tmp_path: Path, now: datetime) -> None:
    settings.VAR_DIR = tmp_path
    part = gateways.gateway("file", Account("file"))
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
    with pytest.raises(gateways.UnknownGateway, match="file"):
        gateways.gateway("pigeon", Account("p"))
