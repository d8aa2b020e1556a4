"""A self-signed certificate for localhost, as a verifier shows it in `x5c`."""

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from common.encoding import base64url


def for_localhost() -> tuple[str, dict[str, str]]:
    """A certificate (PEM) and its private key (JWK)."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    numbers = key.private_numbers()
    coordinates = {"x": numbers.public_numbers.x, "y": numbers.public_numbers.y, "d": numbers.private_value}
    jwk = {name: base64url.encode(value.to_bytes(32, "big")) for name, value in coordinates.items()}
    pem = certificate.public_bytes(serialization.Encoding.PEM).decode()
    return pem, {"kty": "EC", "crv": "P-256", **jwk}
