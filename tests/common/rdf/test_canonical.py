"""RDFC-1.0: the W3C suite, and datasets made to exhaust whoever canonicalises them."""

import csv
import typing
from itertools import pairwise
from time import perf_counter

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, parse

from common.rdf.canonical import MAX_BLANK_NODES, MAX_QUADS, DatasetTooComplexError, canonicalize
from tests.conftest import shared

Algorithm = typing.Literal["sha256", "sha384"]
P = NamedNode("urn:p")
POISON = {"test044", "test045", "test046", "test074"}  # named poison by the suite itself
BOUND = 2.0  # seconds; each takes milliseconds, or half a second at worst, on an idle machine


def case(name: str) -> list[Quad]:
    path = shared(f"vectors/rdf-canon/rdfc10/{name}-in.nq")
    return list(parse(path=str(path), format=RdfFormat.N_QUADS))


def test_w3c_suite() -> None:
    rows = list(csv.DictReader(shared("vectors/rdf-canon/manifest.csv").read_text().splitlines()))
    ordinary = [row for row in rows if row["test"] not in POISON]
    assert (len(rows), len(ordinary)) == (65, 61)
    for row in ordinary:
        expected = shared(f"vectors/rdf-canon/rdfc10/{row['test']}-rdfc10.nq").read_bytes()
        algorithm: Algorithm = "sha384" if row["hashAlgorithm"] == "SHA384" else "sha256"
        assert canonicalize(case(row["test"]), algorithm=algorithm) == expected, row["name"]


@pytest.mark.parametrize("name", sorted(POISON))
def test_the_suites_poison_is_refused_at_once(name: str) -> None:
    start = perf_counter()
    with pytest.raises(DatasetTooComplexError):
        canonicalize(case(name))
    assert perf_counter() - start < BOUND


def clique(size: int) -> list[Quad]:
    nodes = [BlankNode() for _ in range(size)]
    return [Quad(a, P, b) for a in nodes for b in nodes if a is not b]


def circle(size: int) -> list[Quad]:
    nodes = [BlankNode() for _ in range(size)]
    pairs = [*pairwise(nodes), (nodes[-1], nodes[0])]
    return [Quad(a, P, b) for pair in pairs for a, b in (pair, pair[::-1])]


def families(count: int, children: int) -> list[Quad]:
    """Parents that look alike, with children that look alike: what an honest register may hold."""
    quads = []
    for parent in [BlankNode() for _ in range(count)]:
        quads.append(Quad(NamedNode("urn:root"), P, parent))
        quads += [Quad(parent, P, BlankNode()) for _ in range(children)]
    return quads


def chain(size: int) -> list[Quad]:
    cells = [BlankNode() for _ in range(size)]
    return [Quad(NamedNode("urn:root"), P, cells[0])] + [
        quad for a, b in pairwise(cells) for quad in (Quad(a, P, Literal("same")), Quad(a, P, b))
    ]


@pytest.mark.parametrize(
    "poison", [clique(8), clique(9), clique(30), circle(400), families(2, 12), chain(900)]
)
def test_poison_is_refused_at_once(poison: list[Quad]) -> None:
    start = perf_counter()
    with pytest.raises(DatasetTooComplexError):
        canonicalize(poison)
    assert perf_counter() - start < BOUND


@pytest.mark.parametrize("honest", [clique(4), circle(50), families(100, 3), families(2, 5), chain(90)])
def test_what_looks_alike_within_reason_passes(honest: list[Quad]) -> None:
    start = perf_counter()
    assert canonicalize(honest).count(b"\n") == len(honest)
    assert perf_counter() - start < BOUND


def test_size_is_bounded() -> None:
    subject = NamedNode("urn:s")
    with pytest.raises(DatasetTooComplexError):
        canonicalize([Quad(subject, P, Literal(str(n))) for n in range(MAX_QUADS + 1)])
    with pytest.raises(DatasetTooComplexError):
        canonicalize([Quad(BlankNode(), P, Literal(str(n))) for n in range(MAX_BLANK_NODES + 1)])


def test_control_characters_are_escaped() -> None:
    line = canonicalize([Quad(NamedNode("urn:s"), P, Literal('\x00\x07\b\t\n\f\r"\\\x7fé€'))])
    assert line == b'<urn:s> <urn:p> "\\u0000\\u0007\\b\\t\\n\\f\\r\\"\\\\\\u007F\xc3\xa9\xe2\x82\xac" .\n'
