"""The pages of programmes for their staff, and what a holder's key may know."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from common.keys import PrivateKey
from common.notices.models import Notice
from common.payments.log import PaymentEntry, parse_payment_log
from common.registries.record_access.holder import create_log_request
from common.vcdm import times
from tests.verifier.holders import Person
from tests.verifier.services.actions.test_payment import pay
from verifier.models import PaymentInstruction
from verifier.payments.delivery.outbox import deliver_outbox
from verifier.payments.instructions.gateway import PaymentReceipt
from verifier.payments.instructions.receipts import apply_receipt

LOG = "http://localhost:8000/services/payments/log"
ELSEWHERE = "http://localhost:8000/services/notices"


@pytest.fixture(autouse=True)
def _var(settings: Any, tmp_path: Any) -> None:
    settings.VAR_DIR = tmp_path


@pytest.fixture
def paid(site: None, client: Client, wayra: Person, today: datetime) -> PaymentInstruction:
    """Ana's subsidy, booked and handed over."""
    pay(client, wayra, today)
    deliver_outbox(clock=lambda: today + timedelta(seconds=30))
    return PaymentInstruction.objects.get()


def staff() -> Client:
    user = User.objects.create_user("officer", password="a long passphrase", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_programme"))
    client = Client()
    client.force_login(user)
    return client


def ask(key: PrivateKey, now: datetime, *, audience: str = LOG, jti: str = "j-1") -> Any:
    token = create_log_request(audience=audience, jti=jti, signer=key, now=now)
    return Client().get("/services/payments/log", headers={"authorization": f"Bearer {token}"})


class TestStaff:
    def test_they_see_money_and_states_and_nobody(self, paid: PaymentInstruction) -> None:
        client = staff()
        page = client.get("/services/staff/programmes").content.decode()
        assert "The books balance." in page
        assert "USD 59,850.00" in page
        page = client.get("/services/staff/programmes/subsidy").content.decode()
        assert paid.reference in page
        assert "USD 0.10 × harvest kg, at most USD 150.00" in page
        assert "BO-7100-0017" not in page
        assert paid.key not in page

    def test_a_state_is_chosen(self, paid: PaymentInstruction) -> None:
        client = staff()
        assert paid.reference in client.get("/services/staff/programmes/subsidy?state=SENT").content.decode()
        other = client.get("/services/staff/programmes/subsidy?state=SETTLED&page=9").content.decode()
        assert paid.reference not in other

    def test_a_fault_in_the_books_is_shown(self, paid: PaymentInstruction) -> None:
        PaymentInstruction.objects.update(amount=paid.amount + 1)
        page = staff().get("/services/staff/programmes/subsidy").content.decode()
        assert "The books balance." not in page
        assert "subsidy:transit" in page

    @pytest.mark.usefixtures("site")
    def test_others_do_not(self, client: Client) -> None:
        assert client.get("/services/staff/programmes").status_code == 302
        client.force_login(User.objects.create_user("visitor", is_staff=True))
        assert client.get("/services/staff/programmes").status_code == 403
        assert client.get("/services/staff/programmes/subsidy").status_code == 403


class TestLog:
    def test_a_key_learns_of_its_own_payments(
        self, paid: PaymentInstruction, ana: PrivateKey, bruno: PrivateKey, today: datetime
    ) -> None:
        reply = ask(ana, today)
        assert reply.status_code == 200, reply.content
        assert reply.headers["Cache-Control"] == "no-store"
        [entry] = parse_payment_log(reply.json())
        at, since = times.write(paid.created_at), times.write(paid.changed_at)
        assert entry == PaymentEntry(
            paid.reference,
            "150.00",
            "USD",
            "Farmers' subsidy",
            "sent",
            at,
            since,
            "National Paying Agency",
        )
        assert b"Account" not in reply.content
        assert parse_payment_log(ask(bruno, today).json()) == ()
        apply_receipt(
            paid.number, PaymentReceipt("settled"), source="callback", now=today + timedelta(days=1)
        )
        assert parse_payment_log(ask(ana, today, jti="j-2").json())[0].state == "settled"

    def test_a_request_is_good_once_here_and_now(
        self, paid: PaymentInstruction, ana: PrivateKey, today: datetime
    ) -> None:
        assert ask(ana, today).status_code == 200
        assert ask(ana, today).status_code == 401
        assert ask(ana, today, audience=ELSEWHERE, jti="j-3").status_code == 401
        assert ask(ana, today - timedelta(minutes=5), jti="j-4").status_code == 401
        assert Client().get("/services/payments/log").status_code == 401


def test_the_person_is_told_twice_once_each(paid: PaymentInstruction, today: datetime) -> None:
    for _ in range(2):
        apply_receipt(
            paid.number, PaymentReceipt("settled"), source="callback", now=today + timedelta(days=1)
        )
    assert sorted(Notice.objects.values_list("kind", flat=True)) == ["payment_sent", "payment_settled"]
    assert Notice.objects.first().facts["authority"] == "National Paying Agency"  # type: ignore[union-attr]
