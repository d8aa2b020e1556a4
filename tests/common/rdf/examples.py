"""Contexts of the published examples, which the house does not ship: as far as their vectors show them."""

from collections.abc import Mapping
from typing import Any

from common.errors import MalformedInputError
from common.rdf.contexts import SHIPPED

EXAMPLES_V2 = "https://www.w3.org/ns/credentials/examples/v2"
CITIZENSHIP = "https://w3id.org/citizenship/v4rc1"

_XSD = "http://www.w3.org/2001/XMLSchema#"
_SCHEMA = "https://schema.org/"
_CITIZENSHIP = "https://w3id.org/citizenship#"
_DATE = {"@type": f"{_XSD}dateTime"}

CONTEXTS: Mapping[str, Mapping[str, Any]] = {
    EXAMPLES_V2: {"@context": {"@vocab": "https://www.w3.org/ns/credentials/examples#"}},
    CITIZENSHIP: {
        "@context": {
            "Person": f"{_SCHEMA}Person",
            **{
                name: f"{_SCHEMA}{name}"
                for name in ("additionalName", "familyName", "gender", "givenName", "identifier")
            },
            **{
                name: f"{_CITIZENSHIP}{name}"
                for name in (
                    "EmployablePerson",
                    "EmploymentAuthorizationDocument",
                    "EmploymentAuthorizationDocumentCredential",
                    "PermanentResident",
                    "PermanentResidentCard",
                    "PermanentResidentCardCredential",
                    "birthCountry",
                    "commuterClassification",
                    "employmentAuthorizationDocument",
                    "lprCategory",
                    "lprNumber",
                    "permanentResidentCard",
                )
            },
            "birthDate": {"@id": f"{_SCHEMA}birthDate", **_DATE},
            "image": {"@id": f"{_SCHEMA}image", "@type": "@id"},
            "residentSince": {"@id": f"{_CITIZENSHIP}residentSince", **_DATE},
        }
    },
}


def contexts(url: str) -> Mapping[str, Any]:
    """What is shipped, and the examples."""
    for known in (SHIPPED, CONTEXTS):
        if url in known:
            return known[url]
    raise MalformedInputError("No such context.")
