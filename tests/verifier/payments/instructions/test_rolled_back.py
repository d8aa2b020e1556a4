"""A payment that is over stays so, whatever somebody writes into its row: the books know how far it went."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from common.payments.voucher import VoucherRefusedError
from tests.verifier.payments.bank import MINUTE, Bank, State, book, change, deliver, reach
from tests.verifier.payments.conftest import Rail
from verifier.models import GatewayAccount, PaymentInstruction, Programme, Voucher
from verifier.payments.delivery.reconciliation import reconcile
from verifier.payments.gateways.voucher import vouchers
from verifier.payments.gateways.voucher.redeeming import redeem_voucher
from verifier.payments.instructions.binding import bind
from verifier.payments.instructions.errors import PaymentDisputedError
from verifier.payments.instructions.gateway import PaymentReceipt
from verifier.payments.instructions.integrity import stop_altered
from verifier.payments.instructions.receipts import apply_receipt

OVER = [State.SENT, State.SETTLED, State.REJECTED, State.RETURNED, State.RELEASED]


@pytest.mark.parametrize("state", OVER)
@pytest.mark.parametrize("back", [State.BOOKED, State.UNKNOWN, State.PARKED, State.SENDING])
def test_what_has_left_does_not_leave_again(
    programme: Programme, bank: Bank, now: datetime, state: str, back: str
) -> None:
    """State and payee put back as they were once, which the codes alone would believe."""
    row = reach(programme, bank, state, now)
    change(row, state=back, payee="cash for ana", next_attempt_at=now, lease_until=now)
    bank.got.clear()
    bank.sendings.clear()
    for minute in range(3):
        deliver(now + minute * 5 * MINUTE)
    assert bank.sendings == []
    stop_altered(now=now)
    row.refresh_from_db()
    assert (row.problem, row.disputed) == ("altered", True)


@pytest.mark.parametrize("state", [State.SENT, State.SETTLED, State.RETURNED])
@pytest.mark.parametrize("dead", [State.REJECTED, State.RELEASED])
def test_what_was_paid_is_not_called_dead_to_be_paid_anew(
    programme: Programme, bank: Bank, now: datetime, state: str, dead: str
) -> None:
    change(reach(programme, bank, state, now), state=dead, payee="")
    with pytest.raises(PaymentDisputedError):
        book(programme, now)
    [difference] = reconcile(clock=lambda: now)["differences"]
    assert difference["what"].startswith("Its row was changed")


def test_a_payment_is_not_called_settled_without_the_books(
    programme: Programme, bank: Bank, now: datetime
) -> None:
    row = change(book(programme, now), state=State.SETTLED, payee="")
    assert apply_receipt(row.number, PaymentReceipt("returned"), source="callback", now=now) is False
    row.refresh_from_db()
    assert (row.state, row.problem) == (State.SETTLED, "altered")


@pytest.mark.parametrize("changes", [{}, {"key": "mallory"}, {"key": "mallory", "payee": "cash for mallory"}])
def test_a_copy_of_an_order_pays_nobody(
    programme: Programme, bank: Bank, now: datetime, changes: dict[str, Any]
) -> None:
    """The row of one order under another number, for the same person or another."""
    row = reach(programme, bank, State.REJECTED, now)
    bank.got.clear()
    copy = PaymentInstruction.objects.get(pk=row.pk)
    again = {"number": "e" * 32, "state": State.BOOKED, "payee": "cash for ana", "next_attempt_at": now}
    for name, value in ({"pk": None} | again | changes).items():
        setattr(copy, name, value)
    copy.save(force_insert=True)
    deliver(now)
    assert bank.got == {}
    assert PaymentInstruction.objects.get(number="e" * 32).problem == "altered"


def test_codes_of_two_orders_exchanged(programme: Programme, bank: Bank, now: datetime) -> None:
    """Payee and codes of two orders of one amount, each in the other's row."""
    ana, bruno = book(programme, now), book(programme, now, "bruno")
    mine, theirs = (ana.payee, ana.bound), (bruno.payee, bruno.bound)
    change(ana, payee=theirs[0], bound=theirs[1])
    change(bruno, payee=mine[0], bound=mine[1])
    deliver(now)
    assert bank.got == {}
    assert bind(ana) != theirs[1]


@pytest.mark.parametrize("also", [{}, {"state": State.SENT}, {"state": State.SENT, "payee": "voucher"}])
def test_a_voucher_that_was_cashed_is_not_opened_again(
    rail: Callable[..., Rail], also: dict[str, Any]
) -> None:
    counter = rail("voucher", days=30)
    payment, text = counter.issue_voucher()
    redeem_voucher(text, agent="Shop 7", now=counter.now)
    Voucher.objects.update(state="ISSUED", ended_at=None, agent="")
    if also:
        change(payment, **also)
    with pytest.raises(VoucherRefusedError, match="Do not pay it out"):
        redeem_voucher(text, agent="Shop 8", now=counter.now)
    payment.refresh_from_db()
    assert payment.disputed


def test_two_vouchers_exchanged(rail: Callable[..., Rail]) -> None:
    """A text speaks of one payment, and its sealed row opens as its own alone."""
    counter = rail("voucher", days=30)
    small, large = counter.book("voucher", amount=100), counter.book("voucher", amount=90_000)
    counter.deliver()
    text = vouchers.voucher_text(small.number)
    rows = {row.number: row for row in Voucher.objects.all()}
    mine, theirs = rows[small.number].identifier, rows[large.number].identifier
    Voucher.objects.filter(number=large.number).update(identifier="aside")
    Voucher.objects.filter(number=small.number).update(identifier=theirs)
    Voucher.objects.filter(number=large.number).update(identifier=mine)
    with pytest.raises(VoucherRefusedError, match="Do not pay it out"):
        redeem_voucher(text, agent="Shop 7", now=counter.now)


def test_an_account_that_was_signed_is_asked_of_no_mapper(rail: Callable[..., Rail], tmp_path: Path) -> None:
    """Somebody writes into the gateway's row who maps the accounts of a bank."""
    house = rail("iso20022")
    payment = house.book("account:998@national-bank")
    config = {**house.account.config, "resolve": {"national-bank": "mallory.example"}}
    GatewayAccount.objects.update(config=config)
    house.deliver()
    assert list(tmp_path.rglob("*.xml")) == []
    payment.refresh_from_db()
    assert (payment.problem, payment.disputed) == ("altered", True)


@pytest.mark.parametrize(
    "other", [{"payee": "account:of-mallory@national-bank"}, {"amount": "9000.00"}, {"currency": "EUR"}]
)
@pytest.mark.parametrize("taken", [False, True])
def test_a_file_that_lay_there_before_is_no_order_of_ours(
    rail: Callable[..., Rail], tmp_path: Path, other: dict[str, str], taken: bool
) -> None:
    house = rail("file")
    payment = house.book("account:998@national-bank")
    mine = house.book("account:999@national-bank")
    said = {"id": payment.number, "payee": payment.payee, "amount": "150.00", "currency": "USD", **other}
    folder = tmp_path / "outbox" / ("taken" if taken else "")
    folder.mkdir(parents=True)
    (folder / f"{payment.number}.json").write_text(json.dumps(said))
    house.deliver()
    assert house.state(mine) == State.SENT
    assert house.state(payment) == State.UNKNOWN
    assert payment.disputed


def test_a_file_changed_after_it_was_written_is_found(rail: Callable[..., Rail], tmp_path: Path) -> None:
    house = rail("file")
    payment = house.book("account:998@national-bank")
    house.deliver()
    [path] = (tmp_path / "outbox").glob("*.json")
    path.write_text(path.read_text().replace("998", "666"))
    house.later(hours=2)
    [difference] = house.reconcile()["differences"]
    assert difference["instruction"] == payment.number
