"""For what a certificate was made: its keyUsage and extendedKeyUsage (RFC 5280 §4.2.1.3, §4.2.1.12).

An authority makes certificates for many things. One that it made for a web server, a time stamp or an OCSP
answer speaks for nobody here, however well its chain leads to the authority.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, ObjectIdentifier

DOCUMENT_SIGNER: Final = ObjectIdentifier("1.0.18013.5.1.2")  # id-mdl-kp-mdlDS
READER: Final = ObjectIdentifier("1.0.18013.5.1.6")  # id-mdl-kp-mdlReaderAuth
STATUS_SIGNER: Final = ObjectIdentifier("1.3.6.1.5.5.7.3.30")  # id-kp-oauthStatusSigning
_DOCUMENT_SIGNING: Final = ObjectIdentifier("1.3.6.1.5.5.7.3.36")  # RFC 9336
# Arcs whose purposes all have a meaning of their own: the IETF's, ISO 18013-5's, Microsoft's, Kerberos',
# Certificate Transparency's, ETSI's signers of trust lists; Netscape's and Intel's for servers, Apple's and
# Adobe's for code and papers, PIV's cards, TCG's platforms, ICAO's lists. Any other is its ecosystem's,
# perhaps for this.
_DEFINED: Final = (
    "1.3.6.1.5.5.7.3.",
    "1.0.18013.5.1.",
    "1.3.6.1.4.1.311.",
    "1.3.6.1.5.2.3.",
    "1.3.6.1.4.1.11129.2.4.",
    "0.4.0.2231.3.",
    "2.16.840.1.113730.",
    "2.16.840.1.113741.",
    "1.2.840.113635.",
    "1.2.840.113583.",
    "2.16.840.1.101.3.",
    "2.23.133.",
    "2.23.136.",
)


class WrongPurposeError(ValueError):
    """A certificate that was made for something else."""


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a leaf must be for. Where it has an extendedKeyUsage, one of `named`, or one that is nobody's."""

    name: str
    named: frozenset[ObjectIdentifier]

    def require(self, leaf: x509.Certificate) -> None:
        """Raise unless this leaf may make signatures of this purpose."""
        try:
            usage = leaf.extensions.get_extension_for_class(x509.KeyUsage).value
        except x509.ExtensionNotFound as error:
            raise WrongPurposeError("a signer's certificate has a keyUsage") from error
        if not usage.digital_signature:
            raise WrongPurposeError("this key makes no digital signatures")
        if usage.key_cert_sign:
            raise WrongPurposeError("an authority's key signs nothing but certificates")
        self.require_allowed(leaf)

    def require_allowed(self, one: x509.Certificate) -> None:
        """Raise where a certificate, or an authority between leaf and anchor, is for other purposes alone."""
        try:
            given = one.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        except x509.ExtensionNotFound:
            return
        if not self._allowed(given):
            raise WrongPurposeError(f"this certificate is not for {self.name}")

    def _allowed(self, given: Iterable[ObjectIdentifier]) -> bool:
        named = self.named | {ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}
        return any(oid in named or not oid.dotted_string.startswith(_DEFINED) for oid in given)


# No purpose is defined for issuers' tokens (HAIP 1.0 §6.1.1); signers of mdocs often sign them as well.
ISSUER: Final = Purpose("an issuer's tokens", frozenset({DOCUMENT_SIGNER, _DOCUMENT_SIGNING}))
STATUS: Final = Purpose("status lists", ISSUER.named | {STATUS_SIGNER})  # Token Status List §10
REQUEST: Final = Purpose("requests", frozenset({READER, ExtendedKeyUsageOID.CLIENT_AUTH}))
ATTESTATION: Final = Purpose("attestations of clients", frozenset({ExtendedKeyUsageOID.CLIENT_AUTH}))
