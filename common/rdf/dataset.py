"""Expanded JSON-LD to RDF (JSON-LD 1.1 API §8.2); anything that would be lost on the way is an error."""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from math import isfinite
from typing import Any, Final

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad

from common.encoding import jcs
from common.rdf.errors import DataLossError, TransformationError

_RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_XSD: Final = "http://www.w3.org/2001/XMLSchema#"
_I18N: Final = "https://www.w3.org/ns/i18n#"
_TYPE: Final = NamedNode(_RDF + "type")
_FIRST: Final = NamedNode(_RDF + "first")
_REST: Final = NamedNode(_RDF + "rest")
_NIL: Final = NamedNode(_RDF + "nil")
_JSON: Final = NamedNode(_RDF + "JSON")
_BOOLEAN: Final = NamedNode(_XSD + "boolean")
_INTEGER: Final = NamedNode(_XSD + "integer")
_DOUBLE: Final = NamedNode(_XSD + "double")
_FLOATS: Final = frozenset({_XSD + "double", _XSD + "float"})  # libraries disagree on their text

Resource = NamedNode | BlankNode
Graph = NamedNode | BlankNode | DefaultGraph
Place = tuple[object, ...]  # where a list stands: subject, predicate, and positions in the lists around it


def to_quads(expanded: Iterable[Mapping[str, Any]], *, labelled: bool = False) -> list[Quad]:
    """Every statement of an expanded document; duplicates are left to the dataset.

    In a `labelled` document (`common.rdf.expansion.label`) every node has its name, and the cells of lists
    get one from where they stand: a part of the document makes the same blank nodes as the whole.
    """
    writer = _Writer(labelled=labelled)
    for node in expanded:
        writer.statements(node, DefaultGraph())
    if not writer.quads:
        raise DataLossError("This document says nothing.")
    return writer.quads


class _Writer:
    def __init__(self, *, labelled: bool) -> None:
        self.labelled = labelled
        self.quads: list[Quad] = []
        self.labels: dict[str, BlankNode] = {}
        self.cells: set[BlankNode] = set()

    def statements(self, node: Mapping[str, Any], graph: Graph) -> None:
        """A node that must say something of its own: at the top, or as a graph's content."""
        before = len(self.quads)
        self.node(node, graph)
        if len(self.quads) == before:
            raise DataLossError("A reference without a statement would be lost.")

    def node(self, node: Mapping[str, Any], graph: Graph) -> Resource:
        if "@value" in node or "@list" in node:
            raise DataLossError("A value stands where only nodes have a meaning.")
        subject = self.resource(node["@id"]) if "@id" in node else self.unnamed()
        for key, values in node.items():
            if key == "@id":
                continue
            if key.startswith("@"):
                self.keyword(key, values, subject, graph)
            else:
                predicate = _iri(key)
                at = (subject, predicate)
                self.quads += [
                    Quad(subject, predicate, self.value(item, graph, at), graph) for item in values
                ]
            if not values:
                raise DataLossError("An empty set says nothing that can be signed; leave it out.")
        return subject

    def keyword(self, keyword: str, values: Any, subject: Resource, graph: Graph) -> None:
        """What a keyword of a node says about it (JSON-LD 1.1 API §7.2); `DataLossError` for all others."""
        if keyword == "@type":
            self.quads += [Quad(subject, _TYPE, self.resource(name), graph) for name in values]
        elif keyword in ("@graph", "@included"):
            for inner in values:
                self.statements(inner, subject if keyword == "@graph" else graph)
        elif keyword == "@reverse":
            for name, items in values.items():
                predicate = _iri(name)
                self.quads += [Quad(self.node(item, graph), predicate, subject, graph) for item in items]
        else:
            raise DataLossError(f"{keyword} has no meaning in RDF.")

    def value(self, value: Mapping[str, Any], graph: Graph, at: Place) -> Resource | Literal:
        if "@index" in value:
            raise DataLossError("An index has no meaning in RDF.")
        if "@list" in value:
            return self.collection(value["@list"], graph, at)
        return _literal(value) if "@value" in value else self.node(value, graph)

    def collection(self, values: list[Any], graph: Graph, at: Place) -> Resource:
        items = [self.value(value, graph, (*at, number)) for number, value in enumerate(values)]
        cells = [self.cell((*at, number)) for number in range(len(values))]
        rests: list[Resource] = [*cells[1:], _NIL]
        for cell, item, rest in zip(cells, items, rests, strict=False):
            self.quads += [Quad(cell, _FIRST, item, graph), Quad(cell, _REST, rest, graph)]
        return cells[0] if cells else _NIL

    def resource(self, name: object) -> Resource:
        if isinstance(name, str) and name.startswith("_:"):
            return BlankNode(name[2:]) if self.labelled else self.labels.setdefault(name, BlankNode())
        return _iri(name)

    def cell(self, at: Place) -> BlankNode:
        if not self.labelled:
            return BlankNode()
        cell = BlankNode(sha256(" ".join(map(str, at)).encode()).hexdigest())
        if cell in self.cells:
            raise TransformationError("Two lists of this document stand in the same place.")
        self.cells.add(cell)
        return cell

    def unnamed(self) -> BlankNode:
        if self.labelled:
            raise TransformationError("A part of this document has no place that could be named.")
        return BlankNode()


def _iri(name: object) -> NamedNode:
    """An absolute IRI (RFC 3987); relative ones and those with white space mean nothing without a base."""
    try:
        return NamedNode(name)  # type: ignore[arg-type]
    except (ValueError, TypeError) as error:
        raise DataLossError("An identifier or type in this document is not an absolute IRI.") from error


def _literal(value: Mapping[str, Any]) -> Literal:
    """A value object as RDF literal; floats come here only where `expand` lets them."""
    content, datatype = value["@value"], value.get("@type")
    if datatype == "@json":
        return Literal(jcs.canonicalize(content).decode(), datatype=_JSON)
    if isinstance(content, int | float):
        return _scalar(content, datatype)
    if datatype in _FLOATS:
        raise TransformationError("Fractions are written as decimals, not as floating point.")
    if not isinstance(content, str):
        raise TransformationError("A value is neither text, a whole number nor a truth value.")
    language = value.get("@language")
    if "@direction" in value:  # the i18n datatype, so that the direction is signed too (§8.2.2)
        datatype = f"{_I18N}{language or ''}_{value['@direction']}"
    elif language is not None:
        try:
            return Literal(content, language=language)
        except ValueError as error:
            raise TransformationError("This is not a language tag.") from error
    return Literal(content, datatype=_iri(datatype)) if datatype else Literal(content)


def _scalar(content: float, datatype: str | None) -> Literal:
    """A number or truth value as RDF literal (JSON-LD 1.1 API §8.2.2); a whole float is an integer."""
    if isinstance(content, float):
        if not isfinite(content):
            raise TransformationError("Infinity is no number that JSON could hold.")
        if datatype in _FLOATS or not content.is_integer():
            return Literal(_canonical_double(content), datatype=_iri(datatype) if datatype else _DOUBLE)
        content = int(content)
    if datatype in _FLOATS:
        raise TransformationError("Fractions are written as decimals, not as floating point.")
    if isinstance(content, bool):
        return Literal("true" if content else "false", datatype=_iri(datatype) if datatype else _BOOLEAN)
    return Literal(str(content), datatype=_iri(datatype) if datatype else _INTEGER)


def _canonical_double(number: float) -> str:
    """The canonical lexical form of xsd:double (JSON-LD 1.1 API §8.2.2 step 8): 5.5 is `5.5E0`."""
    mantissa, _, exponent = f"{number:.15E}".partition("E")
    whole, _, fraction = mantissa.partition(".")
    return f"{whole}.{fraction.rstrip('0') or '0'}E{int(exponent)}"
