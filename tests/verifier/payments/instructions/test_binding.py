"""What was signed is what leaves: an order whose row somebody changed is found, stops, and is shown."""

import json
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from common.payments.voucher import VoucherRefusedError
from tests.verifier.pages.test_programmes import staff
from tests.verifier.payments.bank import AMOUNT, MINUTE, Bank, State, book, change, deliver, reach
from tests.verifier.payments.conftest import Rail
from verifier.models import JournalEntry, PaymentEvent, Programme, Voucher
from verifier.payments.delivery.outbox import unpark_payments
from verifier.payments.delivery.reconciliation import reconcile
from verifier.payments.gateways.voucher.redeeming import redeem_voucher
from verifier.payments.instructions.binding import is_altered
from verifier.payments.instructions.gateway import PaymentReceipt
from verifier.payments.instructions.receipts import apply_receipt

CHANGES: list[dict[str, Any]] = [
    {"payee": "mobile:+59170000000@chaska"},
    {"payee": ""},
    {"payee_name": "Mallory"},
    {"amount": AMOUNT * 10},
    {"amount": 1},
    {"number": "f" * 32},
    {"key": "another person"},
    {"period": "2027"},
    {"reference": "another"},
    {"purpose": "another"},
    {"holder": "mallory"},
    {"bound": ""},
    {"bound": "x.y"},
]


@pytest.mark.parametrize("fields", CHANGES, ids=str)
def test_a_changed_row_never_leaves(
    programme: Programme, bank: Bank, now: datetime, fields: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    row = change(book(programme, now), **fields)
    others = [book(programme, now, "bruno"), book(programme, now, "carla")]
    with caplog.at_level(logging.ERROR, "sello.payments"):
        told = deliver(now)
    assert (told["delivered"], told["failed"], told["parked"]) == (2, 1, 1), "the others of the batch leave"
    assert set(bank.got) == {other.number for other in others}
    row.refresh_from_db()
    assert (row.state, row.problem, row.disputed) == (State.PARKED, "altered", True)
    assert PaymentEvent.objects.filter(instruction=row, event="ALTERED").count() == 1
    assert "not what was signed" in caplog.text
    assert not row.payee or row.payee not in caplog.text
    unpark_payments(now=now)
    deliver(now)
    assert row.number not in bank.got, "nor when somebody lets it try again"


def test_a_row_of_another_order_or_programme(programme: Programme, bank: Bank, now: datetime) -> None:
    """Codes belong to one order: those of a neighbour fit it no better, nor does another currency."""
    first, second = book(programme, now), book(programme, now, "bruno")
    order, payee = first.bound.split(".")
    theirs = second.bound.split(".")
    for bound in (second.bound, f"{order}.{theirs[1]}", f"{theirs[0]}.{payee}"):
        assert is_altered(change(first, bound=bound))
    assert is_altered(change(first, bound=f"{order}.{theirs[1]}", payee=second.payee))
    assert not is_altered(change(first, bound=f"{order}.{payee}", payee="cash for ana"))
    Programme.objects.update(currency="EUR")
    deliver(now)
    assert bank.got == {}


@pytest.mark.parametrize("wanted", [State.UNKNOWN, State.PARKED])
def test_a_row_changed_before_it_is_tried_again(
    programme: Programme, bank: Bank, now: datetime, wanted: str
) -> None:
    row = change(reach(programme, bank, wanted, now), payee="cash for mallory")
    bank.sendings.clear()
    bank.asked.clear()
    unpark_payments(now=now)
    for minute in range(3):
        deliver(now + minute * 5 * MINUTE)
    assert bank.sendings == bank.asked == []
    row.refresh_from_db()
    assert (row.problem, row.disputed) == ("altered", True)


@pytest.mark.parametrize("word", ["accepted", "settled", "rejected", "returned"])
def test_nothing_is_booked_of_a_changed_row(
    programme: Programme, bank: Bank, now: datetime, word: Any
) -> None:
    row = change(reach(programme, bank, State.SENT, now), amount=AMOUNT * 10)
    entries = JournalEntry.objects.count()
    assert apply_receipt(row.number, PaymentReceipt(word), source="callback", now=now) is False
    row.refresh_from_db()
    assert (row.state, row.problem, JournalEntry.objects.count()) == (State.SENT, "altered", entries)


@pytest.mark.parametrize("state", [State.SENT, State.SETTLED, State.REJECTED, State.RETURNED, State.RELEASED])
def test_reconciling_finds_it_wherever_it_stands(
    programme: Programme, bank: Bank, now: datetime, state: str
) -> None:
    row = reach(programme, bank, state, now)
    assert reconcile(clock=lambda: now)["differences"] == []
    change(row, amount=AMOUNT + 1)
    for _ in range(2):
        [difference] = reconcile(clock=lambda: now)["differences"]
        assert (difference["instruction"], difference["what"]) == (
            row.number, "Its row was changed: it is not what was signed.",
        )  # fmt: skip
    assert PaymentEvent.objects.filter(event="ALTERED").count() == 1
    page = staff().get("/services/staff/programmes/trial").content.decode()
    assert "1 payment stopped" in page


def test_a_row_that_was_put_right_goes_on(programme: Programme, bank: Bank, now: datetime) -> None:
    row = change(book(programme, now), payee="cash for mallory")
    deliver(now)
    change(row, payee="cash for ana")
    call_command("clear_dispute", row.number, "--because", "restored from the backup", "--json")
    unpark_payments(now=now)
    deliver(now)
    row.refresh_from_db()
    assert (row.state, bank.got[row.number].payee) == (State.SENT, "cash for ana")


@pytest.mark.parametrize("kind", ["file", "iso20022"])
def test_files_are_written_of_what_was_signed_alone(
    rail: Callable[..., Rail], tmp_path: Any, kind: str
) -> None:
    house = rail(kind)
    good, bad = house.book("account:998@national-bank"), house.book("account:999@national-bank")
    change(bad, payee="account:of-mallory@national-bank")
    house.deliver()
    text = "".join(path.read_text() for path in (tmp_path / "outbox").rglob("*") if path.is_file())
    assert good.number in text
    assert bad.number not in text
    assert "mallory" not in text


@pytest.mark.parametrize("where", ["amount", "currency", "order"])
def test_a_voucher_is_worth_what_was_signed(rail: Callable[..., Rail], where: str) -> None:
    counter = rail("voucher", days=30)
    payment, text = counter.issue_voucher()
    if where == "order":
        change(payment, amount=150_000)
    else:
        Voucher.objects.update(**{where: {"amount": "1500.00", "currency": "EUR"}[where]})
    with pytest.raises(VoucherRefusedError, match="Do not pay it out"):
        redeem_voucher(text, agent="Shop 7", now=counter.now)
    payment.refresh_from_db()
    assert (Voucher.objects.get().state, payment.disputed) == ("ISSUED", True)


def test_the_report_of_the_books_says_so(
    programme: Programme, bank: Bank, now: datetime, capsys: pytest.CaptureFixture[str]
) -> None:
    change(book(programme, now), payee="cash for mallory")
    with pytest.raises((SystemExit, CommandError)):
        call_command("reconcile_payments", "--json")
    [difference] = json.loads(capsys.readouterr().out)["differences"]
    assert difference["what"].startswith("Its row was changed")
    assert "mallory" not in str(difference)
