"""Rules and conditions: what they decide, that they always decide, and what is refused when declared."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.registries.rules.conditions import InvalidConditionError, holds, parse_condition
from common.registries.rules.credential_rules import (
    InvalidRegistryRulesError,
    Situation,
    first,
    fits,
    parse_credential_rules,
)
from common.registries.values.nulls import says_nothing

TODAY = date(2026, 11, 21)
RECORD = {
    "state": "active", "area": "1.50", "kg": 1200, "due": "2026-11-20", "born": "2008-11-21", "year": "1963",
    "empty": " ",
}  # fmt: skip


def so(
    condition: dict[str, Any], changed: list[str] | tuple[Any, ...] = (), data: dict[str, Any] | None = None
) -> bool:
    found = RECORD if data is None else data
    return holds(parse_condition(condition), found, changed=frozenset(changed), today=TODAY)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"eq": ["state", "active"]}, True),
        ({"eq": ["kg", 1200]}, True),
        ({"eq": ["absent", ""]}, False),
        ({"ne": ["state", "void"]}, True),
        ({"ne": ["absent", "void"]}, True),
        ({"in": ["state", ["void", "active"]]}, True),
        ({"in": ["absent", ["void"]]}, False),
        ({"set": "state"}, True),
        ({"set": "empty"}, False),
        ({"unset": "empty"}, True),
        ({"unset": "absent"}, True),
        ({"lt": ["area", "1.6"]}, True),
        ({"lt": ["area", "1.50"]}, False),
        ({"gt": ["kg", "999.5"]}, True),
        ({"gt": ["kg", "2026-01-01"]}, False),
        ({"lt": ["due", "today"]}, True),
        ({"gt": ["due", "2026-11-19"]}, True),
        ({"lt": ["due", 5]}, False),
        ({"lt": ["state", 5]}, False),
        ({"lt": ["absent", "today"]}, False),
        ({"age": ["born", "ge", 18]}, True),
        ({"age": ["born", "lt", 18]}, False),
        ({"age": ["born", "ge", 19]}, False),
        ({"age": ["year", "ge", 62]}, True),
        ({"age": ["year", "ge", 63]}, False),
        ({"age": ["year", "lt", 63]}, False),
        ({"age": ["state", "lt", 18]}, False),
        ({"age": ["absent", "ge", 18]}, False),
        ({"all": [{"set": "state"}, {"set": "kg"}]}, True),
        ({"all": [{"set": "state"}, {"set": "absent"}]}, False),
        ({"any": [{"set": "absent"}, {"set": "kg"}]}, True),
        ({"not": {"set": "absent"}}, True),
    ],
)
def test_conditions(condition: dict[str, Any], expected: bool) -> None:
    assert so(condition) is expected


def test_changed_asks_what_changed() -> None:
    assert so({"changed": "kg"}, changed=["kg"])
    assert not so({"changed": "kg"}, changed=["state"])


VALUES = st.one_of(
    st.text(max_size=30), st.integers(), st.booleans(), st.none(), st.floats(), st.dates().map(str)
)


@given(
    data=st.dictionaries(st.sampled_from("abc"), VALUES),
    operand=st.one_of(  # a day that only stands for none, such as 0001-01-01, is no operand
        st.just("today"),
        st.integers(-9, 9),
        st.dates().map(str).filter(lambda day: not says_nothing(day)),
    ),
)
def test_deciding_is_total(data: dict[str, Any], operand: str) -> None:
    entries: list[dict[str, Any]] = [{operator: ["a", operand]} for operator in ("lt", "gt", "eq", "ne")] + [
        {"in": ["b", ["x", 1]]},
        {"age": ["a", "lt", 18]},
        {"set": "c"},
        {"unset": "a"},
        {"changed": "a"},
    ]
    for entry in entries:
        assert so(entry, data=data) in (True, False)
        assert so({"not": entry}, data=data) is not so(entry, data=data)


@pytest.mark.parametrize(
    "condition",
    [
        None, [], {}, {"eq": ["a", 1], "ne": ["a", 2]}, {"eq": "a"}, {"eq": ["a"]}, {"eq": ["a", 1, 2]},
        {"eq": [1, 2]}, {"eq": ["a", None]}, {"eq": ["a", True]}, {"eq": ["a", [1]]}, {"in": ["a", "b"]},
        {"in": ["a", []]}, {"in": ["a", [None]]}, {"lt": ["a", "soon"]}, {"gt": ["a", "NaN"]}, {"set": ["a"]},
        {"set": ""}, {"age": ["a", "lt"]}, {"age": ["a", "le", 18]}, {"age": ["a", "lt", True]},
        {"age": ["a", "lt", 0]}, {"all": []}, {"all": {"set": "a"}}, {"any": [{"set": "a"}] * 21},
        {"not": []},
        {"exec": ["a", "b"]}, {"not": {"not": {"not": {"not": {"not": {"set": "a"}}}}}},
    ],
)  # fmt: skip
def test_conditions_that_say_nothing(condition: dict[str, Any] | list[Any] | None) -> None:
    with pytest.raises(InvalidConditionError):
        parse_condition(condition)


def rule(
    event: str = "changed",
    do: str = "reissue",
    *,
    watch: dict[str, Any] | None = None,
    to: None = None,
    **when: Any,
) -> dict[str, Any]:
    extra = {name: value for name, value in (("watch", watch), ("to", to)) if value}
    return {"when": {"event": event, **when}, "do": do, "reason": "Because.", **extra}


WATCH = {"registry": "deaths", "match": {"national_id": "national_id"}}


def case(data: dict[str, Any] | None = RECORD, **known: Any) -> Situation:
    return Situation(data, TODAY, **known)


@pytest.mark.parametrize(
    ("entry", "situation", "expected"),
    [
        (rule(), case(outdated=frozenset({"kg"})), True),
        (rule(), case(), False),
        (rule(columns=["state"]), case(outdated=frozenset({"kg"})), False),
        (rule(columns=["kg"]), case(outdated=frozenset({"kg"})), True),
        (rule("died", "revoke", column="due"), case(), True),
        (rule("died", "revoke", column="died_on"), case(), False),
        (rule("died", "revoke", watch=WATCH), case(), True),
        (rule("died", "revoke", watch=WATCH), case(None), False),
        (rule("ineligible", "revoke"), case(supported=False), True),
        (rule("ineligible", "revoke"), case(), False),
        (rule("ineligible", "suspend", condition={"eq": ["state", "active"]}), case(), True),
        (rule("ineligible", "suspend", condition={"eq": ["state", "void"]}), case(supported=False), False),
        (rule("expired", "suspend", column="due"), case(), True),
        (rule("expired", "suspend", column="due"), Situation(RECORD, date(2026, 11, 20)), False),
        (rule("expired", "suspend", column="state"), case(), False),
        (rule("removed", "revoke"), case(None), True),
        (rule("removed", "revoke"), case(), False),
        (rule("new", "offer"), case(new=True), True),
        (rule("new", "offer"), case(), False),
        (rule("expiring", "notify", days=30), case(new=True, supported=False), False),
    ],
)
def test_rules(entry: dict[str, Any], situation: Situation, expected: bool) -> None:
    [parsed] = parse_credential_rules([entry])
    assert fits(parsed, situation) is expected


def test_the_first_that_fits() -> None:
    rules = parse_credential_rules(
        [rule("removed", "revoke"), rule("changed", "notify"), rule("changed", "reissue")]
    )
    found = first(rules, case(outdated=frozenset({"kg"})))
    assert found is rules[1]
    assert first(rules, case()) is None


@pytest.mark.parametrize(
    "entry",
    [
        None, {}, {"when": {}}, rule("vanished", "revoke"), rule("removed", "explode"),
        {**rule(), "reason": " "},
        {**rule(), "then": 1}, rule(column="a"), rule("expired", "suspend"), rule("died", "revoke"),
        rule("removed", "revoke", watch=WATCH), rule("changed", "reissue", watch=WATCH),
        rule("removed", "reissue"), rule("died", "offer", watch=WATCH), rule("new", "revoke"),
        rule("expiring", "revoke", days=30), rule("expiring", "notify"), rule("expiring", "notify", days=0),
        rule("expiring", "notify", days=True), rule(columns="kg"), rule("ineligible", "revoke", condition={}),
        rule("died", "revoke", watch={"registry": "deaths"}),
        rule("died", "revoke", watch={"registry": "deaths", "match": {"a": "b", "c": "d"}}),
        rule("died", "revoke", watch={"registry": "deaths", "match": {"a": 1}}),
    ],
)  # fmt: skip
def test_rules_that_cannot_be_followed(entry: dict[str, Any] | None) -> None:
    with pytest.raises((InvalidRegistryRulesError, InvalidConditionError)):
        parse_credential_rules([entry])


def test_a_rule_stands_once_and_keeps_its_name() -> None:
    with pytest.raises(InvalidRegistryRulesError, match="stands twice"):
        parse_credential_rules([rule(), rule()])
    with pytest.raises(InvalidRegistryRulesError):
        parse_credential_rules({"when": 1})
    with pytest.raises(InvalidRegistryRulesError, match="up to 50"):
        parse_credential_rules([rule()] * 51)
    [one], [other] = (
        parse_credential_rules([rule()]),
        parse_credential_rules([{**rule(), "reason": "Otherwise."}]),
    )
    assert one.id != other.id
    assert parse_credential_rules([rule()])[0].id == one.id
