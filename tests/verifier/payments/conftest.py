"""A programme with money in it, and payments that wait for a gateway."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.verifier.payments.bank import AMOUNT, Bank
from verifier.models import GatewayAccount, PaymentInstruction, Programme
from verifier.payments import gateways
from verifier.payments.delivery.outbox import deliver_outbox
from verifier.payments.delivery.reconciliation import reconcile
from verifier.payments.gateways.voucher import vouchers
from verifier.payments.instructions.booking import PaymentDue, book_payment
from verifier.payments.instructions.gateway import GatewayKind
from verifier.payments.instructions.ledger import check_books

PAYER = {"payer": "account:7001@national-bank", "payer_name": "National Paying Agency"}
RULES = {
    "who": [],
    "how_much": {"fixed": "150.00"},
    "how_often": "yearly",
    "per": "farmer.farmer_id",
}


class Rail:
    """One gateway, a programme that pays by it, and an hour that passes when told."""

    def __init__(self, kind: str, config: dict[str, Any], *, now: datetime) -> None:
        self.now = now
        self.account = GatewayAccount.objects.create(name="rail", kind=kind, config=config)
        self.programme = Programme.objects.create(
            slug="rail-test", title="Rail test", currency="USD", budget=1_000_000, rules=RULES,
            gateway=self.account,
        )  # fmt: skip

    def book(self, payee: str, *, amount: int = 15_000, key: str = "") -> PaymentInstruction:
        due = PaymentDue(
            key=key or f"key {PaymentInstruction.objects.count()}",
            period="2026",
            amount=amount,
            payee=payee,
            reference="SUBSIDY-2026",
            purpose="Farmers' subsidy",
        )
        return book_payment(self.programme, due, now=self.now)[0]

    def issue_voucher(self) -> tuple[PaymentInstruction, str]:
        """A payment by voucher that has left, and the text of its voucher."""
        payment = self.book("voucher")
        self.deliver()
        return payment, vouchers.voucher_text(payment.number)

    def deliver(self) -> dict[str, int]:
        return deliver_outbox(clock=lambda: self.now)

    def reconcile(self) -> dict[str, Any]:
        return reconcile(clock=lambda: self.now)

    def later(self, **by: int) -> None:
        self.now += timedelta(**by)

    def state(self, instruction: PaymentInstruction) -> str:
        instruction.refresh_from_db()
        check_books()
        return str(instruction.state)


@pytest.fixture
def rail(db: None, now: datetime, settings: Any, tmp_path: Path) -> Callable[..., Rail]:
    settings.VAR_DIR = tmp_path

    def make(kind: str, **config: Any) -> Rail:
        return Rail(kind, {**PAYER, **config}, now=now)

    return make


@pytest.fixture
def bank(monkeypatch: pytest.MonkeyPatch) -> Bank:
    made = Bank()
    monkeypatch.setitem(gateways.GATEWAYS, "trial", GatewayKind(lambda account: made))
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
