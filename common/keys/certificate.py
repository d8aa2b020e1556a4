"""X.509 certificates (RFC 5280): read within bounds, and signed by a `Signer` like everything else.

So that a private key never leaves its store, `cryptography` builds a certificate, or a list of revoked ones,
under a throw-away key, whose signature is then replaced.
"""

import base64
import warnings
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.utils import CryptographyDeprecationWarning

from common.encoding import base64url
from common.errors import InvalidKeyError, MalformedInputError
from common.keys.public_key import PublicKey
from common.keys.signer import Signer

MAX_BYTES: Final = 16_384
# What reading a stranger's certificate, or list of them, may end in. Most of it is read late, part by part.
FAULTS: Final = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)
# Serial numbers that are not positive are read (§4.1.2.2): some authorities draw theirs so, without knowing.
warnings.filterwarnings("ignore", message="Parsed a serial number", category=CryptographyDeprecationWarning)
_CURVES: Final = {"secp256r1": "P-256", "secp384r1": "P-384"}
_THROW_AWAY: Final = ec.derive_private_key(1, ec.SECP256R1())
_ECDSA_WITH_SHA256: Final = bytes.fromhex("300a06082a8648ce3d040302")


def load(der: bytes) -> x509.Certificate:
    """The certificate in DER bytes, all of it read but for its extensions."""
    if len(der) > MAX_BYTES:
        raise MalformedInputError("This certificate is too large.")
    try:
        certificate = x509.load_der_x509_certificate(der)
        _ = certificate.issuer, certificate.subject
        _ = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    except FAULTS as error:
        raise MalformedInputError("This certificate cannot be read.") from error
    return certificate


def x5c(chain: Sequence[bytes]) -> list[str]:
    """A chain as a JOSE header has it: alone among its members in padded base64 (RFC 7515 §4.1.6)."""
    return [base64.b64encode(der).decode("ascii") for der in chain]


def public_key(certificate: x509.Certificate) -> PublicKey:
    """A certificate's key, where it is of a kind that is used here."""
    try:
        key = certificate.public_key()
    except FAULTS as error:
        raise InvalidKeyError("This certificate holds a key of a kind that is not used here.") from error
    if isinstance(key, ed25519.Ed25519PublicKey):
        return PublicKey("Ed25519", key.public_bytes(Encoding.Raw, PublicFormat.Raw))
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in _CURVES:
        raw = key.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
        return PublicKey(_CURVES[key.curve.name], raw)
    raise InvalidKeyError("This certificate holds a key of a kind that is not used here.")


def authority_key_ids(chain: Sequence[bytes]) -> tuple[str, ...]:
    """The AuthorityKeyIdentifiers in a chain (§4.2.1.1), base64url: as OpenID4VP §6.1.1.1 names them."""
    found = []
    for der in chain:
        try:
            extension = load(der).extensions.get_extension_for_class(x509.AuthorityKeyIdentifier)
        except (x509.ExtensionNotFound, *FAULTS):
            continue
        if extension.value.key_identifier is not None:
            found.append(base64url.encode(extension.value.key_identifier))
    return tuple(found)


def describe(
    subject: x509.Name, *, issuer: x509.Name, key: PublicKey, serial: int, start: datetime, end: datetime
) -> x509.CertificateBuilder:
    """What every certificate says (§4.1), with the identifier of its own key (§4.2.1.2)."""
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


def usage(*, certificates: bool) -> x509.KeyUsage:
    """For signing certificates and lists of revoked ones, or for signing anything else (§4.2.1.3)."""
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


def sign(builder: x509.CertificateBuilder, *, signer: Signer) -> bytes:
    """The DER of the certificate that `builder` describes, signed on P-256 (§4.1)."""
    return _sealed(builder.sign(_THROW_AWAY, hashes.SHA256()).tbs_certificate_bytes, signer)


def create_revocation_list(
    revoked: Mapping[int, datetime],
    *,
    signer: Signer,
    root: x509.Certificate,
    number: int,
    now: datetime,
    until: datetime,
) -> bytes:
    """The DER of the list of `root` (§5): serial numbers, and since when they stand for nothing any more."""
    key = signer.public_key.elliptic()
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(root.subject)
        .last_update(now)
        .next_update(until)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key), critical=False)
        .add_extension(x509.CRLNumber(number), critical=False)
    )
    for serial, since in revoked.items():
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(since)
        builder = builder.add_revoked_certificate(entry.build())
    return _sealed(builder.sign(_THROW_AWAY, hashes.SHA256()).tbs_certlist_bytes, signer)


def _sealed(to_be_signed: bytes, signer: Signer) -> bytes:
    if signer.public_key.curve != "P-256":
        raise InvalidKeyError("Certificates are signed on P-256.")
    signature = signer.sign(to_be_signed)
    half = len(signature) // 2
    der = encode_dss_signature(
        int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big")
    )
    return _der(0x30, to_be_signed + _ECDSA_WITH_SHA256 + _der(0x03, b"\0" + der))


def _der(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content
