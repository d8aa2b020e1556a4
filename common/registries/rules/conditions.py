"""Conditions on a record: a small language, pure and total.

    {"eq": ["state", "active"]}   {"ne": […]}   {"in": ["state", ["void", "closed"]]}
    {"set": "died_on"}   {"unset": "programme"}   {"changed": "parcel_id"}
    {"lt": ["parcel_area_ha", "0.5"]}   {"gt": ["review_due", "2027-01-01"]}   {"lt": ["review_due", "today"]}
    {"age": ["birth_date", "lt", 18]}   {"age": ["birth_date", "ge", 65]}
    {"all": [condition, …]}   {"any": [condition, …]}   {"not": condition}

What a record does not know is neither less, greater, equal nor of any age. Numbers compare as decimals, days
as days; a number is never compared with a day.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any, Final

from common.registries.claims.mapping import is_over
from common.registries.connector import RegistryError
from common.registries.values.nulls import is_placeholder, says_nothing

MAX_DEPTH: Final = 5
MAX_PARTS: Final = 20
MAX_VALUES: Final = 1_000
TODAY: Final = "today"
_BIRTH: Final = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?\Z")
_NUMBER: Final = re.compile(r"[+-]?\d{1,18}(\.\d{1,18})?\Z")
_COMPARING: Final = ("eq", "ne", "lt", "gt")
_JOINING: Final = ("all", "any")


class InvalidConditionError(RegistryError):
    """A condition that says nothing that can be decided."""

    code = "invalid_condition"


@dataclass(frozen=True, slots=True)
class RecordCondition:
    """One condition: `operator` on a column and its `operand`, or on other conditions."""

    operator: str
    column: str = ""
    operand: Any = None
    parts: tuple["RecordCondition", ...] = ()

    def columns(self) -> Iterator[str]:
        """Every column that it looks at."""
        if self.column:
            yield self.column
        for part in self.parts:
            yield from part.columns()

    def operators(self) -> Iterator[str]:
        """Every operator in it."""
        yield self.operator
        for part in self.parts:
            yield from part.operators()


def holds(condition: RecordCondition, data: Mapping[str, Any], *, changed: Set[str], today: date) -> bool:
    """Whether the condition is true of a record; `changed` are the columns that `changed` asks about."""
    if condition.operator in ("all", "any", "not"):
        parts = (holds(part, data, changed=changed, today=today) for part in condition.parts)
        return {"all": all, "any": any, "not": _none}[condition.operator](parts)
    if condition.operator == "changed":
        return condition.column in changed
    return _cell_holds(condition, str(data.get(condition.column, "")).strip(), today=today)


def _none(parts: Iterable[bool]) -> bool:
    return not any(parts)


def _cell_holds(condition: RecordCondition, said: str, *, today: date) -> bool:
    """Whether a condition is true of what one cell says."""
    match condition.operator:
        case "set":
            return said != "" and not is_placeholder(said)
        case "unset":
            return said == "" or is_placeholder(said)
        case "eq":
            return said != "" and said == str(condition.operand)
        case "ne":
            return said != str(condition.operand)
        case "in":
            return said in condition.operand
        case "age":
            word, years = condition.operand
            over = is_over(said, years, today=today) if _BIRTH.match(said) else None
            return over is (word == "ge")
    order = _compare(said, condition.operand, today=today)
    return order is not None and order == (-1 if condition.operator == "lt" else 1)


def as_date(value: Any, *, today: date) -> date | None:
    """The day that a cell or an operand names, if it does."""
    if value == TODAY:
        return today
    text = str(value).strip()
    try:
        return date.fromisoformat(text) if len(text) == 10 and not says_nothing(text) else None
    except ValueError:
        return None


def parse_condition(entry: Any, *, depth: int = 0) -> RecordCondition:
    """A condition as rules spell it; every fault is named."""
    if not isinstance(entry, Mapping) or len(entry) != 1:
        raise InvalidConditionError("A condition is an object with one member, such as eq.")
    [(operator, value)] = entry.items()
    if depth >= MAX_DEPTH:
        raise InvalidConditionError(f"Conditions stand in one another {MAX_DEPTH} deep at most.")
    if operator in _JOINING:
        if not isinstance(value, list) or not 0 < len(value) <= MAX_PARTS:
            raise InvalidConditionError(f"{operator} joins a list of 1 to {MAX_PARTS} conditions.")
        return RecordCondition(
            operator, parts=tuple(parse_condition(part, depth=depth + 1) for part in value)
        )
    if operator == "not":
        return RecordCondition(operator, parts=(parse_condition(value, depth=depth + 1),))
    if operator in ("set", "unset", "changed"):
        return RecordCondition(operator, _column(value, operator))
    if operator not in (*_COMPARING, "in", "age") or not isinstance(value, list) or not value:
        raise InvalidConditionError(
            f"A condition is one of {', '.join((*_COMPARING, 'in', 'set', 'unset', 'changed', 'age'))},"
            f" {', '.join(_JOINING)}, not; what compares has a list that begins with its column."
        )
    return RecordCondition(operator, _column(value[0], operator), _operand(operator, value[1:]))


def _operand(operator: str, rest: list[Any]) -> Any:
    if operator == "age":
        match rest:
            case ["lt" | "ge" as word, int(years)] if not isinstance(years, bool) and 0 < years < 150:
                return word, years
        raise InvalidConditionError('age is a list such as ["birth_date", "lt", 18]; or "ge".')
    if operator == "in":
        match rest:
            case [[*values]] if 0 < len(values) <= MAX_VALUES and all(map(_plain, values)):
                return frozenset(map(str, values))
        raise InvalidConditionError(f"in has a list of 1 to {MAX_VALUES} texts or numbers.")
    if len(rest) != 1 or not _plain(rest[0]):
        raise InvalidConditionError(f"{operator} compares a column with one text or number.")
    [value] = rest
    if operator in ("lt", "gt") and _number(value) is None and as_date(value, today=date.min) is None:
        raise InvalidConditionError(f"{operator} compares with a number, a day (YYYY-MM-DD) or today.")
    return value


def _compare(said: str, operand: Any, *, today: date) -> int | None:
    """-1, 0 or 1; None where the two cannot be compared."""
    readers: tuple[Callable[[Any], Any], ...] = (_number, partial(as_date, today=today))
    for read in readers:
        left, right = read(said), read(operand)
        if left is not None and right is not None:
            return int(left > right) - int(left < right)
    return None


def _number(value: Any) -> Decimal | None:
    if not _NUMBER.match(str(value).strip()):
        return None
    try:
        return Decimal(str(value).strip())
    except InvalidOperation:
        return None


def _plain(value: Any) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool) and len(str(value)) <= 200


def _column(value: Any, operator: str) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= 200:
        raise InvalidConditionError(f"{operator} names a column.")
    return value
