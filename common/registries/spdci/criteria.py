"""Which records are asked for: the three forms of `query`, read into one tree, and matched against records.

`idtype-value` is one identifier. `predicate` is the list ExpPredicateWithCondition: items in the order of
`seq_num`, all of which must hold; within one, `and` and `or` join its two expressions and `not` takes the
second (where there is none, the first) away. `expression` is the texts' example of a query by `$and`, `$or`,
`$not` and `$lt`…, in `value.expression.query`; other languages are refused.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from common.registries.spdci.members import SEARCH_CRITERIA, SpdciItemError, short

MAX_TERMS: Final = 50
MAX_DEPTH: Final = 5
MAX_VALUE: Final = 400
MAX_CHOICES: Final = 100
OPERATORS: Final = ("eq", "gt", "lt", "ge", "le", "in")
_ALIASES: Final = {"gte": "ge", "lte": "le"}  # as the example language writes them
_TRUE, _FALSE = {"yes", "true", "y", "1", "si", "sí"}, {"no", "false", "n", "0"}


@dataclass(frozen=True, slots=True)
class Term:
    """One comparison; `attribute` is an identifier type where `is_identifier`, else an attribute's name."""

    attribute: str
    operator: str
    value: Any
    is_identifier: bool = False


@dataclass(frozen=True, slots=True)
class CriteriaGroup:
    """`and`, `or`: all or any of its parts; `not`: none of them."""

    condition: str
    parts: "tuple[Node, ...]"


Node = Term | CriteriaGroup


def parse_criteria(query_type: object, query: object, *, reason: str = SEARCH_CRITERIA) -> Node:
    """The tree of a query of that type; `SpdciItemError` where it is too deep, too long or malformed."""
    if query_type == "idtype-value":
        found: Node = _identifier(query)
    elif query_type == "predicate":
        found = _predicates(query)
    elif query_type == "expression":
        found = _template(query)
    else:
        raise SpdciItemError("Queries are idtype-value, predicate or expression.", reason=reason)
    if sum(1 for _ in criteria_terms(found)) > MAX_TERMS:
        raise SpdciItemError(f"A query compares at most {MAX_TERMS} times.", reason=reason)
    return found


def parse_conditions(query: object) -> Node:
    """The object form `{"name": {"eq": value}, …}` of `disabled_criteria` and `enrolled_criteria`."""
    return _conditions(query, depth=0)


def criteria_terms(node: Node) -> Iterator[Term]:
    """Every comparison of a tree."""
    if isinstance(node, Term):
        yield node
    else:
        for part in node.parts:
            yield from criteria_terms(part)


def resolved(node: Node, resolve: Callable[[Term], Term]) -> Node:
    """The tree with each comparison replaced by one of a column."""
    if isinstance(node, Term):
        return resolve(node)
    return CriteriaGroup(node.condition, tuple(resolved(part, resolve) for part in node.parts))


def required_equal(node: Node) -> Iterator[tuple[str, str]]:
    """Comparisons that every match must pass, as column and value: what an index may be asked for."""
    if isinstance(node, Term):
        if node.operator == "eq" and isinstance(node.value, str):
            yield node.attribute, node.value
    elif node.condition == "and":
        for part in node.parts:
            yield from required_equal(part)


def check_query_values(node: Node, types: Mapping[str, str], *, reason: str = SEARCH_CRITERIA) -> None:
    """Raise `SpdciItemError` where a value cannot be compared with its column's type."""
    for term in criteria_terms(node):
        if types.get(term.attribute) == "image":
            raise SpdciItemError("Pictures are not compared.", reason=reason)
        for value in _choices(term):
            if _comparable(value, types.get(term.attribute, "string")) is None:
                raise SpdciItemError("A value is not of its attribute's kind.", reason=reason)


def matches(node: Node, data: Mapping[str, Any], types: Mapping[str, str]) -> bool:
    """Whether a record is one of those asked for; what it does not know equals nothing."""
    if isinstance(node, Term):
        kind = types.get(node.attribute, "string")
        here = _comparable(data.get(node.attribute), kind)
        return here is not None and any(
            _holds(node.operator, here, _comparable(value, kind)) for value in _choices(node)
        )
    results = (matches(part, data, types) for part in node.parts)
    if node.condition == "and":
        return all(results)
    return any(results) is (node.condition == "or")


def sort_key(data: Mapping[str, Any], column: str, kind: str) -> tuple[bool, Any]:
    """Where a record stands among others by one column; what is not known stands last."""
    value = _comparable(data.get(column), kind)
    return (value is None, value if value is not None else "")


def _identifier(query: object) -> Term:
    source = query if isinstance(query, Mapping) else {}
    name, value = short(source.get("type")), _value(source.get("value"))
    if not name:
        raise SpdciItemError("A query by identifier has a type and a value.")
    return Term(name, "eq", value if isinstance(value, str) else str(value), is_identifier=True)


def _predicates(query: object) -> Node:
    if not isinstance(query, list) or not 0 < len(query) <= MAX_TERMS:
        raise SpdciItemError(f"A predicate is a list of 1 to {MAX_TERMS} expressions.")
    items = [item for item in query if isinstance(item, Mapping)]
    numbers = [item.get("seq_num") or 0 for item in items]
    if len(items) != len(query) or not all(type(n) in (int, float) for n in numbers):
        raise SpdciItemError("A predicate is a list of expressions with their numbers.")
    ordered = [item for _, item in sorted(zip(numbers, items, strict=True), key=lambda pair: pair[0])]
    return CriteriaGroup("and", tuple(_pair(item) for item in ordered))


def _pair(item: Mapping[str, Any]) -> Node:
    first, condition = _expression(item.get("expression1")), item.get("condition") or None
    second = _expression(item["expression2"]) if item.get("expression2") not in (None, "") else None
    if condition not in (None, "and", "or", "not"):
        raise SpdciItemError("Conditions are and, or, not.")
    if second is None:
        return CriteriaGroup("not", (first,)) if condition == "not" else first
    if condition is None:
        raise SpdciItemError("Two expressions are joined by a condition.")
    if condition == "not":
        return CriteriaGroup("and", (first, CriteriaGroup("not", (second,))))
    return CriteriaGroup(str(condition), (first, second))


def _expression(source: object) -> Term:
    entry = source if isinstance(source, Mapping) else {}
    return _term(entry.get("attribute_name"), entry.get("operator"), entry.get("attribute_value"))


def _template(query: object) -> Node:
    value = query.get("value") if isinstance(query, Mapping) else None
    expression = value.get("expression") if isinstance(value, Mapping) else None
    inner = expression.get("query") if isinstance(expression, Mapping) else None
    if inner is None:
        raise SpdciItemError("Expressions are read as an object, in value.expression.query.")
    return _conditions(inner, depth=0)


def _conditions(source: object, *, depth: int) -> Node:
    """`{"$and": […]}`, `{"name": {"$lt": 5}}`, `{"name": "value"}`; members of one object must all hold."""
    if depth > MAX_DEPTH:
        raise SpdciItemError(f"A query nests at most {MAX_DEPTH} deep.")
    if not isinstance(source, Mapping) or not 0 < len(source) <= MAX_TERMS:
        raise SpdciItemError("A query is an object of conditions.")
    parts: list[Node] = []
    for name, value in source.items():
        if name in ("$and", "$or", "$not"):
            inner = value if isinstance(value, list) else [value]
            if not 0 < len(inner) <= MAX_TERMS:
                raise SpdciItemError("A condition joins at least one expression.")
            nodes = tuple(_conditions(entry, depth=depth + 1) for entry in inner)
            parts.append(CriteriaGroup(name[1:], nodes))
        elif isinstance(value, Mapping):
            parts += [_term(name, str(operator).removeprefix("$"), said) for operator, said in value.items()]
        else:
            parts.append(_term(name, "eq", value))
        if len(parts) > MAX_TERMS:
            raise SpdciItemError(f"A query compares at most {MAX_TERMS} times.")
    if not parts:
        raise SpdciItemError("A query compares something.")
    return parts[0] if len(parts) == 1 else CriteriaGroup("and", tuple(parts))


def _term(name: object, operator: object, value: object) -> Term:
    attribute, known = short(name), _ALIASES.get(str(operator), operator)
    if not attribute or known not in OPERATORS:
        raise SpdciItemError(f"An expression has an attribute, one of {', '.join(OPERATORS)}, and a value.")
    if known == "in":
        choices = value if isinstance(value, list) else str(_value(value)).split(",")
        if not 0 < len(choices) <= MAX_CHOICES:
            raise SpdciItemError(f"A choice is of 1 to {MAX_CHOICES} values.")
        return Term(attribute, "in", tuple(_value(choice) for choice in choices))
    return Term(attribute, str(known), _value(value))


def _value(value: object) -> str | int | float | bool:
    if isinstance(value, str):
        if len(value) > MAX_VALUE or "\0" in value:
            raise SpdciItemError("A value is too long.")
        return value.strip()
    if isinstance(value, bool | int | float):
        return value
    raise SpdciItemError("A value is a text, a number, or true or false.")


def _choices(term: Term) -> tuple[Any, ...]:
    return term.value if isinstance(term.value, tuple) else (term.value,)


def _holds(operator: str, here: Any, asked: Any) -> bool:
    if operator in ("eq", "in"):
        return bool(here == asked)
    if operator == "gt":
        return bool(here > asked)
    if operator == "lt":
        return bool(here < asked)
    return bool(here >= asked) if operator == "ge" else bool(here <= asked)


def _comparable(value: Any, kind: str) -> Any:
    """A value as its kind compares; None where it is none of that kind."""
    if value is None or value == "":
        return None if kind != "string" or value is None else ""
    if kind == "boolean":
        text = str(value).strip().casefold()
        return True if text in _TRUE else False if text in _FALSE else None
    if kind in ("integer", "decimal"):
        try:
            number = Decimal(str(value).strip())
        except InvalidOperation:
            return None
        return number if number.is_finite() else None
    text = str(value).strip()
    return text[:10] if kind == "date" else text
