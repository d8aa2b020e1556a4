"""DID resolution over HTTP."""

import json
from typing import Any

import pytest
from django.test import Client

from common.did import DIDDocument, did_key, parse_document
from common.keys import PrivateKey
from common.site import resolution
from issuer.authorities.identity import create_authority
from tests.client_response import ClientResponse

pytestmark = pytest.mark.django_db
OLDER = 'application/ld+json;profile="https://w3id.org/did-resolution"'


def get(did: str, **headers: str) -> tuple[ClientResponse, dict[str, Any]]:
    response = Client().get(f"/1.0/identifiers/{did}", headers=headers)
    return response, json.loads(response.content)


def test_a_result_and_a_document(ana: PrivateKey) -> None:
    did = did_key.encode(ana.public_key)
    response, result = get(did)
    assert response.headers["Content-Type"] == "application/did-resolution"
    assert result["didDocument"]["id"] == did
    response, document = get(did, Accept="application/did+json")
    assert (response.headers["Content-Type"], document) == ("application/did+json", result["didDocument"])


def test_an_authority_of_ours() -> None:
    authority = create_authority("farmer-registry", "Farmer Registry")
    for written in (authority.did, authority.did.replace("%", "%25")):
        _, result = get(written)
        assert result["didDocument"]["id"] == authority.did


@pytest.mark.parametrize(
    ("written", "did"),
    [
        ("did:web:a.example%3A8443", "did:web:a.example%3A8443"),
        ("did:web:a.example%3a8443:x:1", "did:web:a.example%3A8443:x:1"),
        ("did:web:a.example:8443%23k", "did:web:a.example%3A8443"),
        ("did:webvh:Qm:a.example%3A8443:x", "did:webvh:Qm:a.example%3A8443:x"),
        ("did:web:a.example:123456", "did:web:a.example:123456"),
        ("did:web:a.example:12b", "did:web:a.example:12b"),
    ],
)
def test_a_port_that_the_server_decoded(written: str, did: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def resolve(did: str) -> DIDDocument:
        asked.append(did)
        return parse_document({"id": did}, did=did)

    monkeypatch.setattr(resolution, "resolve_did", resolve)
    get(written)
    assert asked == [did]


@pytest.mark.parametrize(
    ("did", "status", "error"),
    [
        ("did:key:nothing", 400, "INVALID_DID"),
        ("did:example:123", 501, "METHOD_NOT_SUPPORTED"),
        ("did:web:nowhere.example", 404, "NOT_FOUND"),
        ("did:web:127.0.0.1", 404, "NOT_FOUND"),
        ("nothing", 400, "INVALID_DID"),
    ],
)
def test_what_cannot_be_resolved(did: str, status: int, error: str) -> None:
    response, result = get(did)
    said = result["didResolutionMetadata"]["error"]
    assert (response.status_code, said["type"]) == (status, f"https://www.w3.org/ns/did#{error}")
    assert result["didDocument"] is None
    assert result["didDocumentMetadata"] == {}


def test_what_suites_ask_for() -> None:
    did = "did:key:z6MktKwz7Ge1Yxzr4JHavN33wiwa8y81QdcMRLXQsrH9T53b"
    response, result = get(did, Accept=OLDER)
    assert response.headers["Content-Type"] == OLDER
    assert result["didResolutionMetadata"] == {"contentType": "application/did"}
    response, result = get(did + "?publicKeyFormat=unknown", Accept=OLDER)
    assert (response.status_code, result["didResolutionMetadata"]["error"]) == (
        400, "unsupportedPublicKeyType",
    )  # fmt: skip


def test_a_did_url_leads_to_a_part() -> None:
    did = "did:key:z6MktKwz7Ge1Yxzr4JHavN33wiwa8y81QdcMRLXQsrH9T53b"
    url = f"{did}%23{did.removeprefix('did:key:')}"
    response, result = get(url)
    assert response.headers["Content-Type"] == "application/did-url-dereferencing"
    assert result["contentStream"]["controller"] == did
    _, alone = get(url, Accept="application/json")
    assert alone == result["contentStream"]
    _, older = get(url, Accept=OLDER)
    assert older["didDocument"] == alone
    assert "didDereferencingMetadata" in older
    wrong = f"{did}/%5Ebar%5E/%3Fquery=%60%23z6Mk"
    response, result = get(wrong)
    assert (response.status_code, result["dereferencingMetadata"]["error"]["type"]) == (
        400, "https://www.w3.org/ns/did#INVALID_DID_URL",
    )  # fmt: skip
    _, older = get(wrong, Accept=OLDER)
    assert older["didDereferencingMetadata"] == {"error": "invalidDidUrl"}


def test_parameters_as_they_are_and_encoded(monkeypatch: pytest.MonkeyPatch) -> None:
    did = "did:web:registry.example"
    document = {
        "id": did,
        "service": [{"id": "#hub", "type": "Hub", "serviceEndpoint": "https://registry.example/hub"}],
    }
    monkeypatch.setattr(resolution, "resolve_did", lambda did: parse_document(document, did=did))
    for url in (f"{did}?service=hub", f"{did}%3Fservice%3Dhub"):
        _, result = get(url)
        assert result["contentStream"] == document
        response = Client().get(f"/1.0/identifiers/{url}", headers={"Accept": "text/uri-list"})
        assert (response.status_code, response.headers["Location"], response.content) == (
            303, "https://registry.example/hub", b"",
        )  # fmt: skip


@pytest.mark.parametrize("option", ["nothing=1", "noCache=true"])
def test_an_option_that_nobody_knows(option: str) -> None:
    response, _ = get(f"did:key:z6MktKwz7Ge1Yxzr4JHavN33wiwa8y81QdcMRLXQsrH9T53b?{option}")
    assert response.status_code == 501


def test_a_representation_that_there_is_not(ana: PrivateKey) -> None:
    response, result = get(did_key.encode(ana.public_key), Accept="application/did+cbor")
    assert (response.status_code, result["didResolutionMetadata"]["error"]["type"]) == (
        406, "https://www.w3.org/ns/did#REPRESENTATION_NOT_SUPPORTED",
    )  # fmt: skip
