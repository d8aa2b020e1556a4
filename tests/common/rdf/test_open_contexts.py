"""What counts for whoever checks proofs alone: contexts in documents, and floats."""

from collections.abc import Mapping
from typing import Any

import pytest

from common.errors import MalformedInputError, SelloError
from common.rdf.canonical import canonicalize
from common.rdf.contexts import CONFORMANCE, CREDENTIALS_V2, EXAMPLES_V2, SHIPPED
from common.rdf.dataset import to_quads
from common.rdf.errors import DataLossError, TransformationError
from common.rdf.expansion import OpenContexts, expand


def known(url: str) -> Mapping[str, Any]:
    contexts = {**SHIPPED, **CONFORMANCE}
    if url not in contexts:
        raise MalformedInputError("No such context.")
    return contexts[url]


def document(context: Any, **subject: Any) -> dict[str, Any]:
    return {
        "@context": [CREDENTIALS_V2, context],
        "type": ["VerifiableCredential"],
        "issuer": "did:example:issuer",
        "credentialSubject": {"id": "did:example:ana", **subject},
    }


def canonical(value: Mapping[str, Any]) -> str:
    return canonicalize(to_quads(expand(value, contexts=OpenContexts(known)))).decode()


@pytest.mark.parametrize(
    ("number", "literal"),
    [
        (5.5, '"5.5E0"^^<http://www.w3.org/2001/XMLSchema#double>'),
        (0.1, '"1.0E-1"^^<http://www.w3.org/2001/XMLSchema#double>'),
        (1e-7, '"1.0E-7"^^<http://www.w3.org/2001/XMLSchema#double>'),
        (-123.456, '"-1.23456E2"^^<http://www.w3.org/2001/XMLSchema#double>'),
        (7.0, '"7"^^<http://www.w3.org/2001/XMLSchema#integer>'),
        (7, '"7"^^<http://www.w3.org/2001/XMLSchema#integer>'),
    ],
)
def test_numbers_in_their_canonical_form(number: float, literal: str) -> None:
    """JSON-LD 1.1 API §8.2.2: what has no fraction is an integer, whatever its text."""
    assert literal in canonical(document({"size": "https://example.org/#size"}, size=number))


def test_contexts_in_documents_and_wrapped_once_more() -> None:
    inner = {"size": "https://example.org/#size"}
    assert canonical(document(inner, size="a")) == canonical(document({"@context": inner}, size="a"))
    assert "https://example.org/#size" in canonical(document(inner, size="a"))
    assert "https://www.w3.org/ns/credentials/examples#size" in canonical(document(EXAMPLES_V2, size="a"))


def test_nothing_is_lost_even_so() -> None:
    for context in ({"other": "https://example.org/#other"}, {}):
        with pytest.raises(DataLossError):
            canonical(document(context, size="a"))
    with pytest.raises(SelloError):
        canonical(document({"@vocab": None}, size="a"))
    with pytest.raises(SelloError):  # a term that means no IRI
        canonical(document({"size": "https ://not-a-url#size"}, size="a"))
    with pytest.raises(SelloError):  # a protected term
        canonical(document({"issuer": "https://example.org/#issuer"}, size="a"))
    for value in (None, float("inf")):
        with pytest.raises(SelloError):
            canonical(document({"size": "https://example.org/#size"}, size=value))


def test_wrapping_without_end_is_refused() -> None:
    context: dict[str, Any] = {"size": "https://example.org/#size"}
    for _ in range(30):
        context = {"@context": context}
    with pytest.raises(TransformationError):
        canonical(document(context, size="a"))


def test_without_them_nothing_of_this_counts() -> None:
    inner = {"size": "https://example.org/#size"}
    with pytest.raises(TransformationError):
        expand(document(inner, size="a"), contexts=known)
    with pytest.raises(TransformationError):
        expand(document(EXAMPLES_V2, size=5.5), contexts=known)
