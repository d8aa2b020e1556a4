"""A chain is believed for what its certificates were made for, along a path that RFC 5280 allows."""

from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID as Eku
from cryptography.x509.oid import NameOID, ObjectIdentifier

from common.errors import SelloError
from common.trust.certificates import issuer_of, verify_chain
from common.trust.purposes import ATTESTATION, DOCUMENT_SIGNER, ISSUER, READER, REQUEST, Purpose
from common.trust.trust_list import UntrustedIssuerError
from tests.conftest import NOW

HOST, URL = "registry.example", "https://registry.example/issuers/farmers"
ROOT_KEY, BETWEEN_KEY, LEAF_KEY = (ec.derive_private_key(n, ec.SECP256R1()) for n in (21, 22, 23))
OWN = ObjectIdentifier("1.3.6.1.4.1.55555.7.1")  # an ecosystem's own purpose
NAMES = {
    "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
    "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
}  # fmt: skip
_serials = count(1)


def usage(*allowed: str) -> x509.KeyUsage:
    return x509.KeyUsage(**{name: name in allowed for name in NAMES})


SIGNS, CERTIFIES = usage("digital_signature"), usage("key_cert_sign", "crl_sign")


def made(
    subject: str,
    key: Any = LEAF_KEY,
    *,
    by: tuple[str, Any] = ("Root", ROOT_KEY),
    extensions: tuple[tuple[x509.ExtensionType, bool], ...] = ((SIGNS, True),),
    ca: bool | None = False,
    length: int | None = None,
    names: tuple[x509.GeneralName, ...] = (x509.DNSName(HOST),),
    days: tuple[int, int] = (-1, 30),
) -> x509.Certificate:
    called, above = (x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]) for name in (subject, by[0]))
    builder = (
        x509.CertificateBuilder()
        .subject_name(called)
        .issuer_name(above)
        .public_key(key.public_key())
        .serial_number(next(_serials))
        .not_valid_before(NOW + timedelta(days=days[0]))
        .not_valid_after(NOW + timedelta(days=days[1]))
    )
    if ca is not None:
        builder = builder.add_extension(x509.BasicConstraints(ca, length), critical=True)
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(by[1], None if isinstance(by[1], ed25519.Ed25519PrivateKey) else hashes.SHA256())


def authority(
    name: str,
    key: Any,
    *more: tuple[x509.ExtensionType, bool],
    signs: x509.KeyUsage | None = CERTIFIES,
    **how: Any,
) -> x509.Certificate:
    usages = ((signs, True),) if signs else ()
    return made(name, key, extensions=(*usages, *more), **{"ca": True, "names": (), **how})


def eku(*purposes: ObjectIdentifier, critical: bool = False) -> tuple[x509.ExtensionType, bool]:
    return x509.ExtendedKeyUsage(purposes), critical


ROOT = authority("Root", ROOT_KEY)
BETWEEN = authority("Between", BETWEEN_KEY, length=0)
BELOW: dict[str, Any] = {"by": ("Between", BETWEEN_KEY)}


def der(*chain: x509.Certificate) -> list[bytes]:
    return [one.public_bytes(Encoding.DER) for one in chain]


def trusted(
    *chain: x509.Certificate, purpose: Purpose = ISSUER, anchors: tuple[x509.Certificate, ...] = (ROOT,)
) -> x509.Certificate:
    return verify_chain(der(*chain), anchors=anchors, purpose=purpose, now=NOW)


@pytest.mark.parametrize("purpose", [ISSUER, REQUEST, ATTESTATION])
def test_leaves_for_signing(purpose: Purpose) -> None:
    for leaf in (
        made("Leaf"),
        made("Leaf", ca=None),
        made("Leaf", extensions=((SIGNS, False),)),
        made("Leaf", extensions=((usage("digital_signature", "content_commitment"), True),)),
        made("Leaf", extensions=((SIGNS, True), eku(OWN))),
        made("Leaf", extensions=((SIGNS, True), eku(OWN, Eku.TIME_STAMPING, critical=True))),
        made("Leaf", extensions=((SIGNS, True), eku(Eku.ANY_EXTENDED_KEY_USAGE))),
        made("Leaf", ec.derive_private_key(9, ec.SECP384R1())),
        made("Leaf", ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32))),
    ):
        assert trusted(leaf, purpose=purpose) == leaf
    assert trusted(made("Leaf", **BELOW), BETWEEN, purpose=purpose)


@pytest.mark.parametrize("purpose", [ISSUER, REQUEST, ATTESTATION])
@pytest.mark.parametrize(
    "extensions",
    [
        (),
        ((usage("key_encipherment"), True),),
        ((usage("key_agreement"), True),),
        ((usage("content_commitment"), True),),
        ((usage("data_encipherment", "key_encipherment"), False),),
        ((CERTIFIES, True),),
        ((usage("digital_signature", "key_cert_sign"), True),),
        ((usage("crl_sign"), True),),
        *(
            ((SIGNS, True), eku(oid, critical=critical))
            for critical in (False, True)
            for oid in (
                Eku.SERVER_AUTH, Eku.OCSP_SIGNING, Eku.TIME_STAMPING, Eku.CODE_SIGNING, Eku.EMAIL_PROTECTION,
                Eku.SMARTCARD_LOGON, Eku.KERBEROS_PKINIT_KDC, Eku.IPSEC_IKE, Eku.CERTIFICATE_TRANSPARENCY,
            )
        ),
        ((SIGNS, True), eku(Eku.SERVER_AUTH, Eku.TIME_STAMPING)),
        ((SIGNS, True), (x509.UnrecognizedExtension(OWN, b"\x05\0"), True)),
    ],
)  # fmt: skip
def test_leaves_for_something_else(purpose: Purpose, extensions: Any) -> None:
    for chain in (
        (made("Leaf", extensions=extensions),),
        (made("L", extensions=extensions, **BELOW), BETWEEN),
    ):
        with pytest.raises(UntrustedIssuerError):
            trusted(*chain, purpose=purpose)


@pytest.mark.parametrize(
    ("oid", "fits"),
    [
        (DOCUMENT_SIGNER, [ISSUER]),
        (READER, [REQUEST]),
        (Eku.CLIENT_AUTH, [REQUEST, ATTESTATION]),
        (ObjectIdentifier("1.3.6.1.5.5.7.3.36"), [ISSUER]),
    ],
)
def test_each_purpose_has_its_own_names(oid: ObjectIdentifier, fits: list[Purpose]) -> None:
    leaf = made("Leaf", extensions=((SIGNS, True), eku(oid)))
    for purpose in (ISSUER, REQUEST, ATTESTATION):
        if purpose in fits:
            trusted(leaf, purpose=purpose)
        else:
            with pytest.raises(UntrustedIssuerError, match="something else"):
                trusted(leaf, purpose=purpose)


@pytest.mark.parametrize(
    "oid",
    [
        "2.16.840.1.113730.4.1",  # Netscape's step-up for web servers
        "2.16.840.1.113741.1.2.3",  # Intel's management of machines
        "1.2.840.113583.1.1.5",  # Adobe's papers
        "1.2.840.113635.100.4.1",  # Apple's code
        "2.16.840.1.101.3.6.8",  # PIV's card authentication
        "2.23.133.8.3",  # a platform's attestation key
        "2.23.136.1.1.3",  # ICAO's master lists
    ],
)
@pytest.mark.parametrize("purpose", [ISSUER, REQUEST, ATTESTATION])
def test_a_purpose_that_some_vendor_defined_is_not_ours(purpose: Purpose, oid: str) -> None:
    """Nor does it make a web server's certificate one for anything."""
    for others in ((), (Eku.SERVER_AUTH,)):
        leaf = made("Leaf", extensions=((SIGNS, True), eku(ObjectIdentifier(oid), *others)))
        with pytest.raises(UntrustedIssuerError, match="something else"):
            trusted(leaf, purpose=purpose)


def test_an_authority_for_something_else_lies_between() -> None:
    for oid in (Eku.SERVER_AUTH, Eku.CODE_SIGNING):
        with pytest.raises(UntrustedIssuerError, match="something else"):
            trusted(made("Leaf", **BELOW), authority("Between", BETWEEN_KEY, eku(oid)))
    trusted(made("Leaf", **BELOW), authority("Between", BETWEEN_KEY, eku(OWN)))


@pytest.mark.parametrize(
    "between",
    [
        made("Between", BETWEEN_KEY),  # a leaf
        authority("Between", BETWEEN_KEY, ca=None),
        authority("Between", BETWEEN_KEY, ca=False),
        authority("Between", BETWEEN_KEY, signs=usage("digital_signature")),
        authority("Between", BETWEEN_KEY, signs=usage("crl_sign")),
        authority("Between", BETWEEN_KEY, days=(-10, -1)),
        authority("Between", BETWEEN_KEY, days=(1, 10)),
        authority("Between", BETWEEN_KEY, by=("Root", BETWEEN_KEY)),
        authority("Between", BETWEEN_KEY, (x509.UnrecognizedExtension(OWN, b"\x05\0"), True)),
        authority("Between", BETWEEN_KEY, (x509.PolicyConstraints(0, None), True)),
        authority(
            "Between", BETWEEN_KEY, (x509.NameConstraints([x509.DNSName("other.example")], None), True)
        ),
        authority("Between", BETWEEN_KEY, (x509.NameConstraints(None, [x509.DNSName(HOST)]), True)),
    ],
)
def test_authorities_that_vouch_for_nobody(between: x509.Certificate) -> None:
    with pytest.raises(SelloError):
        trusted(made("Leaf", **BELOW), between)


@pytest.mark.parametrize("purpose", [ISSUER, REQUEST, ATTESTATION])
def test_an_authoritys_certificate_is_no_leaf(purpose: Purpose) -> None:
    """RFC 5280 §4.2.1.9: an authority below an anchor speaks for nobody, though its key may sign."""
    for chain in (
        (made("Leaf", ca=True),),
        (made("Leaf", ca=True, length=0),),
        (made("Leaf", ca=True, **BELOW), BETWEEN),
    ):
        with pytest.raises(UntrustedIssuerError, match="nobody trusted"):
            trusted(*chain, purpose=purpose)


@pytest.mark.parametrize("signs", [usage("digital_signature"), usage("crl_sign"), usage("key_agreement")])
def test_an_authority_whose_key_signs_no_certificates(signs: x509.KeyUsage) -> None:
    """RFC 5280 §4.2.1.3: keyCertSign is asked of the one between, and of the anchor itself."""
    leaf = made("Leaf", **BELOW)
    assert trusted(leaf, authority("Between", BETWEEN_KEY, signs=None)) == leaf, "no keyUsage forbids nothing"
    with pytest.raises(UntrustedIssuerError, match="nobody trusted"):
        trusted(leaf, authority("Between", BETWEEN_KEY, signs=signs))
    with pytest.raises(UntrustedIssuerError, match="nobody trusted"):
        trusted(made("Leaf"), anchors=(authority("Root", ROOT_KEY, signs=signs),))


def test_paths_that_lead_nowhere() -> None:
    last = ec.derive_private_key(24, ec.SECP256R1())
    leaf = made("Leaf", **BELOW)
    for chain in (
        (made("Leaf", by=("Last", last)), authority("Last", last, by=("Between", BETWEEN_KEY)), BETWEEN),
        (BETWEEN, leaf),
        (ROOT,),
        (leaf,),
        (made("Leaf", days=(-10, -1)),),
        (made("Leaf", days=(1, 10)),),
        (made("Leaf", rsa.generate_private_key(65537, 2048)),),
        (made("Leaf", ec.derive_private_key(9, ec.SECP256K1())),),
        (made("Leaf", ec.derive_private_key(9, ec.SECP521R1())),),
        (made("Leaf"), *[BETWEEN] * 5),
        (),
    ):
        with pytest.raises(SelloError):
            trusted(*chain)
    for anchor in (
        authority("Root", ROOT_KEY, days=(-10, -1)),
        authority("Root", ROOT_KEY, signs=usage("crl_sign")),
        authority("Root", ROOT_KEY, ca=False),
        authority("Root", ROOT_KEY, (x509.NameConstraints([x509.DNSName("other.example")], None), True)),
    ):
        with pytest.raises(SelloError):
            trusted(made("Leaf"), anchors=(anchor,))


def test_the_issuer_is_named_by_an_https_url() -> None:
    leaf = made("Leaf")
    for issuer in (URL, f"https://{HOST}:8443/x"):
        assert issuer_of(der(leaf), issuer=issuer, anchors=(ROOT,), now=NOW)[0] == issuer
    for issuer in (
        f"http://{HOST}", f"x://{HOST}", f"//{HOST}", HOST, f"did:web:{HOST}", f"https://{HOST}@mallory.example/",
    ):  # fmt: skip
        with pytest.raises(UntrustedIssuerError):
            issuer_of(der(leaf), issuer=issuer, anchors=(ROOT,), now=NOW)


@pytest.mark.parametrize(
    ("constraints", "allowed"),
    [
        (x509.NameConstraints([x509.DNSName("example")], None), True),
        (x509.NameConstraints([x509.DNSName(HOST)], None), True),
        (x509.NameConstraints([x509.DNSName(".example")], None), True),
        (x509.NameConstraints([x509.DNSName("other.example"), x509.DNSName("REGISTRY.example")], None), True),
        (x509.NameConstraints(None, [x509.DNSName("other.example")]), True),
        (x509.NameConstraints([x509.DNSName("other.example")], None), False),
        (x509.NameConstraints([x509.DNSName("istry.example")], None), False),
        (x509.NameConstraints([x509.DNSName("deep.registry.example")], None), False),
        (x509.NameConstraints(None, [x509.DNSName("example")]), False),
        (x509.NameConstraints([x509.DNSName("example")], [x509.DNSName(HOST)]), False),
        (x509.NameConstraints(None, [x509.DNSName("")]), False),
    ],
)
def test_constraints_on_hosts_bind_urls_too(constraints: x509.NameConstraints, allowed: bool) -> None:
    """An authority for one host cannot name another by putting it into a URL."""
    leaf = made("Leaf", names=(x509.UniformResourceIdentifier(URL),), **BELOW)
    for issuer in (URL, ""):
        chain = der(leaf, authority("Between", BETWEEN_KEY, (constraints, True)))
        if allowed:
            assert issuer_of(chain, issuer=issuer, anchors=(ROOT,), now=NOW)[0] == URL
        else:
            with pytest.raises(UntrustedIssuerError):
                issuer_of(chain, issuer=issuer, anchors=(ROOT,), now=NOW)
