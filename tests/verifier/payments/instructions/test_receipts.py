"""What a gateway says of a payment: early, late, twice, and against its own word."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.verifier.payments.bank import MINUTE, Bank, State, book, money, reach, state
from verifier.models import PaymentEvent, Programme
from verifier.payments.delivery.reconciliation import reconcile
from verifier.payments.instructions import states
from verifier.payments.instructions.errors import (
    PaymentDisputedError,
    PaymentTransitionError,
    UnknownInstructionError,
)
from verifier.payments.instructions.gateway import PaymentReceipt
from verifier.payments.instructions.receipts import apply_receipt


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
            apply_receipt(row.number, PaymentReceipt(word, reference="B-1"), source="callback", now=now)
            assert state(row)
        assert state(row) == expected
        assert not row.disputed
        assert row.gateway_reference == "B-1"
        over = expected in (State.SETTLED, State.REJECTED, State.RETURNED)
        assert row.payee == ("" if over else "cash for ana")

    def test_whether_it_was_news(self, programme: Programme, now: datetime) -> None:
        row = book(programme, now)
        said = [
            apply_receipt(row.number, PaymentReceipt("settled"), source="callback", now=now) for _ in range(3)
        ]
        assert said == [True, False, False]
        assert PaymentEvent.objects.filter(event="SETTLED").count() == 1

    @pytest.mark.parametrize("first", list(State))
    @pytest.mark.parametrize("word", ["accepted", "pending", "settled", "rejected", "returned", "absent"])
    def test_whatever_is_said_in_whatever_state_the_books_balance(
        self, programme: Programme, bank: Bank, now: datetime, first: str, word: Any
    ) -> None:
        row = reach(programme, bank, first, now)
        apply_receipt(
            row.number, PaymentReceipt(word, at=now + timedelta(days=1)), source="callback", now=now
        )
        assert state(row) in (first, *[to for to, came in states.CAME_FROM.items() if first in came])

    def test_settled_then_rejected_stays_paid_and_is_disputed(
        self, programme: Programme, bank: Bank, now: datetime
    ) -> None:
        row = reach(programme, bank, State.SETTLED, now)
        for _ in range(2):
            apply_receipt(row.number, PaymentReceipt("rejected"), source="file", now=now)
        assert (state(row), row.disputed) == (State.SETTLED, True)
        assert PaymentEvent.objects.filter(event="DISPUTED").count() == 1
        [difference] = reconcile(clock=lambda: now)["differences"]
        assert (difference["instruction"], difference["what"]) == (
            row.number, "What the gateway says contradicts itself, or cannot be right."
        )  # fmt: skip

    def test_rejected_then_settled_is_paid_after_all(
        self, programme: Programme, bank: Bank, now: datetime
    ) -> None:
        row = reach(programme, bank, State.REJECTED, now)
        apply_receipt(row.number, PaymentReceipt("settled"), source="file", now=now)
        assert (state(row), row.disputed) == (State.SETTLED, True)
        assert (money("settled"), money("left")) == ("10.00", "20.00")
        assert book(programme, now).pk == row.pk  # nobody is paid anew for it

    def test_rejected_paid_anew_and_then_settled_is_for_a_person(
        self, programme: Programme, bank: Bank, now: datetime
    ) -> None:
        row = reach(programme, bank, State.REJECTED, now)
        anew = book(programme, now)
        assert anew.pk != row.pk
        apply_receipt(row.number, PaymentReceipt("settled"), source="file", now=now)
        assert (state(row), row.disputed) == (State.REJECTED, True)
        apply_receipt(anew.number, PaymentReceipt("rejected"), source="file", now=now)
        assert state(anew) == State.REJECTED
        with pytest.raises(PaymentDisputedError):
            book(programme, now)

    def test_rejected_then_settled_with_nothing_left_is_for_a_person(
        self, programme: Programme, bank: Bank, now: datetime
    ) -> None:
        row = reach(programme, bank, State.REJECTED, now)
        for person in "bcd":
            book(programme, now, person)
        apply_receipt(row.number, PaymentReceipt("settled"), source="file", now=now)
        assert (state(row), row.disputed) == (State.REJECTED, True)
        with pytest.raises(PaymentDisputedError):
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
        apply_receipt(row.number, PaymentReceipt("rejected"), source="file", now=now)
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
            assert not apply_receipt(row.number, PaymentReceipt("absent", at=at), source="callback", now=now)
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
        with pytest.raises(UnknownInstructionError):
            apply_receipt("nobody", PaymentReceipt("settled"), source="callback", now=now)

    def test_moves_that_the_machine_does_not_have(
        self, programme: Programme, bank: Bank, now: datetime
    ) -> None:
        assert set(states.CAME_FROM) == set(State)
        row = reach(programme, bank, State.SETTLED, now)
        for to in (State.BOOKED, State.SENDING, State.SENT, State.RELEASED):
            with pytest.raises(PaymentTransitionError), states.locked(row.number) as held:
                states.move_instruction(held, to, source="test", now=now)
        assert state(row) == State.SETTLED
