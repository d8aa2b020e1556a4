"""The last second, the last day, the weaker hash: what certificates are just good for, and just not."""

import base64
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtensionOID, NameOID

from common.did import Fetched
from common.errors import InvalidKeyError, MalformedInputError, SelloError
from common.keys import PrivateKey, certificate
from common.trust import UntrustedIssuerError, iaca, paths
from common.trust.certificates import MAX_CERTIFICATES, issuer_of, read_x5c, verify_path
from common.trust.purposes import ISSUER
from common.trust.revocations import MEDIA_TYPE, path_standing
from tests.common.formats.mdoc import mdoc_fixture
from tests.common.trust import test_certificates as chains
from tests.common.trust import test_paths
from tests.common.trust.test_iaca import MDL, SIGNING
from tests.common.trust.test_revocations import made as revocation_list
from tests.conftest import NOW

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
ROOT_SECRET = ec.derive_private_key(0x21, ec.SECP256R1())  # of world.ROOT_KEY
CA = ((x509.BasicConstraints(True, 0), True), (certificate.usage(certificates=True), True))


def certified(
    *extensions: tuple[x509.ExtensionType, bool],
    key: PrivateKey = mdoc_fixture.SIGNER,
    start: datetime = NOW,
    end: datetime = NOW + DAY,
    hashed: Any = None,
    subject: x509.Name = mdoc_fixture.ROOT.subject,
    serial: int = 9,
) -> x509.Certificate:
    """A certificate by the root's key, with those extensions alone."""
    builder = certificate.describe(
        subject, issuer=mdoc_fixture.ROOT.subject, key=key.public_key, serial=serial, start=start, end=end
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(ROOT_SECRET, hashed or hashes.SHA256())


def vouched(leaf: x509.Certificate, root: x509.Certificate = mdoc_fixture.ROOT, now: datetime = NOW) -> None:
    iaca.verify_document_signer([leaf.public_bytes(Encoding.DER)], root=root, now=now)


def test_both_certificates_hold_on_their_first_and_their_last_second() -> None:
    leaf = certified((SIGNING, True), MDL)
    short = certified(*CA, key=mdoc_fixture.ROOT_KEY, start=NOW + SECOND, end=NOW + DAY - SECOND)
    for now in (NOW, NOW + DAY):
        vouched(leaf, now=now)
    for now in (NOW - SECOND, NOW + DAY + SECOND):
        with pytest.raises(UntrustedIssuerError, match="at this time"):
            vouched(leaf, now=now)
    for now in (NOW + SECOND, NOW + DAY - SECOND):
        vouched(leaf, short, now=now)
    for now in (NOW, NOW + DAY):
        with pytest.raises(UntrustedIssuerError, match="at this time"):
            vouched(leaf, short, now=now)


@pytest.mark.parametrize(
    "extensions",
    [
        (CA[0], (certificate.usage(certificates=False), True)),
        ((x509.BasicConstraints(False, None), True), CA[1]),
        (CA[0],),
        (CA[1],),
    ],
    ids=["no keyCertSign", "no authority", "no keyUsage", "no constraints"],
)
def test_a_root_is_an_authority_whose_key_signs_certificates(
    extensions: tuple[tuple[x509.ExtensionType, bool], ...],
) -> None:
    """ISO/IEC 18013-5 B.1.2: both of them, each said."""
    leaf = certified((SIGNING, True), MDL)
    vouched(leaf, certified(*CA, key=mdoc_fixture.ROOT_KEY))
    with pytest.raises(UntrustedIssuerError):
        vouched(leaf, certified(*extensions, key=mdoc_fixture.ROOT_KEY))


@pytest.mark.parametrize("hashed", [hashes.SHA384(), hashes.SHA512()])
def test_hashes_that_are_strong_enough(hashed: hashes.SHA384 | hashes.SHA512) -> None:
    vouched(certified((SIGNING, True), MDL, hashed=hashed))


def test_a_hash_that_is_too_weak() -> None:
    weak = certified((SIGNING, True), MDL, hashed=hashes.SHA224())
    with pytest.raises(UntrustedIssuerError):
        vouched(weak)
    with pytest.raises(UntrustedIssuerError):
        vouched(
            certified((SIGNING, True), MDL), certified(*CA, key=mdoc_fixture.ROOT_KEY, hashed=hashes.SHA224())
        )
    root = certified(*CA, key=mdoc_fixture.ROOT_KEY)
    with pytest.raises(paths.NoPathError, match="hash"):
        paths.find_path([weak], anchors=[root], now=NOW)
    assert paths.find_path([certified((SIGNING, True), MDL)], anchors=[root], now=NOW)


def test_a_document_signer_lives_as_long_as_it_may() -> None:
    """Annex B.1.4: 457 days, and not beyond its root."""
    mdoc_fixture.document_signer(not_after=mdoc_fixture.BEGINS + timedelta(days=iaca.SIGNER_DAYS))
    mdoc_fixture.document_signer(above=mdoc_fixture.root(not_after=mdoc_fixture.ENDS))


def test_what_need_not_be_understood_is_not_critical() -> None:
    for der in (mdoc_fixture.document_signer(), mdoc_fixture.root().public_bytes(Encoding.DER)):
        found = certificate.load(der).extensions
        for oid in (
            ExtensionOID.ISSUER_ALTERNATIVE_NAME, ExtensionOID.CRL_DISTRIBUTION_POINTS,
            ExtensionOID.SUBJECT_KEY_IDENTIFIER,
        ):  # fmt: skip
            assert not found.get_extension_for_oid(oid).critical
    leaf = certificate.load(mdoc_fixture.document_signer())
    assert not leaf.extensions.get_extension_for_oid(ExtensionOID.AUTHORITY_KEY_IDENTIFIER).critical


@pytest.mark.parametrize("country", ["ÉÉ", "A1", "11", "Aa"])
def test_two_letters_of_ascii(country: str) -> None:
    with pytest.raises(InvalidKeyError):
        mdoc_fixture.root(country=country)


@pytest.mark.parametrize("length", [59, 60, 200])
def test_a_name_is_cut_to_what_a_certificate_holds(length: int) -> None:
    """RFC 5280 appendix A.1: a commonName has 64 characters at most."""
    [name] = mdoc_fixture.root(name="n" * length).subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    assert name.value == f"{'n' * min(length, 59)} IACA"


# --- paths in which a number is not positive ---


def numbered_zero() -> bytes:
    """A leaf whose number is 0, which no library makes by itself."""
    builder = certificate.describe(
        test_paths.name("Leaf"), issuer=test_paths.name("Root"), key=test_paths.LEAF_KEY.public_key,
        serial=1, start=NOW, end=NOW + DAY,
    )  # fmt: skip
    builder = builder.add_extension(certificate.usage(certificates=False), critical=True)
    told = certificate.load(certificate.sign(builder, signer=test_paths.ROOT_KEY)).tbs_certificate_bytes
    version_and_number = b"\xa0\x03\x02\x01\x02\x02\x01\x01"
    assert told.count(version_and_number) == 1
    zero = told.replace(version_and_number, version_and_number[:-1] + b"\0")
    return certificate._sealed(zero, test_paths.ROOT_KEY)


def test_a_number_of_zero_is_borne_too() -> None:
    leaf = numbered_zero()
    assert certificate.load(leaf).serial_number == 0
    assert test_paths.path(leaf, root=test_paths.PLAIN_ROOT) == [leaf, test_paths.PLAIN_ROOT]


def test_such_a_path_holds_on_its_first_and_its_last_second() -> None:
    def found(now: datetime) -> Any:
        anchors = [certificate.load(test_paths.PLAIN_ROOT)]
        return verify_path([numbered_zero()], anchors=anchors, purpose=ISSUER, now=now)

    for now in (NOW, NOW + DAY):
        assert found(now)
    for now in (NOW - SECOND, NOW + DAY + SECOND):
        with pytest.raises(SelloError):
            found(now)


# --- lists of certificates taken back ---


def told(leaf: x509.Certificate, above: x509.Certificate = mdoc_fixture.ROOT) -> Any:
    def fetch(url: str, *, accept: str = "") -> Fetched:
        return Fetched(revocation_list({9: NOW}), MEDIA_TYPE)

    path = [one.public_bytes(Encoding.DER) for one in (leaf, above)]
    return path_standing(path, fetch=fetch, now=NOW)


PLACE = x509.CRLDistributionPoints(
    [
        x509.DistributionPoint(
            [x509.UniformResourceIdentifier(f"{mdoc_fixture.ISSUER}/iaca.crl")], None, None, None
        )
    ]
)


def test_an_authority_without_a_key_usage_may_sign_its_list() -> None:
    """RFC 5280 §4.2.1.3: where there is none, nothing is forbidden."""
    bare = certified((x509.BasicConstraints(True, 0), True), key=mdoc_fixture.ROOT_KEY)
    assert told(certified((PLACE, False)), bare).status == "revoked"


def test_a_place_that_cannot_be_read_leaves_it_open() -> None:
    broken = x509.UnrecognizedExtension(ExtensionOID.CRL_DISTRIBUTION_POINTS, b"\x30\x03\x02\x01\x01")
    outcome = told(certified((broken, False)))
    assert (outcome.status, outcome.reason) == (
        "undetermined", "A certificate says in no readable way where its list lies.",
    )  # fmt: skip


def test_what_is_told_beside_the_status() -> None:
    assert "keeps no list" in told(certified()).reason
    assert "is revoked" in told(certified((PLACE, False))).reason
    assert "stands" in told(certified((PLACE, False), serial=10)).reason
    assert path_standing((), fetch=None, now=NOW).reason == "No certificate vouches for this."  # type: ignore[arg-type]


# --- chains ---


def test_a_chain_of_the_greatest_length() -> None:
    """Four authorities between a leaf and its anchor, and no fifth."""
    keys = [ec.derive_private_key(90 + place, ec.SECP256R1()) for place in range(5)]
    above: tuple[str, Any] = ("Root", chains.ROOT_KEY)
    between = []
    for place, key in enumerate(keys):
        between.append(chains.authority(f"Between {place}", key, by=above))
        above = (f"Between {place}", key)
    for length in (4, 5):
        leaf = chains.made("Leaf", by=(f"Between {length - 1}", keys[length - 1]))
        chain = [leaf, *reversed(between[:length])]
        assert len(chain) == length + 1
        if length < MAX_CERTIFICATES:
            assert chains.trusted(*chain) == leaf
        else:
            with pytest.raises(MalformedInputError):
                chains.trusted(*chain)


def test_a_header_holds_so_many_certificates_and_nothing_else() -> None:
    text = base64.b64encode(mdoc_fixture.LEAF).decode()
    assert read_x5c([text] * MAX_CERTIFICATES) == (mdoc_fixture.LEAF,) * MAX_CERTIFICATES
    for value in (
        None, text, [], [7], [mdoc_fixture.LEAF], [text] * (MAX_CERTIFICATES + 1), [text, 7],
        [text[:40] + "\n" + text[40:]], [text[:40] + "%" + text[40:]], [text + "!"],
        ["A" * (2 * certificate.MAX_BYTES + 4)],
    ):  # fmt: skip
        with pytest.raises(MalformedInputError):
            read_x5c(value)


def test_an_authority_further_up_binds_hosts_too() -> None:
    """One between, without constraints, does not end the search for them (RFC 5280 §4.2.1.10)."""
    leaf = chains.made("Leaf", names=(x509.UniformResourceIdentifier(chains.URL),), **chains.BELOW)
    for host, allowed in (("example", True), ("other.example", False)):
        bound = (x509.NameConstraints([x509.DNSName(host)], None), True)
        anchors = (chains.authority("Root", chains.ROOT_KEY, bound),)
        chain = chains.der(leaf, chains.BETWEEN)
        if allowed:
            assert issuer_of(chain, issuer=chains.URL, anchors=anchors, now=NOW)[0] == chains.URL
        else:
            with pytest.raises(UntrustedIssuerError, match="no say"):
                issuer_of(chain, issuer=chains.URL, anchors=anchors, now=NOW)
