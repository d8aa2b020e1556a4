"""RDF Dataset Canonicalization (RDFC-1.0) by pyoxigraph, which is kept from datasets made to exhaust it.

Canonical labels cost nothing where the neighbourhood of each blank node is its own. Nodes that look alike
are told apart by trying every order (Hash N-Degree Quads, §4.8): eight of them, all joined, take seconds
in which no other thread runs. RDFC-1.0 §7.1 asks for a limit; here it is estimated before the work begins.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from math import factorial
from typing import Final, Literal

from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, Quad, RdfFormat, serialize

from common import purse
from common.errors import SelloError

HashAlgorithm = Literal["sha256", "sha384"]

MAX_QUADS: Final = 10_000
MAX_BLANK_NODES: Final = 2_000
MAX_WORK: Final = 1_000_000  # as `_work` estimates it; half a second at worst
_HARMLESS: Final = 4  # so few blank nodes cannot be costly, however they are joined
_ALGORITHMS: Final = {
    "sha256": CanonicalizationAlgorithm.RDFC_1_0,
    "sha384": CanonicalizationAlgorithm.RDFC_1_0_SHA_384,
}


class DatasetTooComplexError(SelloError):
    """A dataset so large, or so alike in itself, that it looks made to exhaust us (RDFC-1.0 §7.1)."""

    code = "PROOF_TRANSFORMATION_ERROR"


def canonicalize(quads: Iterable[Quad], *, algorithm: HashAlgorithm = "sha256") -> bytes:
    """The canonical N-Quads of a dataset (RDFC-1.0 §4.4, §5)."""
    return b"".join(statements(canonical_dataset(quads, algorithm=algorithm)))


def canonical_dataset(quads: Iterable[Quad], *, algorithm: HashAlgorithm = "sha256") -> Dataset:
    """A dataset with its canonical blank nodes, `c14n0` and so on (RDFC-1.0 §4.4)."""
    dataset = Dataset(quads)
    purse.charge(steps=len(dataset))
    if len(dataset) > MAX_QUADS:
        raise DatasetTooComplexError(f"More than {MAX_QUADS} statements are not accepted.")
    joined = [quad for quad in dataset if any(isinstance(term, BlankNode) for term in quad)]
    if joined:
        _refuse_poison(joined)
        dataset.canonicalize(_ALGORITHMS[algorithm])
    return dataset


def statements(dataset: Dataset) -> list[bytes]:
    """Each statement as a line of N-Quads with its line end, in code point order (RDFC-1.0 §5)."""
    lines = serialize(dataset, format=RdfFormat.N_QUADS) or b""
    return sorted(line + b"\n" for line in lines.split(b"\n") if line)


def _refuse_poison(quads: list[Quad]) -> None:
    mentions: dict[BlankNode, list[Quad]] = defaultdict(list)
    for quad in quads:
        for term in {term for term in quad if isinstance(term, BlankNode)}:
            mentions[term].append(quad)
    if len(mentions) > MAX_BLANK_NODES:
        raise DatasetTooComplexError(f"More than {MAX_BLANK_NODES} blank nodes are not accepted.")
    work = _work(mentions) if len(mentions) > _HARMLESS else 0
    if work > MAX_WORK:
        raise DatasetTooComplexError("Too many blank nodes in this document look alike.")
    purse.charge(steps=work // 4)


def _work(mentions: dict[BlankNode, list[Quad]]) -> int:
    """An estimate from above of the steps needed; only nodes with equal first-degree hashes (§4.6) count.

    Such a node with d neighbours of its kind is entered through one of them and tries the others in
    (d-1)! orders, descending d-1 times in each; what lies in one piece multiplies. Every step then costs
    as much as its path is long, and no path is longer than the nodes that lead on.
    """
    looks = {node: _look(node, quads) for node, quads in mentions.items()}
    count = Counter(looks.values())
    alike = {node for node, look in looks.items() if count[look] > 1}
    neighbours = {
        node: {term for quad in mentions[node] for term in quad if term in alike} - {node} for node in alike
    }
    total = 0
    while alike:
        pending = [alike.pop()]
        size, path, orders = 0, 2, 1
        while pending:
            node = pending.pop()
            others = len(neighbours[node]) - 1
            size, path = size + 1, path + (others > 0)
            if others > 1:
                orders = min(orders * factorial(min(others, 9)) * others, MAX_WORK + 1)
            found = neighbours[node] & alike
            alike -= found
            pending += found
        total += orders * size * path**2
    return total


def _look(node: BlankNode, quads: list[Quad]) -> tuple[tuple[object, ...], ...]:
    """What the first-degree hash of a node is made of (§4.6.3)."""
    return tuple(
        sorted(
            tuple(
                ("a" if term == node else "z") if isinstance(term, BlankNode) else f"<{term}" for term in quad
            )
            for quad in quads
        )
    )
