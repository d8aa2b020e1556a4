"""A document as statements that can be shown one by one (VC-DI-ECDSA §3.4.1 to §3.4.9, §3.4.14 to §3.4.16).

Blank nodes get labels that are signed with the statements; their canonical ones change with what is shown.
"""

import hmac
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pyoxigraph import BlankNode, Dataset, Quad

from common.encoding import multibase
from common.formats.data_integrity.selection import SelectionError, select_json_ld
from common.rdf.canonical import canonical_dataset, statements
from common.rdf.contexts import Contexts
from common.rdf.dataset import to_quads
from common.rdf.expansion import expand, label
from common.rdf.labels import canonical_labels


@dataclass(frozen=True, slots=True)
class StatementGroup:
    """What some pointers select: places among all statements, and the blank nodes of this part alone.

    `labels` leads from the canonical labels that a reader of the part will find to those that were signed.
    """

    indexes: tuple[int, ...]
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Statements:
    """Every statement of a document under its new labels, in code point order."""

    lines: tuple[bytes, ...]
    labels: Mapping[BlankNode, str]
    document: Mapping[str, Any]  # in which each node is named
    contexts: Contexts

    def indexes(self, pointers: Sequence[str]) -> tuple[int, ...]:
        """The places of those statements that `pointers` select (§3.4.15 and step 6 of §3.4.16)."""
        return self._places(self._quads(pointers))

    def group(self, pointers: Sequence[str]) -> StatementGroup:
        """The same, with the labels that a reader of this part needs (steps 13 and 14 of §3.5.4)."""
        quads = self._quads(pointers)
        labels = {canonical: self.labels[node] for node, canonical in canonical_labels(quads).items()}
        return StatementGroup(self._places(quads), labels)

    def _quads(self, pointers: Sequence[str]) -> list[Quad]:
        selection = select_json_ld(self.document, pointers)
        return to_quads(expand(selection, contexts=self.contexts), labelled=True) if selection else []

    def _places(self, quads: list[Quad]) -> tuple[int, ...]:
        places = {line: index for index, line in enumerate(self.lines)}
        try:
            return tuple(places[line] for line in statements(Dataset(_relabel(quads, self.labels))))
        except KeyError as error:
            raise SelectionError("A part of this document means something else without the rest.") from error


def hmac_statements(document: Mapping[str, Any], *, hmac_key: bytes, contexts: Contexts) -> Statements:
    """The statements of a document under labels that only `hmac_key` can foretell (§3.4.4, §3.4.16)."""
    labelled, expanded = label(document, contexts=contexts)
    quads = to_quads(expanded, labelled=True)
    labels = {
        node: multibase.encode_base64url(hmac.digest(hmac_key, canonical.encode(), "sha256"))
        for node, canonical in canonical_labels(quads).items()
    }
    return Statements(tuple(statements(Dataset(_relabel(quads, labels)))), labels, labelled, contexts)


def relabelled_statements(quads: Iterable[Quad], *, labels: Mapping[str, str]) -> list[bytes] | None:
    """The statements of a document under the `labels` that stand for its canonical ones (§3.4.2, §3.4.3).

    None unless each blank node has a label, and each label one blank node: two nodes under one label would be
    taken for one.
    """
    dataset = canonical_dataset(quads)
    found = {term.value for quad in dataset for term in quad if isinstance(term, BlankNode)}
    if found != labels.keys() or len(set(labels.values())) != len(labels):
        return None
    return statements(Dataset(_relabel(dataset, {BlankNode(name): new for name, new in labels.items()})))


def _relabel(quads: Iterable[Quad], labels: Mapping[BlankNode, str]) -> Iterator[Quad]:
    """Quads under other labels (§3.4.14)."""
    new: dict[Any, Any] = {node: BlankNode(name) for node, name in labels.items()}
    for quad in quads:
        subject, value, graph = quad.subject, quad.object, quad.graph_name
        yield Quad(
            new[subject] if isinstance(subject, BlankNode) else subject,
            quad.predicate,
            new[value] if isinstance(value, BlankNode) else value,
            new[graph] if isinstance(graph, BlankNode) else graph,
        )
