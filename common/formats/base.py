"""The interface of a securing format, and the only types that leave a verification."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from common.did import VerificationMethod
from common.errors import SelloError
from common.keys import PublicKey, Signer
from common.vcdm.credential import ClaimPath, Credential, StatusReference

Secured = str | Mapping[str, Any]  # a compact token, or a JSON object with its proof


class InvalidCredentialError(SelloError):
    """A credential or presentation whose bytes, proof, times or binding do not hold."""

    code = "invalid_credential"


class NotYetValidError(InvalidCredentialError):
    """Before its `validFrom` or `nbf`."""


class ExpiredError(InvalidCredentialError):
    """After its `validUntil` or `exp`."""


class BindingMismatchError(InvalidCredentialError):
    """A presentation made by another, for another, for another request, or at another time."""

    code = "invalid_presentation"


@dataclass(frozen=True, slots=True)
class Binding:
    """What a presentation must be bound to; there is no optional nonce.

    `transaction_data` are the base64url strings of the request, verbatim, in the request's order,
    those only that refer to the presented credential. `session_transcript` is the CBOR in which an mdoc's
    device signs audience, nonce and whatever else marks the session (OpenID4VP B.2.6); mdoc needs it.
    """

    audience: str
    nonce: str
    transaction_data: tuple[str, ...] = ()
    session_transcript: bytes | None = None


@dataclass(frozen=True, slots=True)
class VerifiedCredential:
    """A credential whose signature, shape and validity period hold. Only verify functions build it.

    `document` is the verified JSON (an SD-JWT's processed payload, without digests), to which DCQL claim
    paths apply; `claims` the subject's part of it. `issuer` is proven to control the signing key.
    `holder_key` is the key to which a `cnf` bound it; `subject` the subject's identifier, if any.
    `authority_keys` are the AuthorityKeyIdentifiers (base64url) in the verified certificate chain, if any;
    `certificates` that chain, DER, the signer's own first and the trusted one last. `partial`: its holder may
    have kept parts of `document` back, as formats allow whose schemas know no parts. `disclosed` are the
    places in an SD-JWT's payload of what came out of Disclosures. `written` is the JSON as it came, empty but
    in W3C formats: it says what `document` says, perhaps in another form, and only schemas are asked of it,
    which tell one from a list of one.
    """

    format: str
    id: str | None
    issuer: str
    key_id: str
    types: tuple[str, ...]
    document: Mapping[str, Any]
    claims: Mapping[str, Any]
    subject: str | None
    holder_key: PublicKey | None
    valid_from: datetime | None
    valid_until: datetime | None
    status: tuple[StatusReference, ...]
    authority_keys: tuple[str, ...] = ()
    certificates: tuple[bytes, ...] = ()
    partial: bool = False
    disclosed: tuple[ClaimPath, ...] = ()
    written: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class VerifiedPresentation:
    """Credentials shown by their holder for one request, with what the holder signed beside them."""

    credentials: tuple[VerifiedCredential, ...]
    holder: str  # holder's DID, or the RFC 7638 thumbprint of the bound key; empty where nobody signed
    transaction_data: tuple[str, ...]  # the entries of the binding whose hashes the holder signed


@dataclass(frozen=True, slots=True)
class Holder:
    """To whom a credential is bound: the key proven at issuance, and the DID it was proven under, if any.

    JOSE formats bind the key (`cnf`), Data Integrity the DID (`credentialSubject.id`); a bare key's DID is
    its did:key.
    """

    key: PublicKey
    did: str


class Sources(Protocol):
    """Where a format finds what is not in the bytes before it: keys, and the meaning of their terms."""

    def method(self, did_url: str, *, purpose: str) -> VerificationMethod:
        """The key of a DID URL, authorised by its controller for `purpose`."""

    def issuer_key(self, issuer: str, header: Mapping[str, Any]) -> VerificationMethod:
        """The key that `issuer` (DID or https URL) publishes under a JOSE header's `kid` or `x5c`.

        The key must be the issuer's own: a `kid` that leads to somebody else is an error. An empty `issuer`
        is whom the header's certificate names: the key's `controller`.
        """

    def document_signer(self, chain: Sequence[bytes]) -> VerificationMethod:
        """The key of an mdoc's certificate chain (DER, leaf first), its `controller` the issuer behind it.

        That issuer's own root must vouch for the leaf: a certificate only says whose it claims to be.
        """

    def context(self, url: str, *, issuer: str) -> Mapping[str, Any]:
        """The JSON-LD document behind a context URL.

        One of the closed set that this house ships, or one that `issuer` (a did:web) publishes under its
        own address; any other is an error, so that nobody lends another meaning to signed terms.
        """


class Format(Protocol):
    """A securing format, under its OpenID4VCI identifier in `common.formats.FORMATS`."""

    def issue(
        self,
        credential: Credential,
        *,
        signer: Signer,
        holder: Holder | None,
        sources: Sources,
        now: datetime,
        salt: Callable[[], str],
    ) -> Secured:
        """Secure a credential for its holder (None: a bearer's); each `salt()` is 128 random bits."""

    def verify_credential(self, secured: Secured, *, sources: Sources, now: datetime) -> VerifiedCredential:
        """Check shape, signature and validity period; trust and status are asked elsewhere."""

    def present(
        self,
        secured: Secured,
        *,
        disclose: Sequence[ClaimPath] | None,
        binding: Binding,
        signer: Signer,
        sources: Sources,
        now: datetime,
    ) -> Secured:
        """A presentation for one request; `disclose` None shows all, formats without selection show all."""

    def verify_presentation(
        self, presented: Secured, *, binding: Binding, sources: Sources, now: datetime
    ) -> VerifiedPresentation:
        """Check every credential in it and that its holder made it for `binding`, now."""
