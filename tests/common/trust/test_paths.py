"""Chains in which a certificate's number is not positive: as strict as all others."""

from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from common.errors import SelloError
from common.keys import PrivateKey, certificate
from common.trust import paths
from common.trust.certificates import verify_path
from common.trust.purposes import ISSUER
from tests.common.trust import test_certificates
from tests.conftest import NOW

ROOT_KEY, BETWEEN_KEY, LEAF_KEY = (PrivateKey("P-256", bytes(31) + bytes([n])) for n in (41, 42, 43))
NUMBER, ODD = 0x11223344, 0x91223344


def name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def made(
    subject: str,
    key: PrivateKey,
    *,
    above: str,
    by: PrivateKey,
    odd: bool = True,
    ca: bool = False,
    **changes: Any,
) -> bytes:
    """A certificate whose number is negative where it is `odd`: the same bytes but for their first."""
    builder = certificate.describe(
        name(subject), issuer=name(above), key=key.public_key, serial=NUMBER,
        start=NOW - timedelta(days=9), end=changes.get("end", NOW + timedelta(days=9)),
    )  # fmt: skip
    builder = builder.add_extension(
        certificate.usage(certificates=changes.get("certifies", ca)), critical=True
    ).add_extension(x509.BasicConstraints(ca, changes.get("length")), critical=True)
    for extension in changes.get("extensions", ()):
        builder = builder.add_extension(extension, critical=True)
    der = certificate.sign(builder, signer=by)
    if not odd:
        return der
    told = x509.load_der_x509_certificate(der).tbs_certificate_bytes
    number = NUMBER.to_bytes(4, "big")
    assert told.count(b"\x02\x04" + number) == 1
    return certificate._sealed(told.replace(number, ODD.to_bytes(4, "big")), by)


ROOT = made("Root", ROOT_KEY, above="Root", by=ROOT_KEY, ca=True)
PLAIN_ROOT = made("Root", ROOT_KEY, above="Root", by=ROOT_KEY, ca=True, odd=False)
LEAF = made("Leaf", LEAF_KEY, above="Root", by=ROOT_KEY)


def between(**changes: Any) -> bytes:
    return made("Between", BETWEEN_KEY, above="Root", by=ROOT_KEY, **{"ca": True, **changes})


def below(**changes: Any) -> bytes:
    return made("Leaf", LEAF_KEY, above="Between", by=BETWEEN_KEY, **changes)


def path(*chain: bytes, root: bytes = ROOT) -> list[bytes]:
    found = verify_path(chain, anchors=[certificate.load(root)], purpose=ISSUER, now=NOW)
    return [one.public_bytes(Encoding.DER) for one in found]


def test_a_certificate_with_a_negative_number_is_read() -> None:
    assert certificate.load(LEAF).serial_number < 0
    assert certificate.public_key(certificate.load(LEAF)) == LEAF_KEY.public_key


@pytest.mark.parametrize("root", [ROOT, PLAIN_ROOT])
@pytest.mark.parametrize("odd", [True, False])
def test_it_leads_to_its_anchor(root: bytes, odd: bool) -> None:
    assert path(LEAF, root=root) == [LEAF, root]
    assert path(LEAF, ROOT, root=root) == [LEAF, root]
    plain = made("Leaf", LEAF_KEY, above="Root", by=ROOT_KEY, odd=False)
    assert path(plain, root=root) == [plain, root]
    middle, leaf = between(odd=odd), below(odd=not odd)
    assert path(leaf, middle, root=root) == [leaf, middle, root]


@pytest.mark.parametrize(
    "chain",
    [
        (made("Leaf", LEAF_KEY, above="Root", by=BETWEEN_KEY),),  # a root of the same name signed
        (made("Leaf", LEAF_KEY, above="Root", by=ROOT_KEY, end=NOW - timedelta(hours=1)),),
        (made("Leaf", LEAF_KEY, above="Root", by=ROOT_KEY, ca=True),),
        (made("Leaf", LEAF_KEY, above="Root", by=ROOT_KEY, ca=True, certifies=False),),
        (below(),),  # the authority between is missing
        (below(), between(ca=False, certifies=True)),
        (below(), between(certifies=False)),
        (below(), between(end=NOW - timedelta(hours=1))),
        (below(), between(extensions=[x509.NameConstraints([x509.DNSName("a.example")], None)])),
        (below(extensions=[x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3"), b"x")]), between()),
        (below(extensions=[x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])]), between()),
    ],
)
def test_what_leads_nowhere(chain: tuple[bytes, ...]) -> None:
    with pytest.raises(SelloError):
        path(*chain)


def test_an_authority_that_may_have_none_below_it() -> None:
    narrow = made("Root", ROOT_KEY, above="Root", by=ROOT_KEY, ca=True, length=0)
    assert path(LEAF, root=narrow)
    with pytest.raises(SelloError):
        path(below(), between(), root=narrow)


@pytest.mark.parametrize("bits", [1024, 2048])
def test_an_odd_certificate_along_with_a_chain_makes_nothing_weaker(bits: int) -> None:
    """Anybody may add one to a chain: an authority with a short key is none, by whichever rules."""
    odd = made("Anybody", LEAF_KEY, above="Nobody", by=LEAF_KEY)
    key = rsa.generate_private_key(65537, bits)
    leaf = test_certificates.made("Leaf", by=("Between", key))
    chain = test_certificates.der(leaf, test_certificates.authority("Between", key))
    for more in ((), (odd,)):
        try:
            found = verify_path([*chain, *more], anchors=[test_certificates.ROOT], purpose=ISSUER, now=NOW)
        except SelloError:
            assert bits == 1024
        else:
            assert (bits, found) == (2048, [leaf, certificate.load(chain[1]), test_certificates.ROOT])


def test_an_authority_of_an_odd_number_has_no_short_key() -> None:
    key = rsa.generate_private_key(65537, 1024)
    one = test_certificates.authority("Root", key, by=("Root", key))
    with pytest.raises(paths.NoPathError, match="too short"):
        paths.find_path([test_certificates.made("Leaf", by=("Root", key))], anchors=[one], now=NOW)
