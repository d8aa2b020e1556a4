"""What a signed document says, read from its statements, whatever JSON they were written in.

A proof over RDF covers statements, not JSON: whoever holds a document may write the same statements in
another way. So two things are asked before anything is read by name (docs/signed-rdf.md):

1. *own form*: every name in it is the one term that its contexts have for that place, none an IRI, a keyword
   or an alias; else `OtherFormError`.
2. *reading*: what is read is built anew from the statements that were hashed. Two documents of equal
   statements under the same contexts give the same reading; the order of members, the order of a set, one or
   a list of one, and where a named node is described make no difference.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any, Final

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad

from common.encoding.strict_json import MAX_DEPTH
from common.rdf.contexts import Contexts
from common.rdf.dataset import to_quads
from common.rdf.expansion import MAX_VALUES, OpenContexts, Processor, expand_with
from common.rdf.terms import (
    Active,
    OtherFormError,
    TermDefinitions,
    containers,
    definition_value,
    is_own_term,
    term_for,
)

_RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_TYPE, _FIRST, _REST, _NIL = (_RDF + name for name in ("type", "first", "rest", "nil"))
_CREDENTIALS: Final = "https://www.w3.org/2018/credentials#"
_SUBJECT: Final = _CREDENTIALS + "credentialSubject"
# Each stands in a graph of its own, speaks for itself and is verified by itself.
_APART: Final = {"https://w3id.org/security#proof": "proof", _CREDENTIALS + "verifiableCredential":
                 "verifiableCredential"}  # fmt: skip
# The data model wants objects here, even where nothing but a name is known (VC Data Model 2.0 §4).
_OBJECTS: Final = frozenset(
    _CREDENTIALS + name
    for name in ("credentialSubject", "credentialStatus", "credentialSchema", "evidence", "termsOfUse",
                 "refreshService", "relatedResource", "renderMethod", "confidenceMethod")
)  # fmt: skip
_FOREMOST: Final = ("VerifiableCredential", "VerifiablePresentation")
_XSD: Final = ("http://www.w3.org/2001/XMLSchema#", "https://www.w3.org/2001/XMLSchema#")
_INTEGERS: Final = frozenset(
    space + name
    for space in _XSD
    for name in ("integer", "nonNegativeInteger", "positiveInteger", "nonPositiveInteger", "negativeInteger",
                 "long", "int", "short", "byte", "unsignedLong", "unsignedInt", "unsignedShort",
                 "unsignedByte")
)  # fmt: skip
_BOOLEANS: Final = frozenset(space + "boolean" for space in _XSD)
_DOUBLES: Final = frozenset(space + name for space in _XSD for name in ("double", "float"))
_I18N: Final = "https://www.w3.org/ns/i18n#"
_WHOLE: Final = re.compile(r"(0|-?[1-9][0-9]{0,14})\Z")
_VALUE_MEMBERS: Final = frozenset({"@value", "@language", "@direction"})

Node = NamedNode | BlankNode
Statements = Mapping[Node, Mapping[str, Sequence[Any]]]  # of the default graph, by subject and predicate


@dataclass(frozen=True, slots=True)
class DocumentStatements:
    """The statements of a document, and the document as they say it."""

    quads: list[Quad]
    document: dict[str, Any]


def read_statements(document: Mapping[str, Any], *, contexts: Contexts) -> DocumentStatements:
    """Read a document in its own form; what stands in graphs apart (proofs, credentials) is left out."""
    strict = not isinstance(contexts, OpenContexts)
    quads = to_quads(expand_with(_OwnForm(strict=strict), document, contexts))
    reader = _Reader(quads, TermDefinitions(document.get("@context", []), contexts=contexts), strict=strict)
    context = {"@context": document["@context"]} if "@context" in document else {}
    return DocumentStatements(quads, _arranged({**context, **reader.whole()}, document))


def _arranged(found: Any, shown: Any) -> Any:
    """The same with its members in the order of the JSON that was shown, which people are used to."""
    if isinstance(shown, list):
        shown = next((each for each in shown if isinstance(each, Mapping)), None)
    if isinstance(found, list):
        return [_arranged(each, shown) for each in found]
    if not isinstance(found, dict) or not isinstance(shown, Mapping):
        return found
    order = dict.fromkeys([*(name for name in shown if name in found), *found])
    return {name: _arranged(found[name], shown.get(name)) for name in order}


class _OwnForm(Processor):
    """Expansion that refuses whatever could have been said in other words."""

    def __init__(self, *, strict: bool) -> None:
        super().__init__()
        self._strict = strict  # in conformance runs, types may be absolute URLs
        self._depth = 0

    def _expand(self, active_ctx: Any, active_property: Any, element: Any, *args: Any, **named: Any) -> Any:
        if self._depth == 1 and active_property in _APART.values():
            return Processor()._expand(active_ctx, active_property, element, *args, **named)
        return super()._expand(active_ctx, active_property, element, *args, **named)

    def _expand_object(self, *args: Any, **named: Any) -> None:
        active, element, scoped = args[0], args[3], args[-1]
        self._check(active, element, types=scoped)
        self._depth += 1
        super()._expand_object(*args, **named)
        self._depth -= 1

    def _check(self, active: Active, element: Mapping[str, Any], *, types: Active) -> None:
        if "@value" in element:
            if not (element.keys() <= _VALUE_MEMBERS and isinstance(element["@value"], str)):
                raise OtherFormError("A value is written as it is, or as a text with its language.")
            return
        if self._depth and "@context" in element:
            raise OtherFormError("The contexts of a document stand at its top.")
        for key, value in element.items():
            if is_own_term(active, key):
                continue
            iri = self._expand_iri(active, key, vocab=True)
            if key == "@context" or (key == "id" and iri == "@id" and not str(value).startswith("_:")):
                continue
            if key == "type" and iri == "@type":
                for name in value if isinstance(value, list) else [value]:
                    self._check_type(types, name)
            elif iri is not None and term_for(active, iri) != key:
                raise OtherFormError(
                    "A property is written by another name than its contexts have.", detail=key
                )

    def _check_type(self, types: Active, name: Any) -> None:
        iri = self._expand_iri(types, name, vocab=True)
        if isinstance(iri, str) and name != type_term(types, iri, strict=self._strict):
            raise OtherFormError("A type is written by another name than its contexts have.")


def type_term(active: Active, iri: str, *, strict: bool) -> str:
    """The term for a type; where types may be URLs, else the URL."""
    name = term_for(active, iri)
    if name is None and strict:
        raise OtherFormError("The contexts of this document have no word for one of its types.", detail=iri)
    return name or iri


class _Reader:
    """Builds a document from the statements of its default graph."""

    def __init__(self, quads: Sequence[Quad], terms: TermDefinitions, *, strict: bool) -> None:
        self._terms, self._strict = terms, strict
        self._said: dict[Any, dict[str, dict[Any, None]]] = {}
        self._apart = {quad.graph_name for quad in quads}
        self._count = 0
        for quad in quads:
            if isinstance(quad.graph_name, DefaultGraph):
                said = self._said.setdefault(quad.subject, {})
                said.setdefault(quad.predicate.value, {})[quad.object] = None

    def whole(self) -> dict[str, Any]:
        """The one node of which nothing else speaks, with all that it leads to."""
        spoken_of = {value for said in self._said.values() for values in said.values() for value in values}
        roots = [node for node in self._said if node not in spoken_of]
        if len(roots) != 1:
            raise OtherFormError(
                "A part of this document speaks of the whole, or of something apart from it."
            )
        self._subjects = self._said[roots[0]].get(_SUBJECT, {})
        found = self._node(roots[0], self._terms.root, ())
        return {**found, "type": [found["type"]]} if found.get("type") in _FOREMOST else found

    def _node(self, node: Node, active: Active, path: tuple[Node, ...]) -> dict[str, Any]:
        self._count += 1
        if self._count > MAX_VALUES:
            raise OtherFormError(
                f"A document that says one thing in more than {MAX_VALUES} places is not read."
            )
        if len(path) > MAX_DEPTH:  # as deep as JSON may be; names lead from one node to the next without it
            raise OtherFormError(f"Nodes that name one another more than {MAX_DEPTH} deep are not read.")
        said = self._said.get(node, {})
        types = sorted(
            (type_term(active, name.value, strict=self._strict) for name in said.get(_TYPE, {})),
            key=lambda name: (name not in _FOREMOST, name),
        )
        found: dict[str, Any] = {"id": node.value} if isinstance(node, NamedNode) else {}
        if types:
            found["type"] = types if len(types) > 1 else types[0]
        inner = self._terms.typed(active, types)
        for predicate, values in said.items():
            if predicate != _TYPE and not (predicate in _APART and self._apart.issuperset(values)):
                name = term_for(inner, predicate)
                if name is None:
                    raise OtherFormError(
                        "The contexts of this document have no word for it.", detail=predicate
                    )
                found[name] = self._values(predicate, name, values, inner, (*path, node))
        return found

    def _values(
        self, predicate: str, name: str, values: Mapping[Any, None], active: Active, path: tuple[Node, ...]
    ) -> Any:
        """What a property says: one value, or a list in an order that does not hang on the document's."""
        place = _Place(predicate, name, active, self._terms.within(active, name), path)
        if any(self._is_list(value) for value in values):
            if len(values) > 1:
                raise OtherFormError("A property of this document has several lists.", detail=predicate)
            return [self._value(item, place) for item in self._items(next(iter(values)))]
        found = [self._value(value, place) for value in values]
        if len(found) > 1:
            found.sort(key=_order)
        return found if len(found) > 1 or "@set" in containers(active, name) else found[0]

    def _value(self, value: Any, place: "_Place") -> Any:
        if isinstance(value, Literal):
            return _literal(value)
        if self._is_list(value):
            return [self._value(item, place) for item in self._items(value)]
        if value in self._apart or (isinstance(value, BlankNode) and value in place.path):
            raise OtherFormError("A part of this document can only be read from within itself.")
        elsewhere = value in self._subjects and place.predicate != _SUBJECT
        if isinstance(value, BlankNode) or not (value not in self._said or value in place.path or elsewhere):
            return self._node(value, place.within, place.path)
        coerced = definition_value(place.active, place.name, "@type")
        if place.predicate in _OBJECTS or coerced not in ("@id", "@vocab"):
            return {"id": value.value}
        return (term_for(place.within, value.value) if coerced == "@vocab" else None) or value.value

    def _is_list(self, value: Any) -> bool:
        if isinstance(value, NamedNode):
            return value.value == _NIL
        return isinstance(value, BlankNode) and _FIRST in self._said.get(value, {})

    def _items(self, cell: Any) -> list[Any]:
        found: list[Any] = []
        while isinstance(cell, BlankNode):
            self._count += 1
            said = self._said.get(cell, {})
            if self._count > MAX_VALUES or len(said.get(_FIRST, {})) != 1 or len(said.get(_REST, {})) != 1:
                raise OtherFormError("A list of this document is none.")
            found += said[_FIRST]
            [cell] = said[_REST]
        return found


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a value stands: under which property, and what words mean there and below."""

    predicate: str
    name: str
    active: Active
    within: Active
    path: tuple[Node, ...]


def _order(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _literal(literal: Literal) -> Any:
    """A literal as JSON: a text, a whole number, a truth value, JSON, or a text with its language.

    Its datatype is not read beyond that; where JSON wrote `"7"` or `7` for the same number, it is a number.
    """
    text, datatype = literal.value, literal.datatype.value
    if literal.language:
        return {"@value": text, "@language": literal.language}
    if datatype.startswith(_I18N):
        language, _, direction = datatype.removeprefix(_I18N).rpartition("_")
        tagged = {"@language": language} if language else {}
        return {"@value": text, **tagged, "@direction": direction}
    if datatype == _RDF + "JSON":
        return json.loads(text)
    if datatype in _INTEGERS and _WHOLE.match(text):
        return int(text)
    if datatype in _BOOLEANS and text in ("true", "false"):
        return text == "true"
    if datatype in _DOUBLES:
        return _double(text)
    return text


def _double(text: str) -> float | str:
    try:
        number = float(text)
    except ValueError:
        return text
    return number if isfinite(number) else text
