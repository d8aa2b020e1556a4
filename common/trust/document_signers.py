"""Whose document signer signed: from an mdoc's certificate to the issuer whose root vouches for it.

Roots that somebody entered by hand come first, under the address or else the subject that stands in them. Any
other issuer is asked at the address that the certificate claims, so that a certificate can never speak for an
address but its root's own; whether that issuer is trusted is the trust list's question, as in every format.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding

from common.did import Fetch, VerificationMethod
from common.errors import MalformedInputError
from common.keys import certificate
from common.trust import iaca
from common.trust.certificates import LOOPBACK
from common.trust.issuer_keys import PURPOSE, NotTheIssuersKeyError

PEM: Final = "application/x-pem-file"


def find_document_signer(
    chain: Sequence[bytes], *, anchors: Sequence[x509.Certificate], fetch: Fetch, now: datetime
) -> VerificationMethod:
    """The key of a chain's document signer, controlled by the issuer behind it.

    `anchors` are the roots that are known; other issuers publish theirs at `root_url`.
    """
    if not chain:
        raise MalformedInputError("This mdoc does not bring its issuer's certificate.")
    leaf = certificate.load(chain[0])
    issuer, root = _known(leaf, anchors) or _published(leaf, fetch)
    key = iaca.verify_document_signer(chain, root=root, now=now)
    fingerprint = hashlib.sha256(chain[0]).hexdigest()[:32]
    vouching = (chain[0], root.public_bytes(Encoding.DER))
    return VerificationMethod(
        f"{issuer}#{fingerprint}", issuer, key, frozenset({PURPOSE}), certificates=vouching
    )


def root_url(issuer: str) -> str:
    """Where an issuer publishes its root, as PEM."""
    return f"{issuer}/iaca.pem"


def issuer_name(root: x509.Certificate) -> str:
    """The issuer behind a root: its address, else the root's subject, such as `CN=Utopia IACA,C=UT`."""
    found = iaca.certificate_addresses(root)
    return found[0].rstrip("/") if found else root.subject.rfc4514_string()


def load_root(pem: bytes) -> x509.Certificate:
    """The one certificate in a PEM text."""
    try:
        [root] = x509.load_pem_x509_certificates(pem[: 2 * certificate.MAX_BYTES])
    except ValueError as error:
        raise MalformedInputError("This is not a PEM text with one certificate.") from error
    return root


def _known(
    leaf: x509.Certificate, anchors: Sequence[x509.Certificate]
) -> tuple[str, x509.Certificate] | None:
    for root in anchors:
        try:
            leaf.verify_directly_issued_by(root)
        except (InvalidSignature, *certificate.FAULTS):
            continue
        return issuer_name(root), root
    return None


def _published(leaf: x509.Certificate, fetch: Fetch) -> tuple[str, x509.Certificate]:
    addresses = [one for one in iaca.certificate_addresses(leaf) if one.startswith(("https://", *LOOPBACK))]
    if len(addresses) != 1 or any(mark in addresses[0] for mark in "?#"):
        raise NotTheIssuersKeyError(
            "This certificate is under no root that is known, and names no address of one."
        )
    issuer = addresses[0].rstrip("/")
    return issuer, load_root(fetch(root_url(issuer), accept=PEM).body)
