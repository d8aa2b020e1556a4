"""Certificates of issuers (ISO/IEC 18013-5 annex B.1): a root each, the IACA, and document signers.

The issuer's address stands in both as an alternative name of the issuer, so that whoever meets a document
signer knows whose root to ask for; and only a root that this issuer publishes can vouch for it. The same root
vouches for the key with which its issuer signs tokens (HAIP 1.0 §6.1.1).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.x509.oid import ExtensionOID, NameOID

from common.errors import InvalidKeyError, MalformedInputError
from common.keys import PublicKey, Signer, certificate
from common.trust.purposes import DOCUMENT_SIGNER, ISSUER
from common.trust.trust_list import UntrustedIssuerError

SIGNER_DAYS: Final = 457  # the most that annex B.1.4 allows
_HASHES: Final = ("sha256", "sha384", "sha512")
_UNDERSTOOD: Final = frozenset(
    {ExtensionOID.KEY_USAGE, ExtensionOID.BASIC_CONSTRAINTS, ExtensionOID.EXTENDED_KEY_USAGE}
)


def create_root(
    *,
    signer: Signer,
    issuer: str,
    country: str,
    name: str,
    serial: int,
    not_before: datetime,
    not_after: datetime,
    revocations: str,
) -> bytes:
    """The DER of an IACA root (B.1.2) for the issuer at that address; `revocations`: where its list lies."""
    subject = _name(country, f"{name} IACA")
    builder = (
        certificate.describe(
            subject, issuer=subject, key=signer.public_key, serial=serial, start=not_before, end=not_after
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(certificate.usage(certificates=True), critical=True)
    )
    return certificate.sign(_located(builder, issuer, revocations), signer=signer)


def create_document_signer(
    *,
    key: PublicKey,
    root: x509.Certificate,
    signer: Signer,
    issuer: str,
    name: str,
    serial: int,
    not_before: datetime,
    not_after: datetime,
    revocations: str,
) -> bytes:
    """The DER of a document signer's certificate for `key` (B.1.4), signed by the key of `root`."""
    if not_after - not_before > timedelta(days=SIGNER_DAYS) or not_after > root.not_valid_after_utc:
        raise MalformedInputError(
            f"A document signer has {SIGNER_DAYS} days at most, and ends before its root."
        )
    builder = _described(
        f"{name} document signer", key=key, root=root, serial=serial, start=not_before, end=not_after
    ).add_extension(x509.ExtendedKeyUsage([DOCUMENT_SIGNER]), critical=True)
    return certificate.sign(_located(builder, issuer, revocations), signer=signer)


def create_token_signer(
    *,
    key: PublicKey,
    root: x509.Certificate,
    signer: Signer,
    issuer: str,
    name: str,
    serial: int,
    not_before: datetime,
    not_after: datetime,
    revocations: str,
) -> bytes:
    """The DER of the certificate for the `key` with which an issuer signs tokens (SD-JWT VC §3.5).

    Its subject is known by the issuer's whole address. A host would not do: all authorities of a house share
    it, so that each could speak for the others.
    """
    builder = _described(
        name, key=key, root=root, serial=serial, start=not_before, end=not_after
    ).add_extension(x509.SubjectAlternativeName([x509.UniformResourceIdentifier(issuer)]), critical=False)
    return certificate.sign(_located(builder, issuer, revocations), signer=signer)


def verify_document_signer(chain: Sequence[bytes], *, root: x509.Certificate, now: datetime) -> PublicKey:
    """The key of the document signer that comes first in `chain`, once `root` vouches for it (B.3).

    A root signs document signers itself (its path length is 0), so nothing else in the chain is looked at.
    """
    if not chain:
        raise MalformedInputError("This mdoc does not bring its issuer's certificate.")
    leaf = certificate.load(chain[0])
    try:
        leaf.verify_directly_issued_by(root)
        _check_root(root)
        _check_signer(leaf)
    except (InvalidSignature, x509.ExtensionNotFound, *certificate.FAULTS) as error:
        raise UntrustedIssuerError(
            "The root of this issuer does not vouch for this certificate.", detail=str(error)
        ) from error
    if _country(leaf) != _country(root):
        raise UntrustedIssuerError("This certificate names another country than its root.")
    for one in (leaf, root):
        if not one.not_valid_before_utc <= now <= one.not_valid_after_utc:
            raise UntrustedIssuerError("A certificate of this issuer is not valid at this time.")
    return certificate.public_key(leaf)


def certificate_addresses(one: x509.Certificate) -> tuple[str, ...]:
    """The addresses of the issuer that a certificate claims to be of."""
    try:
        names = one.extensions.get_extension_for_class(x509.IssuerAlternativeName).value
    except (x509.ExtensionNotFound, *certificate.FAULTS):
        return ()
    return tuple(names.get_values_for_type(x509.UniformResourceIdentifier))


def _check_root(root: x509.Certificate) -> None:
    _check_extensions(root)
    constraints = root.extensions.get_extension_for_class(x509.BasicConstraints).value
    usage = root.extensions.get_extension_for_class(x509.KeyUsage).value
    if not constraints.ca or not usage.key_cert_sign:
        raise ValueError("the root may not sign certificates")
    certificate.public_key(root)


def _check_signer(leaf: x509.Certificate) -> None:
    _check_extensions(leaf)
    ISSUER.require(leaf)
    if DOCUMENT_SIGNER not in leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value:
        raise ValueError("the certificate is not a document signer's")
    try:
        constraints = leaf.extensions.get_extension_for_class(x509.BasicConstraints).value
    except x509.ExtensionNotFound:
        return
    if constraints.ca:
        raise ValueError("an authority's certificate signs no documents")


def _check_extensions(one: x509.Certificate) -> None:
    """Raise where something is critical that is not understood, names constrained, or the hash too weak."""
    if any(found.critical and found.oid not in _UNDERSTOOD for found in one.extensions):
        raise ValueError("a critical extension is not understood")
    if any(found.oid == ExtensionOID.NAME_CONSTRAINTS for found in one.extensions):
        raise ValueError("a root's names are not constrained (B.1.2)")
    hashed = one.signature_hash_algorithm
    if hashed is not None and hashed.name not in _HASHES:
        raise ValueError("a certificate is signed over a hash that is too weak")


def _country(one: x509.Certificate) -> str:
    names = one.subject.get_attributes_for_oid(NameOID.COUNTRY_NAME)
    if len(names) != 1:
        raise UntrustedIssuerError("A certificate of this issuer does not name its country.")
    return str(names[0].value)


def _name(country: str, common_name: str) -> x509.Name:
    if len(country) != 2 or not country.isascii() or not country.isalpha() or not country.isupper():
        raise InvalidKeyError("A country is named by two capital letters (ISO 3166-1).")
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, country),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name[-64:]),
        ]
    )


def _described(
    common_name: str,
    *,
    key: PublicKey,
    root: x509.Certificate,
    serial: int,
    start: datetime,
    end: datetime,
) -> x509.CertificateBuilder:
    """A certificate below `root`, of the same country, for signing anything but certificates."""
    [country] = root.subject.get_attributes_for_oid(NameOID.COUNTRY_NAME)
    above = x509.AuthorityKeyIdentifier.from_issuer_public_key(certificate.public_key(root).elliptic())
    return (
        certificate.describe(
            _name(str(country.value), common_name),
            issuer=root.subject,
            key=key,
            serial=serial,
            start=start,
            end=end,
        )
        .add_extension(certificate.usage(certificates=False), critical=True)
        .add_extension(above, critical=False)
    )


def _located(builder: x509.CertificateBuilder, issuer: str, revocations: str) -> x509.CertificateBuilder:
    """With the issuer's address, and where its list of revoked certificates lies."""
    place = x509.DistributionPoint([x509.UniformResourceIdentifier(revocations)], None, None, None)
    return builder.add_extension(
        x509.IssuerAlternativeName([x509.UniformResourceIdentifier(issuer)]), critical=False
    ).add_extension(x509.CRLDistributionPoints([place]), critical=False)
