"""G2P Connect 1.0.0: disbursements and the mapper, by address."""

from collections.abc import Mapping
from typing import Any, Final

from common.adapters.api.openapi.exchange import (
    ACKNOWLEDGED,
    LATER_REFUSALS,
    MOMENT,
    NOW_REFUSALS,
    PARTNER,
    answer_envelope,
    example_envelope,
    refused_at_once,
    request_envelope,
    token_operation,
)
from common.adapters.api.openapi.json_schema import (
    ANY_OBJECT,
    TEXT,
    Component,
    Part,
    array_of,
    enum_of,
    object_of,
    one_of,
)
from common.adapters.api.openapi.operation import JSON, Body, Operation, ResponseObject
from common.exchange.header import STATUSES, SUCCEEDED
from common.payments.g2p import actions
from common.payments.g2p.actions import Endpoint
from common.payments.g2p.status import ATTRIBUTES

G2P: Final = "g2p-connect"
PERSON, ADDRESS = "id:401@nid", "account:1234@bank"


def _message(members: dict[str, Part]) -> dict[str, Any]:
    return object_of({"transaction_id": TEXT, **members})


DISBURSEMENT: Final = Component(
    "G2pDisbursement",
    object_of(
        {
            "reference_id": TEXT,
            "payer_fa": TEXT,
            "payee_fa": TEXT,
            "amount": {"type": "string", "pattern": r"^[0-9]{1,13}\.[0-9]{1,2}$"},
        },
        {
            "currency_code": TEXT,
            "scheduled_timestamp": TEXT,
            "payer_name": TEXT,
            "payee_name": TEXT,
            "purpose": TEXT,
            "note": TEXT,
        },
    ),
)
ITEM_STATUS: Final = Component(
    "G2pItemStatus",
    object_of(
        {"reference_id": TEXT, "timestamp": TEXT, "status": enum_of(*STATUSES)},
        {"status_reason_code": TEXT, "amount": TEXT, "currency_code": TEXT, "id": TEXT, "fa": TEXT},
    ),
)
DISBURSE: Final = request_envelope(
    "G2pDisburseRequest", _message({"disbursements": array_of(DISBURSEMENT, minItems=1)})
)
DISBURSED_MESSAGE: Final = Component(
    "G2pDisburseStatus", _message({"disbursements_status": array_of(ITEM_STATUS)})
)
DISBURSED: Final = answer_envelope("G2pDisburseResponse", DISBURSED_MESSAGE)
SEARCH: Final = request_envelope(
    "G2pSearchRequest",
    _message(
        {
            "search_criteria": array_of(
                object_of(
                    {
                        "reference_id": TEXT,
                        "request_type": enum_of("disburse"),
                        "attribute_type": enum_of("payer_fa", "payee_fa"),
                        "attribute_value": TEXT,
                    }
                ),
                minItems=1,
            )
        }
    ),
)
STATUS: Final = request_envelope(
    "G2pTxnStatusRequest",
    _message(
        {
            "txnstatus_request": object_of(
                {
                    "reference_id": TEXT,
                    "txn_type": TEXT,
                    "attribute_type": enum_of(*ATTRIBUTES),
                    "attribute_value": one_of(TEXT, array_of(TEXT)),
                }
            )
        }
    ),
)
STATUS_FOUND: Final = answer_envelope(
    "G2pTxnStatusResponse",
    _message(
        {
            "correlation_id": TEXT,
            "txnstatus_response": object_of({"txn_type": TEXT, "txn_status": ANY_OBJECT}),
        }
    ),
)
MAPPER_ITEM: Final = object_of(
    {"reference_id": TEXT, "timestamp": TEXT},
    {"id": TEXT, "fa": TEXT, "name": TEXT, "scope": enum_of("yes_no", "details")},
)
STATED: Final = answer_envelope(
    "G2pCallbackMessage", one_of(DISBURSED_MESSAGE, _message({"txnstatus_response": ANY_OBJECT}))
)
A_PAYMENT: Final = {
    "transaction_id": "t-1",
    "disbursements": [
        {
            "reference_id": "r-1",
            "payer_fa": "programme:relief@agency",
            "payee_fa": ADDRESS,
            "amount": "120.00",
        }
    ],
}
A_SEARCH: Final = {
    "transaction_id": "t-1",
    "search_criteria": [
        {
            "reference_id": "r-1",
            "request_type": "disburse",
            "attribute_type": "payee_fa",
            "attribute_value": ADDRESS,
        }
    ],
}
AN_ITEM: Final = {"reference_id": "r-1", "timestamp": MOMENT, "id": PERSON, "fa": ADDRESS}
TITLES: Final = {
    "link": "Link a person to a financial address",
    "update": "Change a person's financial address",
    "unlink": "Part a person from a financial address",
    "resolve": "Ask for a person's financial address",
}


def _mapper(verb: str) -> tuple[Component, Component]:
    title = verb.capitalize()
    return (
        request_envelope(
            f"G2p{title}Request", _message({f"{verb}_request": array_of(MAPPER_ITEM, minItems=1)})
        ),
        answer_envelope(
            f"G2p{title}Response",
            _message({"correlation_id": TEXT, f"{verb}_response": array_of(ITEM_STATUS)}),
        ),
    )


def _mapping(verb: str) -> tuple[dict[str, Any], dict[str, Any]]:
    asked = {"transaction_id": "t-1", f"{verb}_request": [AN_ITEM]}
    return asked, {"transaction_id": "t-1", "correlation_id": "c-1", f"{verb}_response": [A_STATUS]}


def _status_question(kind: str) -> dict[str, Any]:
    return {
        "transaction_id": "t-2",
        "txnstatus_request": {
            "reference_id": "r-1",
            "txn_type": kind,
            "attribute_type": "reference_id_list",
            "attribute_value": ["r-1"],
        },
    }


def _g2p(
    path: str,
    summary: str,
    request: Component,
    said: Mapping[str, Any],
    responses: tuple[ResponseObject, ...],
) -> Operation:
    return Operation(
        id=f"g2p_{path.replace('/', '_').replace('-', '_')}",
        summary=summary,
        clause=f"G2P Connect 1.0.0, {path}",
        tag=G2P,
        path=f"/g2p/{path}",
        security=PARTNER,
        body=Body({JSON: request}, {"request": said}),
        responses=responses,
    )


def _at_once(
    endpoint: Endpoint,
    summary: str,
    messages: tuple[Component, Component],
    examples: tuple[Mapping[str, Any], Mapping[str, Any]],
) -> Operation:
    """An address that answers with a message; `messages` and `examples` are of request and answer."""
    (request, answer), (asked, said) = messages, examples
    answered = {"answer": example_envelope(endpoint.answer, said, status=SUCCEEDED)}
    responses = (
        ResponseObject(200, "The signed answer.", {JSON: answer}, answered),
        refused_at_once(answer),
        *NOW_REFUSALS,
    )
    return _g2p(endpoint.path, summary, request, example_envelope(endpoint.action, asked), responses)


def _later(endpoint: Endpoint, summary: str, request: Component, example: Mapping[str, Any]) -> Operation:
    """An address that acknowledges; the answer follows at the partner's callback."""
    told, said = f"{summary}, answered at {endpoint.callback}", example_envelope(endpoint.action, example)
    return _g2p(endpoint.path, told, request, said, (ACKNOWLEDGED, *LATER_REFUSALS))


def _told(endpoint: Endpoint, summary: str) -> Operation:
    """Our own callback, for gateways that pay for us."""
    said = example_envelope(endpoint.answer, A_RESULT, status=SUCCEEDED)
    return _g2p(endpoint.callback, summary, STATED, said, (ACKNOWLEDGED, *LATER_REFUSALS))


A_STATUS: Final = {"reference_id": "r-1", "timestamp": MOMENT, "status": SUCCEEDED}
A_RESULT: Final = {"transaction_id": "t-1", "disbursements_status": [A_STATUS]}
A_STATE: Final = {
    "transaction_id": "t-2",
    "correlation_id": "c-1",
    "txnstatus_response": {"txn_type": "on-disburse", "txn_status": A_RESULT},
}


PAY, FIND = "Pay", "Search payments by address"
PAYMENT_STATUS, MAPPING_STATUS = "Ask what became of payments", "Ask what became of a mapper request"
AT_ONCE: Final = (
    _at_once(actions.SYNC_DISBURSE, PAY, (DISBURSE, DISBURSED), (A_PAYMENT, A_RESULT)),
    _at_once(actions.SYNC_SEARCH, FIND, (SEARCH, DISBURSED), (A_SEARCH, A_RESULT)),
    _at_once(
        actions.SYNC_DISBURSE_STATUS,
        PAYMENT_STATUS,
        (STATUS, STATUS_FOUND),
        (_status_question("disburse"), A_STATE),
    ),
    _at_once(
        actions.SYNC_MAPPER_STATUS,
        MAPPING_STATUS,
        (STATUS, STATUS_FOUND),
        (_status_question("link"), A_STATE),
    ),
    *(
        _at_once(endpoint, TITLES[verb], _mapper(verb), _mapping(verb))
        for verb, endpoint in actions.SYNC_MAPPER.items()
    ),
)
LATER: Final = (
    _later(actions.DISBURSE, PAY, DISBURSE, A_PAYMENT),
    _later(actions.SEARCH, FIND, SEARCH, A_SEARCH),
    _later(actions.DISBURSE_STATUS, PAYMENT_STATUS, STATUS, _status_question("disburse")),
    _later(actions.MAPPER_STATUS, MAPPING_STATUS, STATUS, _status_question("link")),
    *(
        _later(endpoint, TITLES[verb], _mapper(verb)[0], _mapping(verb)[0])
        for verb, endpoint in actions.MAPPER.items()
    ),
)
TOLD: Final = (
    _told(actions.DISBURSE, "Say what became of payments"),
    _told(actions.DISBURSE_STATUS, "ResponseObject what became of payments"),
)
TOKEN: Final = token_operation("g2p_client_token", tag=G2P)
