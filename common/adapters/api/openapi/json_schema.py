"""JSON Schemas of messages, in the words that OpenAPI 3.0 and JSON Schema share.

A schema is a dict in which a `Component` may stand wherever a schema may: it is written once, under its name
(OpenAPI 3.0.3 §4.7.7), and referred to everywhere.
"""

import types
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final, Literal, Union, get_args, get_origin, get_type_hints


@dataclass(frozen=True, slots=True)
class Component:
    """A schema with a name of its own in the document."""

    name: str
    schema: Mapping[str, Any] = field(repr=False)


Part = Mapping[str, Any] | Component

TEXT: Final[Part] = {"type": "string"}
URL: Final[Part] = {"type": "string", "format": "uri"}
WHOLE: Final[Part] = {"type": "integer"}
BOOLEAN: Final[Part] = {"type": "boolean"}
FILE: Final[Part] = {"type": "string", "format": "binary"}
ANY_OBJECT: Final[Part] = {"type": "object", "additionalProperties": True}
_OF_TYPE: Final = {str: TEXT, int: WHOLE, bool: BOOLEAN, float: {"type": "number"}}


def object_of(required: Mapping[str, Part], optional: Mapping[str, Part] | None = None) -> dict[str, Any]:
    """An object with these members; others may stand beside them, as each of the specifications allows."""
    schema = {"type": "object", "properties": {**required, **(optional or {})}}
    return {**schema, "required": list(required)} if required else schema


def array_of(item: Part, **bounds: int) -> dict[str, Any]:
    """An array; `bounds` are minItems and maxItems."""
    return {"type": "array", "items": item, **bounds}


def one_of(*parts: Part) -> dict[str, Any]:
    """Any of these shapes."""
    return {"anyOf": list(parts)}


def enum_of(*values: str) -> dict[str, Any]:
    """One of these texts."""
    return {"type": "string", "enum": list(values)}


def explained(part: Part, description: str) -> dict[str, Any]:
    """The schema with a sentence about what it holds here."""
    if isinstance(part, Component):  # nothing may stand beside a reference (OpenAPI 3.0.3 §4.7.23)
        return {"allOf": [part], "description": description}
    return {**part, "description": description}


def component_of(value: type, *, name: str = "", optional: Collection[str] = ()) -> Component:
    """The schema of a frozen dataclass that leaves as `asdict` writes it, without `optional` where empty."""
    hints = get_type_hints(value)
    members = {each.name: _of_hint(hints[each.name]) for each in fields(value)}
    return Component(
        name or value.__name__,
        object_of(
            {member: part for member, part in members.items() if member not in optional},
            {member: part for member, part in members.items() if member in optional},
        ),
    )


def _of_hint(hint: Any) -> Part:
    """The schema of a type: texts, numbers, literals, tuples of one type, either of several."""
    origin, arguments = get_origin(hint), get_args(hint)
    if hint in _OF_TYPE:
        return _OF_TYPE[hint]
    if origin is Literal:
        return enum_of(*arguments)
    if origin is tuple:
        return array_of(_of_hint(arguments[0]))
    if origin in (types.UnionType, Union):
        return one_of(*(_of_hint(each) for each in arguments if each is not type(None)))
    return ANY_OBJECT
