"""Searches as others write them: members that say nothing, and counts that promise nothing."""

from datetime import UTC, datetime
from typing import Any

import pytest

from common.registries.spdci.search import parse_search, parse_search_response
from common.registries.spdci.subscription import parse_notify, parse_subscription_request

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
ASKED = {"query_type": "idtype-value", "query": {"type": "UIN", "value": "1"}}


def answered(**item: Any) -> tuple[list[Any], int | None]:
    records = [{"id": "1"}, {"id": "2"}]
    said = {"reference_id": "r", "status": "succ", "data": {"reg_records": records}, **item}
    return parse_search_response({"search_response": [said]}, "r")


@pytest.mark.parametrize(("count", "total"), [(5, 5), (5.0, 5), ("5", 5), (0, 0), (0.0, 0), ("0", 0)])
def test_how_many_there_are_is_a_number_or_digits(count: Any, total: int) -> None:
    assert answered(pagination={"total_count": count})[1] == total


@pytest.mark.parametrize("count", [None, "", "many", "5.5", 5.5, -1, True, False, [5], "٥", 1e300])
def test_a_count_that_cannot_be_read_promises_nothing(count: Any) -> None:
    assert answered(pagination={"total_count": count})[1] is None


@pytest.mark.parametrize("pages", [None, {}, "", [], 5])
def test_without_a_count_nothing_is_promised(pages: Any) -> None:
    records, total = answered(pagination=pages)
    assert (len(records), total) == (2, None)
    assert answered()[1] is None


@pytest.mark.parametrize("records", [None, "", []])
def test_no_records_are_none(records: Any) -> None:
    assert answered(data={"reg_records": records})[0] == []


@pytest.mark.parametrize("nothing", [None, ""])
def test_criteria_that_say_nothing_are_absent(nothing: Any) -> None:
    optional = ("pagination", "sort", "authorize", "consent", "reg_type", "version")
    for more in ({}, dict.fromkeys(optional, nothing)):
        item = {
            "reference_id": "1",
            "timestamp": "2026-11-22T03:00:00Z",
            "search_criteria": {**ASKED, **more},
        }
        _, [found] = parse_search({"transaction_id": "t", "search_request": [item]}, now=NOW)
        assert found.refusal is None
        assert found.criteria is not None
        assert (found.criteria.page_size, found.criteria.page_number, found.criteria.sort) == (100, 1, ())


@pytest.mark.parametrize("nothing", [None, ""])
def test_members_of_a_predicate_that_say_nothing_are_absent(nothing: Any) -> None:
    expression = {"attribute_name": "UIN", "operator": "eq", "attribute_value": "1"}
    item = {"seq_num": nothing, "expression1": expression, "condition": nothing, "expression2": nothing}
    criteria = {"query_type": "predicate", "query": [item]}
    asked = {"reference_id": "1", "timestamp": "2026-11-22T03:00:00Z", "search_criteria": criteria}
    _, [found] = parse_search({"transaction_id": "t", "search_request": [asked]}, now=NOW)
    assert found.refusal is None


def test_a_comparison_with_nothing_is_never_left_out() -> None:
    """It would find more than was asked for."""
    criteria = {"query_type": "expression", "query": {"value": {"expression": {"query": {"UIN": None}}}}}
    asked = {"reference_id": "1", "timestamp": "2026-11-22T03:00:00Z", "search_criteria": criteria}
    _, [found] = parse_search({"transaction_id": "t", "search_request": [asked]}, now=NOW)
    assert found.refusal is not None


@pytest.mark.parametrize("nothing", [None, ""])
def test_a_wish_whose_optional_members_say_nothing(nothing: Any) -> None:
    wish = {"reg_event_type": "UPDATE", "notify_record_type": "x", "filter": {"type": "UIN", "value": "1"}}
    more = {"frequency": nothing, "filter_type": nothing, "authorize": nothing}
    assert parse_subscription_request({**wish, **more}) == parse_subscription_request(wish)
    times = {"frequency": dict.fromkeys(("start_time", "end_time", "frequency"), nothing)}
    assert parse_subscription_request({**wish, **times}) == parse_subscription_request(wish)


def test_an_event_without_records_tells_nothing() -> None:
    event = {"data": {"reg_event_type": "UPDATE", "reg_records": None}}
    assert parse_notify({"transaction_id": "t", "notify_event": [event]}) == []
