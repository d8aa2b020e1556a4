"""Results and errors of resolving and dereferencing, as DID Resolution and the suite of did:key name them."""

from typing import Any

import pytest

from common.did import DIDDocument, ResolutionError, resolve
from common.did.document import DeactivatedError, Fetched, parse_document
from common.did.resolution import Options, dereference
from common.did.resolution_result import Resolution
from common.errors import FetchError

DID = "did:key:z6MktKwz7Ge1Yxzr4JHavN33wiwa8y81QdcMRLXQsrH9T53b"
KEY = f"{DID}#z6MktKwz7Ge1Yxzr4JHavN33wiwa8y81QdcMRLXQsrH9T53b"
AGREEMENT = f"{DID}#z6LSfHfAMAopsuBxaBzvp51GXrPf38Az13j2fmwqadbwwrzJ"
HOME = "did:web:registry.example"
GIVEN_UP = "did:web:closed.example"
BROKEN = "did:web:broken.example"
WEB: dict[str, Any] = {
    "id": HOME,
    "verificationMethod": [
        {
            "id": "#k",
            "type": "Multikey",
            "controller": HOME,
            "publicKeyMultibase": DID.removeprefix("did:key:"),
        }
    ],
    "assertionMethod": ["#k"],
    "service": [
        {"id": "#hub", "type": "Hub", "serviceEndpoint": "https://registry.example/hub/"},
        {"id": f"{HOME}#files", "type": ["Files", "Hub"], "serviceEndpoint": ["https://files.example/a#b"]},
        {"id": "#map", "type": "Map", "serviceEndpoint": {"uri": "https://registry.example/map"}},
        {"id": "#shell", "type": "Shell", "serviceEndpoint": "javascript:alert(1)"},
    ],
}


def nowhere(url: str, *, accept: str = "") -> Fetched:
    raise FetchError("Nothing is there.")


def ask(did_url: str, **options: Any) -> Resolution:
    def known(did: str) -> DIDDocument:
        if did == GIVEN_UP:
            raise DeactivatedError("This DID was given up by its controller.")
        if did == BROKEN:
            return resolve(did, fetch=lambda url, *, accept="": Fetched(b"<html>"))
        return parse_document(WEB, did=did) if did == HOME else resolve(did, fetch=nowhere)

    return dereference(did_url, options=Options(**options), resolve=known)


def test_a_result_has_its_metadata() -> None:
    result = ask(DID).as_resolution()
    assert set(result) == {"@context", "didDocument", "didResolutionMetadata", "didDocumentMetadata"}
    assert result["didDocument"]["id"] == DID
    assert result["didResolutionMetadata"] == {"contentType": "application/did"}


@pytest.mark.parametrize("url", [KEY, AGREEMENT, f"{HOME}#hub", f"{HOME}#k"])
def test_a_fragment_leads_to_a_part(url: str) -> None:
    result = ask(url).as_dereferencing()
    assert set(result) == {"@context", "contentStream", "dereferencingMetadata", "contentMetadata"}
    assert url.endswith(result["contentStream"]["id"])
    assert result["dereferencingMetadata"] == {"contentType": "application/did"}


ERRORS = [
    ("notDid:key:z6MktKwz7Ge1Yxzr4JHavN33wiwa8y81QdcMRLXQsrH9T53b", "INVALID_DID", 400, "invalidDid"),
    ("did:key:-4:z6MktKwz7Ge1Yxzr4JHavN33wiwa8y81QdcMRLXQsrH9T53b", "INVALID_DID", 400, "invalidDid"),
    ("did:key:@", "INVALID_DID", 400, "invalidDid"),
    ("did:key:", "INVALID_DID", 400, "invalidDid"),
    ("did:example", "INVALID_DID", 400, "invalidDid"),
    ("", "INVALID_DID", 400, "invalidDid"),
    ("did:key:zTjsVPtY", "INVALID_DID", 400, "invalidPublicKeyLength"),
    ("did:experimental:z6Mk", "METHOD_NOT_SUPPORTED", 501, "methodNotSupported"),
    (f"{DID}/^bar^/?query=`#z6Mk", "INVALID_DID_URL", 400, "invalidDidUrl"),
    (f"{DID}#nobody", "NOT_FOUND", 404, "notFound"),
    (f"{DID}/path", "NOT_FOUND", 404, "notFound"),
    (f"{HOME}?service=nobody", "NOT_FOUND", 404, "notFound"),
    (f"{HOME}?transformKey=JsonWebKey", "NOT_FOUND", 404, "notFound"),
    (f"{HOME}?relativeRef=a", "NOT_FOUND", 404, "notFound"),
    (f"{HOME}?versionId=2", "FEATURE_NOT_SUPPORTED", 501, "notFound"),
    ("did:web:nowhere.example", "NOT_FOUND", 404, "notFound"),
    (BROKEN, "INVALID_DID_DOCUMENT", 500, "notFound"),
]


@pytest.mark.parametrize(("did_url", "error", "status", "older"), ERRORS)
def test_errors(did_url: str, error: str, status: int, older: str) -> None:
    found = ask(did_url)
    is_url = any(mark in did_url for mark in "/?#")
    told = found.as_dereferencing() if is_url else found.as_resolution()
    metadata, content = (
        ("dereferencingMetadata", "contentStream") if is_url else ("didResolutionMetadata", "didDocument")
    )
    said = told[metadata]["error"]
    assert (said["type"], said["status"], found.status) == (
        f"https://www.w3.org/ns/did#{error}", status, status,
    )  # fmt: skip
    assert said["title"]
    assert said["detail"]
    assert told[content] is None

    before = found.as_older()
    name = "didDereferencingMetadata" if is_url else "didResolutionMetadata"
    assert (before[name], before["didDocument"]) == ({"error": older}, {})
    assert found.older_status in (400, 404, 501)


def test_a_did_that_was_given_up() -> None:
    found = ask(GIVEN_UP)
    assert found.status == found.older_status == 410
    assert found.as_resolution()["didDocument"] is None
    assert found.as_resolution()["didDocumentMetadata"] == {"deactivated": True}
    assert ask(f"{GIVEN_UP}#k").as_dereferencing()["contentMetadata"] == {"deactivated": True}


def test_ways_of_writing_keys() -> None:
    content = ask(DID, key_format="JsonWebKey").content
    assert content is not None
    assert content["verificationMethod"][0]["publicKeyJwk"]
    unknown = ask(DID, key_format="unknown")
    assert (unknown.error, unknown.status, unknown.older_status) == ("unsupportedPublicKeyType", 501, 400)
    for url in (KEY, AGREEMENT):
        assert ask(url, key_format="Ed25519VerificationKey2018").error == "invalidPublicKeyType"


@pytest.mark.parametrize(
    ("did_url", "chosen"),
    [
        (f"{HOME}?service=hub", ["#hub"]),
        (f"{HOME}?service=%23hub", ["#hub"]),
        (f"{HOME}?service=files", [f"{HOME}#files"]),
        (f"{HOME}?serviceType=Hub", ["#hub", f"{HOME}#files"]),
        (f"{HOME}?service=files&serviceType=Hub", [f"{HOME}#files"]),
    ],
)
def test_services_are_selected(did_url: str, chosen: list[str]) -> None:
    content = ask(did_url).content
    assert content is not None
    assert [service["id"] for service in content["service"]] == chosen
    assert content["verificationMethod"] == WEB["verificationMethod"]


@pytest.mark.parametrize(
    ("did_url", "location"),
    [
        (f"{HOME}?service=hub", "https://registry.example/hub/"),
        (
            f"{HOME}?service=hub&relativeRef=%2Fcv%3Fversion%3Dlatest",
            "https://registry.example/cv?version=latest",
        ),
        (f"{HOME}?service=hub&relativeRef=cv#intro", "https://registry.example/hub/cv#intro"),
        (f"{HOME}?service=files", "https://files.example/a#b"),
    ],
)
def test_a_service_leads_to_its_address(did_url: str, location: str) -> None:
    found = ask(did_url, uri_list=True)
    assert (found.status, found.location, found.content) == (303, location, None)


@pytest.mark.parametrize(
    ("did_url", "error"),
    [
        (f"{HOME}?service=files#intro", "invalidDidUrl"),
        (f"{HOME}?service=map", "notFound"),
        (f"{HOME}?service=shell", "notFound"),
        (f"{HOME}?service=hub&relativeRef=javascript:alert(1)", "notFound"),
        (HOME, "representationNotSupported"),
        (f"{HOME}#k", "representationNotSupported"),
    ],
)
def test_what_has_no_address(did_url: str, error: str) -> None:
    assert ask(did_url, uri_list=True).error == error


@pytest.mark.parametrize(
    ("did_url", "relationship", "error"),
    [
        (f"{HOME}#k", "assertionMethod", None),
        (f"{HOME}#k", "authentication", "INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD"),
        (f"{HOME}#hub", "assertionMethod", "INVALID_VERIFICATION_METHOD"),
        (HOME, "assertionMethod", "INVALID_VERIFICATION_METHOD"),
        (f"{HOME}#k", "friendship", "invalidOptions"),
    ],
)
def test_what_a_key_is_meant_for(did_url: str, relationship: str, error: str | None) -> None:
    assert ask(did_url, relationship=relationship).error == error


def test_options_that_nobody_knows() -> None:
    found = ask(DID, others=frozenset({"versionId"}))
    assert (found.error, found.status) == ("featureNotSupported", 501)


def test_relative_names_are_written_out() -> None:
    content = ask(HOME, expand_relative_urls=True).content
    assert content is not None
    assert content["verificationMethod"][0]["id"] == f"{HOME}#k"
    assert content["assertionMethod"] == [f"{HOME}#k"]
    assert content["service"][0]["id"] == f"{HOME}#hub"
    assert WEB["assertionMethod"] == ["#k"]


def test_documents_of_another_are_refused() -> None:
    with pytest.raises(ResolutionError) as refused:
        parse_document(WEB, did="did:web:other.example")
    assert refused.value.code == "invalidDidDocument"
