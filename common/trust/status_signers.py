"""Who may sign the status list of a credential whose issuer's key was found by a certificate.

The same certificate, another document signer under the same root, or one that this root made for signing
status lists (Token Status List §10): so that issuers count who have no address, because their roots were
entered by hand.
"""

from collections.abc import Sequence
from datetime import datetime

from cryptography import x509
from cryptography.x509.oid import ObjectIdentifier

from common.keys import PublicKey, certificate
from common.trust.certificates import verify_chain
from common.trust.purposes import DOCUMENT_SIGNER, STATUS, STATUS_SIGNER
from common.trust.trust_list import UntrustedIssuerError


def status_signer(chain: Sequence[bytes], *, vouching: Sequence[bytes], now: datetime) -> PublicKey:
    """The key of a list's `chain` (DER, leaf first), once it may sign for a credential.

    `vouching` are the credential's own certificates, its signer's first and its root last.
    """
    leaf = verify_chain(chain, anchors=[certificate.load(vouching[-1])], purpose=STATUS, now=now)
    signer = certificate.load(vouching[0])
    purposes = _purposes(leaf)
    if leaf == signer or STATUS_SIGNER in purposes or DOCUMENT_SIGNER in purposes & _purposes(signer):
        return certificate.public_key(leaf)
    raise UntrustedIssuerError(
        "The status list was signed by somebody whom its issuer did not charge with it."
    )


def _purposes(one: x509.Certificate) -> frozenset[ObjectIdentifier]:
    """The extended purposes that a certificate names (RFC 5280 §4.2.1.12)."""
    try:
        return frozenset(one.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)
    except (x509.ExtensionNotFound, *certificate.FAULTS):
        return frozenset()
