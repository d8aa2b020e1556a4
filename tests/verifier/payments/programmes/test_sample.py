"""The sample programmes as people meet them: two documents for a pension, a harvest for a subsidy."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from common.keys import PrivateKey
from common.oid4vp.transaction_data import Payment
from tests.verifier.holders import FARMER, IDENTITY, Person, credential, post
from verifier.models import PaymentInstruction, PresentationSession, Programme
from verifier.payments.instructions.gateway import PaymentReceipt
from verifier.payments.instructions.receipts import apply_receipt
from verifier.payments.programmes.sample import load_programmes
from verifier.payments.reports.balances import payments_report
from verifier.presentation.requests import create_request
from verifier.services.catalogue import find_service

Status = PresentationSession.Status
DEATH = {"spouse_national_id": IDENTITY["national_id"], "died_on": "2026-11-02", "deceased": "Bruno"}


def person(key: PrivateKey, now: datetime, **documents: dict[str, Any]) -> Person:
    return Person(key, [credential(name, said, holder=key, now=now) for name, said in documents.items()])


def show(slug: str, who: Person, now: datetime, **more: Any) -> PresentationSession:
    created = create_request(find_service(slug), same_device=False, now=now, payee="BO-7100-0017")
    client = Client()
    answer = who.answer(who.ask(client, created.request_uri, now=now), now=now, **more)
    post(client, answer)
    created.session.refresh_from_db()
    return created.session


@pytest.mark.usefixtures("site")
class TestPension:
    def test_the_widow_is_paid_once_a_month(self, ana: PrivateKey, today: datetime) -> None:
        widow = person(ana, today, identity=IDENTITY, death=DEATH)
        outcomes = [show("widows-pension", widow, today) for _ in range(2)]
        assert [each.outcome and each.outcome["booked"] for each in outcomes] == [True, False]
        [row] = PaymentInstruction.objects.all()
        assert (row.amount, row.period, row.payee) == (6000, f"{today:%Y-%m}", "BO-7100-0017")
        assert row.holder
        assert str(IDENTITY["national_id"]) not in row.key
        assert payments_report()["faults"] == []

    def test_another_death_pays_nothing_and_says_so(self, ana: PrivateKey, today: datetime) -> None:
        other = person(ana, today, identity=IDENTITY, death={**DEATH, "spouse_national_id": "0000-0000"})
        session = show("widows-pension", other, today)
        assert session.status == Status.VERIFIED
        assert session.outcome is not None
        assert session.outcome["problem"] == "The death that you showed is not that of your husband or wife."
        assert not PaymentInstruction.objects.exists()

    def test_the_amount_that_was_signed_bounds_what_is_paid(self, ana: PrivateKey, today: datetime) -> None:
        """The rules became more generous between the signature and the answer."""
        widow = person(ana, today, identity=IDENTITY, death=DEATH)
        created = create_request(find_service("widows-pension"), same_device=False, now=today)
        verified = widow.ask(Client(), created.request_uri, now=today)
        payment = verified.request.transaction_data[0].content
        assert isinstance(payment, Payment)
        assert payment.amount == "60.00"
        programme = Programme.objects.get(slug="widows-pension")
        Programme.objects.filter(pk=programme.pk).update(
            rules={**programme.rules, "how_much": {"fixed": "600.00"}}
        )
        post(Client(), widow.answer(verified, now=today))
        created.session.refresh_from_db()
        assert "amount" in created.session.outcome["problem"]
        assert not PaymentInstruction.objects.exists()

    @pytest.mark.parametrize(
        ("changed", "said"),
        [
            ({"status": "PAUSED"}, "does not pay at present"),
            ({"budget": 5999}, "budget of this programme is used up"),
            ({"closes_at": "2026-01-01T00:00:00Z"}, "ended on 1 January 2026"),
        ],
    )
    def test_a_programme_that_does_not_pay_says_why(
        self, ana: PrivateKey, today: datetime, changed: dict[str, Any], said: str
    ) -> None:
        Programme.objects.filter(slug="widows-pension").update(**changed)
        session = show("widows-pension", person(ana, today, identity=IDENTITY, death=DEATH), today)
        assert session.status == Status.VERIFIED
        assert said in session.outcome["problem"]
        assert not PaymentInstruction.objects.exists()

    def test_what_was_rejected_is_asked_for_anew_elsewhere(self, ana: PrivateKey, today: datetime) -> None:
        widow = person(ana, today, identity=IDENTITY, death=DEATH)
        show("widows-pension", widow, today)
        apply_receipt(
            PaymentInstruction.objects.get().number, PaymentReceipt("rejected"), source="callback", now=today
        )
        assert show("widows-pension", widow, today).outcome["booked"] is True
        assert sorted(PaymentInstruction.objects.values_list("state", flat=True)) == ["BOOKED", "REJECTED"]


@pytest.mark.usefixtures("site")
class TestSubsidy:
    def test_it_is_paid_by_the_harvest(self, ana: PrivateKey, today: datetime) -> None:
        session = show("subsidy", person(ana, today, farmer={**FARMER, "harvest_kg": 913}), today)
        assert session.status == Status.UNLOCKED
        assert PaymentInstruction.objects.get().amount == 9130

    def test_one_who_harvested_nothing_is_told_so(self, ana: PrivateKey, today: datetime) -> None:
        session = show("subsidy", person(ana, today, farmer={**FARMER, "harvest_kg": 0}), today)
        assert session.outcome["problem"] == "By the rules of this programme nothing is due to you."

    def test_the_page_says_that_it_is_the_most(self, client: Client) -> None:
        page = client.get("/services/subsidy").content.decode()
        assert "up to" in page
        assert "USD 150.00" in page
        assert "up to" not in client.get("/services/widows-pension").content.decode()


@pytest.mark.usefixtures("site")
def test_loading_again_keeps_what_an_operator_chose() -> None:
    from verifier.models import GatewayAccount

    chosen = GatewayAccount.objects.create(name="bank", kind="file")
    Programme.objects.filter(slug="subsidy").update(gateway=chosen, budget=99_000_000, status="PAUSED")
    load_programmes()
    programme = Programme.objects.get(slug="subsidy")
    assert (programme.gateway, programme.budget, programme.status) == (chosen, 99_000_000, "PAUSED")
    for each in Programme.objects.all():
        each.full_clean()


@pytest.mark.usefixtures("site")
def test_a_payment_before_the_programme_begins(ana: PrivateKey, today: datetime) -> None:
    Programme.objects.filter(slug="subsidy").update(opens_at=today + timedelta(days=1))
    session = show("subsidy", person(ana, today, farmer=FARMER), today)
    assert "begins on" in session.outcome["problem"]
