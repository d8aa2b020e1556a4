"""A path from a leaf to an anchor where a certificate's number is not positive (RFC 5280 §4.1.2.2, §6.1).

The library that looks at all other chains refuses such numbers; some authorities draw them without knowing,
and users of certificates should bear it. What is asked here is as strict, and stricter where it would take
long: an authority with name constraints, or an extension that is critical and not known, ends it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtensionOID

from common.keys import certificate

MIN_RSA: Final = 2048
_HASHES: Final = frozenset({"sha256", "sha384", "sha512"})
_UNDERSTOOD: Final = frozenset(
    {
        ExtensionOID.KEY_USAGE,
        ExtensionOID.EXTENDED_KEY_USAGE,
        ExtensionOID.BASIC_CONSTRAINTS,
        ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
    }
)


class NoPathError(ValueError):
    """A leaf from which no path leads to an anchor."""


def has_odd_number(chain: Sequence[x509.Certificate], *, anchors: Sequence[x509.Certificate]) -> bool:
    """Whether the number of a certificate of a chain, or of an anchor that it names, is not positive."""
    named = {one.issuer for one in chain}
    return any(one.serial_number <= 0 for one in (*chain, *(one for one in anchors if one.subject in named)))


def find_path(
    chain: Sequence[x509.Certificate], *, anchors: Sequence[x509.Certificate], now: datetime
) -> list[x509.Certificate]:
    """The certificates from the first of a `chain` to one of the `anchors`, or `NoPathError`."""
    path, between = [chain[0]], list(chain[1:])
    while True:
        anchor = next((one for one in anchors if _signed(path[-1], by=one)), None)
        above = anchor or next((one for one in between if _signed(path[-1], by=one)), None)
        if above is None:
            raise NoPathError("nobody trusted signed it")
        path.append(above)
        if anchor is not None:
            break
        between.remove(above)
    for below, one in enumerate(path):
        _check(one, now=now)
        if below:
            _check_authority(one, below=below - 1)
    leaf = _constraints(path[0])
    if leaf is not None and leaf.ca:
        raise NoPathError("an authority's certificate signs nothing but certificates")
    return path


def _signed(one: x509.Certificate, *, by: x509.Certificate) -> bool:
    try:
        one.verify_directly_issued_by(by)
    except (InvalidSignature, *certificate.FAULTS):
        return False
    return True


def _check(one: x509.Certificate, *, now: datetime) -> None:
    if not one.not_valid_before_utc <= now <= one.not_valid_after_utc:
        raise NoPathError("a certificate is not valid at this time")
    key = one.public_key()
    if isinstance(key, rsa.RSAPublicKey) and key.key_size < MIN_RSA:
        raise NoPathError("a certificate's key is too short")
    digest = one.signature_hash_algorithm
    if digest is not None and digest.name not in _HASHES:
        raise NoPathError("a certificate is signed over a hash that is not accepted")
    if any(each.critical and each.oid not in _UNDERSTOOD for each in one.extensions):
        raise NoPathError("a critical extension is not understood")


def _check_authority(one: x509.Certificate, *, below: int) -> None:
    """Raise unless it may sign certificates, with `below` other authorities between it and the leaf."""
    constraints = _constraints(one)
    if constraints is None or not constraints.ca:
        raise NoPathError("a leaf signs no certificates")
    if constraints.path_length is not None and below > constraints.path_length:
        raise NoPathError("an authority may not have so many below it")
    for each in one.extensions:
        if isinstance(each.value, x509.NameConstraints):
            raise NoPathError("an authority is bound to names")
        if isinstance(each.value, x509.KeyUsage) and not each.value.key_cert_sign:
            raise NoPathError("this key signs no certificates")


def _constraints(one: x509.Certificate) -> x509.BasicConstraints | None:
    try:
        return one.extensions.get_extension_for_class(x509.BasicConstraints).value
    except x509.ExtensionNotFound:
        return None
