"""Whether a certificate was taken back: the list of its authority (RFC 5280 §5, §6.3) fetched and read.

A list that cannot be had, is out of date, or is not its authority's own leaves the question open: that is
an answer of its own, as for the status of credentials.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Final

from cryptography import x509
from cryptography.x509.oid import ExtensionOID

from common.did import Fetch
from common.errors import MalformedInputError, SelloError
from common.keys import certificate
from common.status.check import Status, StatusOutcome, gravest
from common.trust.trust_list import UntrustedIssuerError

MEDIA_TYPE: Final = "application/pkix-crl"
MAX_PLACES: Final = 3  # where one certificate's list is looked for
_UNDERSTOOD: Final = frozenset({ExtensionOID.ISSUING_DISTRIBUTION_POINT})


def path_standing(path: Sequence[bytes], *, fetch: Fetch, now: datetime) -> StatusOutcome:
    """The gravest standing among the certificates of a path, DER, the leaf first; the last one is trusted."""
    outcomes = [
        _standing(certificate.load(below), above=certificate.load(above), fetch=fetch, now=now)
        for below, above in pairwise(path)
    ]
    return gravest(outcomes) if outcomes else StatusOutcome("valid", "No certificate vouches for this.")


def _standing(
    one: x509.Certificate, *, above: x509.Certificate, fetch: Fetch, now: datetime
) -> StatusOutcome:
    try:
        points = one.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except x509.ExtensionNotFound:
        return StatusOutcome("valid", "The issuer's authority keeps no list of certificates taken back.")
    except certificate.FAULTS:
        return StatusOutcome("undetermined", "A certificate says in no readable way where its list lies.")
    reason = "A certificate says in no known way where its list lies."
    for place in list(_places(points))[:MAX_PLACES]:
        try:
            return _outcome(one, above=above, der=fetch(place, accept=MEDIA_TYPE).body, now=now)
        except SelloError as error:
            reason = error.public
    return StatusOutcome("undetermined", reason)


def _places(points: x509.CRLDistributionPoints) -> Iterator[str]:
    """The web addresses of whole lists by the certificate's own authority."""
    for point in points:
        if point.reasons is None and point.crl_issuer is None:
            for name in point.full_name or ():
                if isinstance(name, x509.UniformResourceIdentifier) and name.value.startswith("http"):
                    yield name.value


def _outcome(one: x509.Certificate, *, above: x509.Certificate, der: bytes, now: datetime) -> StatusOutcome:
    """What the list in DER bytes says; its parts are read only when they are asked for, each with faults."""
    try:
        revoked = x509.load_der_x509_crl(der)
        _check(revoked, authority=above, now=now)
        return _read(revoked, one)
    except (x509.ExtensionNotFound, *certificate.FAULTS) as error:
        raise MalformedInputError("A list of certificates taken back cannot be read.") from error


def _check(found: x509.CertificateRevocationList, *, authority: x509.Certificate, now: datetime) -> None:
    """Raise unless this is the list that `authority` signed, whole, for now (§6.3.3)."""
    signed = found.is_signature_valid(authority.public_key())  # type: ignore[arg-type]
    if found.issuer != authority.subject or not signed or not _may_sign(authority):
        raise UntrustedIssuerError("A list of certificates taken back is not its authority's own.")
    if any(one.critical and one.oid not in _UNDERSTOOD for one in found.extensions) or not _whole(found):
        raise UntrustedIssuerError("A list of certificates taken back is but a part of one.")
    ends = found.next_update_utc
    if ends is None or not found.last_update_utc <= now < ends:
        raise UntrustedIssuerError("A list of certificates taken back is out of date.")


def _whole(found: x509.CertificateRevocationList) -> bool:
    """Whether the list speaks of all certificates of its authority (§5.2.5)."""
    try:
        scope = found.extensions.get_extension_for_class(x509.IssuingDistributionPoint).value
    except x509.ExtensionNotFound:
        return True
    return not (
        scope.only_contains_ca_certs
        or scope.only_contains_user_certs
        or scope.only_contains_attribute_certs
        or scope.only_some_reasons
        or scope.indirect_crl
    )


def _may_sign(authority: x509.Certificate) -> bool:
    try:
        return authority.extensions.get_extension_for_class(x509.KeyUsage).value.crl_sign
    except x509.ExtensionNotFound:
        return True


def _read(revoked: x509.CertificateRevocationList, one: x509.Certificate) -> StatusOutcome:
    entry = revoked.get_revoked_certificate_by_serial_number(one.serial_number)
    if entry is None:
        return StatusOutcome("valid", "The certificate of the issuer's key stands.")
    status: Status = "suspended" if _on_hold(entry) else "revoked"
    return StatusOutcome(status, f"The certificate of the issuer's key is {status}.")


def _on_hold(entry: x509.RevokedCertificate) -> bool:
    try:
        reason = entry.extensions.get_extension_for_class(x509.CRLReason).value.reason
    except (x509.ExtensionNotFound, *certificate.FAULTS):
        return False
    return reason == x509.ReasonFlags.certificate_hold
