"""`subscribe`, `unsubscribe`, `notify`, and their answers: being told when a record changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from common.exchange import optional_members
from common.exchange.envelope import parse_timestamp, timestamp
from common.exchange.errors import ExchangeError
from common.exchange.header import REJECTED, SUCCEEDED
from common.registries.spdci import members
from common.registries.spdci.criteria import Node, parse_criteria
from common.registries.spdci.mapping import RecordMapping, parse_reg_records
from common.registries.spdci.members import SpdciItemError
from common.registries.spdci.search import VERSION, refused

TYPES: Final = "rjct.notify_types.invalid"
DETAILS: Final = "rjct.notify_details.invalid"
ALREADY: Final = "rjct.event.already_subscribed"
CODE: Final = "rjct.subscription_code.invalid"
ALREADY_GONE: Final = "rjct.event.already_unsubscribed"
SUBSCRIBE, UNSUBSCRIBE = "subscribe", "unsubscribe"
FOREVER: Final = {
    "start_time": "1970-01-01T00:00:00Z",
    "end_time": "9999-12-31T00:00:00Z",
    "frequency": "* * * * *",
}


@dataclass(frozen=True, slots=True)
class SubscriptionRequest:
    """What somebody wants to be told of; `filter_type` and `filter` as they came, to be kept."""

    event_type: str
    query: Node
    filter_type: str
    filter: Any = field(repr=False)
    record_type: str
    start: datetime | None = None
    end: datetime | None = None
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class SubscribeItem:
    """One request of a batch: a wish, or the reason why it is refused."""

    reference_id: str
    wish: SubscriptionRequest | None = None
    refusal: SpdciItemError | None = None


@dataclass(frozen=True, slots=True)
class SubscriptionResult:
    """The answer to one wish: the code under which it stands."""

    reference_id: str
    code: str = ""
    wish: SubscriptionRequest | None = None
    refusal: SpdciItemError | None = None


@dataclass(frozen=True, slots=True)
class RecordEvent:
    """One record that changed, as a data object."""

    reference_id: str
    at: datetime
    record: dict[str, Any] = field(repr=False)


def parse_subscribe(message: Mapping[str, Any], *, now: datetime) -> tuple[str, list[SubscribeItem]]:
    """The transaction and the wishes of a SubscribeRequest."""
    transaction_id, seen, items = members.parse_identifier(message, "transaction_id"), set[str](), []
    for source in members.batch(message, "subscribe_request"):
        try:
            members.check_request(source, seen=seen, now=now)
            wish = parse_subscription_request(members.criteria(source, "subscribe_criteria"))
            items.append(SubscribeItem(members.reference(source), wish))
        except SpdciItemError as refusal:
            items.append(SubscribeItem(members.reference(source), refusal=refusal))
    return transaction_id, items


def parse_subscription_request(source: Mapping[str, Any]) -> SubscriptionRequest:
    """`subscribe_criteria`."""
    event, record_type = (
        members.short(source.get("reg_event_type")),
        members.short(source.get("notify_record_type")),
    )
    if not event:
        raise SpdciItemError("reg_event_type is missing.", reason=TYPES)
    if not record_type:
        raise SpdciItemError("notify_record_type is missing.", reason=TYPES)
    times = optional_members.without_empty(source.get("frequency")) or {}
    if not isinstance(times, Mapping):
        raise SpdciItemError("frequency is an object.", reason=DETAILS)
    start, end = parse_timestamp(times.get("start_time")), parse_timestamp(times.get("end_time"))
    if times and (start is None or end is None or end <= start):
        raise SpdciItemError("frequency has a start_time and a later end_time.", reason=DETAILS)
    filter_type = source.get("filter_type") or "idtype-value"
    if source.get("filter") is None:
        raise SpdciItemError("filter is missing.", reason=DETAILS)
    try:
        query = parse_criteria(filter_type, source.get("filter"))
    except SpdciItemError as refusal:
        raise SpdciItemError(refusal.public, reason=DETAILS) from refusal
    return SubscriptionRequest(
        event_type=event,
        query=query,
        filter_type=str(filter_type),
        filter=source.get("filter"),
        record_type=record_type,
        start=start,
        end=end,
        purpose=members.purpose(source),
    )


def create_subscribe(
    transaction_id: str,
    reference_id: str,
    *,
    event_type: str,
    filter_type: str,
    filter: Any,
    record_type: str,
    purpose: Mapping[str, str] | None = None,
    now: datetime,
) -> dict[str, Any]:
    """A SubscribeRequest of one wish, without an end."""
    criteria: dict[str, Any] = {
        "version": VERSION,
        "reg_event_type": event_type,
        "frequency": dict(FOREVER),
        "filter_type": filter_type,
        "filter": filter,
        "notify_record_type": record_type,
    }
    if purpose:
        criteria["authorize"] = {"@type": "Authorize", "ts": timestamp(now), "purpose": dict(purpose)}
    item = {"reference_id": reference_id, "timestamp": timestamp(now), "subscribe_criteria": criteria}
    return {"transaction_id": transaction_id, "subscribe_request": [item]}


def create_subscribe_response(
    transaction_id: str, correlation_id: str, answers: Sequence[SubscriptionResult], *, now: datetime
) -> dict[str, Any]:
    """The SubscribeResponse; what the text requires of SubscriptionInfo, and what it describes there."""
    return {
        "transaction_id": transaction_id,
        "correlation_id": correlation_id,
        "subscribe_response": [_subscribed(answer, now=now) for answer in answers],
    }


def parse_subscribe_response(message: Mapping[str, Any]) -> dict[str, list[str]]:
    """The codes of subscriptions that were taken, by reference_id; none where a wish was refused."""
    answers = message.get("subscribe_response")
    found: dict[str, list[str]] = {}
    for answer in answers if isinstance(answers, list) else []:
        if isinstance(answer, Mapping) and members.reference(answer):
            infos = answer.get("subscriptions", [])
            codes = [
                members.short(info.get("code"), limit=99)
                for info in (infos if isinstance(infos, list) else [])
                if isinstance(info, Mapping)
            ]
            found[members.reference(answer)] = [] if answer.get("status") == REJECTED else codes
    return found


def parse_unsubscribe(message: Mapping[str, Any]) -> tuple[str, list[str]]:
    """The transaction and the codes; the text spells their name in two ways."""
    transaction_id = members.parse_identifier(message, "transaction_id")
    codes = message.get("subscription_codes") or message.get("sunscription_codes")
    if not isinstance(codes, list) or not 0 < len(codes) <= members.MAX_BATCH:
        raise ExchangeError("subscription_codes is a list of codes.")
    if not all(members.short(code, limit=99) for code in codes):
        raise ExchangeError("A subscription code is a text of at most 99 characters.")
    return transaction_id, [str(code) for code in codes]


def create_unsubscribe(transaction_id: str, codes: Sequence[str], *, now: datetime) -> dict[str, Any]:
    """An UnSubscribeRequest, with both spellings that the texts require."""
    return {
        "transaction_id": transaction_id,
        "timestamp": timestamp(now),
        "subscription_codes": list(codes),
        "sunscription_codes": list(codes),
    }


def create_unsubscribe_response(
    transaction_id: str,
    correlation_id: str,
    codes: Sequence[str],
    *,
    refusal: SpdciItemError | None,
    now: datetime,
) -> dict[str, Any]:
    """The UnSubscribeResponse: all codes, or the reason why nothing was changed."""
    answer: dict[str, Any] = {
        "transaction_id": transaction_id,
        "correlation_id": correlation_id,
        "timestamp": timestamp(now),
    }
    if refusal is not None:
        return answer | refused(refusal)
    status = [{"code": code, "status": UNSUBSCRIBE} for code in codes]
    return answer | {"status": SUCCEEDED, "subscription_status": status}


def create_notify(
    transaction_id: str,
    events: Sequence[RecordEvent],
    *,
    mapping: RecordMapping,
    event_type: str,
    record_type: str,
) -> dict[str, Any]:
    """A NotifyEventRequest; `reg_records` is one record in it."""
    return {
        "transaction_id": transaction_id,
        "notify_event": [
            {
                "reference_id": event.reference_id,
                "timestamp": timestamp(event.at),
                "data": {
                    "version": VERSION,
                    "reg_type": mapping.reg_type,
                    "reg_event_type": event_type,
                    "reg_record_type": record_type,
                    "reg_records": event.record,
                },
            }
            for event in events
        ],
    }


def parse_notify(message: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """What a registry tells: each event's type and the record, as a data object."""
    members.parse_identifier(message, "transaction_id")
    found = []
    for source in members.batch(message, "notify_event"):
        data = source.get("data")
        if not isinstance(data, Mapping):
            raise ExchangeError("An event has data.")
        kind = members.short(data.get("reg_event_type"))
        found += [(kind, record) for record in parse_reg_records(data.get("reg_records") or [])]
    return found


def _subscribed(answer: SubscriptionResult, *, now: datetime) -> dict[str, Any]:
    entry: dict[str, Any] = {"reference_id": answer.reference_id, "timestamp": timestamp(now)}
    wish = answer.wish
    if answer.refusal is not None or wish is None:
        return entry | refused(
            answer.refusal or SpdciItemError("This wish was not answered.", reason=DETAILS)
        )
    criteria = {
        "reg_event_type": wish.event_type,
        "filter_type": wish.filter_type,
        "filter": wish.filter,
        "notify_record_type": wish.record_type,
    }
    info = {
        "version": VERSION,
        "code": answer.code,
        "subscription_code": answer.code,
        "status": SUBSCRIBE,
        "timestamp": timestamp(now),
        "subscribe_criteria": criteria,
        **criteria,
    }
    return entry | {"status": SUCCEEDED, "subscriptions": [info]}
