"""What is told of a key that was found: its name, whose it is, what for, and who vouches for it."""

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from common.did import Fetched
from common.errors import InvalidKeyError
from common.keys import PrivateKey, certificate, jwk
from common.trust import iaca
from common.trust.certificates import MAX_CERTIFICATES, claims_anchor, issuer_of, verify_chain
from common.trust.document_signers import find_document_signer, issuer_name
from common.trust.issuer_keys import NotTheIssuersKeyError, metadata_url
from common.trust.purposes import ISSUER as TOKENS
from tests.common.formats.mdoc import mdoc_fixture
from tests.common.trust import test_certificates
from tests.common.trust.test_issuer_keys import ED25519, METADATA, OTHER, P256, URL, find
from tests.conftest import NOW

ASSERTS = frozenset({"assertionMethod"})
ROOT_DER = mdoc_fixture.ROOT.public_bytes(Encoding.DER)


# --- document signers ---


def fetch(url: str, *, accept: str = "application/json") -> Fetched:
    assert (url, accept) == (f"{mdoc_fixture.ISSUER}/iaca.pem", "application/x-pem-file")
    return Fetched(mdoc_fixture.pem(mdoc_fixture.ROOT), accept)


@pytest.mark.parametrize("anchors", [(), (mdoc_fixture.ROOT,), (test_certificates.ROOT, mdoc_fixture.ROOT)])
def test_a_document_signer(anchors: tuple[x509.Certificate, ...]) -> None:
    """Asked for at its address, or under a root that is known, whichever place this has among others."""
    found = find_document_signer([mdoc_fixture.LEAF], anchors=anchors, fetch=fetch, now=NOW)
    assert found.id == f"{mdoc_fixture.ISSUER}#{hashlib.sha256(mdoc_fixture.LEAF).hexdigest()[:32]}"
    assert (found.controller, found.purposes) == (mdoc_fixture.ISSUER, ASSERTS)
    assert found.public_key == mdoc_fixture.SIGNER.public_key
    assert found.certificates == (mdoc_fixture.LEAF, ROOT_DER)


def addressed(issuer: str) -> bytes:
    """A document signer under the root whose alternative name is that address."""
    return mdoc_fixture.document_signer(issuer=issuer)


def test_a_slash_at_the_end_of_an_address_names_nobody_else() -> None:
    found = find_document_signer([addressed(f"{mdoc_fixture.ISSUER}/")], anchors=(), fetch=fetch, now=NOW)
    assert found.controller == mdoc_fixture.ISSUER
    assert issuer_name(mdoc_fixture.root(issuer=f"{mdoc_fixture.ISSUER}/")) == mdoc_fixture.ISSUER


@pytest.mark.parametrize(
    "address",
    [
        f"{mdoc_fixture.ISSUER}?",
        f"{mdoc_fixture.ISSUER}#x",
        "ftp://registry.example",
        "http://registry.example",
    ],
)
def test_addresses_at_which_nobody_is_asked(address: str) -> None:
    def never(url: str, *, accept: str = "") -> Fetched:
        raise AssertionError(url)

    with pytest.raises(NotTheIssuersKeyError):
        find_document_signer([addressed(address)], anchors=(), fetch=never, now=NOW)


# --- the keys that an issuer publishes ---


def test_a_key_of_the_metadata() -> None:
    found = find(URL, {"alg": "ES256", "kid": "1"})
    assert (found.id, found.controller, found.purposes) == (f"{URL}#1", URL, ASSERTS)
    assert (found.public_key, found.certificates) == (P256.public_key, ())


@pytest.mark.parametrize("kid", [None, 7, ["1"]])
def test_a_key_without_a_name_is_called_by_its_thumbprint(kid: Any) -> None:
    entry = {**jwk.encode(P256.public_key), **({} if kid is None else {"kid": kid})}
    found = find(URL, {"alg": "ES256"}, metadata={**METADATA, "jwks": {"keys": [entry]}})
    assert found.id == f"{URL}#{jwk.thumbprint(P256.public_key)}"


@pytest.mark.parametrize(("keys", "words"), [([ED25519], "no key"), ([P256, OTHER], "several keys")])
def test_why_no_key_was_chosen(keys: list[PrivateKey], words: str) -> None:
    entries: list[Mapping[str, Any]] = [jwk.encode(key.public_key) for key in keys]
    with pytest.raises(InvalidKeyError, match=words):
        find(URL, {"alg": "ES256"}, metadata={**METADATA, "jwks": {"keys": entries}})


def test_where_metadata_lie() -> None:
    """SD-JWT VC §4: the path follows, without a slash at its end, and the host alone has none."""
    for issuer in ("https://registry.example", "https://registry.example/"):
        assert metadata_url(issuer) == "https://registry.example/.well-known/jwt-vc-issuer"
    assert metadata_url(f"{URL}/").endswith("/jwt-vc-issuer/issuers/farmers")


# --- keys by certificate ---

TOKEN_KEY = PrivateKey("P-256", bytes(31) + b"\x2a")


def token_signer(issuer: str = mdoc_fixture.ISSUER) -> bytes:
    return iaca.create_token_signer(
        key=TOKEN_KEY.public_key, root=mdoc_fixture.ROOT, signer=mdoc_fixture.ROOT_KEY, issuer=issuer,
        name="Transit",
        serial=77, not_before=NOW - timedelta(days=1), not_after=NOW + timedelta(days=9),
        revocations=f"{issuer}/iaca.crl",
    )  # fmt: skip


def test_a_signer_of_tokens_is_known_by_its_issuers_whole_address() -> None:
    leaf = token_signer()
    assert (
        issuer_of([leaf], issuer=mdoc_fixture.ISSUER, anchors=[mdoc_fixture.ROOT], now=NOW)[0]
        == mdoc_fixture.ISSUER
    )
    assert verify_chain([leaf], anchors=[mdoc_fixture.ROOT], purpose=TOKENS, now=NOW) == certificate.load(
        leaf
    )
    found = certificate.load(leaf).extensions
    names = found.get_extension_for_class(x509.SubjectAlternativeName)
    assert not names.critical
    assert names.value.get_values_for_type(x509.UniformResourceIdentifier) == [mdoc_fixture.ISSUER]
    assert not names.value.get_values_for_type(x509.DNSName)
    [place] = found.get_extension_for_class(x509.CRLDistributionPoints).value
    assert place.full_name is not None
    assert place.full_name[0].value == f"{mdoc_fixture.ISSUER}/iaca.crl"
    assert iaca.certificate_addresses(certificate.load(leaf)) == (mdoc_fixture.ISSUER,)


def test_a_key_by_certificate() -> None:
    leaf = token_signer()
    header = {"alg": "ES256", "x5c": certificate.x5c([leaf])}
    found = find(mdoc_fixture.ISSUER, header, anchors=(mdoc_fixture.ROOT,))
    assert (found.id, found.controller) == (f"{mdoc_fixture.ISSUER}#x5c", mdoc_fixture.ISSUER)
    assert (found.purposes, found.public_key) == (ASSERTS, TOKEN_KEY.public_key)
    assert found.certificates == (leaf, ROOT_DER)


def test_a_chain_claims_an_anchor_as_far_as_a_chain_may_be_long() -> None:
    root, other = test_certificates.ROOT, ("Stranger", ec.derive_private_key(77, ec.SECP256R1()))
    strange = test_certificates.der(test_certificates.made("Leaf", by=other))[0]
    last = test_certificates.der(test_certificates.made("Leaf"))[0]
    for before in range(MAX_CERTIFICATES + 1):
        assert claims_anchor([*[strange] * before, last], anchors=[root])
    assert not claims_anchor([*[strange] * (MAX_CERTIFICATES + 1), last], anchors=[root])
    assert not claims_anchor([strange], anchors=[root])
