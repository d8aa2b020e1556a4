"""What an authority's list of revoked certificates says, and which lists say nothing."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, x448
from cryptography.hazmat.primitives.serialization import Encoding

from common.did import Fetched
from common.errors import FetchError
from common.keys import PrivateKey, certificate
from common.trust.revocations import MEDIA_TYPE, path_standing
from tests.common.formats.mdoc.mdoc_fixture import (
    ISSUER,
    LEAF,
    ROOT,
    ROOT_KEY,
    document_signer,
    root,
    without_address,
)
from tests.conftest import NOW
from tests.tampering import flip

PLACE = f"{ISSUER}/iaca.crl"
ROOT_DER = ROOT.public_bytes(Encoding.DER)
SERIAL = certificate.load(LEAF).serial_number
SECRET = ec.derive_private_key(0x21, ec.SECP256R1())  # the root's


def made(revoked: Mapping[int, datetime] | None = None, **changes: Any) -> bytes:
    told = {"signer": ROOT_KEY, "root": ROOT, "number": 1, "now": NOW, "until": NOW + timedelta(days=7)}
    return certificate.create_revocation_list(revoked or {}, **{**told, **changes})


def standing(*pages: bytes, path: tuple[bytes, ...] = (LEAF, ROOT_DER), now: datetime = NOW) -> str:
    asked: list[tuple[str, str]] = []

    def fetch(url: str, *, accept: str = "application/json") -> Fetched:
        asked.append((url, accept))
        if not pages:
            raise FetchError("This host does not answer.")
        return Fetched(pages[0], MEDIA_TYPE)

    outcome = path_standing(path, fetch=fetch, now=now)
    assert set(asked) <= {(PLACE, MEDIA_TYPE)}
    return outcome.status


def test_on_the_list_or_not() -> None:
    assert standing(made()) == "valid"
    assert standing(made({SERIAL + 1: NOW})) == "valid"
    assert standing(made({SERIAL + 1: NOW, SERIAL: NOW})) == "revoked"


def test_where_nobody_is_asked() -> None:
    assert standing(path=()) == "valid"
    assert standing(path=(ROOT_DER,)) == "valid"
    plain = without_address()
    bare = plain.public_bytes(Encoding.DER)
    assert standing(path=(bare, bare)) == "valid"  # it names no list


def test_a_list_that_cannot_be_had_leaves_it_open() -> None:
    assert standing() == "undetermined"


def test_times_of_a_list() -> None:
    assert standing(made(), now=NOW + timedelta(days=7) - timedelta(seconds=1)) == "valid"
    for now in (NOW - timedelta(seconds=1), NOW + timedelta(days=7)):
        assert standing(made({SERIAL: NOW}), now=now) == "undetermined"


MALLORY = PrivateKey("P-256", bytes(31) + b"\x66")


def builder(**changes: Any) -> x509.CertificateRevocationListBuilder:
    found = x509.CertificateRevocationListBuilder().issuer_name(changes.get("issuer", ROOT.subject))
    return found.last_update(NOW).next_update(NOW + timedelta(days=7))


def signed(described: x509.CertificateRevocationListBuilder) -> bytes:
    return described.sign(SECRET, hashes.SHA256()).public_bytes(Encoding.DER)


def scoped(**only: bool) -> bytes:
    told: dict[str, Any] = {
        "full_name": [x509.UniformResourceIdentifier(PLACE)], "relative_name": None,
        "only_contains_user_certs": False, "only_contains_ca_certs": False, "only_some_reasons": None,
        "indirect_crl": False, "only_contains_attribute_certs": False,
    }  # fmt: skip
    scope = x509.IssuingDistributionPoint(**{**told, **only})
    return (
        builder().add_extension(scope, critical=True).sign(SECRET, hashes.SHA256()).public_bytes(Encoding.DER)
    )


def test_a_list_that_says_what_it_is_of() -> None:
    assert standing(scoped()) == "valid"


@pytest.mark.parametrize(
    "der",
    [
        b"",
        b"not a list",
        ROOT_DER,
        made()[:-3],
        flip(made()),
        made().replace(b"\x02\x01\x01", b"\x02\x01\x00", 1),
        made(signer=MALLORY),
        made(root=root(MALLORY, name="Mallory"), signer=MALLORY),
        signed(builder(issuer=certificate.load(LEAF).subject)),
        signed(builder().add_extension(x509.DeltaCRLIndicator(1), critical=True)),
        scoped(only_contains_ca_certs=True),
        scoped(only_contains_user_certs=True),
        scoped(only_contains_attribute_certs=True),
        scoped(indirect_crl=True),
    ],
    ids=[
        "nothing", "no list", "a certificate", "cut", "bent", "of no version", "another's",
        "of another authority",
        "another's name", "a delta", "of authorities", "of users", "of attributes", "indirect",
    ],
)  # fmt: skip
def test_lists_that_say_nothing(der: bytes) -> None:
    assert standing(der) == "undetermined"


def test_on_hold() -> None:
    entry = x509.RevokedCertificateBuilder().serial_number(SERIAL).revocation_date(NOW)
    for reason, expected in (
        (x509.ReasonFlags.certificate_hold, "suspended"),
        (x509.ReasonFlags.key_compromise, "revoked"),
    ):
        told = entry.add_extension(x509.CRLReason(reason), critical=False).build()
        assert standing(signed(builder().add_revoked_certificate(told))) == expected


def points(*named: x509.DistributionPoint) -> bytes:
    base = certificate.load(LEAF)
    made = x509.CertificateBuilder().subject_name(base.subject).issuer_name(ROOT.subject)
    made = made.public_key(base.public_key()).serial_number(SERIAL)
    made = made.not_valid_before(NOW).not_valid_after(NOW + timedelta(days=1))
    made = made.add_extension(x509.CRLDistributionPoints(named), critical=False)
    return made.sign(SECRET, hashes.SHA256()).public_bytes(Encoding.DER)


def at(*urls: str, **other: Any) -> x509.DistributionPoint:
    names = [x509.UniformResourceIdentifier(url) for url in urls]
    return x509.DistributionPoint(names, None, other.get("reasons"), other.get("crl_issuer"))


def test_places_that_are_no_web_address_leave_it_open() -> None:
    by_another = [x509.DirectoryName(ROOT.subject)]
    some = frozenset({x509.ReasonFlags.key_compromise})
    for point in (at("ldap://x/y"), at(PLACE, crl_issuer=by_another), at(PLACE, reasons=some)):
        assert standing(made(), path=(points(point), ROOT_DER)) == "undetermined"
    assert standing(made(), path=(points(at("ldap://x/y", PLACE)), ROOT_DER)) == "valid"


def test_a_second_place_is_as_good_and_a_hundredth_is_not_asked() -> None:
    asked: list[str] = []

    def fetch(url: str, *, accept: str = "application/json") -> Fetched:
        asked.append(url)
        if url != PLACE:
            raise FetchError("This host does not answer.")
        return Fetched(made({SERIAL: NOW}), MEDIA_TYPE)

    leaf = points(at("https://away.example/1"), at(PLACE))
    assert path_standing((leaf, ROOT_DER), fetch=fetch, now=NOW).status == "revoked"
    far = points(*(at(f"https://away.example/{number}") for number in range(100)), at(PLACE))
    asked.clear()
    assert path_standing((far, ROOT_DER), fetch=fetch, now=NOW).status == "undetermined"
    assert len(asked) == 3


def test_an_authority_that_may_not_sign_lists() -> None:
    """Its key is the root's, and its usage says certificates alone."""
    usage = x509.KeyUsage(False, False, False, False, False, True, False, False, False)
    above = (
        x509.CertificateBuilder()
        .subject_name(ROOT.subject)
        .issuer_name(ROOT.subject)
        .public_key(SECRET.public_key())
        .serial_number(1)
        .not_valid_before(NOW)
        .not_valid_after(NOW + timedelta(days=1))
        .add_extension(usage, critical=True)
        .sign(SECRET, hashes.SHA256())
    )
    assert standing(made(), path=(LEAF, above.public_bytes(Encoding.DER))) == "undetermined"


def test_an_authority_with_a_key_that_signs_nothing() -> None:
    above = (
        x509.CertificateBuilder()
        .subject_name(ROOT.subject)
        .issuer_name(ROOT.subject)
        .public_key(x448.X448PrivateKey.generate().public_key())
        .serial_number(1)
        .not_valid_before(NOW)
        .not_valid_after(NOW + timedelta(days=1))
        .sign(SECRET, hashes.SHA256())
    )
    assert standing(made(), path=(LEAF, above.public_bytes(Encoding.DER))) == "undetermined"


def test_each_certificate_below_the_trusted_one_is_asked_for() -> None:
    other = document_signer(serial=9)
    assert standing(made({9: NOW}), path=(LEAF, ROOT_DER, ROOT_DER)) == "valid"
    assert standing(made({SERIAL: NOW}), path=(other, ROOT_DER)) == "valid"
    assert standing(made({1: NOW}), path=(LEAF, ROOT_DER, ROOT_DER)) == "revoked"
