"""Results and errors of resolution, as DID Resolution and the suite of did:key name them."""

from typing import Any

import pytest

from common.did import DIDDocument, ResolutionError, resolve
from common.did.document import Fetched, parse_document
from common.did.resolution import Options, Resolution, dereference
from common.errors import FetchFailed

DID = "did:key:z6MktKwz7Ge1Yxzr4JHavN33wiwa8y81QdcMRLXQsrH9T53b"
KEY = f"{DID}#z6MktKwz7Ge1Yxzr4JHavN33wiwa8y81QdcMRLXQsrH9T53b"
AGREEMENT = f"{DID}#z6LSfHfAMAopsuBxaBzvp51GXrPf38Az13j2fmwqadbwwrzJ"
WEB: dict[str, Any] = {
    "id": "did:web:registry.example",
    "service": [{"id": "#hub", "type": "Hub", "serviceEndpoint": "https://registry.example/hub"}],
}


def nowhere(url: str, *, accept: str = "") -> Fetched:
    raise FetchFailed("Nothing is there.")


def ask(did_url: str, **options: Any) -> Resolution:
    def known(did: str) -> DIDDocument:
        return parse_document(WEB, did=did) if did == WEB["id"] else resolve(did, fetch=nowhere)

    return dereference(did_url, options=Options(**options), resolve=known)


def test_a_result_has_its_metadata() -> None:
    result = ask(DID).as_json()
    assert set(result) == {"@context", "didDocument", "didResolutionMetadata", "didDocumentMetadata"}
    assert result["didDocument"]["id"] == DID
    assert result["didResolutionMetadata"] == {"contentType": "application/did"}


@pytest.mark.parametrize("url", [KEY, AGREEMENT, "did:web:registry.example#hub"])
def test_a_fragment_leads_to_a_part(url: str) -> None:
    result = ask(url).as_json()
    assert url.endswith(result["didDocument"]["id"])
    assert "didDereferencingMetadata" in result


@pytest.mark.parametrize(
    ("did_url", "error", "status"),
    [
        ("notDid:key:z6MktKwz7Ge1Yxzr4JHavN33wiwa8y81QdcMRLXQsrH9T53b", "invalidDid", 400),
        ("did:key:-4:z6MktKwz7Ge1Yxzr4JHavN33wiwa8y81QdcMRLXQsrH9T53b", "invalidDid", 400),
        ("did:key:@", "invalidDid", 400),
        ("did:key:", "invalidDid", 400),
        ("", "invalidDid", 400),
        ("did:key:zTjsVPtY", "invalidPublicKeyLength", 400),
        ("did:experimental:z6Mk", "methodNotSupported", 501),
        (f"{DID}/^bar^/?query=`#z6Mk", "invalidDidUrl", 400),
        (f"{DID}#nobody", "notFound", 404),
        (f"{DID}/path", "notFound", 404),
        ("did:web:nowhere.example", "notFound", 404),
    ],
)
def test_errors(did_url: str, error: str, status: int) -> None:
    found = ask(did_url)
    told = found.as_json()
    metadata = "didDereferencingMetadata" if set("/?#") & set(did_url) else "didResolutionMetadata"
    assert (told[metadata], found.status, told["didDocument"]) == ({"error": error}, status, {})


def test_ways_of_writing_keys() -> None:
    assert ask(DID, key_format="JsonWebKey").document["verificationMethod"][0]["publicKeyJwk"]
    assert ask(DID, key_format="unknown").error == "unsupportedPublicKeyType"
    for url in (KEY, AGREEMENT):
        assert ask(url, key_format="Ed25519VerificationKey2018").error == "invalidPublicKeyType"


def test_documents_of_another_are_refused() -> None:
    with pytest.raises(ResolutionError):
        parse_document(WEB, did="did:web:other.example")
