"""Messages of SPDCI 1.0.0 as JSON Schemas, and an example of each."""

from typing import Any, Final

from common.adapters.api.openapi.exchange import MOMENT, answer_envelope, request_envelope
from common.adapters.api.openapi.json_schema import (
    ANY_OBJECT,
    TEXT,
    WHOLE,
    Component,
    Part,
    array_of,
    enum_of,
    object_of,
    one_of,
)
from common.exchange.header import REJECTED, SUCCEEDED
from common.registries.spdci.status import ATTRIBUTES

QUERY_TYPE: Final = enum_of("idtype-value", "predicate", "expression")
ITEM: Final[dict[str, Part]] = {"reference_id": TEXT, "timestamp": TEXT}
ANSWERED: Final[dict[str, Part]] = {
    "reference_id": TEXT,
    "timestamp": TEXT,
    "status": TEXT,
    "status_reason_code": TEXT,
    "status_reason_message": TEXT,
}
BY_IDENTIFIER: Final = {"type": "UIN", "value": "B-1"}


def _message(members: dict[str, Part]) -> dict[str, Any]:
    return object_of({"transaction_id": TEXT, **members})


SEARCH_CRITERIA: Final = Component(
    "SpdciSearchCriteria",
    object_of(
        {"query_type": QUERY_TYPE, "query": one_of(ANY_OBJECT, array_of(ANY_OBJECT))},
        {
            "version": TEXT,
            "reg_type": TEXT,
            "sort": array_of(object_of({"attribute_name": TEXT, "sort_order": enum_of("asc", "desc")})),
            "pagination": object_of({"page_size": WHOLE, "page_number": WHOLE}),
            "consent": ANY_OBJECT,
            "authorize": ANY_OBJECT,
        },
    ),
)
SEARCH: Final = request_envelope(
    "SpdciSearchRequest",
    _message(
        {"search_request": array_of(object_of({**ITEM, "search_criteria": SEARCH_CRITERIA}), minItems=1)}
    ),
)
RECORDS: Final = object_of(
    {"reg_records": one_of(ANY_OBJECT, array_of(one_of(ANY_OBJECT, array_of(ANY_OBJECT))))},
    {"version": TEXT, "reg_type": TEXT, "reg_record_type": TEXT},
)
FOUND: Final = answer_envelope(
    "SpdciSearchResponse",
    _message(
        {
            "correlation_id": TEXT,
            "search_response": array_of(
                object_of({}, {**ANSWERED, "data": RECORDS, "pagination": ANY_OBJECT})
            ),
        }
    ),
)
QUESTION: Final = object_of({}, {"query_type": TEXT, "query": ANY_OBJECT, "authorize": ANY_OBJECT})


def _question(name: str, title: str) -> tuple[Component, Component]:
    """`disabled` and `enrolled`: the request and its answer."""
    return (
        request_envelope(f"Spdci{title}Request", _message({f"{name}_criteria": QUESTION})),
        answer_envelope(
            f"Spdci{title}Response",
            _message(
                {
                    "correlation_id": TEXT,
                    f"{name}_response": array_of(
                        object_of({}, {**ANSWERED, f"{name}_status": enum_of("yes", "no")})
                    ),
                }
            ),
        ),
    )


DISABLED, IS_DISABLED = _question("disabled", "Disabled")
ENROLLED, IS_ENROLLED = _question("enrolled", "Enrolled")
UPDATES: Final = request_envelope("SpdciEnrollmentUpdates", _message({}))
STATUS: Final = request_envelope(
    "SpdciTxnStatusRequest",
    _message(
        {
            "txnstatus_request": object_of(
                {
                    "reference_id": TEXT,
                    "txn_type": enum_of("search", "subscribe", "unsubscribe"),
                    "attribute_type": enum_of(*ATTRIBUTES),
                    "attribute_value": one_of(TEXT, array_of(TEXT)),
                }
            )
        }
    ),
)
STATUS_FOUND: Final = answer_envelope(
    "SpdciTxnStatusResponse",
    _message(
        {
            "correlation_id": TEXT,
            "txnstatus_response": object_of({"txn_type": TEXT, "txn_status": ANY_OBJECT}),
        }
    ),
)
SUBSCRIBE: Final = request_envelope(
    "SpdciSubscribeRequest",
    _message(
        {
            "subscribe_request": array_of(
                object_of(
                    {
                        **ITEM,
                        "subscribe_criteria": object_of(
                            {"reg_event_type": TEXT, "filter": ANY_OBJECT, "notify_record_type": TEXT},
                            {"filter_type": QUERY_TYPE, "frequency": ANY_OBJECT, "authorize": ANY_OBJECT},
                        ),
                    }
                ),
                minItems=1,
            )
        }
    ),
)
UNSUBSCRIBE: Final = request_envelope(
    "SpdciUnsubscribeRequest", _message({"timestamp": TEXT, "subscription_codes": array_of(TEXT, minItems=1)})
)
SUBSCRIBED: Final = answer_envelope(
    "SpdciSubscribeResponse",
    _message(
        {"subscribe_response": array_of(object_of({}, {**ANSWERED, "subscriptions": array_of(ANY_OBJECT)}))}
    ),
)
UNSUBSCRIBED: Final = answer_envelope(
    "SpdciUnsubscribeResponse",
    object_of({"transaction_id": TEXT}, {"status": TEXT, "subscription_status": array_of(ANY_OBJECT)}),
)
NOTIFY: Final = request_envelope(
    "SpdciNotifyEvent",
    _message(
        {
            "notify_event": array_of(
                object_of(
                    {
                        **ITEM,
                        "data": object_of(
                            {"reg_event_type": TEXT, "reg_records": one_of(ANY_OBJECT, array_of(ANY_OBJECT))}
                        ),
                    }
                ),
                minItems=1,
            )
        }
    ),
)
KEYS: Final = Component("SpdciKeys", object_of({"keys": array_of(ANY_OBJECT)}))
LOCATIONS: Final = Component(
    "SpdciLocations",
    object_of(
        {
            "@context": ANY_OBJECT,
            "@type": TEXT,
            "last_updated": TEXT,
            "locations": array_of(object_of({"id": TEXT, "name": TEXT})),
        }
    ),
)
A_SEARCH: Final = {
    "transaction_id": "t-1",
    "search_request": [
        {
            "reference_id": "r-1",
            "timestamp": MOMENT,
            "search_criteria": {"query_type": "idtype-value", "query": BY_IDENTIFIER},
        }
    ],
}
A_QUESTION: Final = {"query_type": "idtype-value", "query": BY_IDENTIFIER}
A_STATUS: Final = {
    "transaction_id": "t-2",
    "txnstatus_request": {
        "reference_id": "r-1",
        "txn_type": "search",
        "attribute_type": "transaction_id",
        "attribute_value": "t-1",
    },
}
A_SUBSCRIPTION: Final = {
    "transaction_id": "t-3",
    "subscribe_request": [
        {
            "reference_id": "r-1",
            "timestamp": MOMENT,
            "subscribe_criteria": {
                "reg_event_type": "Birth",
                "filter_type": "idtype-value",
                "filter": BY_IDENTIFIER,
                "notify_record_type": "Person",
            },
        }
    ],
}
AN_END: Final = {"transaction_id": "t-4", "timestamp": MOMENT, "subscription_codes": ["s-1"]}
AN_EVENT: Final = {
    "transaction_id": "t-5",
    "notify_event": [
        {"reference_id": "r-1", "timestamp": MOMENT, "data": {"reg_event_type": "Birth", "reg_records": {}}}
    ],
}
ANSWER: Final = {"transaction_id": "t-1", "correlation_id": "c-1"}
AN_ANSWER: Final = {"reference_id": "r-1", "timestamp": MOMENT, "status": SUCCEEDED}
A_FIND: Final = {
    **ANSWER,
    "search_response": [{**AN_ANSWER, "data": {"version": "1.0.0", "reg_records": [{"given_name": "Ana"}]}}],
}
A_STATE: Final = {**ANSWER, "txnstatus_response": {"txn_type": "search", "txn_status": A_FIND}}
A_YES: Final = {**ANSWER, "enrolled_response": [{**AN_ANSWER, "enrolled_status": "yes"}]}
A_REFUSED_UPDATE: Final = {
    **ANSWER,
    "enrolled_response": [
        {
            "reference_id": "t-1",
            "timestamp": MOMENT,
            "status": REJECTED,
            "status_reason_message": "This registry changes its records itself.",
        }
    ],
}
DISABLED_YES: Final = {**ANSWER, "disabled_response": [{**AN_ANSWER, "disabled_status": "yes"}]}
