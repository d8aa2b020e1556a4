"""What a document says, read from its statements."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from common.errors import MalformedInputError
from common.rdf.canonical import canonicalize
from common.rdf.contexts import CREDENTIALS_V1, CREDENTIALS_V2, DID_V1, SHIPPED
from common.rdf.errors import TransformationError
from common.rdf.expansion import OpenContexts
from common.rdf.statements import read_statements
from common.rdf.terms import STANDARD_TERMS, OtherFormError

Document = dict[str, Any]
FARM = "https://registry.example/types/farm"
ALIASES = "https://registry.example/types/aliases"
CRED = "https://www.w3.org/2018/credentials#"
XSD = "http://www.w3.org/2001/XMLSchema#"
PUBLISHED: Mapping[str, Document] = {
    FARM: {
        "@context": {
            "Farmer": f"{FARM}#Farmer",
            "number": f"{FARM}#number",
            "grows": f"{FARM}#grows",
            "kilos": {"@id": f"{FARM}#kilos", "@type": f"{XSD}integer"},
            "organic": {"@id": f"{FARM}#organic", "@type": f"{XSD}boolean"},
            "area": {"@id": f"{FARM}#area", "@type": f"{XSD}decimal"},
            "born": {"@id": f"{FARM}#born", "@type": f"{XSD}date"},
            "seasons": {"@id": f"{FARM}#seasons", "@container": "@list"},
            "trades": {"@id": f"{FARM}#trades", "@container": "@set"},
            "spouse": {"@id": f"{FARM}#spouse", "@type": "@id"},
            "knows": f"{FARM}#knows",
            "raw": {"@id": f"{FARM}#raw", "@type": "@json"},
            "land": {"@id": f"{FARM}#land", "@context": {"number": f"{FARM}#land.number"}},
        }
    },
    ALIASES: {
        "@context": {
            "@version": 1.1,
            "nr": f"{FARM}#number",
            "until": {"@id": f"{CRED}validUntil", "@type": f"{XSD}dateTime"},
            "standing": {"@id": f"{CRED}credentialStatus", "@type": "@id"},
            "cred": {"@id": CRED, "@prefix": True},
            "ident": "@id",
            "kind": "@type",
            "labels": "@nest",
            "children": {"@reverse": f"{FARM}#spouse"},
        }
    },
}
STATUS = {
    "id": "https://registry.example/status/1#42",
    "type": "BitstringStatusListEntry",
    "statusPurpose": "revocation",
}
NAME = "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33"
END = "2027-01-01T00:00:00Z"


def contexts(url: str) -> Mapping[str, Any]:
    known = {**SHIPPED, **PUBLISHED}
    if url not in known:
        raise MalformedInputError("No such context.")
    return known[url]


def credential(*, named: tuple[str, ...] = (FARM,), subject: Document | None = None, **more: Any) -> Document:
    return {
        "@context": [CREDENTIALS_V2, *named],
        "id": NAME,
        "type": ["VerifiableCredential"],
        "issuer": "did:web:registry.example",
        "validUntil": END,
        "credentialStatus": STATUS,
        "credentialSubject": {"id": "did:example:ana", "type": "Farmer", "number": "F-1"} | (subject or {}),
        **more,
    }


def said(document: Document) -> Document:
    return read_statements(document, contexts=contexts).document


def text(value: Any) -> str:
    """What is compared where 1 is not True."""
    return json.dumps(value, sort_keys=True)


def subject_of(**subject: Any) -> Any:
    found = said(credential(subject=subject))["credentialSubject"]
    return {name: found[name] for name in subject}


def test_a_document_in_its_own_form_is_read_as_it_stands() -> None:
    document = credential(
        subject={"kilos": 7, "organic": True, "area": "1.5", "seasons": ["wet", "dry", "wet"]}
    )
    assert said(document) == document


@pytest.mark.parametrize(
    "change",
    [
        {f"{CRED}credentialStatus": STATUS, "credentialStatus": None},
        {f"{CRED}validUntil": {"@value": END, "@type": f"{XSD}dateTime"}, "validUntil": None},
        {"@nest": {"credentialStatus": STATUS}, "credentialStatus": None},
        {"@id": NAME, "id": None},
        {"@type": ["VerifiableCredential"], "type": None},
        {"type": [f"{CRED}VerifiableCredential"]},
        {"id": "_:b0"},
        {"@included": [{"id": "did:example:ana", "number": "F-1"}]},
        {"credentialSubject": {"@set": [{"id": "did:example:ana", "number": "F-1"}]}},
        {"credentialSubject": {"number": {"@value": "F-1", "@type": f"{XSD}string"}}},
        {"credentialSubject": {"id": "did:example:ana", "number": {"@value": 1}}},
        {"credentialSubject": {"id": "did:example:ana", "number": {"@list": ["F-1"]}}},
        {"credentialSubject": {"@id": "did:example:ana", "number": "F-1"}},
        {"credentialSubject": {"id": "did:example:ana", "@type": "Farmer"}},
        {"credentialSubject": {"id": "did:example:ana", "type": f"{FARM}#Farmer"}},
        {"credentialSubject": {"id": "did:example:ana", f"{FARM}#number": "F-1"}},
        {"credentialSubject": {"@context": FARM, "id": "did:example:ana", "number": "F-1"}},
        {"credentialSubject": {"id": "did:example:ana", "number": "F-1", "@index": "1"}},
        {"credentialSubject": {"number": "F-1", "@reverse": {f"{FARM}#spouse": {"id": "urn:a"}}}},
    ],
)  # fmt: skip
def test_other_words_are_refused(change: Document) -> None:
    document = {name: part for name, part in (credential() | change).items() if part is not None}
    with pytest.raises(TransformationError):
        said(document)


@pytest.mark.parametrize(
    "change",
    [
        {"standing": STATUS, "credentialStatus": None},
        {"until": END, "validUntil": None},
        {"cred:credentialStatus": STATUS, "credentialStatus": None},
        {"labels": {"validUntil": END}, "validUntil": None},
        {"kind": "VerifiableCredential", "type": None},
        {"ident": NAME, "id": None},
        {"credentialSubject": {"id": "did:example:ana", "nr": "F-1"}},
        {"credentialSubject": {"id": "did:example:ana", "number": "F-1"}},
        {"credentialSubject": {"id": "did:example:ana", "children": {"id": "did:example:bruno"}}},
    ],
)
def test_words_that_a_further_context_brings_are_refused(change: Document) -> None:
    document = credential(named=(FARM, ALIASES)) | change
    with pytest.raises(TransformationError):
        said({name: part for name, part in document.items() if part is not None})


def test_the_data_models_own_words_come_first() -> None:
    document = credential(named=(FARM, ALIASES), subject={"kilos": 7})
    del document["credentialSubject"]["number"]
    assert said(document) == document


def test_no_word_without_a_context() -> None:
    """Nobody renames a claim by leaving out the context that has a word for it."""
    document = credential(named=())
    document["credentialSubject"] = {"id": "did:example:ana", f"{FARM}#number": "F-1"}
    with pytest.raises(OtherFormError):
        said(document)


def test_types_are_urls_in_conformance_runs_alone() -> None:
    document = credential(named=()) | {"type": ["VerifiableCredential", f"{FARM}#Farmer"]}
    document["credentialSubject"] = {"id": "did:example:ana", "name": "Ana"}
    with pytest.raises(OtherFormError):
        said(document)
    assert read_statements(document, contexts=OpenContexts(contexts)).document == document


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"grows": ["oca", "maíz"]}, {"grows": ["maíz", "oca"]}),
        ({"grows": ["oca"]}, {"grows": "oca"}),
        ({"grows": ["oca", "oca"]}, {"grows": "oca"}),
        ({"grows": {"@value": "oca"}}, {"grows": "oca"}),
        ({"trades": "seed"}, {"trades": ["seed"]}),
        ({"kilos": "7"}, {"kilos": 7}),
        ({"organic": "true"}, {"organic": True}),
        ({"area": 2}, {"area": "2"}),
        ({"spouse": {"id": "did:example:bruno"}}, {"spouse": "did:example:bruno"}),
        ({"knows": [{"id": "did:example:bruno"}]}, {"knows": {"id": "did:example:bruno"}}),
        ({"seasons": "wet"}, {"seasons": ["wet"]}),
        ({"grows": {"@value": "oca", "@language": "QU"}}, {"grows": {"@value": "oca", "@language": "qu"}}),
        ({"type": ["Farmer"]}, {"type": "Farmer"}),
    ],
)
def test_one_meaning_one_reading(one: Document, other: Document) -> None:
    first, second = (read_statements(credential(subject=each), contexts=contexts) for each in (one, other))
    assert canonicalize(first.quads) == canonicalize(second.quads)
    assert text(first.document) == text(second.document)
    assert first.document["credentialSubject"] == credential(subject=other)["credentialSubject"] | {
        name: sorted(value) if name == "grows" and isinstance(value, list) else value
        for name, value in other.items()
    }


@pytest.mark.parametrize(
    ("claim", "value"),
    [
        ("number", "7"),
        ("number", 7),
        ("number", True),
        ("kilos", -7),
        ("kilos", "007"),
        ("kilos", "-0"),
        ("born", "1990-05-25"),
        ("seasons", []),
        ("seasons", [["wet", "dry"], ["wet"]]),
        ("raw", {"@value": [1, "1", True, {"id": "x"}], "@type": "y"}),
        ("land", {"number": "12"}),
        ("spouse", {"id": "did:example:bruno", "spouse": "did:example:ana", "number": "F-2"}),
    ],
)
def test_values_keep_their_kind(claim: str, value: Any) -> None:
    assert text(subject_of(**{claim: value})) == text({claim: value})


def test_a_node_is_read_whole_wherever_it_is_described() -> None:
    """Moving what is said of a named node hides nothing: each place that names it tells all."""
    ines = {"id": "did:example:ines", "number": "I-1"}
    one = credential(subject={"spouse": ines}, evidence={"type": "Farmer", "knows": {"id": ines["id"]}})
    other = credential(subject={"spouse": ines["id"]}, evidence={"type": "Farmer", "knows": ines})
    assert said(one) == said(other)
    assert said(one)["credentialSubject"]["spouse"] == ines
    assert said(one)["evidence"]["knows"] == ines


def test_what_is_said_of_the_subject_is_said_there() -> None:
    """An issuer that speaks of itself does so in `credentialSubject`, whichever place the holder chose."""
    ana, claims = "did:example:ana", {"type": "Farmer", "number": "F-1"}
    expected = credential(issuer=ana)
    moved = credential(issuer={"id": ana, **claims}) | {"credentialSubject": {"id": ana}}
    assert said(expected) == said(moved) == expected


@pytest.mark.parametrize(
    "subject",
    [
        {"id": NAME},
        {
            "knows": {
                "id": NAME,
                "validUntil": "2030-01-01T00:00:00Z",
            }
        },
        {"spouse": NAME},
    ],
)
def test_nothing_within_a_document_speaks_of_the_whole(subject: Document) -> None:
    """Else what decides could stand in there, or a part could be taken for the whole."""
    with pytest.raises(TransformationError):
        said(credential(subject=subject))


def test_a_second_value_is_not_overlooked() -> None:
    two = credential(issuer=["did:web:registry.example", "did:web:mallory.example"])
    assert said(two)["issuer"] == ["did:web:mallory.example", "did:web:registry.example"]


def test_what_fans_out_is_not_unfolded_for_ever() -> None:
    nodes: Any = [{"id": "urn:n0", "grows": ["oca"]}]
    for number in range(1, 24):
        below = f"urn:n{number - 1}"
        nodes.append(
            {"id": f"urn:n{number}", "knows": {"id": below}, "spouse": below, "grows": [{"id": below}]}
        )
    with pytest.raises(OtherFormError, match="places"):
        said(credential(subject={"knows": nodes}))


def test_names_lead_no_deeper_than_json() -> None:
    nodes = [{"id": f"urn:n{n}", "number": str(n), "knows": {"id": f"urn:n{n + 1}"}} for n in range(1_500)]
    with pytest.raises(OtherFormError, match="deep"):
        said(credential(subject={"knows": nodes}))


def test_other_contexts_of_the_house_change_no_name() -> None:
    """No IRI has two words among the terms that may always be named, so adding one renames nothing."""
    document = credential()
    more = {**document, "@context": [CREDENTIALS_V2, DID_V1, FARM]}
    assert {**said(more), "@context": document["@context"]} == said(document)


def test_standard_terms() -> None:
    assert {"credentialStatus", "validUntil", "statusPurpose", "expires", "expirationDate"} <= STANDARD_TERMS
    assert CREDENTIALS_V1 not in STANDARD_TERMS


def test_members_stand_in_the_order_that_was_shown() -> None:
    shown = credential(subject={"organic": True, "area": "1.5"})
    assert json.dumps(said(shown)) == json.dumps(shown)
