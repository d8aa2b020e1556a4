"""One function for each action: what a registry does with a partner's message, and what it answers.

What is asked at once is answered at once; what is asked `async` is acknowledged, and the answer waits in the
outbox for `deliver_messages`.
"""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from common.adapters.exchange import outgoing
from common.adapters.exchange.messages import ReceivedMessage
from common.exchange.envelope import timestamp
from common.exchange.errors import ExchangeError
from common.registries.spdci import members, search, status, subscription
from common.registries.spdci import questions as question_messages
from common.registries.spdci.members import SpdciItemError
from common.registries.spdci.search import Found
from issuer.models import Outgoing
from issuer.spdci import outbox, questions, subscriptions, transactions
from issuer.spdci import search as searching
from issuer.spdci.served_registry import ServedRegistry, agreement_with

CALLBACKS: Final = {
    "search": "registry/on-search",
    "subscribe": "registry/on-subscribe",
    "unsubscribe": "registry/on-unsubscribe",
    "txn-status": "registry/txn/on-status",
}
ANSWERS: Final = {name: f"on-{name}" for name in CALLBACKS} | {"txn-status": "txn-on-status"}
Message = dict[str, Any]


def search_now(served: ServedRegistry, received: ReceivedMessage, *, now: datetime) -> Message:
    """`registry/sync/search`."""
    transaction_id, items = search.parse_search(received.message, now=now)
    _check_count(received, items)
    begun = transactions.begin_transaction(
        served, received.partner, "search", transaction_id, [item.reference_id for item in items], now=now
    )
    answers = searching.answer_searches(
        served, received.partner, items, request_id=received.header.message_id, now=now
    )
    transactions.conclude_transaction(begun, answers)
    return search.create_search_response(
        transaction_id, begun.correlation_id, answers, mapping=served.mapping, now=now
    )


def search_later(served: ServedRegistry, received: ReceivedMessage, *, now: datetime) -> str:
    """`registry/search`: the correlation_id; the records are looked up when the answer is made."""
    agreement_with(received.partner, served.registry)
    transaction_id, items = search.parse_search(received.message, now=now)
    _check_count(received, items)
    begun = transactions.begin_transaction(
        served, received.partner, "search", transaction_id, [item.reference_id for item in items], now=now
    )
    outbox.enqueue(
        served.registry,
        received.partner,
        outbox.OutgoingMessage(
            "on-search",
            received.message,
            _callback(received),
            request_id=received.header.message_id,
            total_count=len(items),
            state=Outgoing.State.ASKED,
            about=begun,
        ),
        now=now,
    )
    return begun.correlation_id


def prepare_search(
    served: ServedRegistry, row: Outgoing, message: Mapping[str, Any], *, now: datetime
) -> Message:
    """The answer to a search that waited; what is no longer agreed is refused in it."""
    assert row.transaction is not None
    transaction_id, items = search.parse_search(message, now=now)
    try:
        answers = searching.answer_searches(served, row.partner, items, request_id=row.request_id, now=now)
    except ExchangeError as error:
        refusal = SpdciItemError(error.public)
        answers = [Found(item.reference_id, refusal=refusal) for item in items]
    transactions.conclude_transaction(row.transaction, answers)
    return search.create_search_response(
        transaction_id, row.transaction.correlation_id, answers, mapping=served.mapping, now=now
    )


def subscribe_later(served: ServedRegistry, received: ReceivedMessage, *, now: datetime) -> str:
    """`registry/subscribe`: the correlation_id; codes travel with `on-subscribe`."""
    transaction_id, items = subscription.parse_subscribe(received.message, now=now)
    _check_count(received, items)
    begun = transactions.begin_transaction(
        served, received.partner, "subscribe", transaction_id, [item.reference_id for item in items], now=now
    )
    answers = subscriptions.accept_subscriptions(served, received.partner, items, now=now)
    transactions.conclude_transaction(begun, answers)
    message = subscription.create_subscribe_response(transaction_id, begun.correlation_id, answers, now=now)
    return _answer_later(served, received, message, total_count=len(items), now=now)


def unsubscribe_later(served: ServedRegistry, received: ReceivedMessage, *, now: datetime) -> str:
    """`registry/unsubscribe`."""
    transaction_id, codes = subscription.parse_unsubscribe(received.message)
    refusal = subscriptions.end_subscriptions(served, received.partner, codes)
    begun = transactions.begin_transaction(
        served, received.partner, "unsubscribe", transaction_id, [], now=now
    )
    begun.outcome = [
        {"reference_id": "", "status": "rjct", "status_reason_code": refusal.reason}
        if refusal
        else {"reference_id": "", "status": "succ", "codes": codes}
    ]
    begun.save(update_fields=["outcome"])
    message = subscription.create_unsubscribe_response(
        transaction_id, begun.correlation_id, codes, refusal=refusal, now=now
    )
    return _answer_later(served, received, message, now=now)


def status_now(served: ServedRegistry, received: ReceivedMessage, *, now: datetime) -> Message:
    """`registry/sync/txn/status`."""
    asked = status.parse_status(received.message)
    known = transactions.transaction_outcomes(served, received.partner, asked, now=now)
    return status.create_status(
        asked.transaction_id,
        str(uuid.uuid4()),
        txn_type=asked.txn_type,
        answer=known,
        mapping=served.mapping,
    )


def status_later(served: ServedRegistry, received: ReceivedMessage, *, now: datetime) -> str:
    """`registry/txn/status`."""
    return _answer_later(served, received, status_now(served, received, now=now), now=now)


def question_now(served: ServedRegistry, received: ReceivedMessage, *, name: str, now: datetime) -> Message:
    """`registry/sync/disabled`, `registry/sync/enrolled`."""
    message_id = received.header.message_id
    transaction_id, answer = questions.decide_question(
        served, received.partner, name, dict(received.message), request_id=message_id, now=now
    )
    return question_messages.create_question_answer(
        name, transaction_id, str(uuid.uuid4()), reference_id=transaction_id, answer=answer, now=now
    )


def details_now(served: ServedRegistry, received: ReceivedMessage, *, name: str, now: datetime) -> Message:
    """`registry/sync/get-disability-details`, `registry/sync/get-disability-support`."""
    message_id = received.header.message_id
    transaction_id, found = questions.question_details(
        served, received.partner, name, dict(received.message), request_id=message_id, now=now
    )
    answer = search.create_search_response(
        transaction_id, str(uuid.uuid4()), [found], mapping=served.mapping, now=now
    )
    for entry in answer["search_response"]:
        if "data" in entry:  # these two endpoints answer with a list; one of them with a list of lists
            records = found.records or []
            entry["data"]["reg_records"] = [[r] for r in records] if name == "support" else records
    return answer


def _answer_later(
    served: ServedRegistry,
    received: ReceivedMessage,
    message: Message,
    *,
    total_count: int = 1,
    now: datetime,
) -> str:
    outbox.enqueue(
        served.registry,
        received.partner,
        outbox.OutgoingMessage(
            ANSWERS[received.header.action],
            message,
            _callback(received),
            request_id=received.header.message_id,
            total_count=total_count,
        ),
        now=now,
    )
    return str(message["correlation_id"])


def _callback(received: ReceivedMessage) -> str:
    header = received.header
    return outgoing.callback_url(received.partner, header.sender_uri, path=CALLBACKS[header.action])


def _check_count(received: ReceivedMessage, items: Sequence[object]) -> None:
    if received.header.total_count != len(items):
        raise ExchangeError("total_count is not the number of requests.", reason="rjct.total_count.invalid")


def updates_now(served: ServedRegistry, received: ReceivedMessage, *, now: datetime) -> Message:
    """`registry/sync/enrollment/updates`: refused: a registry's records are changed by it alone."""
    agreement_with(received.partner, served.registry)
    transaction_id = members.parse_identifier(received.message, "transaction_id")
    entry = {
        "reference_id": transaction_id,
        "timestamp": timestamp(now),
        "status": "rjct",
        "status_reason_message": "This registry changes its records itself.",
    }
    return {
        "transaction_id": transaction_id,
        "correlation_id": str(uuid.uuid4()),
        "enrolled_response": [entry],
    }
