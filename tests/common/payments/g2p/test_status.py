"""Asking what became of a transaction, in each of the three ways, and searching disbursements."""

from typing import Any

import pytest

from common.exchange.errors import ExchangeError
from common.payments.address import parse_address
from common.payments.g2p import members
from common.payments.g2p.disburse import Refusal
from common.payments.g2p.status import (
    Search,
    StatusQuery,
    create_status_request,
    create_status_response,
    parse_disbursement_search,
    parse_status_request,
    parse_status_response,
)

KINDS = ("disburse",)
ASKED = create_status_request("T-1", reference_id="Q-1", kind="disburse", references=["R-1", "R-2"])


def asked(**changes: Any) -> dict[str, Any]:
    query = {**ASKED["txnstatus_request"], **changes}
    return {**ASKED, "txnstatus_request": {name: part for name, part in query.items() if part is not None}}


def test_there_and_back() -> None:
    assert ASKED == {
        "transaction_id": "T-1",
        "txnstatus_request": {
            "reference_id": "Q-1", "txn_type": "disburse", "attribute_type": "reference_id_list",
            "attribute_value": ["R-1", "R-2"],
        },
    }  # fmt: skip
    found = parse_status_request(ASKED, kinds=KINDS)
    assert found == StatusQuery("T-1", "Q-1", "disburse", "reference_id_list", ("R-1", "R-2"))


@pytest.mark.parametrize("attribute", ["transaction_id", "correlation_id"])
def test_one_identifier_stands_alone(attribute: str) -> None:
    found = parse_status_request(asked(attribute_type=attribute, attribute_value="T-0"), kinds=KINDS)
    assert (found.attribute, found.values) == (attribute, ("T-0",))
    with pytest.raises(ExchangeError):
        parse_status_request(asked(attribute_type=attribute, attribute_value=["T-0"]), kinds=KINDS)


@pytest.mark.parametrize(
    "message",
    [
        {}, {**ASKED, "transaction_id": None}, {**ASKED, "transaction_id": "x" * 100},
        {**ASKED, "txnstatus_request": None}, {**ASKED, "txnstatus_request": [ASKED["txnstatus_request"]]},
        asked(reference_id=None), asked(reference_id=7), asked(reference_id=""), asked(txn_type=None),
        asked(txn_type="link"), asked(attribute_type=None), asked(attribute_type="payee_fa"),
        asked(attribute_type=["transaction_id"]), asked(attribute_value=None), asked(attribute_value=[]),
        asked(attribute_value="R-1"), asked(attribute_value=[7]), asked(attribute_value=["R-1", ""]),
        asked(attribute_value=["R"] * (members.MAX_ITEMS + 1)),
    ],
)  # fmt: skip
def test_questions_that_are_none(message: dict[str, Any]) -> None:
    with pytest.raises(ExchangeError):
        parse_status_request(message, kinds=KINDS)


def test_as_many_as_may_be_asked_about() -> None:
    names = [f"R-{number}" for number in range(members.MAX_ITEMS)]
    assert parse_status_request(asked(attribute_value=names), kinds=KINDS).values == tuple(names)


def test_the_answer() -> None:
    status = {"disbursements_status": [{"reference_id": "R-1"}]}
    created = create_status_response("T-1", correlation_id="C-1", kind="disburse", status=status)
    assert created == {
        "transaction_id": "T-1", "correlation_id": "C-1",
        "txnstatus_response": {"txn_type": "on-disburse", "txn_status": status},
    }  # fmt: skip
    assert parse_status_response(created) == status
    responses: tuple[Any, ...] = (None, [], {}, {"txn_status": None}, {"txn_status": []})
    for response in responses:
        with pytest.raises(ExchangeError):
            parse_status_response({**created, "txnstatus_response": response})


def test_what_is_searched() -> None:
    address = "account:1@bank.example"
    criterion = {
        "reference_id": "S-1", "request_type": "disburse", "attribute_type": "payee_fa",
        "attribute_value": address,
    }  # fmt: skip
    others = [
        {**criterion, "reference_id": "S-2", "request_type": "link"},
        {**criterion, "reference_id": "S-3", "attribute_type": "name"},
        {**criterion, "reference_id": "S-4", "attribute_value": "nowhere"},
        {**criterion, "reference_id": "S-5", "attribute_type": "payer_fa"},
    ]
    found = parse_disbursement_search({"transaction_id": "T-1", "search_criteria": [criterion, *others]})
    assert found == (
        "T-1",
        (
            Search("S-1", "payee_fa", parse_address(address)), Refusal("S-2", "rjct.request_type.invalid"),
            Refusal("S-3", "rjct.attribute_type.invalid"), Refusal("S-4", "rjct.srch_payee_fa.invalid"),
            Search("S-5", "payer_fa", parse_address(address)),
        ),
    )  # fmt: skip
