"""The shipped contexts, and those written for a type."""

import hashlib
import json

import pytest

from common.encoding import jcs
from common.errors import MalformedInputError
from common.rdf.contexts import (
    CREDENTIALS_V1,
    CREDENTIALS_V2,
    DATA_INTEGRITY_V2,
    DID_V1,
    MULTIKEY_V1,
    RESERVED_TERMS,
    SHIPPED,
    type_context,
)

TYPE = "https://registry.example/types/Farmer"


DIGESTS = {
    CREDENTIALS_V1: "b01e671e873981f19a9102a9a57f666dbcaeb31b99e3e124378d143e71549247",
    CREDENTIALS_V2: "b463c8d6a066214123ddd9827b135e1b50e1fc73322cc52a9b12a4f1fc7d86cf",
    DID_V1: "a7e146c40fcec005d3f0f14ae745665f446da58d7914a9d8f733746686fad82b",
    DATA_INTEGRITY_V2: "7ba3c50acf2689d5e07927267343eb353249c7c22a9f2d00307cc970e855e305",
    MULTIKEY_V1: "be20c3ee6af6e9c4102e66a85c26617831218e32216bdf050f870e389e737cdc",
}


def test_the_closed_set_is_what_it_was() -> None:
    """Canonical digests: an upgrade that changes what signed terms mean must be noticed."""
    digests = {
        url: hashlib.sha256(jcs.canonicalize(dict(value))).hexdigest() for url, value in SHIPPED.items()
    }
    assert digests == DIGESTS


def test_terms() -> None:
    context = type_context(
        type_url=TYPE,
        type_name="Farmer",
        terms={
            "farmerId": None,
            "givenName": "https://schema.org/givenName",
            "name": None,
            "año": {"datatype": "gYear"},
            "crops": {"list": True, "datatype": "https://voc.example/Crop"},
            "parcel": {"iri": "https://voc.example/parcel", "terms": {"area": None, "issuer": None}},
        },
    )
    assert context == {
        "@context": {
            "@version": 1.1,
            "@protected": True,
            "Farmer": TYPE,
            "farmerId": f"{TYPE}#farmerId",
            "givenName": "https://schema.org/givenName",
            "año": {"@id": f"{TYPE}#a%C3%B1o", "@type": "http://www.w3.org/2001/XMLSchema#gYear"},
            "crops": {"@id": f"{TYPE}#crops", "@type": "https://voc.example/Crop", "@container": "@list"},
            "parcel": {
                "@id": "https://voc.example/parcel",
                "@context": {
                    "@protected": True,
                    "area": f"{TYPE}#parcel.area",
                    "issuer": f"{TYPE}#parcel.issuer",
                },
            },
        }
    }
    json.dumps(context)


@pytest.mark.parametrize(
    "name",
    ["id", "type", "issuer", "validFrom", "credentialStatus", "proof", "statusPurpose", "exp", "Farmer"],
)
def test_names_that_mean_something_already(name: str) -> None:
    with pytest.raises(MalformedInputError):
        type_context(type_url=TYPE, type_name="Farmer", terms={name: None})
    assert name == "Farmer" or name in RESERVED_TERMS


@pytest.mark.parametrize("name", ["", "@id", "a:b", "a/b", "a#b", " a", "a\n", "a  b"])
def test_names_that_are_no_terms(name: str) -> None:
    with pytest.raises(MalformedInputError):
        type_context(type_url=TYPE, type_name="Farmer", terms={name: None})


def test_the_base_contexts_name_keeps_its_meaning() -> None:
    for same in ("https://schema.org/name", {"iri": "https://schema.org/name"}, {}, None):
        made = type_context(type_url=TYPE, type_name="Farmer", terms={"name": same})
        assert "name" not in made["@context"]
    for other in ("https://voc.example/name", {"iri": "https://voc.example/name"}, {"datatype": "token"}):
        with pytest.raises(MalformedInputError):
            type_context(type_url=TYPE, type_name="Farmer", terms={"name": other})


def test_nested_identifiers_are_not_claims() -> None:
    with pytest.raises(MalformedInputError):
        type_context(type_url=TYPE, type_name="Farmer", terms={"parcel": {"terms": {"id": None}}})


def test_a_slip_in_a_term_is_named() -> None:
    with pytest.raises(MalformedInputError, match="datatpye"):
        type_context(type_url=TYPE, type_name="Farmer", terms={"parcel": {"datatpye": "date"}})


def test_the_base_context_is_the_recommendations() -> None:
    terms = SHIPPED[CREDENTIALS_V2]["@context"]
    assert terms["VerifiableCredential"]["@id"] == "https://www.w3.org/2018/credentials#VerifiableCredential"
