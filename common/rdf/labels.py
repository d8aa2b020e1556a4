"""Which canonical label each blank node of a dataset has (the canonical identifier map, RDFC-1.0 §4.4).

pyoxigraph gives the canonical dataset, not the map that leads to it. The map is any isomorphism from the
one to the other: where several exist the nodes are alike in all they say, and every one yields the same
statements. It is found by giving like nodes like colours until nothing new is learnt, and by tying one of
those left to the first in whose place it could stand: what comes first in the document gets the first label.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

from pyoxigraph import BlankNode, Quad

from common.rdf.canonical import DatasetTooComplexError, HashAlgorithm, canonical_dataset

MAX_STEPS: Final = 200_000  # statements looked at; a second at worst

Colours = Mapping[BlankNode, int]
Groups = Mapping[int, tuple[list[BlankNode], list[BlankNode]]]  # ours and theirs, by colour


def canonical_labels(quads: Iterable[Quad], *, algorithm: HashAlgorithm = "sha256") -> dict[BlankNode, str]:
    """The canonical label (`c14n0`) of each blank node of `quads`."""
    given = list(dict.fromkeys(quads))
    canonical = list(canonical_dataset(given, algorithm=algorithm))
    ours, theirs = _nodes(given), _nodes(canonical)
    if not ours:
        return {}
    theirs.sort(key=lambda node: int(node.value.removeprefix("c14n")))
    matching = _Matching(given, canonical, ours=ours, theirs=theirs)
    found = matching.pair(dict.fromkeys([*matching.ours, *matching.theirs], 0))
    assert found is not None, "a dataset is isomorphic to its canonical form"
    return found


def _nodes(quads: Iterable[Quad]) -> list[BlankNode]:
    """The blank nodes of a dataset, in the order in which they are first named."""
    return list(dict.fromkeys(term for quad in quads for term in quad if isinstance(term, BlankNode)))


class _Matching:
    """A dataset beside its canonical form; `canonical` nodes are marked, so that no two sides share one."""

    def __init__(
        self, given: list[Quad], canonical: list[Quad], *, ours: list[BlankNode], theirs: list[BlankNode]
    ) -> None:
        self.steps = 0
        self.ours = ours
        self.theirs = [_marked(node) for node in theirs]
        self.mentions: dict[BlankNode, list[tuple[BlankNode | str, ...]]] = defaultdict(list)
        for quads, mark in ((given, False), (canonical, True)):
            for quad in quads:
                terms = tuple(
                    (_marked(term) if mark else term) if isinstance(term, BlankNode) else f"<{term}"
                    for term in quad
                )
                for node in {term for term in terms if isinstance(term, BlankNode)}:
                    self.mentions[node].append(terms)

    def pair(self, colours: Colours) -> dict[BlankNode, str] | None:
        """An isomorphism that keeps to `colours`, or None where there is none."""
        colours = self.refine(colours)
        groups: dict[int, tuple[list[BlankNode], list[BlankNode]]] = defaultdict(lambda: ([], []))
        for side, nodes in enumerate((self.ours, self.theirs)):
            for node in nodes:
                groups[colours[node]][side].append(node)
        if any(len(ours) != len(theirs) for ours, theirs in groups.values()):
            return None
        found: dict[BlankNode, str] = {}
        for ours, theirs in groups.values():
            if len(ours) > 1 and self.hangs_on_alike(ours[0], colours, groups):
                return self.tie(ours, theirs[0], colours)
            found |= zip(ours, map(_unmarked, theirs), strict=True)
        return found

    def hangs_on_alike(self, node: BlankNode, colours: Colours, groups: Groups) -> bool:
        """Whether a neighbour is not told apart either: then it matters which of them goes with which."""
        return any(
            isinstance(term, BlankNode) and term != node and len(groups[colours[term]][0]) > 1
            for terms in self.mentions[node]
            for term in terms
        )

    def tie(self, ours: list[BlankNode], theirs: BlankNode, colours: Colours) -> dict[BlankNode, str] | None:
        for node in ours:
            found = self.pair({**colours, node: -1, theirs: -1})
            if found is not None:
                return found
        return None

    def refine(self, colours: Colours) -> Colours:
        """Colours that tell apart what the neighbours' colours tell apart, until they tell no more."""
        while True:
            known: dict[object, int] = {}
            finer = {
                node: known.setdefault((colours[node], self.look(node, colours)), len(known))
                for node in colours
            }
            if len(known) == len(set(colours.values())):
                return finer
            colours = finer

    def look(self, node: BlankNode, colours: Colours) -> tuple[tuple[str, ...], ...]:
        """What is said of a node, with its neighbours' colours in their places."""
        said = self.mentions[node]
        self.steps += len(said)
        if self.steps > MAX_STEPS:
            raise DatasetTooComplexError("Too many blank nodes in this document look alike.")
        return tuple(
            sorted(
                tuple(
                    term if isinstance(term, str) else "_" if term == node else f"_{colours[term]}"
                    for term in terms
                )
                for terms in said
            )
        )


def _marked(node: BlankNode) -> BlankNode:
    return BlankNode(f"canonical-{node.value}")


def _unmarked(node: BlankNode) -> str:
    return node.value.removeprefix("canonical-")
