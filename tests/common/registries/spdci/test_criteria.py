"""Queries are read or refused, whatever they say; mappings write and read the same object."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.exchange.errors import ExchangeError
from common.registries.connector import RegistryError
from common.registries.spdci import criteria as tree
from common.registries.spdci.criteria import (
    CriteriaGroup,
    Term,
    matches,
    parse_conditions,
    parse_criteria,
)
from common.registries.spdci.mapping import (
    RecordMapping,
    fill_template,
    parse_reg_records,
    read_object,
    reg_records,
)
from common.registries.spdci.members import SpdciItemError
from common.registries.spdci.questions import parse_question
from common.registries.spdci.search import parse_search
from common.registries.spdci.status import parse_status
from common.registries.spdci.subscription import parse_notify, parse_subscribe, parse_unsubscribe

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
NAMES = st.sampled_from(
    ["$and", "$or", "$not", "$eq", "lt", "type", "value", "expression", "query", "expression1", "expression2",
     "condition", "seq_num", "attribute_name", "operator", "attribute_value", "reference_id", "timestamp",
     "search_criteria", "query_type", "pagination", "page_size", "sort", "UIN"]
)  # fmt: skip
LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
    | st.sampled_from(["and", "not", "in", "eq", "predicate", "2026-01-01T00:00:00Z", "$and"])
)  # fmt: skip
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=25,
)


@settings(max_examples=300, deadline=None)
@given(kind=st.sampled_from(["idtype-value", "predicate", "expression", "graphql", None]), query=JSON)
def test_any_query_is_read_or_refused(kind: str | None, query: Any) -> None:
    try:
        node = parse_criteria(kind, query)
    except SpdciItemError:
        return
    assert 0 < len(list(tree.criteria_terms(node))) <= tree.MAX_TERMS
    for column in {term.attribute for term in tree.criteria_terms(node)}:
        for type_ in ("string", "integer", "decimal", "boolean", "date"):
            matches(node, {column: "1"}, {column: type_})


PARSERS: list[tuple[Callable[..., Any], str, dict[str, Any]]] = [
    (parse_search, "search_request", {"now": NOW}),
    (parse_subscribe, "subscribe_request", {"now": NOW}),
    (parse_unsubscribe, "subscription_codes", {}),
    (parse_notify, "notify_event", {}),
    (parse_status, "txnstatus_request", {}),
    (lambda message: parse_question(message, "disabled_criteria"), "disabled_criteria", {}),
]


@pytest.mark.parametrize(("parse", "member", "options"), PARSERS)
@settings(max_examples=60, deadline=None)
@given(content=JSON)
def test_any_message_is_read_or_refused(
    parse: Callable[..., Any], member: str, options: dict[str, Any], content: Any
) -> None:
    for message in ({"transaction_id": "t", member: content}, {"transaction_id": "t", member: [content]}):
        try:
            parse(message, **options)
        except (ExchangeError, RegistryError):
            continue


def test_a_tree_says_what_an_index_may_be_asked_for() -> None:
    fixed, free = Term("a", "eq", "1"), Term("b", "gt", "2")
    assert list(tree.required_equal(CriteriaGroup("and", (fixed, free)))) == [("a", "1")]
    assert list(tree.required_equal(CriteriaGroup("or", (fixed, free)))) == []
    assert list(tree.required_equal(CriteriaGroup("not", (fixed,)))) == []


@pytest.mark.parametrize(
    ("query", "data", "expected"),
    [
        ({"a": {"gt": "9"}}, {"a": "10"}, True),  # numbers, not texts
        ({"a": {"gt": "9"}}, {}, False),
        ({"$not": {"a": "10"}}, {}, True),
        ({"a": {"gt": 1, "lt": 3}}, {"a": 2}, True),
        ({"a": {"gt": 1, "lt": 3}}, {"a": 3}, False),
        ({"a": {"in": [1, 2]}}, {"a": "2"}, True),
        ({"a": 2.0}, {"a": "2"}, True),
    ],
)
def test_numbers_compare_as_numbers(query: Any, data: Mapping[str, Any], expected: bool) -> None:
    assert matches(parse_conditions(query), data, {"a": "decimal"}) is expected


MAPPING = RecordMapping(
    kind="social",
    reg_type="r",
    record_type="t",
    identifiers={"UIN": "id"},
    types={
        "id": "string",
        "name": "string",
        "sex": "string",
        "size": "integer",
        "ok": "boolean",
        "x": "string",
    },
    values={"sex": {"F": "female"}},
    template={
        "@type": "Member",
        "identifier": [
            {"identifier_type": "UIN", "identifier_value": "{id}"},
            {"identifier_type": "X", "identifier_value": "{x}"},
        ],
        "info": {"@type": "Info", "name": {"given": "{name}"}, "sex": "{sex}"},
        "size": "{size}",
        "ok": "{ok}",
    },
)
DATA = {"id": "1", "name": "Ana", "sex": "F", "size": 3, "ok": "yes", "x": "9"}


def test_a_record_is_written_and_read_back() -> None:
    item = fill_template(MAPPING, DATA, MAPPING.types)
    assert item["info"] == {"@type": "Info", "name": {"given": "Ana"}, "sex": "female"}
    assert (item["size"], item["ok"]) == (3, True)
    assert read_object(MAPPING, item) == DATA
    assert parse_reg_records(reg_records(MAPPING, [item])) == [item]


def test_what_may_not_be_told_leaves_no_trace() -> None:
    assert fill_template(MAPPING, DATA, {"id"}) == {
        "@type": "Member", "identifier": [{"identifier_type": "UIN", "identifier_value": "1"}],
    }  # fmt: skip
    assert fill_template(MAPPING, DATA, set()) == {}
    assert read_object(MAPPING, {"identifier": [{"identifier_type": "X", "identifier_value": "9"}]}) == {
        "x": "9"
    }


@pytest.mark.parametrize("value", [1, "x", [1], {"@graph": [1]}, [[]]])
def test_records_in_no_form_are_refused(value: Any) -> None:
    with pytest.raises(RegistryError):
        parse_reg_records(value)


def test_a_mapping_of_columns_that_are_not_there_is_refused() -> None:
    with pytest.raises(RegistryError, match="height"):
        RecordMapping("social", "r", "t", {"h": "{height}"}, {}, {})
    with pytest.raises(RegistryError, match="social"):
        RecordMapping("zoo", "r", "t", {}, {}, {})
