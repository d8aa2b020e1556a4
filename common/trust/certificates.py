"""Certificate chains in a JOSE header (`x5c`, RFC 7515 §4.1.6): the one check that every party makes."""

import base64
import binascii
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.x509 import verification
from cryptography.x509.verification import Criticality, ExtensionPolicy

from common.errors import InvalidKeyError, MalformedInputError
from common.keys import certificate
from common.trust import paths
from common.trust.purposes import ISSUER, Purpose, WrongPurposeError
from common.trust.trust_list import UntrustedIssuerError

MAX_CERTIFICATES: Final = 5
# The embedded site has no certificate; the door to the network decides whether it may be asked over http.
LOOPBACK: Final = ("http://localhost:", "http://localhost/", "http://127.0.0.1:", "http://[::1]:")


def read_x5c(value: object) -> tuple[bytes, ...]:
    """The certificates of a header, DER, the leaf first."""
    if not isinstance(value, list) or not 0 < len(value) <= MAX_CERTIFICATES:
        raise MalformedInputError(f"x5c holds one to {MAX_CERTIFICATES} certificates.")
    try:
        if not all(isinstance(entry, str) and len(entry) <= 2 * certificate.MAX_BYTES for entry in value):
            raise ValueError("not a certificate")
        return tuple(base64.b64decode(entry, validate=True) for entry in value)
    except (ValueError, binascii.Error) as error:
        raise MalformedInputError("A certificate in x5c cannot be read.") from error


def claims_anchor(chain: Sequence[bytes], *, anchors: Sequence[x509.Certificate]) -> bool:
    """Whether a chain says that one of the `anchors` signed it, or a part of it."""
    named = {certificate.load(der).issuer for der in chain[: MAX_CERTIFICATES + 1]}
    return any(anchor.subject in named for anchor in anchors)


def verify_chain(
    chain: Sequence[bytes], *, anchors: Sequence[x509.Certificate], purpose: Purpose, now: datetime
) -> x509.Certificate:
    """The leaf of a chain, once it leads to one of the `anchors` at `now` (RFC 5280 §6)."""
    return verify_path(chain, anchors=anchors, purpose=purpose, now=now)[0]


def verify_path(
    chain: Sequence[bytes], *, anchors: Sequence[x509.Certificate], purpose: Purpose, now: datetime
) -> list[x509.Certificate]:
    """The certificates from the leaf of a chain to one of the `anchors`, once it leads there at `now`.

    The leaf was made for the `purpose`, and so were those between; an anchor is whoever was chosen as one.
    """
    if not anchors:
        raise UntrustedIssuerError("No certificate authority is trusted, so no certificate is.")
    if not 0 < len(chain) <= MAX_CERTIFICATES:
        raise MalformedInputError(f"A chain has one to {MAX_CERTIFICATES} certificates.")
    leaf, *between = [certificate.load(der) for der in chain]
    # These certificates are no web server's: what a leaf's names are good for, its reader says.
    leaves = ExtensionPolicy.permit_all().may_be_present(
        x509.BasicConstraints, Criticality.AGNOSTIC, _refuse_authority
    )
    authorities = (
        ExtensionPolicy.permit_all()
        .require_present(x509.BasicConstraints, Criticality.AGNOSTIC, _require_authority)
        .may_be_present(x509.KeyUsage, Criticality.AGNOSTIC, _require_signing)
    )
    try:
        verifier = (
            verification.PolicyBuilder()
            .store(verification.Store(list(anchors)))
            .time(now.astimezone(UTC).replace(tzinfo=None))
            .max_chain_depth(MAX_CERTIFICATES)
            .extension_policies(ca_policy=authorities, ee_policy=leaves)
            .build_client_verifier()
        )
        path = None
        if paths.has_odd_number([leaf, *between], anchors=anchors):
            path = paths.find_path([leaf, *between], anchors=anchors, now=now)
            between = path[1:-1]  # others along with it choose nothing
        if path is None or not paths.has_odd_number(path, anchors=[]):
            path = verifier.verify(leaf, between).chain
        purpose.require(leaf)
        for one in path[1:-1]:
            purpose.require_allowed(one)
        certificate.public_key(leaf)
        return path
    except WrongPurposeError as error:
        raise UntrustedIssuerError(
            "This certificate was made for something else.", detail=str(error)
        ) from error
    except (verification.VerificationError, InvalidKeyError, *certificate.FAULTS) as error:
        raise UntrustedIssuerError(
            "This certificate chain leads to nobody trusted.", detail=type(error).__name__
        ) from error


def issuer_of(
    chain: Sequence[bytes], *, issuer: str, anchors: Sequence[x509.Certificate], now: datetime
) -> tuple[str, list[x509.Certificate]]:
    """The issuer behind a trusted chain, and the certificates from its own to the anchor (SD-JWT VC §3.5).

    The leaf names `issuer` by its URL, or by its host, among its alternative names. Where the credential
    names no issuer (an empty `issuer`), it is the one that the leaf names. No authority on the way may have
    been forbidden that host.
    """
    path = verify_path(chain, anchors=anchors, purpose=ISSUER, now=now)
    leaf = path[0]
    addresses, hosts = uris(leaf), dns_names(leaf)
    if not issuer:
        named = [uri for uri in addresses if uri.startswith("https://")]
        named = named or [f"https://{host}" for host in sorted(hosts) if not host.startswith("*")]
        if not named:
            raise UntrustedIssuerError("This certificate names no issuer.")
        issuer = named[0]
    elif issuer not in addresses and (urlsplit(issuer).hostname or "") not in hosts:
        raise UntrustedIssuerError("This certificate is not the issuer's.")
    if not issuer.startswith(("https://", *LOOPBACK)):
        raise UntrustedIssuerError("A certificate's issuer is named by an https URL.")
    _require_permitted((urlsplit(issuer).hostname or "").lower(), path)
    return issuer, path


def _require_permitted(host: str, path: Sequence[x509.Certificate]) -> None:
    """Raise where an authority's name constraints leave out a host (RFC 5280 §4.2.1.10).

    They bind names of their own form alone; so an authority for some hosts could name any in a URL.
    """
    for one in path[1:]:
        try:
            found = one.extensions.get_extension_for_class(x509.NameConstraints).value
        except x509.ExtensionNotFound:
            continue
        permitted = [tree.value for tree in found.permitted_subtrees or () if isinstance(tree, x509.DNSName)]
        excluded = [tree.value for tree in found.excluded_subtrees or () if isinstance(tree, x509.DNSName)]
        if (permitted and not _within(host, permitted)) or _within(host, excluded):
            raise UntrustedIssuerError("The authority behind this certificate has no say about its issuer.")


def _within(host: str, trees: Sequence[str]) -> bool:
    """Whether a host is one of those, or below it; an empty one holds all."""
    lowered = [tree.lower().strip(".") for tree in trees]
    return any(not tree or host == tree or host.endswith(f".{tree}") for tree in lowered)


def dns_names(leaf: x509.Certificate) -> frozenset[str]:
    """The dNSName entries of a certificate's subject alternative names, in lower case."""
    names = _alternative_names(leaf)
    return (
        frozenset(name.lower() for name in names.get_values_for_type(x509.DNSName)) if names else frozenset()
    )


def uris(leaf: x509.Certificate) -> tuple[str, ...]:
    """The uniformResourceIdentifier entries of a certificate's subject alternative names."""
    names = _alternative_names(leaf)
    return tuple(names.get_values_for_type(x509.UniformResourceIdentifier)) if names else ()


def _alternative_names(leaf: x509.Certificate) -> x509.SubjectAlternativeName | None:
    try:
        return leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, *certificate.FAULTS):
        return None


def _refuse_authority(policy: object, one: object, extension: x509.BasicConstraints | None) -> None:
    if extension is not None and extension.ca:
        raise ValueError("an authority's certificate signs nothing but certificates")


def _require_authority(policy: object, one: object, extension: x509.BasicConstraints) -> None:
    if not extension.ca:
        raise ValueError("a leaf signs no certificates")


def _require_signing(policy: object, one: object, extension: x509.KeyUsage | None) -> None:
    if extension is not None and not extension.key_cert_sign:
        raise ValueError("this key signs no certificates")
