"""JSON Schema in counted steps: the library's validators, each of whose keywords is paid for.

References that double, keywords that compare everything with everything and messages that repeat the document
end as any other work does, when the purse is empty. Patterns run in linear time (patterns.py), and nothing is
fetched.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache, wraps
from typing import Any, Final

import attrs
from jsonschema import FormatChecker, ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import extend, validator_for
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012, SchemaRegistry

from common import purse
from common.errors import UndeterminedError
from common.vcdm import patterns

Errors = Iterator[ValidationError]
_LETTERS: Final = 64  # of a message, which may repeat the whole document, in one step


class SchemaNotTriedError(UndeterminedError):
    """A schema of which nobody found out here what it says of a credential."""

    code = "MALFORMED_VALUE_ERROR"
    status = 400


@cache
def counting(dialect: Any) -> Any:
    """A dialect whose every keyword is paid for; a part of a schema may name another, likewise counted."""
    known = {name: _OWN.get(name, keyword) for name, keyword in dialect.VALIDATORS.items()}
    counted: Any = extend(dialect, {name: _paid(keyword) for name, keyword in known.items()})
    members = [(member.name, member.alias) for member in attrs.fields(counted) if member.init]

    def evolve(self: Any, **changes: Any) -> Any:
        """As the library's own, which would leave for validators that count nothing."""
        purse.charge(steps=2)
        kept = {alias: getattr(self, name) for name, alias in members if alias not in changes}
        schema = changes.get("schema", self.schema)
        return counting(validator_for(schema, default=dialect))(**kept, **changes)

    counted.evolve = evolve
    return counted


def rooted(dialect: Any, schema: Mapping[str, Any], *, formats: Iterable[str]) -> Validator:
    """A validator of this schema, whose references lead to its own parts: all are found once, beforehand.

    `formats` are those that are asserted; others say something to people.
    """
    resource = Resource.from_contents(schema, default_specification=DRAFT202012)
    uri = resource.id() or ""
    registry: SchemaRegistry = Registry().with_resource(uri, resource).crawl()
    checker: Validator = dialect(
        schema,
        registry=registry,
        _resolver=registry.resolver(uri),
        format_checker=FormatChecker(tuple(formats)),
    )
    return checker


def _paid(keyword: Any) -> Any:
    @wraps(keyword)
    def paid(validator: Validator, value: Any, instance: Any, schema: Mapping[str, Any]) -> Errors:
        purse.charge(steps=1 + (_length(value) + _length(instance)) // 8)
        for error in keyword(validator, value, instance, schema) or ():
            purse.charge(steps=len(error.message) // _LETTERS)
            yield error

    return paid


def _length(value: Any) -> int:
    return len(value) if isinstance(value, dict | list | str) else 0


def _pattern(validator: Validator, pattern: str, instance: Any, schema: Mapping[str, Any]) -> Errors:
    if isinstance(instance, str) and not patterns.search_pattern(pattern, instance):
        yield ValidationError("does not match")


def _pattern_properties(
    validator: Any, properties: Mapping[str, Any], instance: Any, schema: Mapping[str, Any]
) -> Errors:
    if not isinstance(instance, dict):
        return
    for pattern, subschema in properties.items():
        for name, value in instance.items():
            if patterns.search_pattern(pattern, name):
                yield from validator.descend(value, subschema, path=name, schema_path=pattern)


def _additional_properties(
    validator: Any, additional: Any, instance: Any, schema: Mapping[str, Any]
) -> Errors:
    if not isinstance(instance, dict):
        return
    named, matched = schema.get("properties", {}), schema.get("patternProperties", {})
    for name, value in instance.items():
        if name not in named and not any(patterns.search_pattern(pattern, name) for pattern in matched):
            yield from validator.descend(value, additional, path=name)


def _enum(validator: Validator, values: Iterable[Any], instance: Any, schema: Mapping[str, Any]) -> Errors:
    wanted = _comparable(instance)
    if all(_comparable(value) != wanted for value in values):
        yield ValidationError("is not one of those allowed")


def _const(validator: Validator, value: Any, instance: Any, schema: Mapping[str, Any]) -> Errors:
    if _comparable(value) != _comparable(instance):
        yield ValidationError("is not what was expected")


def _unique_items(validator: Validator, unique: Any, instance: Any, schema: Mapping[str, Any]) -> Errors:
    if unique is True and isinstance(instance, list) and len(set(map(_comparable, instance))) < len(instance):
        yield ValidationError("stands there twice")


def _comparable(value: Any) -> Any:
    """A value that is equal to another where JSON Schema calls them so: 1 is 1.0, and true is not 1."""
    purse.charge(steps=1)
    if isinstance(value, dict):
        return frozenset((name, _comparable(member)) for name, member in value.items())
    if isinstance(value, list):
        return tuple(map(_comparable, value))
    return ("boolean", value) if isinstance(value, bool) else value


_OWN: Final[Mapping[str, Any]] = {
    "pattern": _pattern,
    "patternProperties": _pattern_properties,
    "additionalProperties": _additional_properties,
    "enum": _enum,
    "const": _const,
    "uniqueItems": _unique_items,
}
