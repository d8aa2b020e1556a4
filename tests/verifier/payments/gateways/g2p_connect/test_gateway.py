"""G2P Connect as an agency: this house pays through itself, over this very site."""

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from common.adapters.exchange import endpoints, messages
from common.adapters.exchange.partners import ExchangeLog, Partner
from common.adapters.exchange.registration import Registration, register_partner
from common.adapters.exchange.tokens import secret_name
from common.adapters.network import http
from common.adapters.storage.sealing import seal
from common.errors import FetchError
from common.exchange.envelope import create_message
from common.exchange.header import Header
from common.keys import PrivateKey
from common.payments.address import parse_address
from common.payments.g2p import disburse
from common.payments.g2p.disburse import DisbursementStatus
from tests.verifier.payments.agency import PERSON, PHONE
from tests.verifier.payments.conftest import RULES, Rail
from verifier.identity import organisation
from verifier.models import GatewayAccount, PayingPartner, PaymentInstruction, Programme, ReceivedItem
from verifier.payments.g2p.callbacks import deliver_callbacks


@pytest.fixture
def through(
    rail: Callable[..., Rail], site_network: Client, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Rail]:
    """A rail to a partner that is this very house, at the rail's own hour, and pays by files."""

    def make(**config: Any) -> Rail:
        own = organisation.sender_id()
        partner, secret = register_partner(
            Registration(
                own, namespaces=["g2p"], roles=["gateway", "mapper"], jwks_uri=f"{own}/jwks.json",
                address=own, callback_url=own, token_url=f"{own}/oauth2/client/token", client_id=own,
            ),
            new_secret=True,
        )  # fmt: skip
        partner.sealed_secret = seal(secret.encode(), name=secret_name(own))
        partner.save()
        made = rail("g2p-connect", partner=own, payer="programme:payout@localhost", **config)
        made.now = timezone.now()
        monkeypatch.setattr(endpoints, "timezone", SimpleNamespace(now=lambda: made.now))
        bank = Programme.objects.create(
            slug="payout", title="Payout", currency="USD", budget=10_000_000, rules=RULES,
            gateway=GatewayAccount.objects.create(name="payout", kind="file", config={}),
        )  # fmt: skip
        PayingPartner.objects.create(partner=partner, programme=bank)
        return made

    return make


def settle(payment: PaymentInstruction, now: Any, *, state: str = "settled") -> None:
    """At the bank's end, the payment that was asked for ends."""
    from verifier.payments.instructions.gateway import PaymentReceipt
    from verifier.payments.instructions.receipts import apply_receipt

    other = ReceivedItem.objects.get(reference_id=payment.number).instruction
    assert other is not None
    apply_receipt(other.number, PaymentReceipt(state), source="test", now=now)  # type: ignore[arg-type]


@pytest.mark.parametrize("mode", ["sync", "async"])
def test_a_payment_arrives_and_is_confirmed(through: Callable[..., Rail], mode: str) -> None:
    agency = through(mode=mode)
    payment = agency.book(PHONE)
    assert agency.deliver()["delivered"] >= 1
    assert agency.state(payment) == "SENT"
    agency.deliver()  # the bank's own outbox
    settle(payment, agency.now)
    agency.later(minutes=2)
    if mode == "async":
        assert deliver_callbacks(now=agency.now)["answered"] == 1
    else:
        agency.reconcile()
    assert agency.state(payment) == "SETTLED"
    assert PaymentInstruction.objects.filter(state="SETTLED").count() == 2
    sent = set(ExchangeLog.objects.filter(direction="sent").values_list("message_id", flat=True))
    received = set(ExchangeLog.objects.filter(direction="received").values_list("message_id", flat=True))
    assert sent == received, "both ends log the same messages under the same ids"


def test_a_payment_that_the_bank_rejects(through: Callable[..., Rail]) -> None:
    agency = through()
    payment = agency.book(PHONE)
    agency.deliver()
    settle(payment, agency.now, state="rejected")
    agency.later(minutes=2)
    agency.reconcile()
    assert agency.state(payment) == "REJECTED"


@pytest.mark.parametrize("dies", ["before", "after"])
def test_an_answer_that_gets_lost_pays_once(
    through: Callable[..., Rail], dies: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The request arrives or not, and its answer does not."""
    agency = through()
    payment = agency.book(PHONE)
    carry, fail = http.transport, True

    def unreliable(method: str, url: str, headers: Any, body: bytes | None) -> http.HttpReply:
        if fail and "disburse" in url:
            if dies == "after":
                carry(method, url, headers, body)
            raise FetchError("This host does not answer.")
        return carry(method, url, headers, body)

    monkeypatch.setattr(http, "transport", unreliable)
    assert agency.deliver()["unknown"] == 1
    fail = False
    for _ in range(3):
        agency.later(minutes=10)
        agency.deliver()
    assert agency.state(payment) == "SENT"
    assert ReceivedItem.objects.filter(kind="disburse").count() == 1
    assert PaymentInstruction.objects.count() == 2, "ours, and the bank's for it"


def test_payees_that_a_mapper_knows(through: Callable[..., Rail]) -> None:
    agency = through(resolve={"farmer-registry": organisation.sender_id()})
    from verifier.payments.addresses import mapper

    mapper.link_address(
        parse_address(PERSON), parse_address(PHONE), partner=Partner.objects.get(), now=agency.now
    )
    known, unknown = agency.book(PERSON), agency.book("id:f-0009@farmer-registry")
    agency.deliver()
    assert (agency.state(known), agency.state(unknown)) == ("SENT", "REJECTED")
    other = ReceivedItem.objects.get(kind="disburse", reference_id=known.number).instruction
    assert other is not None
    assert other.payee == PHONE


def callback(agency: Rail, *those: DisbursementStatus, signer: Any = None, sender: str = "") -> Any:
    own = organisation.sender_id()
    partner = Partner.objects.get(sender_id=own)
    from common.adapters.exchange.tokens import access_token

    body = create_message(
        "g2p",
        Header(
            messages.new_message_id(),
            "on-disburse",
            sender or own,
            own,
            status="succ",
            total_count=len(those),
        ),
        disburse.create_disburse_response("T1", those),
        signer=signer or organisation.party().signer,
        now=timezone.now(),
    )
    token = access_token(partner, now=timezone.now())
    return Client().post(
        "/g2p/on-disburse", json.dumps(body), "application/json", headers={"Authorization": f"Bearer {token}"}
    )


def test_callbacks_twice_late_and_wrong(through: Callable[..., Rail], mallory: PrivateKey) -> None:
    agency = through(mode="async")
    payment = agency.book(PHONE)
    agency.deliver()
    now = timezone.now()
    own = organisation.sender_id()

    def told(said: str, amount: str = "150.00", number: str = payment.number, **more: Any) -> str:
        answer = callback(
            agency, DisbursementStatus(number, said, now, amount=amount, currency="USD"), **more
        )
        return str(answer.json().get("message", {}).get("ack_status", answer.status_code))

    assert told("succ", signer=mallory.named(f"{own}#x")) == "401"
    assert told("succ", sender="mallory.example") == "401"
    assert told("succ", number="0" * 32) == "403"
    assert told("succ", amount="1.00") == "NACK"
    assert agency.state(payment) == "SENT", "another amount confirms nothing"
    assert payment.disputed, "and somebody looks at it"
    PaymentInstruction.objects.update(disputed=False)
    assert told("succ") == "NACK"
    assert agency.state(payment) == "SETTLED"
    for late in ("succ", "pdng", "rcvd"):
        assert told(late) == "NACK"
    assert agency.state(payment) == "SETTLED"
    assert not payment.disputed
    told("rjct")
    agency.state(payment)
    assert payment.disputed


def test_a_callback_for_anothers_payment_changes_nothing(through: Callable[..., Rail]) -> None:
    agency = through(mode="async")
    mine = agency.book(PHONE)
    agency.deliver()
    other = GatewayAccount.objects.create(name="another", kind="g2p-connect", config={"partner": "another"})
    theirs = agency.book(PHONE)
    PaymentInstruction.objects.filter(pk=theirs.pk).update(gateway=other, state="SENT")
    now = timezone.now()
    both = [DisbursementStatus(each.number, "succ", now) for each in (mine, theirs)]
    assert callback(agency, *both).status_code == 403
    mine.refresh_from_db()
    theirs.refresh_from_db()
    assert (mine.state, theirs.state) == ("SENT", "SENT"), "the whole message counts, or none of it"


def test_what_became_of_an_unreachable_partner(through: Callable[..., Rail]) -> None:
    agency = through()
    Partner.objects.update(active=False)
    payment = agency.book(PHONE)
    assert agency.deliver()["failed"] == 1
    assert agency.state(payment) == "BOOKED", "surely nothing left"


def test_an_answer_with_another_amount_confirms_nothing(through: Callable[..., Rail]) -> None:
    agency = through()
    payment = agency.book(PHONE)
    agency.deliver()
    other = ReceivedItem.objects.get(reference_id=payment.number).instruction
    assert other is not None
    PaymentInstruction.objects.filter(pk=other.pk).update(amount=100)
    PaymentInstruction.objects.filter(pk=other.pk).update(state="SETTLED")
    agency.later(minutes=2)
    agency.reconcile()
    payment.refresh_from_db()
    assert (payment.state, payment.disputed) == ("SENT", True)
