"""A header chooses among an issuer's own keys, and can do no more."""

import base64
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from common.did import DIDDocument, Fetched, VerificationMethod, did_key, parse_document
from common.encoding import base64url
from common.errors import FetchError, SelloError
from common.keys import PrivateKey, jwk
from common.keys.certificate import authority_key_ids
from common.trust.issuer_keys import issuer_key, metadata_url
from tests.conftest import NOW

DID = "did:web:registry.example:issuers:farmers"
URL = "https://registry.example/issuers/farmers"
P256 = PrivateKey("P-256", bytes(31) + b"\x01")
ED25519 = PrivateKey("Ed25519", bytes(31) + b"\x01")
OTHER = PrivateKey("P-256", bytes(31) + b"\x02")
DOCUMENT: dict[str, Any] = {
    "id": DID,
    "verificationMethod": [
        {"id": "#p", "type": "JsonWebKey", "controller": DID, "publicKeyJwk": jwk.encode(P256.public_key)},
        {"id": "#e", "type": "JsonWebKey", "controller": DID, "publicKeyJwk": jwk.encode(ED25519.public_key)},
        {"id": "#a", "type": "JsonWebKey", "controller": DID, "publicKeyJwk": jwk.encode(OTHER.public_key)},
        {
            "id": "#m",
            "type": "JsonWebKey",
            "controller": "did:web:mallory.example",
            "publicKeyJwk": jwk.encode(OTHER.public_key),
        },
    ],
    "assertionMethod": ["#p", "#e", "#m"],
    "authentication": ["#a"],
}
METADATA = {
    "issuer": URL,
    "jwks": {
        "keys": [
            {**jwk.encode(P256.public_key), "kid": "1"},
            {**jwk.encode(ED25519.public_key), "kid": "2"},
            {**jwk.encode(OTHER.public_key), "kid": "3", "use": "enc"},
            {"kty": "RSA", "kid": "4", "n": "AQAB", "e": "AQAB"},
        ]
    },
}
KEY_SET_URL = "https://registry.example/keys.jwks"


def find(
    issuer: str,
    header: Mapping[str, Any],
    *,
    document: Mapping[str, Any] = DOCUMENT,
    metadata: Mapping[str, Any] = METADATA,
    anchors: tuple[x509.Certificate, ...] = (),
    now: Any = NOW,
) -> VerificationMethod:
    def resolve(did: str) -> DIDDocument:
        return parse_document(document, did=did)

    def fetch(url: str, *, accept: str = "application/json") -> Fetched:
        if url == "https://registry.example/.well-known/jwt-vc-issuer/issuers/farmers":
            return Fetched(json.dumps(metadata).encode())
        if url == KEY_SET_URL:
            return Fetched(json.dumps(METADATA["jwks"]).encode())
        raise FetchError("What was asked for is not there.")

    return issuer_key(issuer, header, resolve=resolve, fetch=fetch, anchors=anchors, now=now)


@pytest.mark.parametrize("kid", [f"{DID}#p", "#p"])
def test_by_did_url(kid: str) -> None:
    found = find(DID, {"alg": "ES256", "kid": kid})
    assert (found.id, found.controller, found.public_key) == (f"{DID}#p", DID, P256.public_key)


@pytest.mark.parametrize(
    ("document", "alg", "name"),
    [
        ({**DOCUMENT, "assertionMethod": ["#p", "#e"]}, "ES256", "#p"),
        ({**DOCUMENT, "assertionMethod": ["#p", "#e"]}, "EdDSA", "#e"),
        ({**DOCUMENT, "assertionMethod": ["#p", "#e"]}, "Ed25519", "#e"),
    ],
)
def test_without_kid_the_one_that_fits(document: Mapping[str, Any], alg: str, name: str) -> None:
    assert find(DID, {"alg": alg}, document=document).id == DID + name


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "ES256"},  # two keys on P-256
        {"alg": "ES384"},  # none on P-384
        {"alg": "ES256", "kid": "did:web:mallory.example#p"},
        {"alg": "ES256", "kid": "did:web:registry.example:issuers:farmers2#p"},
        {"alg": "ES256", "kid": "p"},
        {"alg": "ES256", "kid": 7},
        {"alg": "ES256", "kid": f"{DID}#unknown"},
        {"alg": "ES256", "kid": f"{DID}#a"},  # not for assertions
        {"alg": "ES256", "kid": f"{DID}#m"},  # another's key
    ],
)
def test_keys_that_are_not_the_issuers(header: Mapping[str, Any]) -> None:
    with pytest.raises(SelloError):
        find(DID, header)


def test_a_did_document_of_another() -> None:
    with pytest.raises(SelloError):
        find("did:web:mallory.example", {"alg": "ES256", "kid": "did:web:mallory.example#p"})


def test_a_key_in_the_header_counts_for_nothing(mallory: PrivateKey) -> None:
    header = {"alg": "ES256", "kid": f"{DID}#p", "jwk": jwk.encode(mallory.public_key)}
    assert find(DID, header).public_key == P256.public_key


def test_metadata_lie_where_the_path_is_inserted() -> None:
    assert metadata_url("https://example.com") == "https://example.com/.well-known/jwt-vc-issuer"
    expected = "https://example.com/.well-known/jwt-vc-issuer/tenant/1234"
    assert metadata_url("https://example.com/tenant/1234") == expected
    assert metadata_url("https://example.com/tenant/1234/") == expected
    for url in ("https://example.com?a=b", "https://example.com/#a", "https:///x"):
        with pytest.raises(SelloError):
            metadata_url(url)


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ({"alg": "ES256", "kid": "1"}, P256),
        ({"alg": "EdDSA", "kid": "2"}, ED25519),
        ({"alg": "ES256"}, P256),
        ({"alg": "EdDSA"}, ED25519),
    ],
)
def test_by_metadata(header: Mapping[str, Any], key: PrivateKey) -> None:
    found = find(URL, header)
    assert (found.controller, found.public_key) == (URL, key.public_key)


def test_by_key_set_elsewhere() -> None:
    metadata = {"issuer": URL, "jwks_uri": KEY_SET_URL}
    assert find(URL, {"alg": "ES256", "kid": "1"}, metadata=metadata).public_key == P256.public_key


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "EdDSA", "kid": "1"},  # another algorithm than the key's
        {"alg": "ES256", "kid": "3"},  # for encryption
        {"alg": "RS256", "kid": "4"},
        {"alg": "ES256", "kid": "5"},
        {"alg": "none", "kid": "1"},
    ],
)
def test_keys_that_metadata_do_not_give(header: Mapping[str, Any]) -> None:
    with pytest.raises(SelloError):
        find(URL, header)


@pytest.mark.parametrize(
    "metadata",
    [
        {**METADATA, "issuer": "https://mallory.example"},
        {**METADATA, "issuer": URL + "/"},
        {**METADATA, "jwks_uri": KEY_SET_URL},
        {"issuer": URL},
        {"issuer": URL, "jwks": []},
        {"issuer": URL, "jwks": {"keys": {}}},
        {"issuer": URL, "jwks": {"keys": ["x"]}},
        {"issuer": URL, "jwks_uri": 7},
        {"issuer": URL, "jwks_uri": "file:///etc/passwd"},
        {"issuer": URL, "jwks": {"keys": [METADATA["jwks"]["keys"][0]] * 2}},  # type: ignore[index]
    ],
)
def test_metadata_refused(metadata: Mapping[str, Any]) -> None:
    with pytest.raises(SelloError):
        find(URL, {"alg": "ES256", "kid": "1"}, metadata=metadata)


@pytest.mark.parametrize("issuer", ["http://registry.example", "urn:example:issuer", "registry", ""])
def test_issuers_without_a_way_to_their_keys(issuer: str) -> None:
    with pytest.raises(SelloError):
        find(issuer, {"alg": "ES256"})


def test_an_issuer_that_is_its_key(mallory: PrivateKey) -> None:
    did = did_key.encode(mallory.public_key)
    method = did_key.key_method(mallory.public_key)
    document = did_key.resolve(did, fetch=lambda *_, **__: Fetched(b"")).source
    assert find(did, {"alg": "ES256", "kid": method}, document=document).controller == did
    assert find(did, {"alg": "ES256"}, document=document).public_key == mallory.public_key


CA_KEY, LEAF_KEY = (ec.derive_private_key(number, ec.SECP256R1()) for number in (7, 8))


def certificate(
    *,
    ca: bool,
    names: list[x509.GeneralName] | None = None,
    signed_by: ec.EllipticCurvePrivateKey = CA_KEY,
    subject: str = "",
) -> x509.Certificate:
    called = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject or ("CA" if ca else "Registry"))])
    key = CA_KEY if ca else LEAF_KEY
    builder = (
        x509.CertificateBuilder()
        .subject_name(called)
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "CA")]))
        .public_key(key.public_key())
        .serial_number(2 if ca else 3)
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signed_by.public_key()), critical=False
        )
    )
    if ca:
        builder = builder.add_extension(
            x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
        ).add_extension(
            x509.KeyUsage(False, False, False, False, False, True, True, False, False), critical=True
        )
    else:
        builder = builder.add_extension(
            x509.KeyUsage(True, False, False, False, False, False, False, False, False), critical=True
        )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return builder.sign(signed_by, hashes.SHA256())


ANCHOR = certificate(ca=True)


def x5c(*chain: x509.Certificate) -> dict[str, Any]:
    encoded = [base64.b64encode(one.public_bytes(Encoding.DER)).decode() for one in chain]
    return {"alg": "ES256", "x5c": encoded}


@pytest.mark.parametrize("name", [x509.DNSName("registry.example"), x509.UniformResourceIdentifier(URL)])
def test_by_certificate(name: x509.GeneralName) -> None:
    found = find(URL, x5c(certificate(ca=False, names=[name])), anchors=(ANCHOR,))
    assert found.public_key == PrivateKey("P-256", bytes(31) + b"\x08").public_key
    assert found.controller == URL


NAMED = certificate(ca=False, names=[x509.DNSName("registry.example")])


LEAF = PrivateKey("P-256", bytes(31) + b"\x08")
PUBLISHED = {"issuer": URL, "jwks": {"keys": [{**jwk.encode(LEAF.public_key), "kid": "1"}]}}


def test_without_anchors_no_certificate_is_trusted() -> None:
    with pytest.raises(SelloError, match="another key"):
        find(URL, x5c(NAMED))
    with pytest.raises(SelloError, match="No certificate authority"):
        find("", x5c(NAMED), metadata=PUBLISHED)


STRANGER = certificate(ca=True, subject="Another authority")


@pytest.mark.parametrize("anchors", [(), (STRANGER,)])
def test_a_chain_that_nobody_known_signed_leaves_the_word_to_the_metadata(
    anchors: tuple[x509.Certificate, ...],
) -> None:
    header = {**x5c(certificate(ca=False)), "kid": "1"}
    found = find(URL, header, metadata=PUBLISHED, anchors=anchors)
    assert (found.id, found.public_key, found.certificates) == (f"{URL}#1", LEAF.public_key, ())
    with pytest.raises(SelloError, match="another key"):  # the metadata have a key, but not this one
        find(URL, header, anchors=anchors)


@pytest.mark.parametrize(
    ("leaf", "now"),
    [
        (certificate(ca=False, names=[x509.DNSName("mallory.example")]), NOW),
        (certificate(ca=False, names=[x509.DNSName("registry.example")], signed_by=LEAF_KEY), NOW),
        (certificate(ca=False, names=[x509.DNSName("registry.example")]), NOW + timedelta(days=31)),
    ],
    ids=["names another", "signed by another", "ended"],
)
def test_a_chain_that_claims_an_anchor_must_lead_to_it(leaf: x509.Certificate, now: Any) -> None:
    """However well the metadata know the key."""
    with pytest.raises(SelloError):
        find(URL, {**x5c(leaf), "kid": "1"}, metadata=PUBLISHED, anchors=(ANCHOR,), now=now)


def test_a_key_found_by_certificate_brings_what_vouches_for_it() -> None:
    found = find(URL, x5c(NAMED), anchors=(STRANGER, ANCHOR))
    assert found.certificates == tuple(one.public_bytes(Encoding.DER) for one in (NAMED, ANCHOR))


@pytest.mark.parametrize(
    "header",
    [
        x5c(certificate(ca=False)),
        x5c(certificate(ca=False, names=[x509.DNSName("mallory.example")])),
        x5c(certificate(ca=False, names=[x509.UniformResourceIdentifier(URL + "/x")])),
        x5c(certificate(ca=False, names=[x509.DNSName("registry.example")], signed_by=LEAF_KEY)),
        {"alg": "ES256", "x5c": []},
        {"alg": "ES256", "x5c": "MIIB"},
        {"alg": "ES256", "x5c": ["MIIB"]},
        {"alg": "ES256", "x5c": [7]},
        {"alg": "ES256", "x5c": x5c(NAMED)["x5c"] * 6},
    ],
)
def test_certificates_refused(header: Mapping[str, Any]) -> None:
    with pytest.raises(SelloError):
        find(URL, header, anchors=(ANCHOR,))


@pytest.mark.parametrize("days", [-2, 31])
def test_certificates_out_of_time(days: int) -> None:
    with pytest.raises(SelloError):
        find(URL, x5c(NAMED), anchors=(ANCHOR,), now=NOW + timedelta(days=days))


def test_a_certificate_does_not_speak_for_a_did() -> None:
    """The DID's own document decides, whatever chain lies beside the `kid`."""
    with pytest.raises(SelloError, match="another key"):
        find(DID, {**x5c(NAMED), "kid": f"{DID}#p"}, anchors=(ANCHOR,))
    entry = {"id": "#p", "type": "JsonWebKey", "controller": DID, "publicKeyJwk": jwk.encode(LEAF.public_key)}
    document = {**DOCUMENT, "verificationMethod": [entry], "assertionMethod": ["#p"], "authentication": []}
    found = find(DID, {**x5c(certificate(ca=False)), "kid": f"{DID}#p"}, document=document)
    assert (found.id, found.certificates) == (f"{DID}#p", ())


def test_where_the_credential_names_no_issuer_its_certificate_does() -> None:
    """SD-JWT VC §2.2.2.3: `iss` is optional beside `x5c`."""
    cases: list[tuple[list[x509.GeneralName], str]] = [
        ([x509.UniformResourceIdentifier(URL), x509.DNSName("registry.example")], URL),
        ([x509.DNSName("registry.example")], "https://registry.example"),
    ]
    for names, issuer in cases:
        found = find("", x5c(certificate(ca=False, names=names)), anchors=(ANCHOR,))
        assert found.controller == issuer
    with pytest.raises(SelloError, match="names no issuer"):
        find("", x5c(certificate(ca=False, names=[x509.DNSName("*.example")])), anchors=(ANCHOR,))
    with pytest.raises(SelloError, match="names no issuer"):
        find("", {"alg": "ES256", "kid": "1"}, anchors=(ANCHOR,))


def test_an_authoritys_certificate_signs_no_credentials() -> None:
    own = certificate(ca=True)
    with pytest.raises(SelloError):
        find(URL, x5c(own), anchors=(ANCHOR,))


def test_authorities_by_their_key_identifier() -> None:
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(CA_KEY.public_key()).key_identifier
    assert identifier is not None
    chain = [one.public_bytes(Encoding.DER) for one in (NAMED, ANCHOR)]
    assert authority_key_ids(chain) == (base64url.encode(identifier),) * 2


@pytest.mark.parametrize("name", ["expires", "revoked"])
def test_a_key_that_has_ended(name: str) -> None:
    """CID §2.2: a key that expired or was revoked vouches for nothing any more."""

    def document(end: object) -> Mapping[str, Any]:
        methods = [{**entry, name: end} for entry in DOCUMENT["verificationMethod"]]
        return {**DOCUMENT, "verificationMethod": methods}

    header = {"alg": "ES256", "kid": f"{DID}#p"}
    later = (NOW + timedelta(seconds=1)).isoformat()
    assert find(DID, header, document=document(later)).ends == NOW + timedelta(seconds=1)
    for end in (NOW.isoformat(), "2020-01-01T00:00:00Z", "2030-01-01T00:00:00", "soon", 7):
        with pytest.raises(SelloError):
            find(DID, header, document=document(end))
