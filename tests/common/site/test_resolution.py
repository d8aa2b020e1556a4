"""DID resolution over HTTP."""

import json

import pytest
from django.test import Client

from common.did import did_key
from issuer.services.authorities import create_authority

pytestmark = pytest.mark.django_db


def get(did: str, **headers: str):
    response = Client().get(f"/1.0/identifiers/{did}", headers=headers)
    return response, json.loads(response.content)


def test_a_result_and_a_document(ana):
    did = did_key.encode(ana.public_key)
    response, result = get(did)
    assert response.headers["Content-Type"] == "application/did-resolution"
    assert result["didDocument"]["id"] == did
    response, document = get(did, Accept="application/did+json")
    assert (response.headers["Content-Type"], document) == ("application/did+json", result["didDocument"])


def test_an_authority_of_ours():
    authority = create_authority("farmer-registry", "Farmer Registry")
    _, result = get(authority.did.replace("%", "%25"))
    assert result["didDocument"]["id"] == authority.did


@pytest.mark.parametrize(
    ("did", "status", "error"),
    [
        ("did:key:nothing", 400, "invalidDid"),
        ("did:example:123", 501, "methodNotSupported"),
        ("did:web:nowhere.example", 404, "notFound"),
        ("did:web:127.0.0.1", 404, "notFound"),
        ("nothing", 400, "invalidDid"),
    ],
)
def test_what_cannot_be_resolved(did, status, error):
    response, result = get(did)
    assert (response.status_code, result["didResolutionMetadata"]["error"]) == (status, error)
    assert result["didDocument"] == {}


def test_what_suites_ask_for():
    did = "did:key:z6MktKwz7Ge1Yxzr4JHavN33wiwa8y81QdcMRLXQsrH9T53b"
    accept = 'application/ld+json;profile="https://w3id.org/did-resolution"'
    response, result = get(did, Accept=accept)
    assert response.headers["Content-Type"] == accept
    assert result["didResolutionMetadata"] == {"contentType": "application/did"}
    response, result = get(did + "?publicKeyFormat=unknown", Accept=accept)
    assert (response.status_code, result["didResolutionMetadata"]["error"]) == (
        400, "unsupportedPublicKeyType",
    )  # fmt: skip


def test_a_did_url_leads_to_a_part():
    did = "did:key:z6MktKwz7Ge1Yxzr4JHavN33wiwa8y81QdcMRLXQsrH9T53b"
    _, result = get(f"{did}%23{did.removeprefix('did:key:')}")
    assert result["didDocument"]["controller"] == did
    response, result = get(f"{did}/%5Ebar%5E/%3Fquery=%60%23z6Mk")
    assert (response.status_code, result["didDereferencingMetadata"]) == (400, {"error": "invalidDidUrl"})


def test_a_representation_that_there_is_not(ana):
    response, result = get(did_key.encode(ana.public_key), Accept="application/did+cbor")
    assert (response.status_code, result["didResolutionMetadata"]["error"]) == (
        406, "representationNotSupported",
    )  # fmt: skip
