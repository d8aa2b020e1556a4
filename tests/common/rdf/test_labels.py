"""The map to canonical labels leads to the canonical dataset, whatever the dataset looks like."""

import json
import random
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import pytest
from pyoxigraph import BlankNode, Dataset, NamedNode, Quad, RdfFormat, parse

from common.rdf import labels
from common.rdf.canonical import DatasetTooComplexError, canonical_dataset, statements
from common.rdf.labels import canonical_labels
from tests.conftest import shared

NEXT = NamedNode("urn:example:next")


def relabelled(quads: Iterable[Quad]) -> list[bytes]:
    found = canonical_labels(quads)

    def named(term: Any) -> Any:
        return BlankNode(found[term]) if isinstance(term, BlankNode) else term

    return statements(Dataset(Quad(*map(named, quad)) for quad in quads))


def folder() -> Path:
    return shared("vectors/rdf-canon/rdfc10")


def test_the_published_maps() -> None:
    seen = 0
    for published in sorted(folder().glob("*-rdfc10map.json")):
        name = published.name.removesuffix("-rdfc10map.json")
        quads = list(parse(path=str(folder() / f"{name}-in.nq"), format=RdfFormat.N_QUADS))
        algorithm: Literal["sha256", "sha384"] = "sha384" if name == "test075" else "sha256"
        found = canonical_labels(quads, algorithm=algorithm)
        assert {node.value: label for node, label in found.items()} == json.loads(published.read_text()), name
        seen += 1
    assert seen >= 20


def test_every_published_dataset() -> None:
    for path in sorted(folder().glob("*-in.nq")):
        quads = list(parse(path=str(path), format=RdfFormat.N_QUADS))
        try:
            expected = statements(canonical_dataset(quads))
        except DatasetTooComplexError:
            continue
        assert relabelled(quads) == expected, path.name


@pytest.mark.parametrize("size", [1, 2, 3, 6])
def test_rings_in_which_all_nodes_are_alike(size: int) -> None:
    nodes = [BlankNode() for _ in range(size)]
    quads = [Quad(node, NEXT, nodes[(number + 1) % size]) for number, node in enumerate(nodes)]
    random.Random(size).shuffle(quads)
    assert relabelled(quads) == statements(canonical_dataset(quads))


def test_pieces_that_colours_do_not_tell_apart() -> None:
    """Two triangles and a hexagon: each node has two neighbours like itself."""
    quads = []
    for size in (3, 6, 3):
        nodes = [BlankNode() for _ in range(size)]
        for number, node in enumerate(nodes):
            other = nodes[(number + 1) % size]
            quads += [Quad(node, NEXT, other), Quad(other, NEXT, node)]
    assert relabelled(quads) == statements(canonical_dataset(quads))


def test_of_two_that_are_alike_the_first_has_the_first_label() -> None:
    first, second = BlankNode("zz"), BlankNode("aa")
    root = NamedNode("urn:example:root")
    assert canonical_labels([Quad(root, NEXT, first), Quad(root, NEXT, second)]) == {
        first: "c14n0",
        second: "c14n1",
    }


def test_without_blank_nodes_there_is_no_map() -> None:
    assert canonical_labels([Quad(NEXT, NEXT, NEXT)]) == {}


def test_a_search_that_would_not_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(labels, "MAX_STEPS", 100)
    nodes = [BlankNode() for _ in range(60)]
    with pytest.raises(DatasetTooComplexError):
        canonical_labels([Quad(a, NEXT, b) for a, b in pairwise(nodes)])
