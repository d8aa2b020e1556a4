"""Under which certificates an authority signs mdocs: made when needed, used while they last."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.x509.oid import NameOID
from django.core.management import CommandError, call_command
from pytest_django import Settings

from common.adapters.documents.sources import check_credential_status, sources
from common.did import did_key
from common.errors import SelloError
from common.formats import FORMATS
from common.formats.base import Holder
from common.keys import PrivateKey, certificate
from common.registries.claims.mapping import InvalidClaimsError
from common.trust import iaca
from issuer.authorities import certificates
from issuer.authorities.certificates import LONGEST_DAYS
from issuer.authorities.identity import create_authority
from issuer.configurations.types import create_configuration
from issuer.issuance.credential_request import issue_directly
from issuer.models import Authority, Certificate
from tests.issuer.protocol import make_farmers

pytestmark = pytest.mark.django_db
TODAY = datetime(2026, 11, 21, 15, 30, tzinfo=UTC)
YEAR = timedelta(days=366)


@pytest.fixture
def authority(settings: Settings) -> Authority:
    settings.ISSUING_COUNTRY = "UT"
    return create_authority("transit", "Transit Office")


def test_one_root_and_a_signer_below_it(authority: Authority) -> None:
    signer, leaf = certificates.mdoc_signer(authority, until=TODAY + YEAR, now=TODAY)
    root = certificates.authority_root(authority, now=TODAY)
    assert iaca.verify_document_signer([leaf], root=root, now=TODAY) == signer.public_key
    assert (
        iaca.certificate_addresses(root)
        == iaca.certificate_addresses(certificate.load(leaf))
        == (authority.identifier,)
    )
    assert [one.value for one in root.subject.get_attributes_for_oid(NameOID.COUNTRY_NAME)] == ["UT"]
    assert certificate.public_key(root) != signer.public_key
    again = certificates.mdoc_signer(authority, until=TODAY + YEAR, now=TODAY + timedelta(days=30))
    assert again[1] == leaf
    assert Certificate.objects.count() == 2


def test_a_new_signer_when_the_last_one_would_not_outlive_what_it_signs(authority: Authority) -> None:
    first = certificates.mdoc_signer(authority, until=TODAY + YEAR, now=TODAY)[1]
    later = TODAY + timedelta(days=120)
    second = certificates.mdoc_signer(authority, until=later + YEAR, now=later)[1]
    assert first != second
    root = certificates.authority_root(authority, now=later)
    for leaf in (first, second):
        iaca.verify_document_signer([leaf], root=root, now=later)
    assert Certificate.objects.filter(is_root=True).count() == 1


def test_nothing_outlives_the_longest_signer(authority: Authority) -> None:
    with pytest.raises(SelloError):
        certificates.mdoc_signer(authority, until=TODAY + timedelta(days=460), now=TODAY)


def test_authorities_have_roots_of_their_own(authority: Authority) -> None:
    other = create_authority("health", "Health Office")
    leaf = certificates.mdoc_signer(other, until=TODAY + YEAR, now=TODAY)[1]
    with pytest.raises(SelloError):
        iaca.verify_document_signer([leaf], root=certificates.authority_root(authority, now=TODAY), now=TODAY)


def root_key(authority: Authority) -> EllipticCurvePublicKey:
    key = certificates.authority_root(authority, now=TODAY).public_key()
    assert isinstance(key, EllipticCurvePublicKey)
    return key


def test_the_revocation_list(authority: Authority) -> None:
    revoked = x509.load_der_x509_crl(certificates.authority_revocations(authority, now=TODAY))
    assert revoked.is_signature_valid(root_key(authority))
    assert len(revoked) == 0


@pytest.mark.parametrize("days", [LONGEST_DAYS, LONGEST_DAYS + 1])
def test_a_configuration_asks_for_no_more_than_its_signers_can_give(days: int) -> None:
    """At any hour: the longest validity is one that a fresh signer outlives."""
    registry = make_farmers().registry
    told: dict[str, Any] = {"type": "FarmerPass", "formats": ["mso_mdoc"], "validity_days": days}
    if days > LONGEST_DAYS:
        with pytest.raises(InvalidClaimsError):
            create_configuration(registry, **told)
        return
    configuration = create_configuration(registry, **told)
    ana = PrivateKey("P-256", bytes(31) + b"\x0a").public_key
    for hour in (0, 23):
        now = TODAY.replace(hour=hour, minute=1)
        bound = Holder(ana, did_key.encode(ana))
        issue_directly(configuration, "F-0001", "mso_mdoc", holder=bound, now=now)
        Certificate.objects.filter(is_root=False).delete()


@pytest.mark.parametrize("doctype", ["a b", "<script>", "x" * 201, "-x"])
def test_a_document_type_is_a_name(doctype: str) -> None:
    registry = make_farmers().registry
    with pytest.raises(InvalidClaimsError):
        create_configuration(registry, type="FarmerPass", formats=["mso_mdoc"], doctype=doctype)


def test_a_bearer_has_no_mdoc() -> None:
    configuration = create_configuration(make_farmers().registry, type="FarmerPass", formats=["mso_mdoc"])
    with pytest.raises(SelloError):
        issue_directly(configuration, "F-0001", "mso_mdoc", holder=None, now=TODAY)


# --- certificates that were taken back ------------------------------------------------------------------


def serial(der: bytes) -> int:
    return certificate.load(der).serial_number


def revoked(authority: Authority) -> set[int]:
    found = x509.load_der_x509_crl(certificates.authority_revocations(authority, now=TODAY))
    assert found.is_signature_valid(root_key(authority))
    assert found.next_update_utc is not None
    assert found.last_update_utc <= TODAY < found.next_update_utc
    return {entry.serial_number for entry in found}


def revoke(authority: Authority, number: int, **changes: Any) -> Certificate:
    told: dict[str, Any] = {"reason": "its key was seen elsewhere", "actor": "a test", "now": TODAY}
    return certificates.revoke_certificate(authority, number, **told | changes)


def test_a_signer_that_was_taken_back_signs_no_more(authority: Authority) -> None:
    _, first = certificates.mdoc_signer(authority, until=TODAY + YEAR, now=TODAY)
    assert revoked(authority) == set()
    row = revoke(authority, serial(first))
    assert (row.revoked_at, row.revoked_because, row.revoked_by) == (
        TODAY,
        "its key was seen elsewhere",
        "a test",
    )
    assert revoked(authority) == {serial(first)}  # at once, whatever was kept
    _, second = certificates.mdoc_signer(authority, until=TODAY + YEAR, now=TODAY)
    assert serial(second) != serial(first)
    with pytest.raises(certificates.CertificateRevocationError):
        revoke(authority, serial(first))


def test_the_certificate_of_tokens_is_made_anew(authority: Authority) -> None:
    [first] = certificates.token_chain(authority, now=TODAY)
    revoke(authority, serial(first))
    [second] = certificates.token_chain(authority, now=TODAY)
    assert revoked(authority) == {serial(first)}
    assert serial(second) != serial(first)


def test_roots_and_others_certificates_are_not_taken_back(authority: Authority) -> None:
    other = create_authority("health", "Health Office")
    _, theirs = certificates.mdoc_signer(other, until=TODAY + YEAR, now=TODAY)
    root = certificates.authority_root(authority, now=TODAY)
    for number in (serial(theirs), root.serial_number, 7):
        with pytest.raises(SelloError):
            revoke(authority, number)


def test_what_stands_under_a_certificate_falls_with_it(
    capsys: pytest.CaptureFixture[str], settings: Settings, tmp_path: Path
) -> None:
    """By the command, for an mdoc and for a token whose root the verifier knows."""
    farmer = make_farmers()
    mdoc = create_configuration(farmer.registry, type="FarmerPass", formats=["mso_mdoc"])
    ana, now = PrivateKey("P-256", bytes(31) + b"\x0a").public_key, datetime.now(UTC)
    bound = Holder(ana, did_key.encode(ana))
    issued = {
        "mso_mdoc": issue_directly(mdoc, "F-0001", "mso_mdoc", holder=bound, now=now)[1],
        "dc+sd-jwt": issue_directly(farmer, "F-0001", "dc+sd-jwt", holder=bound, now=now)[1],
    }
    settings.ISSUER_CA_FILE = str(tmp_path / "roots.pem")
    Path(settings.ISSUER_CA_FILE).write_bytes(certificates.authority_root_pem(farmer.authority, now=now))
    for format_, secured in issued.items():
        verified = FORMATS[format_].verify_credential(secured, sources=sources(), now=now)
        assert check_credential_status(verified, now=now).status == "valid"
        number = f"{serial(verified.certificates[0]):X}"
        call_command("revoke_certificate", "farmer-registry", number, "--reason", "lost", "--json")
        told = json.loads(capsys.readouterr().out)
        assert told["list"] == f"{farmer.authority.identifier}/iaca.crl"
        outcome = check_credential_status(verified, now=datetime.now(UTC))
        assert (outcome.status, outcome.reason) == (
            "revoked",
            "The certificate of the issuer's key is revoked.",
        )
    for arguments in (("farmer-registry", "xyz"), ("farmer-registry", "77"), ("nobody", "77")):
        with pytest.raises((CommandError, SystemExit)):
            call_command("revoke_certificate", *arguments, "--reason", "lost")
