"""did:web: §3.2's addresses, addresses that lead astray, and documents of somebody else."""

import json
from typing import Any

import pytest

from common.did import Fetched, ResolutionError, did_web, resolve, verification_method
from common.errors import FetchError, MalformedInputError
from common.keys import PrivateKey, jwk, multikey

HOME = "did:web:registry.example:issuers:civil"


@pytest.mark.parametrize(
    ("did", "url"),
    [
        ("did:web:w3c-ccg.github.io", "https://w3c-ccg.github.io/.well-known/did.json"),
        ("did:web:w3c-ccg.github.io:user:alice", "https://w3c-ccg.github.io/user/alice/did.json"),
        ("did:web:example.com%3A3000:user:alice", "https://example.com:3000/user/alice/did.json"),
        ("did:web:localhost%3a8000", "https://localhost:8000/.well-known/did.json"),
        ("did:web:a.example:user%40example.org", "https://a.example/user%40example.org/did.json"),
        ("did:web:a.example:%C3%B1and%C3%BA:a~b", "https://a.example/%C3%B1and%C3%BA/a~b/did.json"),
        ("did:web:a.example:santa%20rosa", "https://a.example/santa%20rosa/did.json"),
    ],
)
def test_addresses_of_the_specification(did: str, url: str) -> None:
    assert did_web.document_url(did) == url


@pytest.mark.parametrize(
    ("url", "did"),
    [
        ("https://registry.example", "did:web:registry.example"),
        ("https://registry.example/", "did:web:registry.example"),
        ("https://registry.example/issuers/civil", HOME),
        ("http://localhost:8000/issuers/civil", "did:web:localhost%3A8000:issuers:civil"),
        ("https://a.example/user@example.org", "did:web:a.example:user%40example.org"),
        ("https://a.example/user%40example.org", "did:web:a.example:user%40example.org"),
    ],
)
def test_the_identifier_of_an_address(url: str, did: str) -> None:
    assert did_web.encode(url) == did


@pytest.mark.parametrize(
    "did",
    ["did:web:", "did:web::a", "did:web:registry.example:", "did:web:registry.example::a",
     "did:web:registry.example:..:secret", "did:web:registry.example:.", "did:web:registry.example:%2e%2e",
     "did:web:registry.example:a%2Fb", "did:web:registry.example:a%5Cb", "did:web:registry.example:a%00",
     "did:web:registry.example:a%3Fb", "did:web:registry.example:a%23b", "did:web:registry.example:a%0Ab",
     "did:web:registry.example:.%2E", "did:web:registry.example:a%4", "did:web:registry.example:%zz",
     "did:web:registry.example%2Fpath", "did:web:ana%40registry.example",
     "did:web:ana@registry.example", "did:web:registry.example%3A", "did:web:registry.example%3Aabc",
     "did:web:registry.example%3A123456", "did:web:registry.example%0d%0aX", "did:web:[::1]",
     "did:web:%5B::1%5D", "did:web:registry.example\n", "did:web:réistry.example",
     "did:web:registry.example:a b", "did:web:registry.example%3A80%3A90", "did:web:registry.example\\evil"],
)  # fmt: skip
def test_an_identifier_that_leads_astray_is_refused(did: str) -> None:
    with pytest.raises(ResolutionError) as caught:
        resolve(did, fetch=lambda url, accept="": pytest.fail(f"{url} was asked for"))
    assert caught.value.code == "invalidDid"


def document(key: PrivateKey, **changes: Any) -> dict[str, Any]:
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": HOME,
        "verificationMethod": [
            {
                "id": f"{HOME}#key-1",
                "type": "Multikey",
                "controller": HOME,
                "publicKeyMultibase": multikey.encode(key.public_key),
            }
        ],
        "assertionMethod": [f"{HOME}#key-1"],
        **changes,
    }


def served(value: Any) -> Any:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()

    def fetch(url: str, *, accept: str = "application/json") -> Fetched:
        assert url == "https://registry.example/issuers/civil/did.json"
        assert "application/did" in accept
        return Fetched(body)

    return fetch


def find(value: Any, url: str = f"{HOME}#key-1", purpose: str = "assertionMethod") -> Any:
    return verification_method(url, purpose=purpose, resolve=lambda did: resolve(did, fetch=served(value)))


def test_a_document_is_fetched_and_read(ana: PrivateKey) -> None:
    assert find(document(ana)).public_key == ana.public_key


def test_relative_names_jwks_and_embedded_methods_are_read(ana: PrivateKey, bruno: PrivateKey) -> None:
    first = {"id": "#a", "type": "JsonWebKey", "controller": HOME, "publicKeyJwk": jwk.encode(ana.public_key)}
    second = {**first, "id": "#b", "publicKeyJwk": jwk.encode(bruno.public_key)}
    value = document(ana, verificationMethod=[first], assertionMethod=["#a", second])
    assert find(value, f"{HOME}#a").public_key == ana.public_key
    assert find(value, f"{HOME}#b").public_key == bruno.public_key


def test_keys_of_other_kinds_are_passed_over(ana: PrivateKey) -> None:
    methods = document(ana)["verificationMethod"]
    others: list[dict[str, Any]] = [
        {"id": "#rsa", "type": "JsonWebKey", "controller": HOME, "publicKeyJwk": {"kty": "RSA"}},
        {"id": "#old", "type": "Ed25519VerificationKey2018", "controller": HOME, "publicKeyBase58": "x"},
        {"id": "#odd", "type": "Multikey", "controller": HOME, "publicKeyMultibase": "zzz"},
        {"id": "#nobody", "type": "Multikey", "publicKeyMultibase": methods[0]["publicKeyMultibase"]},
        {**methods[0], "id": "#both", "publicKeyJwk": jwk.encode(ana.public_key)},
    ]
    value: dict[str, Any] = document(ana, verificationMethod=[*others, *methods])
    value["assertionMethod"] += [other["id"] for other in others]
    assert find(value).public_key == ana.public_key
    for other in others:
        with pytest.raises(ResolutionError, match=r"not used here|does not hold"):
            find(value, HOME + other["id"])


def test_a_document_of_another_is_refused(ana: PrivateKey) -> None:
    for other in ("did:web:registry.example", HOME + ":x", HOME.upper(), None, [HOME]):
        with pytest.raises(ResolutionError, match="another's"):
            find(document(ana, id=other))


def test_a_key_that_another_controls_is_refused(mallory: PrivateKey) -> None:
    value = document(mallory)
    value["verificationMethod"][0]["controller"] = "did:web:victim.example"
    with pytest.raises(ResolutionError) as caught:
        find(value)
    assert caught.value.code == "INVALID_CONTROLLED_IDENTIFIER_DOCUMENT_ID"


def test_nobody_lists_a_key_under_the_name_of_another(mallory: PrivateKey) -> None:
    """Whoever names did:web:victim gets victim's own document, not the one where Mallory wrote the name."""
    value = document(mallory)
    value["verificationMethod"][0] |= {"id": "did:web:victim.example#key-1", "controller": HOME}
    value["assertionMethod"] = ["did:web:victim.example#key-1"]
    asked: list[str] = []

    def fetch(url: str, *, accept: str = "") -> Fetched:
        asked.append(url)
        raise FetchError("no")

    with pytest.raises(FetchError):
        verification_method(
            "did:web:victim.example#key-1",
            purpose="assertionMethod",
            resolve=lambda did: resolve(did, fetch=fetch),
        )
    assert asked == ["https://victim.example/.well-known/did.json"]


def test_a_key_without_the_purpose_is_refused(ana: PrivateKey) -> None:
    for value in (document(ana, assertionMethod=[]), document(ana, assertionMethod=["#key-2"])):
        with pytest.raises(ResolutionError, match="not meant for assertionMethod"):
            find(value)


def test_two_keys_under_one_name_are_refused(ana: PrivateKey, mallory: PrivateKey) -> None:
    twice = document(ana)["verificationMethod"] + document(mallory)["verificationMethod"]
    embedded = document(mallory)["verificationMethod"]
    for value in (document(ana, verificationMethod=twice), document(ana, assertionMethod=embedded)):
        with pytest.raises(ResolutionError, match="one name"):
            find(value)


@pytest.mark.parametrize(
    "changes",
    [{"verificationMethod": {}}, {"verificationMethod": "x"}, {"assertionMethod": "x"},
     {"assertionMethod": [7]}, {"assertionMethod": [{"id": ["a"]}]},
     {"verificationMethod": [None]}, {"keyAgreement": [{}]}],
    ids=str,
)  # fmt: skip
def test_a_malformed_document_is_refused(changes: dict[str, Any], ana: PrivateKey) -> None:
    with pytest.raises(ResolutionError) as caught:
        find(document(ana, **changes))
    assert caught.value.code == "invalidDidDocument"


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"[]", b"null", b'{"id":"' + HOME.encode() + b'","id":"x"}', b"[" * 100_000,
     b'{"id":"' + b"x" * 1_000_001 + b'"}'],
    ids=["empty", "html", "list", "null", "twice", "deep", "swollen"],
)  # fmt: skip
def test_what_is_no_document_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedInputError):
        find(body)


@pytest.mark.parametrize("name", ["authentication", "keyAgreement", "service", "@context"])
def test_members_of_a_document_that_are_null_say_nothing(name: str, ana: PrivateKey) -> None:
    assert find(document(ana, **{name: None})) == find(document(ana))


@pytest.mark.parametrize("name", ["expires", "revoked", "publicKeyJwk", "publicKeyMultibase"])
def test_members_of_a_key_that_are_null_say_nothing(name: str, ana: PrivateKey) -> None:
    plain = document(ana)
    [entry] = plain["verificationMethod"]
    if name not in entry:
        assert find({**plain, "verificationMethod": [{**entry, name: None}]}) == find(plain)
