"""The VC Data Model's own rules, each with a document that breaks it."""

import json
from typing import Any

import pytest

from common.errors import SelloError
from common.rdf.contexts import CREDENTIALS_V1, CREDENTIALS_V2
from common.vcdm import validation
from common.vcdm.validation import validate_credential, validate_presentation
from tests.conftest import shared

CREDENTIAL: dict[str, Any] = {
    "@context": [CREDENTIALS_V2],
    "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
    "type": ["VerifiableCredential"],
    "issuer": "did:example:issuer",
    "validFrom": "2026-11-21T12:00:00Z",
    "validUntil": "2026-11-21T12:00:00Z",
    "credentialSubject": {"id": "did:example:ana", "name": "Ana"},
}
PRESENTATION: dict[str, Any] = {
    "@context": [CREDENTIALS_V2],
    "type": "VerifiablePresentation",
    "holder": {"id": "did:example:ana"},
    "verifiableCredential": [CREDENTIAL],
}
GOOD: dict[str, dict[str, Any]] = {
    "least": {},
    "type as text": {"type": "VerifiableCredential"},
    "issuer with a name": {"issuer": {"id": "https://issuer.example/1", "name": "Registry"}},
    "subject who is only named": {"credentialSubject": {"id": "did:example:ana"}},
    "two subjects": {"credentialSubject": [{"name": "Ana"}, {"name": "Bruno"}]},
    "name in two languages": {
        "name": [{"@value": "Carné", "@language": "es"}, {"@value": "بطاقة", "@direction": "rtl"}]
    },
    "status": {"credentialStatus": {"type": "BitstringStatusListEntry"}},
    "schema": {"credentialSchema": [{"id": "https://issuer.example/s", "type": "JsonSchema"}]},
    "related resource": {"relatedResource": {"id": "https://issuer.example/r", "digestSRI": "sha256-x"}},
}
BAD: dict[str, dict[str, Any]] = {
    "context as text": {"@context": CREDENTIALS_V2},
    "no context": {"@context": []},
    "another context first": {"@context": ["https://issuer.example/c", CREDENTIALS_V2]},
    "context that is no URL": {"@context": [CREDENTIALS_V2, "c"]},
    "context of version 1.1": {"@context": [CREDENTIALS_V1]},
    "no type": {"type": []},
    "another type": {"type": ["VerifiablePresentation"]},
    "type that is no text": {"type": ["VerifiableCredential", 7]},
    "identifier that is no URL": {"id": "1"},
    "several identifiers": {"id": ["urn:a:1", "urn:a:2"]},
    "null identifier": {"id": None},
    "issuer that is no URL": {"issuer": "Registry"},
    "issuer without identifier": {"issuer": {"name": "Registry"}},
    "several issuers": {"issuer": ["did:example:a", "did:example:b"]},
    "issuer with a white space": {"issuer": "did:example:a b"},
    "no subject": {"credentialSubject": []},
    "subject that is no object": {"credentialSubject": "did:example:ana"},
    "empty subject": {"credentialSubject": {}},
    "subject's identifier is no URL": {"credentialSubject": {"id": "ana", "name": "Ana"}},
    "a time without zone": {"validFrom": "2026-11-21T12:00:00"},
    "ends before it begins": {"validUntil": "2026-11-21T11:59:59Z"},
    "status without type": {"credentialStatus": {"id": "urn:a:1"}},
    "status whose identifier is no URL": {"credentialStatus": {"id": "1", "type": "T"}},
    "status that is no object": {"credentialStatus": "urn:a:1"},
    "schema without identifier": {"credentialSchema": {"type": "JsonSchema"}},
    "schema without type": {"credentialSchema": {"id": "urn:a:1"}},
    "evidence without type": {"evidence": [{"id": "urn:a:1"}]},
    "terms without type": {"termsOfUse": [{"id": "urn:a:1"}]},
    "name that is a number": {"name": 7},
    "name with another member": {"name": {"@value": "x", "url": "urn:a:1"}},
    "name without value": {"name": {"@language": "es"}},
    "name in no language": {"name": {"@value": "x", "@language": "no language"}},
    "name with an unknown direction": {"name": {"@value": "x", "@direction": "up"}},
    "description that is an object": {"description": {}},
    "issuer's name that is a number": {"issuer": {"id": "urn:a:1", "name": 7}},
    "related resource without digest": {"relatedResource": {"id": "urn:a:1"}},
    "related resource as text": {"relatedResource": ["urn:a:1"]},
    "related resource without identifier": {"relatedResource": {"digestSRI": "x"}},
    "related resource of no media type": {
        "relatedResource": {"id": "urn:a:1", "digestSRI": "x", "mediaType": 7}
    },
    "refresh service without type": {"refreshService": {"id": "urn:a:1"}},
    "related resource twice": {
        "relatedResource": [{"id": "urn:a:1", "digestSRI": "x"}, {"id": "urn:a:1", "digestMultibase": "u"}]
    },
}


@pytest.mark.parametrize("change", GOOD.values(), ids=GOOD.keys())
def test_credentials(change: dict[str, Any]) -> None:
    validate_credential(CREDENTIAL | change)


@pytest.mark.parametrize("change", BAD.values(), ids=BAD.keys())
def test_malformed_credentials(change: dict[str, Any]) -> None:
    with pytest.raises(SelloError) as caught:
        validate_credential(CREDENTIAL | change)
    assert caught.value.code == "MALFORMED_VALUE_ERROR"


@pytest.mark.parametrize("name", ["@context", "type", "issuer", "credentialSubject"])
def test_what_a_credential_cannot_lack(name: str) -> None:
    with pytest.raises(SelloError):
        validate_credential({key: value for key, value in CREDENTIAL.items() if key != name})


def test_not_even_an_object() -> None:
    value: Any
    for value in ([], "x", None):
        with pytest.raises(SelloError):
            validate_credential(value)


def test_version_1_1_where_it_is_accepted() -> None:
    old = {name: value for name, value in CREDENTIAL.items() if not name.startswith("valid")}
    old |= {"@context": [CREDENTIALS_V1], "issuanceDate": "2020-01-01T00:00:00Z"}
    validate_credential(old, accept_v1=True)
    assert validation.validity(old)[0] is not None
    with pytest.raises(SelloError):
        validate_credential(old)
    with pytest.raises(SelloError):
        validate_credential({k: v for k, v in old.items() if k != "issuanceDate"}, accept_v1=True)
    with pytest.raises(SelloError):
        validate_credential(old | {"expirationDate": "2019-01-01T00:00:00Z"}, accept_v1=True)


def test_presentations() -> None:
    validate_presentation(PRESENTATION)
    validate_presentation({k: v for k, v in PRESENTATION.items() if k != "holder"})
    bad: dict[str, Any]
    for bad in (
        {"type": "VerifiableCredential"},
        {"holder": "ana"},
        {"verifiableCredential": "urn:uuid:1"},
        {"verifiableCredential": ["urn:uuid:1"]},
        {"verifiableCredential": []},
        {"proof": {}},
        {"proof": {"cryptosuite": "x"}},
    ):
        with pytest.raises(SelloError):
            validate_presentation(PRESENTATION | bad)


def test_published_credentials() -> None:
    for name in ("unsigned", "employmentAuth", "eddsa-rdfc-2022/signedDataInt"):
        validate_credential(json.loads(shared(f"vectors/vc-di-eddsa/{name}.json").read_text()))
