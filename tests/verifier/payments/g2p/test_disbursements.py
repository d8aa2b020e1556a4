"""G2P Connect as a bank: what this house answers to an agency that pays through it."""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from common.adapters.exchange.registration import Registration, register_partner
from common.exchange.envelope import create_message
from common.exchange.header import Header
from common.keys import PrivateKey, jwk
from common.payments.address import parse_address
from common.payments.g2p import actions, disburse, status
from tests.api.openapi import answer_problems
from tests.clock import from_now
from tests.verifier.payments.agency import (
    KEY,
    PHONE,
    Agency,
    agency,
    callbacks,
    payments,
    programme,
    wanted,
)
from verifier.identity import organisation
from verifier.models import (
    GatewayAccount,
    OwedAnswer,
    PayingPartner,
    PaymentInstruction,
    Programme,
    ReceivedItem,
)
from verifier.payments.delivery.outbox import deliver_outbox
from verifier.payments.g2p.callbacks import deliver_callbacks
from verifier.payments.instructions.ledger import check_books

__all__ = ["agency", "callbacks", "programme"]  # fixtures
DISBURSE = "g2p-connect/disburse_core_api_v1.0.0.yaml"


def parsed(
    response: tuple[str, Sequence[disburse.DisbursementStatus | disburse.Unread]],
) -> tuple[str, list[disburse.DisbursementStatus]]:
    """The response, each of whose statuses must be one that is understood."""
    transaction, found = response
    understood = [each for each in found if isinstance(each, disburse.DisbursementStatus)]
    assert len(understood) == len(found)
    return transaction, understood


def statuses(answer: Any) -> dict[str, tuple[str, str]]:
    assert answer.status_code == 200, answer.content
    assert answer_problems(DISBURSE, f"/{actions.SYNC_DISBURSE.path}", answer.json()) == []
    _, said = parsed(disburse.parse_disburse_response(answer.json()["message"]))
    return {each.reference_id: (each.status, each.reason) for each in said}


def test_a_disbursement_is_booked_and_asked_about(agency: Agency, programme: Programme) -> None:
    assert statuses(agency.ask(actions.SYNC_DISBURSE, payments(wanted("R1"), wanted("R2")))) == {
        "R1": ("pdng", ""),
        "R2": ("pdng", ""),
    }
    programme.refresh_from_db()
    assert programme.committed == 30_000
    check_books()
    query = status.create_status_request("T1", reference_id="Q", kind="disburse", references=["R2", "R9"])
    answer = agency.ask(actions.SYNC_DISBURSE_STATUS, query)
    assert answer_problems(DISBURSE, f"/{actions.SYNC_DISBURSE_STATUS.path}", answer.json()) == []
    _, said = parsed(disburse.parse_disburse_response(status.parse_status_response(answer.json()["message"])))
    assert [(each.reference_id, each.status, each.reason) for each in said] == [
        ("R2", "pdng", ""),
        ("R9", "rjct", "rjct.reference_id.invalid"),
    ]


def test_the_same_reference_pays_once(agency: Agency) -> None:
    for _ in range(3):
        assert statuses(agency.ask(actions.SYNC_DISBURSE, payments(wanted()))) == {"R1": ("pdng", "")}
    changed = agency.ask(actions.SYNC_DISBURSE, payments(wanted(amount="99.00")))
    assert statuses(changed) == {"R1": ("rjct", "rjct.reference_id.duplicate")}
    assert PaymentInstruction.objects.count() == 1


def test_a_message_replayed_is_refused(agency: Agency) -> None:
    body = agency.message(actions.SYNC_DISBURSE, payments(wanted()))
    assert agency.post(actions.SYNC_DISBURSE, body).status_code == 200
    again = agency.post(actions.SYNC_DISBURSE, body)
    assert (again.status_code, again.json()["header"]["status_reason_code"]) == (
        400, "rjct.message_id.duplicate",
    )  # fmt: skip
    assert PaymentInstruction.objects.count() == 1


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"payer": parse_address("programme:other@localhost")}, "rjct.payer_fa.invalid"),
        ({"payer": parse_address("programme:relief@elsewhere")}, "rjct.payer_fa.invalid"),
        ({"payer": parse_address("account:1@localhost")}, "rjct.payer_fa.invalid"),
        ({"currency": "EUR"}, "rjct.currency_code.invalid"),
        ({"amount": "1000.01"}, "rjct.amount.invalid"),
        ({"scheduled": timedelta(days=1)}, "rjct.schedule_ts.invalid"),
    ],
)
def test_what_is_not_to_be_paid_is_rejected(agency: Agency, more: dict[str, Any], reason: str) -> None:
    answer = agency.ask(actions.SYNC_DISBURSE, payments(wanted(**from_now(more)), wanted("R2")))
    assert statuses(answer) == {"R1": ("rjct", reason), "R2": ("pdng", "")}
    assert statuses(agency.ask(actions.SYNC_DISBURSE, payments(wanted(), wanted("R2"))))["R1"][0] == "pdng", (
        "what was rejected may be put right under its own reference"
    )


def test_a_closed_programme_and_another_partner_pay_nothing(agency: Agency, programme: Programme) -> None:
    Programme.objects.update(status="PAUSED")
    assert statuses(agency.ask(actions.SYNC_DISBURSE, payments(wanted())))["R1"][1] == "rjct.payer_fa.invalid"
    Programme.objects.update(status="OPEN")
    GatewayAccount.objects.update(kind="voucher")  # which only the person who signed for it can see
    assert statuses(agency.ask(actions.SYNC_DISBURSE, payments(wanted())))["R1"][1] == "rjct.payer_fa.invalid"
    GatewayAccount.objects.update(kind="file")
    PayingPartner.objects.all().delete()
    assert statuses(agency.ask(actions.SYNC_DISBURSE, payments(wanted())))["R1"][1] == "rjct.payer_fa.invalid"


def test_doors_stay_shut(agency: Agency, mallory: PrivateKey) -> None:
    body = agency.message(actions.SYNC_DISBURSE, payments(wanted()))
    assert agency.post(actions.SYNC_DISBURSE, body, token="x").status_code == 401
    forged = create_message(
        "g2p",
        Header("mx", "search", "agency.example", organisation.sender_id(), total_count=1),
        payments(wanted()),
        signer=mallory.named("agency.example#k1"),
        now=timezone.now(),
    )
    assert agency.post(actions.SYNC_DISBURSE, forged).status_code == 401
    assert agency.post(actions.SYNC_DISBURSE, {**body, "signature": ""}).status_code == 401
    changed = json.loads(json.dumps(body).replace("150.00", "950.00"))
    assert agency.post(actions.SYNC_DISBURSE, changed).status_code == 401
    elsewhere = agency.message(actions.SYNC_DISBURSE, payments(wanted()), receiver_id="another")
    assert agency.post(actions.SYNC_DISBURSE, elsewhere).status_code == 400
    stranger = agency.message(actions.SYNC_DISBURSE, payments(wanted()), sender_id="another")
    assert agency.post(actions.SYNC_DISBURSE, stranger).status_code == 401
    counted = agency.message(actions.SYNC_DISBURSE, payments(wanted()), total_count=2)
    assert agency.post(actions.SYNC_DISBURSE, counted).status_code == 400
    assert not PaymentInstruction.objects.exists()
    assert not ReceivedItem.objects.exists()


def test_a_partner_sees_its_own_disbursements_alone(agency: Agency, client: Client) -> None:
    agency.ask(actions.SYNC_DISBURSE, payments(wanted()))
    other, secret = register_partner(
        Registration("other.example", namespaces=["g2p"], keys={**jwk.encode(KEY.public_key), "kid": "k1"}),
        new_secret=True,
    )
    stranger = Agency(client, other, secret)
    query = status.create_status_request("T1", reference_id="Q", kind="disburse", references=["R1"])
    answer = stranger.ask(actions.SYNC_DISBURSE_STATUS, query)
    _, [said] = disburse.parse_disburse_response(status.parse_status_response(answer.json()["message"]))
    assert isinstance(said, disburse.DisbursementStatus)
    assert said.reason == "rjct.reference_id.invalid"
    criterion = {
        "reference_id": "S1", "request_type": "disburse", "attribute_type": "payee_fa",
        "attribute_value": PHONE,
    }  # fmt: skip
    search = {"transaction_id": "T2", "search_criteria": [criterion]}
    assert stranger.ask(actions.SYNC_SEARCH, search).json()["message"]["disbursements_status"] == []
    mine = agency.ask(actions.SYNC_SEARCH, search)
    assert answer_problems(DISBURSE, f"/{actions.SYNC_SEARCH.path}", mine.json()) == []
    assert [each["reference_id"] for each in mine.json()["message"]["disbursements_status"]] == ["R1"]


def test_an_asynchronous_disbursement_is_answered_when_all_has_ended(
    agency: Agency, callbacks: list[tuple[str, dict[str, Any]]]
) -> None:
    answer = agency.ask(actions.DISBURSE, payments(wanted(), wanted("R2", amount="5000.00")))
    assert answer_problems(DISBURSE, f"/{actions.DISBURSE.path}", answer.json()) == []
    assert answer.json()["message"]["ack_status"] == "ACK"
    now = timezone.now()
    assert deliver_callbacks(now=now) == {"answered": 0, "failed": 0, "open": 1, "given_up": 0}
    deliver_outbox(clock=lambda: now)
    from verifier.payments.instructions.gateway import PaymentReceipt
    from verifier.payments.instructions.receipts import apply_receipt

    apply_receipt(PaymentInstruction.objects.get().number, PaymentReceipt("settled"), source="test", now=now)
    later = now + timedelta(minutes=5)
    assert deliver_callbacks(now=later)["failed"] == 1, "the agency's server was down"
    later += timedelta(minutes=5)
    assert deliver_callbacks(now=later)["answered"] == 1
    assert deliver_callbacks(now=later)["answered"] == 0
    (first_url, first), (_, second) = callbacks
    assert first_url == "http://agency.test/callback/on-disburse"
    assert first["header"]["message_id"] == second["header"]["message_id"]
    _, said = parsed(disburse.parse_disburse_response(second["message"]))
    assert {each.reference_id: each.status for each in said} == {"R1": "succ", "R2": "rjct"}


def test_the_same_asynchronous_request_again_is_answered_again(
    agency: Agency, callbacks: list[tuple[str, dict[str, Any]]]
) -> None:
    """Each acknowledgement promises an answer, also of what was here before, and was refused as such."""
    agency.ask(actions.DISBURSE, payments(wanted(), wanted("R2")))
    other = wanted("R2", amount="99.00")
    agency.ask(actions.DISBURSE, payments(wanted(), other, wanted("R3", amount="0.00")))
    agency.ask(actions.DISBURSE, payments(wanted("R2", amount="98.00")))
    [single] = OwedAnswer.objects.order_by("-id")[:1]
    first, again = PaymentInstruction.objects.order_by("id")
    now = timezone.now()
    assert deliver_callbacks(now=now)["open"] == 2
    deliver_outbox(clock=lambda: now)
    from verifier.payments.instructions.gateway import PaymentReceipt
    from verifier.payments.instructions.receipts import apply_receipt

    for payment, state in ((first, "settled"), (again, "rejected")):
        apply_receipt(payment.number, PaymentReceipt(state), source="test", now=now)  # type: ignore[arg-type]
    for hours in (1, 2):
        deliver_callbacks(now=now + timedelta(hours=hours))
    assert not OwedAnswer.objects.filter(sent_at=None).exists()
    heard = {}
    for _, body in callbacks[1:]:  # the first attempt found nobody there
        _, said = parsed(disburse.parse_disburse_response(body["message"]))
        heard[body["header"]["message_id"]] = {each.reference_id: (each.status, each.reason) for each in said}
    assert heard.pop(single.message_id) == {"R2": ("rjct", "rjct.reference_id.duplicate")}
    assert sorted(heard.values(), key=len) == [
        {"R1": ("succ", ""), "R2": ("rjct", "")},
        {
            "R1": ("succ", ""),
            "R2": ("rjct", "rjct.reference_id.duplicate"),
            "R3": ("rjct", "rjct.amount.invalid"),
        },
    ]
    assert PaymentInstruction.objects.count() == 2, "and nobody is paid twice"


def test_an_answer_that_an_older_release_owes_is_written(
    agency: Agency, callbacks: list[tuple[str, dict[str, Any]]]
) -> None:
    agency.ask(actions.DISBURSE, payments(wanted(amount="0.00")))
    OwedAnswer.objects.update(sealed=None)
    OwedAnswer.objects.update(correlation_id=ReceivedItem.objects.get().correlation_id)
    now = timezone.now()
    assert deliver_callbacks(now=now)["failed"] == 1
    assert deliver_callbacks(now=now + timedelta(hours=1))["answered"] == 1


def test_no_answer_goes_to_an_address_that_was_not_registered(agency: Agency) -> None:
    answer = agency.ask(
        actions.DISBURSE, payments(wanted()), sender_uri="https://mallory.example/on-disburse"
    )
    assert answer.json()["message"]["error"]["code"] == "err.sender_uri.invalid"
    assert not PaymentInstruction.objects.exists()
    assert not OwedAnswer.objects.exists()
