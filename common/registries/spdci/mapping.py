"""How a registry's records stand in SPDCI's data objects: one declared template, read in both directions.

A template is the object that travels, with `"{column}"` where a column's value stands. Objects and lists of
which nothing is known, or nothing may be told, are left out.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from common.registries.connector import RegistryError
from common.registries.spdci.criteria import Term
from common.registries.spdci.members import SpdciItemError

# Which of the texts a registry speaks: whether `reg_records` is a list there or an object, and how its
# answers about transactions name what they tell about.
LISTS: Final = {"social": True, "crvs": True, "ibr": True, "fr": False, "dr": False}
BORN, CHANGED, GONE = "created", "changed", "removed"  # what an event type may stand for
_TRUE, _FALSE = ("yes", "true"), ("no", "false")


@dataclass(frozen=True, slots=True)
class RecordMapping:
    """A registry as SPDCI sees it.

    `identifiers` leads from identifier types to columns, `names` from further query attributes to columns,
    `values` holds, by column, what stands in records and what travels for it, `events` the names of event
    types for what happened to a record, `questions` by yes-or-no endpoint which values a record must have.
    """

    kind: str
    reg_type: str
    record_type: str
    template: Mapping[str, Any]
    identifiers: Mapping[str, str]
    types: Mapping[str, str]  # of the registry's columns
    names: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    events: Mapping[str, str] = field(default_factory=dict)
    questions: Mapping[str, Mapping[str, list[str]]] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)  # templates of special endpoints

    def __post_init__(self) -> None:
        if self.kind not in LISTS:
            raise RegistryError(f"A registry speaks one of {', '.join(LISTS)}.")
        used = {*self.identifiers.values(), *self.names.values(), *(c for _, c in paths(self.template))}
        for template in self.details.values():
            used |= {column for _, column in paths(template)}
        unknown = used - set(self.types)
        if unknown:
            raise RegistryError(
                f"The mapping names columns that are not there: {', '.join(sorted(unknown))}."
            )

    def resolve(self, term: Term) -> Term:
        """The comparison of a column that a query means, with values as they stand in records."""
        column = self.column(term.attribute, identifiers_alone=term.is_identifier)
        if isinstance(term.value, tuple):
            value: Any = tuple(self.inward(column, choice) for choice in term.value)
        else:
            value = self.inward(column, term.value)
        return Term(column, term.operator, value)

    def column(self, name: str, *, identifiers_alone: bool = False) -> str:
        """The column of a name: of an identifier type, a place in the data object, or the column itself."""
        known = dict(self.identifiers)
        if not identifiers_alone:
            known = {**{c: c for c in self.types}, **dict(paths(self.template)), **self.names, **known}
        if name not in known:
            raise SpdciItemError("This attribute is not known here.")
        return known[name]

    def event_of(self, name: str) -> str:
        """What an event type stands for, empty where it is not known; `ns:…:Name` counts as `Name`."""
        return self.events.get(name, self.events.get(name.rpartition(":")[2], ""))

    def inward(self, column: str, value: Any) -> Any:
        """A value asked for, as it stands in records."""
        return next((here for here, there in self.values.get(column, {}).items() if there == value), value)


def fill_template(
    mapping: RecordMapping, data: Mapping[str, Any], columns: Collection[str], *, template: Any = None
) -> dict[str, Any]:
    """The data object of one record with these columns alone; empty where nothing of it may be told."""
    filled = _filled(mapping, mapping.template if template is None else template, data, set(columns))
    return filled if isinstance(filled, dict) else {}


def read_object(mapping: RecordMapping, item: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a data object that came from somewhere else; what it leaves out is absent."""
    found: dict[str, Any] = {}
    _read(mapping, mapping.template, item, found)
    return found


def reg_records(mapping: RecordMapping, items: list[dict[str, Any]]) -> Any:
    """`reg_records`: a list; where the text has an object, the one record, or several as a JSON-LD graph."""
    if LISTS[mapping.kind]:
        return items
    return items[0] if len(items) == 1 else {"@graph": items}


def parse_reg_records(value: object) -> list[Mapping[str, Any]]:
    """The data objects of `reg_records`, in whichever of its forms they came."""
    if isinstance(value, Mapping):
        value = value["@graph"] if isinstance(value.get("@graph"), list) else [value] if value else []
    if isinstance(value, list):
        value = [item for item in value if item is not None]
    if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
        raise RegistryError("The registry's records cannot be read.")
    return value


def paths(template: Any, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Where columns stand in a template: `demographic_info.name.surname`; lists do not count as a step."""
    if isinstance(template, Mapping):
        for name, inner in template.items():
            yield from paths(inner, f"{prefix}.{name}" if prefix else str(name))
    elif isinstance(template, list):
        for inner in template:
            yield from paths(inner, prefix)
    elif _column(template):
        yield prefix, _column(template)


def _column(leaf: Any) -> str:
    if isinstance(leaf, str) and leaf.startswith("{") and leaf.endswith("}"):
        return leaf[1:-1]
    return ""


def _filled(mapping: RecordMapping, template: Any, data: Mapping[str, Any], columns: set[str]) -> Any:
    """A part of the object; None where it holds columns and none of them is told."""
    if isinstance(template, Mapping):
        parts = {name: _filled(mapping, inner, data, columns) for name, inner in template.items()}
        told = {name: part for name, part in parts.items() if part is not None}
        asks = any(next(paths(inner), None) for inner in template.values())
        known = any(part is not None and next(paths(template[n]), None) for n, part in parts.items())
        return told if known or not asks else None
    if isinstance(template, list):
        items = [part for part in (_filled(mapping, t, data, columns) for t in template) if part is not None]
        return items or None
    column = _column(template)
    if not column:
        return template
    value = data.get(column)
    if column not in columns or value is None or value == "":
        return None
    return _outward(mapping, column, value)


def _outward(mapping: RecordMapping, column: str, value: Any) -> Any:
    if column in mapping.values:
        return mapping.values[column].get(str(value), value)
    kind = mapping.types.get(column)
    if kind == "boolean" and str(value).casefold() in _TRUE + _FALSE:
        return str(value).casefold() in _TRUE
    if kind == "integer" and isinstance(value, str) and value.lstrip("-").isdigit() and len(value) < 16:
        return int(value)
    return value


def _read(mapping: RecordMapping, template: Any, item: Any, found: dict[str, Any]) -> None:
    if isinstance(template, Mapping):
        for name, inner in template.items():
            if isinstance(item, Mapping) and name in item:
                _read(mapping, inner, item[name], found)
    elif isinstance(template, list):
        items = item if isinstance(item, list) else [item]
        for inner in template:
            _read(mapping, inner, next((i for i in items if _fits(inner, i)), None), found)
    elif _column(template) and isinstance(item, str | int | float) and item != "":
        column = _column(template)
        value = mapping.inward(column, item)
        found[column] = ("yes" if value else "no") if isinstance(value, bool) else value


def _fits(template: Any, item: Any) -> bool:
    """Whether what is fixed in the template says the same in the item: which identifier, which member."""
    if not isinstance(template, Mapping):
        return True
    return isinstance(item, Mapping) and all(
        item.get(name, said) == said
        for name, said in template.items()
        if isinstance(said, str) and not _column(said)
    )
