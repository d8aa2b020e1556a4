"""X.509 certificates for requests (OpenID4VP §5.9.3; RFC 5280), made by a `Signer`."""

import hashlib
from datetime import datetime

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from common.encoding import base64url
from common.keys import PublicKey, Signer, certificate


def create_certificate_authority(
    *, signer: Signer, name: str, serial: int, not_before: datetime, not_after: datetime
) -> bytes:
    """The DER of a self-signed certificate that may sign leaves and nothing else; a P-256 `signer`."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        certificate.describe(
            subject, issuer=subject, key=signer.public_key, serial=serial, start=not_before, end=not_after
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(certificate.usage(certificates=True), critical=True)
    )
    return certificate.sign(builder, signer=signer)


def create_leaf_certificate(
    *,
    key: PublicKey,
    host: str,
    issuer: Signer,
    authority: bytes,
    serial: int,
    not_before: datetime,
    not_after: datetime,
) -> bytes:
    """The DER of a leaf for `key` with `host` as its dNSName, signed by the `authority` certificate's key."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    above = x509.load_der_x509_certificate(authority).subject
    builder = (
        certificate.describe(subject, issuer=above, key=key, serial=serial, start=not_before, end=not_after)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(certificate.usage(certificates=False), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.public_key.elliptic()), critical=False
        )
    )
    return certificate.sign(builder, signer=issuer)


def certificate_hash(certificate: bytes) -> str:
    """The identifier of an `x509_hash` client: base64url of the SHA-256 of the leaf's DER (§5.9.3)."""
    return base64url.encode(hashlib.sha256(certificate).digest())
