"""Safe mode: each thing that a JSON-LD processor drops silently is an error here."""

import copy
from collections.abc import Mapping
from functools import partial
from typing import Any

import pytest
from pyld import jsonld
from pyld.documentloader.frozen import FrozenDocumentLoader

from common import purse
from common.errors import MalformedInputError, SelloError
from common.purse import Purse, PurseEmptyError
from common.rdf.canonical import canonicalize
from common.rdf.context_resolution import MAX_REMEMBERED, MAX_TERMS, _thread
from common.rdf.contexts import CREDENTIALS_V2, SHIPPED, type_context
from common.rdf.dataset import to_quads
from common.rdf.errors import DataLossError, TransformationError
from common.rdf.expansion import MAX_VALUES, expand, expand_types

TYPE = "https://registry.example/types/Farmer"
FARMER = type_context(
    type_url=TYPE,
    type_name="Farmer",
    terms={
        "givenName": "https://schema.org/givenName",
        "birthDate": {"iri": "https://schema.org/birthDate", "datatype": "date"},
        "parcels": {"terms": {"area": {"datatype": "decimal"}, "crop": None, "name": None}},
        "order": {"list": True},
        "weight": {"datatype": "double"},
        "photo": {"datatype": "anyURI"},
        "active": None,
    },
)


def contexts(url: str) -> Mapping[str, Any]:
    known = {**SHIPPED, TYPE: FARMER}
    if url not in known:
        raise MalformedInputError("No such context.")
    return known[url]


def document(**subject: Any) -> dict[str, Any]:
    return {
        "@context": [CREDENTIALS_V2, TYPE],
        "id": "urn:uuid:1",
        "type": ["VerifiableCredential", "Farmer"],
        "issuer": {"id": "did:example:issuer", "name": "Registry"},
        "validFrom": "2026-11-21T12:00:00Z",
        "credentialSubject": {"id": "did:example:ana", "givenName": "Ana", **subject},
    }


def canonical(value: Mapping[str, Any]) -> str:
    return canonicalize(to_quads(expand(value, contexts=contexts))).decode()


RICH = document(
    birthDate="1990-05-25",
    parcels=[{"area": "1.5", "crop": "maíz", "name": "Chacra"}, {"area": "1.5", "crop": ["oca", "papa"]}],
    order=["b", "a", "b"],
    active=True,
) | {
    "name": {"@value": "Agricultora", "@language": "es-PE"},
    "credentialSchema": {"id": f"{TYPE}/schema", "type": "JsonSchema"},
    "credentialStatus": [
        {
            "id": f"https://registry.example/status/{n}#7",
            "type": "BitstringStatusListEntry",
            "statusPurpose": purpose,
            "statusListIndex": "7",
            "statusListCredential": f"https://registry.example/status/{n}",
        }
        for n, purpose in enumerate(("revocation", "suspension"))
    ],
    "proof": {"type": "DataIntegrityProof", "proofPurpose": "assertionMethod", "challenge": "1"},
}
PRESENTATION = {
    "@context": [CREDENTIALS_V2],
    "type": "VerifiablePresentation",
    "holder": "did:example:ana",
    "verifiableCredential": [RICH, document()],
    "urn:sello:extra": ["x", "y"],
}


@pytest.mark.parametrize("value", [document(), RICH, PRESENTATION])
def test_agrees_with_pyld_alone(value: dict[str, Any]) -> None:
    """PyLD's own way to RDF, without our memory of contexts, says the same of a document without traps."""
    loader = FrozenDocumentLoader(documents={**SHIPPED, TYPE: FARMER})
    options = {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": loader}
    oracle = jsonld.normalize(copy.deepcopy(value), options)
    for _ in range(2):
        assert canonical(value) == oracle


def test_nested_terms_and_types_have_their_meaning() -> None:
    text = canonical(RICH)
    assert f"<{TYPE}#parcels.area>" in text
    assert f"<{TYPE}#parcels.name>" in text  # the nested name is the type's own, not schema.org's
    assert '"1990-05-25"^^<http://www.w3.org/2001/XMLSchema#date>' in text
    assert '"Agricultora"@es-pe' in text
    assert expand_types(RICH, contexts=contexts) == (
        "https://www.w3.org/2018/credentials#VerifiableCredential",
        TYPE,
    )


def test_the_direction_of_text_is_signed() -> None:
    value = document() | {"name": {"@value": "سجل", "@language": "ar", "@direction": "rtl"}}
    assert '"سجل"^^<https://www.w3.org/ns/i18n#ar_rtl>' in canonical(value)


LOSSES: dict[str, Any] = {
    "undefined term": document(surname="Q"),
    "undefined nested term": document(parcels={"price": "1"}),
    "undefined type": document() | {"type": ["VerifiableCredential", "Doctor"]},
    "undefined type of the subject": document(type="Doctor"),
    "relative identifier": document() | {"id": "credentials/1"},
    "relative subject": document(id="ana"),
    "relative reference": document() | {"credentialSchema": {"id": "schema", "type": "JsonSchema"}},
    "white space in an identifier": document() | {"id": "urn:uuid:1 2"},
    "a line feed at its end": document() | {"id": "urn:uuid:1\n"},
    "white space in a term": document(**{"urn:a b": "1"}),
    "null": document(active=None),
    "null in a list": document(parcels=[None]),
    "empty set": document(parcels=[]),
    "keyword-like value": document(id="@nothing"),
    "unknown keyword": document(**{"@preserve": "x"}),
    "index": document(parcels={"@index": "1", "area": "1"}),
    "language without value": document() | {"name": {"@language": "es"}},
    "credential by reference": {**PRESENTATION, "verifiableCredential": ["urn:uuid:1"]},
    "nothing at all": {"@context": [CREDENTIALS_V2]},
    "only an identifier": {"@context": [CREDENTIALS_V2], "id": "urn:uuid:1"},
    "a graph of a reference": document(**{"@graph": [{"@id": "urn:uuid:2"}]}),
}


@pytest.mark.parametrize("value", LOSSES.values(), ids=LOSSES.keys())
def test_what_would_be_lost_is_refused(value: dict[str, Any]) -> None:
    with pytest.raises(DataLossError) as caught:
        canonical(value)
    assert caught.value.code == "DATA_LOSS_DETECTION_ERROR"


REFUSED: dict[str, Any] = {
    "float": document(active=1.5),
    "integer beyond 2^53": document(active=2**53),
    "double": document(weight="1.5"),
    "keyword-like type": document(type="@nothing"),
    "not JSON": document(active=b"x"),
    "context written into the document": document() | {"@context": [CREDENTIALS_V2, FARMER["@context"]]},
    "vocabulary for anything": document(surname="Q")
    | {"@context": [CREDENTIALS_V2, TYPE, {"@vocab": "urn:x:"}]},
    "context written into the subject": document(**{"@context": {"surname": "urn:x:surname"}}),
    "null context": document() | {"@context": [CREDENTIALS_V2, None]},
    "bad language": document() | {"name": {"@value": "x", "@language": "not a tag"}},
    "value with a type and a language": document()
    | {"name": {"@value": "x", "@language": "es", "@type": "urn:t"}},
}


@pytest.mark.parametrize("value", REFUSED.values(), ids=REFUSED.keys())
def test_what_has_no_one_meaning_is_refused(value: dict[str, Any]) -> None:
    with pytest.raises(TransformationError):
        canonical(value)


def test_a_context_outside_the_set_is_the_callers_error() -> None:
    with pytest.raises(MalformedInputError):
        canonical(document() | {"@context": [CREDENTIALS_V2, "https://mallory.example/context"]})


def test_deep_nesting_is_refused() -> None:
    value: Any = "x"
    for _ in range(5000):
        value = [value]
    with pytest.raises(SelloError):
        canonical(document(active=value))


def test_no_error_carries_a_value() -> None:
    secret = "Quispe"
    for value in (document(surname=secret), document(id=secret), document(active={"@value": secret, "x": 1})):
        with pytest.raises(SelloError) as caught:
            canonical(value)
        assert secret not in str(caught.value)


def test_one_issuers_context_never_serves_another() -> None:
    """The same URL with another document behind it means that other document, at once."""
    other = {"@context": {**FARMER["@context"], "givenName": "https://mallory.example/name"}}

    def theirs(url: str) -> Mapping[str, Any]:
        return other if url == TYPE else contexts(url)

    ours = canonical(document())
    assert "https://schema.org/givenName" in ours
    for _ in range(2):
        assert (
            "https://mallory.example/name"
            in canonicalize(to_quads(expand(document(), contexts=theirs))).decode()
        )
        assert canonical(document()) == ours


def test_contexts_that_name_contexts_are_bounded() -> None:
    def endless(url: str) -> Mapping[str, Any]:
        return {"@context": [url + "x"]}

    with pytest.raises(TransformationError):
        expand({"@context": "https://mallory.example/", "urn:a": "b"}, contexts=endless)


def test_nothing_behind_a_context() -> None:
    with pytest.raises(TransformationError):
        expand({"@context": "https://mallory.example/", "urn:a": "b"}, contexts=lambda url: {"a": "b"})


def test_contexts_stay_what_they_are() -> None:
    """A context that imports another would have PyLD rewrite the imported one, for everybody."""
    before = copy.deepcopy(SHIPPED)
    evil: dict[str, Any] = {"@import": CREDENTIALS_V2, "issuer": "urn:x:issuer", "name": "urn:x:name"}
    nested = {"thing": {"@id": "urn:x:thing", "@context": evil}}

    def served(context: Mapping[str, Any], url: str) -> Mapping[str, Any]:
        return {"@context": context} if url == TYPE else SHIPPED[url]

    for context in (evil, nested):
        with pytest.raises(TransformationError):
            expand(
                {"@context": TYPE, "thing": {"name": "x"}},
                contexts=partial(served, context),
            )
    for value in (RICH, PRESENTATION):
        canonical(value)
    assert before == SHIPPED


def test_size_is_bounded() -> None:
    with pytest.raises(TransformationError):
        canonical(document(order=["x"] * MAX_VALUES))
    large = {"@context": {f"term{n}": f"urn:x:{n}" for n in range(MAX_TERMS + 1)}}
    with pytest.raises(TransformationError):
        expand({"@context": "https://x.example/", "term1": "x"}, contexts=lambda url: large)


def fanning(wide: int, deep: int, asked: list[str]) -> Any:
    """A context that names `wide` others, each of which names as many, `deep` times."""

    def known(url: str) -> Mapping[str, Any]:
        asked.append(url)
        level = int(url.rpartition("/")[2])
        return {"@context": [f"https://mallory.example/{level - 1}"] * wide if level else {"a": "urn:a:a"}}

    return known, {"@context": f"https://mallory.example/{deep}", "a": "b"}


def test_a_context_named_again_and_again_is_read_once() -> None:
    asked: list[str] = []
    known, value = fanning(2, 5, asked)
    expand(value, contexts=known)
    assert len(asked) == 6


@pytest.mark.parametrize(("wide", "deep"), [(2, 9), (8, 6), (60, 2), (101, 1)])
def test_contexts_that_fan_out_are_refused_after_few(wide: int, deep: int) -> None:
    asked: list[str] = []
    known, value = fanning(wide, deep, asked)
    with pytest.raises(TransformationError, match="contexts at once"):
        expand(value, contexts=known)
    assert len(asked) <= deep + 1


def test_contexts_in_a_circle_are_refused() -> None:
    circle = {"https://a.example/": "https://b.example/", "https://b.example/": "https://a.example/"}
    with pytest.raises(TransformationError, match="circle"):
        expand(
            {"@context": "https://a.example/", "a": "b"}, contexts=lambda url: {"@context": [circle[url]] * 3}
        )


MANY = {f"k{number}": f"urn:k:{number}" for number in range(2_000)}


def scoped_tree(terms: int, deep: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """A context whose terms bring contexts of their own, and a document that nests them in every order."""
    scoped = {name: {"@id": f"urn:q:{name}", "@context": {f"y{name}": "urn:y:y"}} for name in "pqr"}

    def tree(level: int) -> dict[str, Any]:
        return {name: tree(level - 1) for name in "pqr"} if level else {"k1": "v"}

    many = {f"k{number}": f"urn:k:{number}" for number in range(terms)}
    return {"@context": {"@version": 1.1, **many, **scoped}}, {"@context": "https://s.example/", **tree(deep)}


@pytest.mark.parametrize(
    ("context", "value"),
    [
        ({"@context": MANY}, {"k1": "v"}),
        ({"@context": {"p": {"@id": "urn:p:p", "@context": MANY}}}, {"p": {"k1": "v"}}),
        scoped_tree(500, 5),
        ({"@context": {"k": "urn:k:k"}}, {"k": [{"k": "v"}] * 2_000}),
    ],
    ids=["terms", "terms of a term", "orders", "values"],
)  # fmt: skip
def test_expansion_is_paid_from_the_purse(context: dict[str, Any], value: dict[str, Any]) -> None:
    value = {"@context": "https://s.example/", **value}
    with purse.open_purse(Purse(steps=5_000)), pytest.raises(PurseEmptyError):
        expand(value, contexts=lambda url: context)


def test_a_usual_credential_costs_little() -> None:
    with purse.open_purse(Purse(steps=5_000)):
        for _ in range(2):
            canonical(RICH)


def test_what_a_stranger_brought_is_forgotten_with_the_request() -> None:
    before = len(_thread.memory.scoped), len(_thread.memory.remote), len(_thread.memory.processed)
    context, value = scoped_tree(50, 3)
    with purse.open_purse(Purse(steps=10**9)) as paying:
        paying.brought["a context"] = context
        expand(value, contexts=lambda url: context)
    assert before == (
        len(_thread.memory.scoped), len(_thread.memory.remote), len(_thread.memory.processed)
    )  # fmt: skip


def test_memory_of_contexts_is_bounded_by_their_terms() -> None:
    context, value = scoped_tree(3_000, 4)
    expand(value, contexts=lambda url: context)
    for kind in ("remote", "embedded", "scoped", "processed"):
        assert getattr(_thread.memory, kind).currsize <= MAX_REMEMBERED
