from datetime import UTC, datetime
from typing import Any

import pytest

from common.exchange.envelope import create_message
from common.exchange.errors import ExchangeError
from common.exchange.header import Header
from common.keys import PrivateKey
from common.payments.address import parse_address
from common.payments.errors import PaymentMessageError
from common.payments.g2p import actions, disburse, status
from common.payments.g2p.disburse import Disbursement, DisbursementStatus, Refusal
from tests.api.openapi import answer_problems, request_problems

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
FILE = "g2p-connect/disburse_core_api_v1.0.0.yaml"
ONE = Disbursement(
    "R1",
    parse_address("programme:subsidy@sello"),
    parse_address("mobile:+59171234567@chaska"),
    "150.00",
    "USD",
    purpose="Farmers' subsidy 2026",
    note="SUBSIDY-2026",
    scheduled=NOW,
)


def enveloped(
    endpoint: actions.Endpoint, message: dict[str, Any], key: PrivateKey, *, answer: bool = False
) -> Any:
    header = Header("m1", endpoint.answer if answer else endpoint.action, "agency", "bank",
                    status="succ" if answer else "")  # fmt: skip
    return create_message("g2p", header, message, signer=key.named("agency#k1"), now=NOW)


def test_a_request_is_read_as_it_was_written() -> None:
    assert disburse.parse_disburse_request(disburse.create_disburse_request("T1", [ONE])) == ("T1", (ONE,))


@pytest.mark.parametrize("endpoint", [actions.DISBURSE, actions.SYNC_DISBURSE])
def test_our_disbursement_is_what_the_text_describes(endpoint: actions.Endpoint, ana: PrivateKey) -> None:
    body = enveloped(endpoint, disburse.create_disburse_request("T1", [ONE]), ana)
    assert request_problems(FILE, f"/{endpoint.path}", body) == []


@pytest.mark.parametrize("endpoint", [actions.DISBURSE_STATUS, actions.SYNC_DISBURSE_STATUS])
def test_our_question_is_what_the_text_describes(endpoint: actions.Endpoint, ana: PrivateKey) -> None:
    message = status.create_status_request("T1", reference_id="Q1", kind="disburse", references=["R1", "R2"])
    assert request_problems(FILE, f"/{endpoint.path}", enveloped(endpoint, message, ana)) == []


def test_our_answers_are_what_the_text_describes(ana: PrivateKey) -> None:
    said = disburse.create_disburse_response(
        "T1",
        [
            DisbursementStatus("R1", "succ", NOW, amount="150", currency="USD"),
            DisbursementStatus("R2", "rjct", NOW, "rjct.payee_fa.invalid"),
        ],
    )
    found = disburse.create_disburse_response(
        "T1", [DisbursementStatus("R2", "rjct", NOW, "rjct.srch_payee_fa.invalid")]
    )
    asked = status.create_status_response("T1", correlation_id="C1", kind="disburse", status=said)
    for endpoint, message in (
        (actions.SYNC_DISBURSE, said),
        (actions.SYNC_SEARCH, found),
        (actions.SYNC_DISBURSE_STATUS, asked),
    ):
        assert (
            answer_problems(FILE, f"/{endpoint.path}", enveloped(endpoint, message, ana, answer=True)) == []
        )
    for endpoint, message in (
        (actions.DISBURSE, said), (actions.SEARCH, found), (actions.DISBURSE_STATUS, asked),
    ):  # fmt: skip
        body = enveloped(endpoint, message, ana, answer=True)
        assert request_problems(FILE, f"/{endpoint.callback}", body) == []
    assert disburse.parse_disburse_response(
        status.parse_status_response(asked)
    ) == disburse.parse_disburse_response(said)


def item(**more: Any) -> dict[str, Any]:
    whole = {
        "reference_id": "R1",
        "payer_fa": "programme:subsidy@sello",
        "payee_fa": "account:1@bank",
        "amount": "1.00",
        **more,
    }
    return {name: value for name, value in whole.items() if value is not None}


@pytest.mark.parametrize("name", ["disbursements", "disburemsents"])
def test_either_spelling_is_read(name: str) -> None:
    _, (read,) = disburse.parse_disburse_request({"transaction_id": "T1", name: [item()]})
    assert read == Disbursement(
        "R1", parse_address("programme:subsidy@sello"), parse_address("account:1@bank"), "1.00"
    )


def test_two_spellings_that_differ_are_refused() -> None:
    with pytest.raises(ExchangeError, match="different things"):
        disburse.parse_disburse_request(
            {"transaction_id": "T1", "disbursements": [item()], "disburemsents": [item(amount="9.00")]}
        )


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"amount": "1"}, "rjct.amount.invalid"),
        ({"amount": 1.5}, "rjct.amount.invalid"),
        ({"amount": "0.00"}, "rjct.amount.invalid"),
        ({"amount": "-1.00"}, "rjct.amount.invalid"),
        ({"amount": None}, "rjct.amount.invalid"),
        ({"payer_fa": "nobody"}, "rjct.payer_fa.invalid"),
        ({"payee_fa": {"a": 1}}, "rjct.payee_fa.invalid"),
        ({"payee_fa": None}, "rjct.payee_fa.invalid"),
        ({"currency_code": "usd"}, "rjct.currency_code.invalid"),
        ({"currency_code": ["USD"]}, "rjct.currency_code.invalid"),
        ({"scheduled_timestamp": "tomorrow"}, "rjct.schedule_ts.invalid"),
        ({"scheduled_timestamp": "2026-11-22T03:00:00"}, "rjct.schedule_ts.invalid"),
        ({"payee_name": "x" * 141}, "rjct.payee_fa.invalid"),
    ],
)
def test_one_wrong_item_does_not_spoil_the_others(wrong: dict[str, Any], reason: str) -> None:
    message = {"transaction_id": "T1", "disbursements": [item(**wrong), item(reference_id="R2")]}
    _, (first, second) = disburse.parse_disburse_request(message)
    assert first == Refusal("R1", reason)
    assert isinstance(second, Disbursement)
    assert reason in disburse.REASONS


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"transaction_id": "T1"},
        {"transaction_id": "T1", "disbursements": []},
        {"transaction_id": "T1", "disbursements": "R1"},
        {"transaction_id": "T1", "disbursements": ["R1"]},
        {"transaction_id": "T1", "disbursements": [item()] * 2},
        {"transaction_id": "T1", "disbursements": [item(reference_id=None)]},
        {"transaction_id": "T1", "disbursements": [item(reference_id=f"R{n}") for n in range(1_001)]},
        {"transaction_id": "T" * 100, "disbursements": [item()]},
        {"transaction_id": "T\n1", "disbursements": [item()]},
    ],
)
def test_a_message_without_its_shape_is_refused(message: dict[str, Any]) -> None:
    with pytest.raises(ExchangeError):
        disburse.parse_disburse_request(message)


def test_amounts_are_never_rounded() -> None:
    assert disburse.decimals("500") == "500.00"
    with pytest.raises(PaymentMessageError):
        disburse.decimals("1.005")


ASKED = {
    "reference_id": "Q1",
    "txn_type": "disburse",
    "attribute_type": "transaction_id",
    "attribute_value": "T1",
}


@pytest.mark.parametrize(
    "query",
    [
        None,
        {**ASKED, "txn_type": "link"},
        {**ASKED, "txn_type": ["disburse"]},
        {**ASKED, "attribute_type": "x"},
        {**ASKED, "attribute_value": 1},
        {**ASKED, "attribute_type": "reference_id_list", "attribute_value": []},
        {**ASKED, "attribute_type": "reference_id_list", "attribute_value": "R1"},
        {**ASKED, "reference_id": ""},
    ],
)
def test_a_question_about_nothing_is_refused(query: Any) -> None:
    with pytest.raises(ExchangeError):
        status.parse_status_request({"transaction_id": "T1", "txnstatus_request": query}, kinds=("disburse",))


def test_a_search_names_an_address() -> None:
    _, found = status.parse_disbursement_search(
        {
            "transaction_id": "T1",
            "search_criteria": [
                {"reference_id": "1", "request_type": "disburse", "attribute_type": "payee_fa",
                 "attribute_value": "account:1@bank"},
                {"reference_id": "2", "request_type": "x"},
                {"reference_id": "3", "request_type": "disburse", "attribute_type": "x"},
                {"reference_id": "4", "request_type": "disburse", "attribute_type": "payer_fa",
                 "attribute_value": 5},
            ],
        }
    )  # fmt: skip
    assert found == (
        status.Search("1", "payee_fa", parse_address("account:1@bank")),
        Refusal("2", "rjct.request_type.invalid"),
        Refusal("3", "rjct.attribute_type.invalid"),
        Refusal("4", "rjct.srch_payer_fa.invalid"),
    )


@pytest.mark.parametrize("nothing", [None, ""])
def test_optional_members_that_say_nothing_are_absent(nothing: Any) -> None:
    optional = ("currency_code", "scheduled_timestamp", "payer_name", "payee_name", "purpose", "note")
    message = {"transaction_id": "T1", "disbursements": [{**item(), **dict.fromkeys(optional, nothing)}]}
    assert disburse.parse_disburse_request(message) == disburse.parse_disburse_request(
        {**message, "disbursements": [item()]}
    )


@pytest.mark.parametrize("name", ["علی\u200cرضا", "ශ්\u200dරී", "José\u00a0Luis", "Ana María"])
def test_names_in_any_script_are_names(name: str) -> None:
    _, (read,) = disburse.parse_disburse_request(
        {"transaction_id": "T1", "disbursements": [item(payee_name=name)]}
    )
    assert isinstance(read, Disbursement)
    assert read.payee_name == name.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("note", "kept"), [("x" * 100, "x" * 99), ("a\nb", "a b"), ("a\u200cb", "a\u200cb"), (["x"], "")]
)
def test_a_note_refuses_no_payment(note: Any, kept: str) -> None:
    _, (read,) = disburse.parse_disburse_request({"transaction_id": "T1", "disbursements": [item(note=note)]})
    assert isinstance(read, Disbursement)
    assert read.note == kept


SAID = {"reference_id": "R1", "timestamp": "2026-11-22T03:00:00Z", "status": "succ"}


def answered(*those: Any) -> dict[str, Any]:
    said = disburse.parse_disburse_response({"transaction_id": "T1", "disbursements_status": list(those)})[1]
    return {each.reference_id: each for each in said}


@pytest.mark.parametrize(
    ("amount", "read"),
    [("150.00", "150.00"), ("150", "150"), (150, "150"), (150.0, "150.0"), (150.5, "150.5"), (1e15, None),
     (None, ""), ("", "")],
)  # fmt: skip
def test_an_amount_is_read_as_text_or_number(amount: Any, read: str | None) -> None:
    said = answered({**SAID, "amount": amount})["R1"]
    assert (said.amount, said.legible) == (read or "", read is not None)


@pytest.mark.parametrize("amount", ["1,000.00", "1.000,00", "USD 10", "ten", "1e3", "-10.00", -10, 1e-7, True,
                                    {"value": "10.00"}, ["10.00"], " ", "10.00 "])  # fmt: skip
def test_an_amount_that_cannot_be_read_is_not_taken_for_none(amount: Any) -> None:
    assert not answered({**SAID, "amount": amount})["R1"].legible


@pytest.mark.parametrize("currency", ["US Dollar", "US", "$", 840, {"code": "USD"}, True, "840"])
def test_a_currency_that_cannot_be_read_is_not_taken_for_none(currency: Any) -> None:
    assert not answered({**SAID, "currency_code": currency})["R1"].legible


@pytest.mark.parametrize(
    "bad",
    [
        {**SAID, "reference_id": "R2", "timestamp": "2026-11-28T06:50:00"},
        {**SAID, "reference_id": "R2", "timestamp": None},
        {**SAID, "reference_id": "R2", "timestamp": 5},
        {**SAID, "reference_id": "R2", "status": "paid"},
        {**SAID, "reference_id": "R2", "status": ["succ"]},
        {**SAID, "reference_id": ""},
        {**SAID, "reference_id": 7},
        {**SAID, "timestamp": "2026-11-22T03:00:01Z"},
        None,
        "R2",
    ],
)
def test_one_item_of_an_answer_spoils_itself_alone(bad: Any) -> None:
    found = answered(SAID, bad)
    assert found["R1"].status == "succ"
    assert all(isinstance(each, disburse.Unread) for id, each in found.items() if id != "R1")


def test_two_things_said_of_one_payment_say_nothing() -> None:
    assert answered(SAID, {**SAID, "status": "rjct"}, SAID) == {"R1": disburse.Unread("R1")}


@pytest.mark.parametrize("endpoint", [actions.SYNC_DISBURSE, actions.DISBURSE, *actions.SYNC_MAPPER.values()])
def test_an_answer_may_be_called_by_what_it_answers(endpoint: actions.Endpoint) -> None:
    assert {endpoint.verb, f"on-{endpoint.verb}", endpoint.action, endpoint.answer} == set(endpoint.answers)
