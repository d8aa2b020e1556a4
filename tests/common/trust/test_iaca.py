"""Roots and document signers of mdoc issuers: what they look like, and what vouches for nothing."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from common.did import Fetched
from common.errors import FetchError, InvalidKeyError, MalformedInputError, SelloError
from common.keys import PrivateKey, certificate
from common.trust import UntrustedIssuerError, iaca
from common.trust.document_signers import find_document_signer as find_signer
from common.trust.document_signers import load_root
from common.trust.purposes import DOCUMENT_SIGNER, READER
from tests.common.formats.mdoc.mdoc_fixture import (
    BEGINS,
    ENDS,
    ISSUER,
    LEAF,
    ROOT,
    ROOT_KEY,
    SIGNER,
    document_signer,
    pem,
    root,
    without_address,
)
from tests.conftest import NOW


def own_extension(one: x509.Certificate, kind: Any) -> Any:
    return one.extensions.get_extension_for_class(kind)


def test_a_root_is_as_the_standard_profiles_it() -> None:
    made = root()
    assert made.subject.rfc4514_string() == made.issuer.rfc4514_string() == "CN=Transit IACA,C=UT"
    made.verify_directly_issued_by(made)
    constraints, usage = own_extension(made, x509.BasicConstraints), own_extension(made, x509.KeyUsage)
    assert constraints.critical
    assert (constraints.value.ca, constraints.value.path_length) == (True, 0)
    assert usage.critical
    assert (usage.value.key_cert_sign, usage.value.crl_sign, usage.value.digital_signature) == (
        True,
        True,
        False,
    )
    assert iaca.certificate_addresses(made) == (ISSUER,)
    assert own_extension(made, x509.CRLDistributionPoints).value[0].full_name[0].value == f"{ISSUER}/iaca.crl"


def test_a_document_signer_is_as_the_standard_profiles_it() -> None:
    leaf = certificate.load(document_signer())
    assert leaf.subject.rfc4514_string() == "CN=Transit document signer,C=UT"
    usage, purposes = own_extension(leaf, x509.KeyUsage), own_extension(leaf, x509.ExtendedKeyUsage)
    assert usage.critical
    assert (usage.value.digital_signature, usage.value.key_cert_sign) == (True, False)
    assert purposes.critical
    assert [one.dotted_string for one in purposes.value] == ["1.0.18013.5.1.2"]
    above = own_extension(leaf, x509.AuthorityKeyIdentifier).value.key_identifier
    assert above == own_extension(ROOT, x509.SubjectKeyIdentifier).value.digest
    assert iaca.verify_document_signer([LEAF], root=ROOT, now=NOW) == SIGNER.public_key


@pytest.mark.parametrize("days", [458, 5_000])
def test_a_document_signer_does_not_live_long(days: int) -> None:
    with pytest.raises(MalformedInputError):
        document_signer(not_after=BEGINS + timedelta(days=days))
    with pytest.raises(MalformedInputError):
        document_signer(above=root(not_after=ENDS - timedelta(days=1)))


@pytest.mark.parametrize("country", ["", "U", "ut", "UTO", "Ü1"])
def test_a_country_is_two_capital_letters(country: str) -> None:
    with pytest.raises(InvalidKeyError):
        root(country=country)


def test_a_revocation_list_is_its_roots() -> None:
    der = certificate.create_revocation_list(
        {2: NOW}, signer=ROOT_KEY, root=ROOT, number=7, now=NOW, until=NOW + timedelta(days=1)
    )
    revoked = x509.load_der_x509_crl(der)
    assert revoked.is_signature_valid(ROOT.public_key())  # type: ignore[arg-type]
    assert ([entry.serial_number for entry in revoked], revoked.issuer) == ([2], ROOT.subject)
    assert revoked.next_update_utc == NOW + timedelta(days=1)


def test_times_of_both_certificates() -> None:
    for moment in (BEGINS - timedelta(seconds=1), ENDS + timedelta(seconds=1)):
        with pytest.raises(UntrustedIssuerError):
            iaca.verify_document_signer([LEAF], root=ROOT, now=moment)
    short = root(not_after=NOW - timedelta(days=1))  # the same name and key, but ended
    with pytest.raises(UntrustedIssuerError):
        iaca.verify_document_signer([LEAF], root=short, now=NOW)


Builder = x509.CertificateBuilder
SIGNING = x509.KeyUsage(True, False, False, False, False, False, False, False, False)
NOTHING = x509.KeyUsage(False, True, False, False, False, False, False, False, False)


def signer_like(*extensions: tuple[x509.ExtensionType, bool], country: str = "UT", **other: Any) -> bytes:
    """A certificate under our root that its authority should not have made, or made for something else."""
    names = [x509.NameAttribute(NameOID.COMMON_NAME, "Signer")]
    names += [x509.NameAttribute(NameOID.COUNTRY_NAME, one) for one in country.split() if one]
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name(names))
        .issuer_name(other.get("above", ROOT).subject)
        .public_key(SIGNER.public_key.elliptic())
        .serial_number(9)
        .not_valid_before(BEGINS)
        .not_valid_after(ENDS)
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return certificate.sign(builder, signer=other.get("by", ROOT_KEY))


BOTH = x509.KeyUsage(True, False, False, False, False, True, False, False, False)
OTHERS = (
    ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.OCSP_SIGNING, ExtendedKeyUsageOID.TIME_STAMPING,
    ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE, READER,
)  # fmt: skip
MDL = (x509.ExtendedKeyUsage([DOCUMENT_SIGNER]), True)
UNKNOWN = (x509.UnrecognizedExtension(ObjectIdentifier("1.2.3.4"), b"\x05\0"), True)


def test_the_least_that_a_signer_needs() -> None:
    leaf = signer_like((SIGNING, True), MDL)
    assert iaca.verify_document_signer([leaf], root=ROOT, now=NOW) == SIGNER.public_key


@pytest.mark.parametrize(
    "leaf",
    [
        signer_like(MDL),
        signer_like((NOTHING, True), MDL),
        signer_like((SIGNING, True)),
        signer_like((SIGNING, True), (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), True)),
        signer_like((BOTH, True), MDL),
        *(signer_like((SIGNING, True), (x509.ExtendedKeyUsage([oid]), True)) for oid in OTHERS),
        signer_like((SIGNING, True), MDL, UNKNOWN),
        signer_like((SIGNING, True), MDL, (x509.BasicConstraints(ca=True, path_length=None), True)),
        signer_like((SIGNING, True), MDL, country=""),
        signer_like((SIGNING, True), MDL, country="UT UT"),
        signer_like((SIGNING, True), MDL, country="XX"),
        signer_like((SIGNING, True), MDL, by=SIGNER),
        b"none",
        bytes(20_000),
        LEAF.replace(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x07"),  # a version that there is not
        LEAF.replace(b"U\x04\x06\x13\x02UT", b"U\x04\x06\x03\x02\x00T"),  # a country in bits
    ],
)
def test_what_the_root_does_not_vouch_for(leaf: bytes) -> None:
    with pytest.raises(SelloError):
        iaca.verify_document_signer([leaf], root=ROOT, now=NOW)


@pytest.mark.parametrize(
    "more",
    [
        UNKNOWN,
        *((x509.NameConstraints([x509.DNSName("example")], None), critical) for critical in (True, False)),
    ],
)
def test_a_root_that_says_what_nobody_heeds(more: tuple[x509.ExtensionType, bool]) -> None:
    leaf = signer_like((SIGNING, True), MDL)
    for extensions in ((), (more,)):
        builder = (
            x509.CertificateBuilder()
            .subject_name(ROOT.subject)
            .issuer_name(ROOT.subject)
            .public_key(ROOT_KEY.public_key.elliptic())
            .serial_number(1)
            .not_valid_before(BEGINS)
            .not_valid_after(ENDS)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(certificate.usage(certificates=True), critical=True)
        )
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical=critical)
        above = certificate.load(certificate.sign(builder, signer=ROOT_KEY))
        if not extensions:
            iaca.verify_document_signer([leaf], root=above, now=NOW)
            continue
        with pytest.raises(UntrustedIssuerError):
            iaca.verify_document_signer([leaf], root=above, now=NOW)


def test_a_document_signer_is_no_root() -> None:
    above = certificate.load(signer_like((SIGNING, True), MDL))
    leaf = signer_like((SIGNING, True), MDL, above=above, by=SIGNER)
    with pytest.raises(UntrustedIssuerError):
        iaca.verify_document_signer([leaf], root=above, now=NOW)


def fetcher(pages: dict[str, bytes]) -> Callable[..., Fetched]:
    def fetch(url: str, *, accept: str = "") -> Fetched:
        if url not in pages:
            raise FetchError("No such page.")
        return Fetched(pages[url])

    return fetch


def find(leaf: bytes = LEAF, *, pages: dict[str, bytes] | None = None, anchors: Any = None) -> Any:
    known = {f"{ISSUER}/iaca.pem": pem(ROOT)} if pages is None else pages
    return find_signer([leaf], anchors=anchors or (), fetch=fetcher(known), now=NOW)


def test_the_issuer_is_whose_root_vouches() -> None:
    method = find()
    assert (method.controller, method.public_key) == (ISSUER, SIGNER.public_key)
    assert method.id.startswith(f"{ISSUER}#")
    assert find(pages={}, anchors=[ROOT]).controller == ISSUER


@pytest.mark.parametrize(
    "address", ["http://registry.example/issuers/x", "ftp://x", "https://x?y", "https://x#y"]
)
def test_an_address_is_a_secure_one(address: str) -> None:
    leaf = document_signer(issuer=address)
    with pytest.raises(UntrustedIssuerError):
        find(leaf, pages={f"{address}/iaca.pem": pem(ROOT)})


def test_without_an_address_somebody_must_know_the_root() -> None:
    leaf = signer_like((SIGNING, True), MDL)
    with pytest.raises(UntrustedIssuerError):
        find(leaf)
    assert find(leaf, anchors=[ROOT]).controller == ISSUER


def test_a_certificate_cannot_speak_for_another_address(mallory: PrivateKey) -> None:
    """Mallory's root signs a certificate with the registry's address; the registry's own root decides."""
    forged = document_signer(above=root(mallory), by=mallory)
    with pytest.raises(UntrustedIssuerError):
        find(forged)
    with pytest.raises(UntrustedIssuerError):
        find(forged, anchors=[ROOT])


def test_a_root_without_an_address_is_called_by_its_subject() -> None:
    assert find(pages={}, anchors=[without_address()]).controller == "CN=Transit IACA,C=UT"


def test_a_root_that_cannot_be_fetched_says_nothing() -> None:
    with pytest.raises(FetchError):
        find(pages={})


@pytest.mark.parametrize("page", [b"", b"none", pem(ROOT) * 2, bytes(100_000)])
def test_a_page_that_is_no_root(page: bytes) -> None:
    with pytest.raises(MalformedInputError):
        load_root(page)


def test_a_certificate_of_another_kind_of_key() -> None:
    key = ec.generate_private_key(ec.SECP521R1())
    builder = (
        x509.CertificateBuilder()
        .subject_name(ROOT.subject)
        .issuer_name(ROOT.subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(BEGINS)
        .not_valid_after(ENDS)
    )
    with pytest.raises(InvalidKeyError):
        certificate.public_key(builder.sign(key, hashes.SHA256()))
