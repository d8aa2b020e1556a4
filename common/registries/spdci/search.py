"""`search` and `on-search`: what is asked of a registry, and what it answers."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from common.exchange.envelope import timestamp
from common.exchange.errors import MAX_SENTENCE, ExchangeError
from common.exchange.header import REJECTED, STATUSES, SUCCEEDED
from common.registries.spdci import members
from common.registries.spdci.criteria import Node, parse_criteria
from common.registries.spdci.mapping import RecordMapping, parse_reg_records, reg_records
from common.registries.spdci.members import PAGINATION, SORT, SpdciItemError

MAX_PAGE: Final = 2_000  # the texts' own example
DEFAULT_PAGE: Final = 100
MAX_SORTS: Final = 5
VERSION: Final = "1.0.0"


@dataclass(frozen=True, slots=True)
class Criteria:
    """Which records, in which order, which page of them, and why."""

    query: Node
    sort: tuple[tuple[str, bool], ...] = ()  # attribute, whether descending
    page_size: int = DEFAULT_PAGE
    page_number: int = 1
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class SearchItem:
    """One request of a batch: criteria, or the reason why they are refused."""

    reference_id: str
    criteria: Criteria | None = None
    refusal: SpdciItemError | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """The answer to one request; `records` are data objects, None where it was refused."""

    reference_id: str
    records: list[dict[str, Any]] | None = field(default=None, repr=False)
    page_size: int = DEFAULT_PAGE
    page_number: int = 1
    total_count: int = 0
    refusal: SpdciItemError | None = None


def parse_search(message: Mapping[str, Any], *, now: datetime) -> tuple[str, list[SearchItem]]:
    """The transaction and the requests of a SearchRequest; one that is wrong does not spoil the others."""
    transaction_id, seen, items = members.parse_identifier(message, "transaction_id"), set[str](), []
    for source in members.batch(message, "search_request"):
        try:
            members.check_request(source, seen=seen, now=now)
            criteria = _criteria(members.criteria(source, "search_criteria"))
            items.append(SearchItem(members.reference(source), criteria))
        except SpdciItemError as refusal:
            items.append(SearchItem(members.reference(source), refusal=refusal))
    return transaction_id, items


def create_search(
    transaction_id: str,
    reference_id: str,
    *,
    query_type: str,
    query: Any,
    reg_type: str = "",
    page_size: int = DEFAULT_PAGE,
    page_number: int = 1,
    sort: Sequence[tuple[str, str]] = (),
    purpose: Mapping[str, str] | None = None,
    now: datetime,
) -> dict[str, Any]:
    """A SearchRequest of one request."""
    criteria: dict[str, Any] = {
        "version": VERSION,
        "query_type": query_type,
        "query": query,
        "pagination": {"page_size": page_size, "page_number": page_number},
    }
    if reg_type:
        criteria["reg_type"] = reg_type
    if sort:
        criteria["sort"] = [{"attribute_name": name, "sort_order": order} for name, order in sort]
    if purpose:
        criteria["authorize"] = {"@type": "Authorize", "ts": timestamp(now), "purpose": dict(purpose)}
    item = {"reference_id": reference_id, "timestamp": timestamp(now), "search_criteria": criteria}
    return {"transaction_id": transaction_id, "search_request": [item]}


def create_search_response(
    transaction_id: str,
    correlation_id: str,
    answers: Sequence[Found],
    *,
    mapping: RecordMapping,
    now: datetime,
    record_type: str = "",
) -> dict[str, Any]:
    """The SearchResponse to a batch, request by request."""
    return {
        "transaction_id": transaction_id,
        "correlation_id": correlation_id,
        "search_response": [
            _answer(found, mapping=mapping, record_type=record_type or mapping.record_type, now=now)
            for found in answers
        ],
    }


def parse_search_response(
    message: Mapping[str, Any], reference_id: str
) -> tuple[list[Mapping[str, Any]], int | None]:
    """The data objects that answer one request, and how many there are altogether; None where nobody says.

    Then these may be all of them or not: whoever wants all asks on until there are none.
    """
    answers = message.get("search_response")
    for answer in answers if isinstance(answers, list) else []:
        if not isinstance(answer, Mapping) or answer.get("reference_id") != reference_id:
            continue
        if answer.get("status") not in STATUSES or answer["status"] == REJECTED:
            raise ExchangeError(
                "The registry refused this search.",
                code="err.service.unavailable",
                detail=members.short(answer.get("status_reason_code")),
            )
        data, pages = answer.get("data"), answer.get("pagination")
        records = parse_reg_records((data.get("reg_records") or []) if isinstance(data, Mapping) else [])
        return records, _total(pages.get("total_count") if isinstance(pages, Mapping) else None)
    raise ExchangeError("The registry did not answer this search.", code="err.service.unavailable")


def refused(refusal: ExchangeError) -> dict[str, str]:
    """How one request of a batch is refused."""
    return {
        "status": REJECTED,
        "status_reason_code": refusal.reason,
        "status_reason_message": refusal.public[:MAX_SENTENCE],
    }


def _answer(found: Found, *, mapping: RecordMapping, record_type: str, now: datetime) -> dict[str, Any]:
    answer: dict[str, Any] = {"reference_id": found.reference_id, "timestamp": timestamp(now)}
    if found.refusal is not None or found.records is None:
        return answer | refused(found.refusal or SpdciItemError("This search was not answered."))
    return answer | {
        "status": SUCCEEDED,
        "data": {
            "version": VERSION,
            "reg_type": mapping.reg_type,
            "reg_record_type": record_type,
            "reg_records": reg_records(mapping, found.records),
        },
        "pagination": {
            "page_size": found.page_size,
            "page_number": found.page_number,
            "total_count": found.total_count,
        },
    }


def _criteria(source: Mapping[str, Any]) -> Criteria:
    pages = source.get("pagination", "")
    if pages in (None, ""):
        pages = {"page_size": DEFAULT_PAGE}
    if not isinstance(pages, Mapping):
        raise SpdciItemError("pagination is an object.", reason=PAGINATION)
    size, number = _whole(pages.get("page_size")), _whole(pages.get("page_number", 1))
    if not 1 <= size <= MAX_PAGE or not 1 <= number <= 1_000_000:
        raise SpdciItemError(
            f"A page holds 1 to {MAX_PAGE} records; the first has number 1.", reason=PAGINATION
        )
    return Criteria(
        query=parse_criteria(source.get("query_type"), source.get("query")),
        sort=_sort(source.get("sort") or []),
        page_size=size,
        page_number=number,
        purpose=members.purpose(source),
    )


def _sort(value: object) -> tuple[tuple[str, bool], ...]:
    if not isinstance(value, list) or len(value) > MAX_SORTS:
        raise SpdciItemError(f"sort is a list of at most {MAX_SORTS} attributes.", reason=SORT)
    found = []
    for entry in value:
        name = members.short(entry.get("attribute_name")) if isinstance(entry, Mapping) else ""
        order = entry.get("sort_order") or "asc" if isinstance(entry, Mapping) else ""
        if not name or order not in ("asc", "desc"):
            raise SpdciItemError("sort names attributes, asc or desc.", reason=SORT)
        found.append((name, order == "desc"))
    return tuple(found)


def _total(value: object) -> int | None:
    """How many there are, as a number or in digits; None for anything else, which promises nothing."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value):
        return int(value)
    none = isinstance(value, bool) or value != 0
    return None if none and _whole(value) <= 0 else _whole(value)


def _whole(value: object) -> int:
    """A whole number; JSON may write it as 5.0. 0 where it is none."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**31:
        return int(value)
    return value if type(value) is int else 0
