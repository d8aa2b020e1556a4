"""An authority for verifiers, and a certificate for localhost from it, as a verifier shows it in `x5c`."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from common.encoding import base64url


@dataclass(frozen=True, slots=True)
class Certificates:
    """PEM of the authority (the anchor), of its leaf and of a leaf by nobody; the leaves' key as a JWK."""

    authority: str
    leaf: str
    leaf_by_nobody: str
    key: dict[str, str]


def for_localhost() -> Certificates:
    key = ec.generate_private_key(ec.SECP256R1())
    authority, leaf = _chain(key)
    _, by_nobody = _chain(key)
    return Certificates(_pem(authority), _pem(leaf), _pem(by_nobody), _jwk(key))


def _chain(key: ec.EllipticCurvePrivateKey) -> tuple[x509.Certificate, x509.Certificate]:
    """A new authority, and its certificate for `key`."""
    above = ec.generate_private_key(ec.SECP256R1())
    above_key = above.public_key()
    authority = (
        _builder("Peers' authority", "Peers' authority", above_key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(above_key), critical=False)
        .sign(above, hashes.SHA256())
    )
    leaf = (
        _builder("localhost", "Peers' authority", key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(certificates=False), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(above_key), critical=False)
        .sign(above, hashes.SHA256())
    )
    return authority, leaf


def _builder(subject: str, issuer: str, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
    )


def _usage(*, certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not certificates, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, key_cert_sign=certificates, crl_sign=certificates,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode()


def _jwk(key: ec.EllipticCurvePrivateKey) -> dict[str, str]:
    numbers = key.private_numbers()
    values = {"x": numbers.public_numbers.x, "y": numbers.public_numbers.y, "d": numbers.private_value}
    encoded = {name: base64url.encode(value.to_bytes(32, "big")) for name, value in values.items()}
    return {"kty": "EC", "crv": "P-256", **encoded}
