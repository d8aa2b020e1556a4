"""X.509 certificates for requests (OpenID4VP §5.9.3; RFC 5280): chains checked, and made by a `Signer`."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import Certificate
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from common.encoding import base64url
from common.errors import InvalidKey
from common.keys import PublicKey, Signer, certificate
from common.oid4vp.errors import InvalidRequest

MAX_CHAIN: Final = 5
MAX_CERTIFICATE: Final = 16_384


def certificate_authority(
    *, signer: Signer, name: str, serial: int, not_before: datetime, not_after: datetime
) -> bytes:
    """The DER of a self-signed certificate that may sign leaves and nothing else; a P-256 `signer`."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        _builder(subject, subject, signer.public_key, serial, not_before, not_after)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(certificates=True), critical=True)
    )
    return certificate.sign(builder, signer=signer)


def leaf_certificate(
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
        _builder(subject, above, key, serial, not_before, not_after)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(certificates=False), critical=True)
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


def verify_chain(chain: Sequence[bytes], *, anchors: Sequence[bytes], now: datetime) -> Certificate:
    """The leaf of an `x5c` chain (DER, leaf first), once it leads to one of the `anchors` at `now`."""
    if not anchors:
        raise InvalidRequest("No certificate authority for verifiers is trusted here.")
    if not 0 < len(chain) <= MAX_CHAIN or any(len(der) > MAX_CERTIFICATE for der in chain):
        raise InvalidRequest(f"A certificate chain has 1 to {MAX_CHAIN} certificates.")
    try:
        leaf, *between = [x509.load_der_x509_certificate(der) for der in chain]
        store = Store([x509.load_der_x509_certificate(der) for der in anchors])
        # A request's certificate is no web server's: its name and key usage are looked at by the prefix.
        leaves = ExtensionPolicy.permit_all().may_be_present(
            x509.BasicConstraints, Criticality.AGNOSTIC, _refuse_authority
        )
        authorities = ExtensionPolicy.permit_all().require_present(
            x509.BasicConstraints, Criticality.AGNOSTIC, _require_authority
        )
        verifier = (
            PolicyBuilder()
            .store(store)
            .time(now)
            .max_chain_depth(MAX_CHAIN)
            .extension_policies(ca_policy=authorities, ee_policy=leaves)
            .build_client_verifier()
        )
        verifier.verify(leaf, between)
    except (ValueError, TypeError, VerificationError, x509.UnsupportedGeneralNameType) as error:
        raise InvalidRequest(
            "The certificate of this request leads to no authority that is trusted here.",
            detail=type(error).__name__,
        ) from error
    return leaf


def public_key(certificate: Certificate) -> PublicKey:
    """The key of a certificate, one of the curves that are used here."""
    key = certificate.public_key()
    if isinstance(key, ec.EllipticCurvePublicKey):
        names = {"secp256r1": "P-256", "secp384r1": "P-384"}
        if key.curve.name in names:
            raw = key.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
            return PublicKey(names[key.curve.name], raw)
    raise InvalidKey("The certificate's key is neither on P-256 nor on P-384.")


def dns_names(certificate: Certificate) -> frozenset[str]:
    """The dNSName entries of a certificate's subject alternative names, in lower case."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return frozenset()
    return frozenset(name.lower() for name in names.get_values_for_type(x509.DNSName))


def _refuse_authority(policy: object, certificate: object, extension: x509.BasicConstraints | None) -> None:
    if extension is not None and extension.ca:
        raise ValueError("an authority's certificate signs no requests")


def _require_authority(policy: object, certificate: object, extension: x509.BasicConstraints) -> None:
    if not extension.ca:
        raise ValueError("a leaf signs no certificates")


def _builder(
    subject: x509.Name, issuer: x509.Name, key: PublicKey, serial: int, start: datetime, end: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.elliptic())
        .serial_number(serial)
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.elliptic()), critical=False)
    )


def _key_usage(*, certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not certificates,
        key_cert_sign=certificates,
        crl_sign=certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
