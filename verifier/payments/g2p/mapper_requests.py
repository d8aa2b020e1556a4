"""The mapper's requests: link, update, unlink, resolve, for partners that have the role `mapper`."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from common.adapters.exchange.messages import ReceivedMessage
from common.exchange.errors import ExchangeError
from common.payments.g2p import mapper, status
from common.payments.g2p.disburse import Refusal
from common.payments.g2p.mapper import MapperItem, MapperStatus
from common.payments.g2p.members import MAX_ITEMS
from verifier.models import ReceivedItem
from verifier.payments.addresses import mapper as mapping
from verifier.payments.g2p import items

ROLE: Final = "mapper"
Outcome = tuple[str, str]  # status and reason


def receive_mapper_request(
    received: ReceivedMessage, verb: str, *, correlation_id: str, now: datetime
) -> dict[str, Any]:
    """Do what a partner asks; the message of its response.

    Raises `ExchangeError` for a message that is refused as a whole; an item that is refused stands in the
    response with its reason.
    """
    if ROLE not in received.partner.roles:
        raise ExchangeError("This sender has nothing to do with addresses.", code="err.request.forbidden")
    transaction_id, wanted = mapper.parse_mapper_request(verb, received.message)
    items.check_count(received, len(wanted))
    contents = items.by_reference(received.message, f"{verb}_request")
    statuses = [
        _one(received, verb, each, transaction_id, contents[each.reference_id], correlation_id, now=now)
        for each in wanted
    ]
    return mapper.create_mapper_response(verb, transaction_id, statuses, correlation_id=correlation_id)


def mapping_status(received: ReceivedMessage, *, now: datetime) -> dict[str, Any]:
    """`/mapper/txn/status`: what became of items. An address that was resolved is not kept."""
    query = status.parse_status_request(received.message, kinds=mapper.VERBS)
    rows = list(items.queried_items(received, query, kind=query.kind)[:MAX_ITEMS])
    statuses = [MapperStatus(row.reference_id, row.status, row.at, row.reason) for row in rows]
    statuses += [
        MapperStatus(each, "rjct", now, items.NOT_HERE) for each in items.missing_references(query, rows)
    ]
    correlation_id = rows[0].correlation_id if rows else received.header.message_id[:99]
    response = mapper.create_mapper_response(
        query.kind, query.transaction_id, statuses, correlation_id=correlation_id
    )
    return status.create_status_response(
        query.transaction_id, correlation_id=correlation_id, kind=query.kind, status=response
    )


def _one(
    received: ReceivedMessage,
    verb: str,
    wanted: MapperItem | Refusal,
    transaction_id: str,
    content: str,
    correlation_id: str,
    *,
    now: datetime,
) -> MapperStatus:
    row, fresh = items.take_item(
        received, verb, transaction_id=transaction_id, reference_id=wanted.reference_id, content=content,
        correlation_id=correlation_id, now=now,
    )  # fmt: skip
    if not fresh and row.content != content:
        return MapperStatus(wanted.reference_id, "rjct", now, items.DUPLICATE)
    if isinstance(wanted, Refusal):
        return _said(items.close_item(row, "rjct", wanted.code, now=now))
    if verb == "resolve":
        return _resolve(row, wanted, now=now)
    if fresh:
        said, reason = OPERATIONS[verb](received, wanted, now)
        row = items.close_item(row, said, reason, now=now)
    return _said(row, wanted)


def _resolve(row: ReceivedItem, wanted: MapperItem, *, now: datetime) -> MapperStatus:
    """Asked again, it is looked up again: an address may have changed meanwhile."""
    found = mapping.active_mapping(wanted.id) if wanted.id is not None else None
    if wanted.id is None:
        assert wanted.fa is not None
        reason = "succ.fa.active" if mapping.has_address(wanted.fa) else "succ.fa.not_found"
    elif found is None:
        reason = "succ.id.inactive" if mapping.has_ended(wanted.id) else "succ.id.not_found"
    elif wanted.fa is not None:
        reason = "succ.fa.active" if mapping.leads_to(found, wanted.fa) else "succ.fa.not_linked_to_id"
    else:
        reason = "succ.id.active"
    items.close_item(row, "succ", reason, now=now)
    shown = wanted.details and found is not None and wanted.fa is None
    return MapperStatus(
        row.reference_id,
        "succ",
        now,
        reason,
        id=str(wanted.id or ""),
        fa=mapping.mapped_address(found).written if shown and found is not None else "",
    )


def _link(received: ReceivedMessage, wanted: MapperItem, now: datetime) -> Outcome:
    assert wanted.id is not None
    assert wanted.fa is not None
    linked = mapping.link_address(wanted.id, wanted.fa, partner=received.partner, now=now)
    return ("succ", "") if linked else ("rjct", "rjct.id.invalid")


def _update(received: ReceivedMessage, wanted: MapperItem, now: datetime) -> Outcome:
    assert wanted.id is not None
    assert wanted.fa is not None
    updated = mapping.update_address(wanted.id, wanted.fa, partner=received.partner, now=now)
    return ("succ", "") if updated else ("rjct", mapper.INVALID)


def _unlink(received: ReceivedMessage, wanted: MapperItem, now: datetime) -> Outcome:
    assert wanted.id is not None
    row = mapping.active_mapping(wanted.id)
    if row is None or (wanted.fa is not None and not mapping.leads_to(row, wanted.fa)):
        return "rjct", mapper.INVALID
    ended = mapping.unlink_address(wanted.id, partner=received.partner, now=now)
    return ("succ", "") if ended else ("rjct", mapper.INVALID)


OPERATIONS: Final[dict[str, Callable[[ReceivedMessage, MapperItem, datetime], Outcome]]] = {
    "link": _link,
    "update": _update,
    "unlink": _unlink,
}


def _said(row: ReceivedItem, wanted: MapperItem | None = None) -> MapperStatus:
    person = str(wanted.id or "") if wanted is not None else ""
    address = wanted.fa.written if wanted is not None and wanted.fa and row.status == "succ" else ""
    return MapperStatus(row.reference_id, row.status, row.at, row.reason, id=person, fa=address)
