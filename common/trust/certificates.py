"""An issuer's certificate chain in a JOSE header (`x5c`, RFC 7515 §4.1.6; SD-JWT VC §2.5)."""

import base64
import binascii
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import verification

from common.errors import InvalidKey, MalformedInput
from common.keys import PublicKey
from common.trust.trust_list import Untrusted

MAX_CERTIFICATES: Final = 5
MAX_LENGTH: Final = 20_000
_CURVES: Final = {"secp256r1": "P-256", "secp384r1": "P-384"}


def verify_chain(
    x5c: object, *, issuer: str, anchors: Sequence[x509.Certificate], now: datetime
) -> PublicKey:
    """The key of an end-entity certificate that an anchor vouches for and that names `issuer` (RFC 5280 §6).

    It names the issuer by its URL, or by its host, among its alternative names.
    """
    chain = _parse(x5c)
    if not anchors:
        raise Untrusted("No certificate authority is trusted, so no certificate is.")
    builder = verification.PolicyBuilder().store(verification.Store(list(anchors)))
    builder = builder.time(now.astimezone(UTC).replace(tzinfo=None)).max_chain_depth(MAX_CERTIFICATES)
    builder = builder.extension_policies(
        ca_policy=verification.ExtensionPolicy.webpki_defaults_ca(),
        ee_policy=verification.ExtensionPolicy.permit_all().require_present(
            x509.SubjectAlternativeName, verification.Criticality.AGNOSTIC, None
        ),
    )
    try:
        builder.build_client_verifier().verify(chain[0], chain[1:])
        names = chain[0].extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (verification.VerificationError, x509.ExtensionNotFound, ValueError) as error:
        raise Untrusted("This certificate chain leads to nobody trusted.", detail=str(error)) from error
    host = urlsplit(issuer).hostname
    if issuer not in names.get_values_for_type(
        x509.UniformResourceIdentifier
    ) and host not in names.get_values_for_type(x509.DNSName):
        raise Untrusted("This certificate is not the issuer's.")
    return public_key(chain[0])


def public_key(certificate: x509.Certificate) -> PublicKey:
    """A certificate's key, where it is of a kind that is used here."""
    key = certificate.public_key()
    if isinstance(key, ed25519.Ed25519PublicKey):
        return PublicKey("Ed25519", key.public_bytes(Encoding.Raw, PublicFormat.Raw))
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in _CURVES:
        raw = key.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
        return PublicKey(_CURVES[key.curve.name], raw)
    raise InvalidKey("This certificate holds a key of a kind that is not used here.")


def _parse(x5c: object) -> list[x509.Certificate]:
    if not isinstance(x5c, list) or not 0 < len(x5c) <= MAX_CERTIFICATES:
        raise MalformedInput(f"x5c holds one to {MAX_CERTIFICATES} certificates.")
    try:
        if not all(isinstance(entry, str) and len(entry) <= MAX_LENGTH for entry in x5c):
            raise ValueError("not a certificate")
        return [x509.load_der_x509_certificate(base64.b64decode(entry, validate=True)) for entry in x5c]
    except (ValueError, binascii.Error) as error:
        raise MalformedInput("A certificate in x5c cannot be read.") from error
