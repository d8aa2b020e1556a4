"""The interface of a securing format, and the only types that leave a verification."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from common.did import VerificationMethod
from common.errors import MalformedInputError, SelloError, UnknownPartError
from common.formats.traits import Kind, PublishedType, Traits, TypeNames
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

        One of the closed set that ships with this code, or one that `issuer` (a did:web) publishes under its
        own address; any other is an error, so that nobody lends another meaning to signed terms.
        """


@dataclass(frozen=True, slots=True)
class Declared:
    """What a presentation says of itself: its credentials, and the binding that its holder wrote beside them.

    Nothing of it is believed yet. `binding` is None where it cannot be known without the request: hashes do
    not give back what was hashed. `made` is None where nobody wrote it, as in an mdoc.
    """

    credentials: tuple[Secured, ...]
    binding: Binding | None
    made: datetime | None


@dataclass(frozen=True, slots=True)
class Preview:
    """What a verifier would read of a credential: the document, and the claims about its subject."""

    document: Mapping[str, Any]
    claims: Mapping[str, Any]


class Format(Protocol):
    """A securing format, under its OpenID4VCI identifier in `common.formats.FORMATS`.

    A format inherits from this class; what has a body here is as most formats have it.
    """

    @property
    def traits(self) -> Traits:
        """What others must know of the format."""
        ...

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
        """Secure a credential for its holder (None: a bearer's); each `salt()` is 128 random bits.

        Raises `MalformedInputError` where the format has no place for what the credential says.
        """
        ...

    def verify_credential(self, secured: Secured, *, sources: Sources, now: datetime) -> VerifiedCredential:
        """Check shape, signature and validity period; trust and status are asked elsewhere.

        Raises `InvalidCredentialError`, or another `SelloError` of what lies beneath.
        """
        ...

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
        """A presentation for one request; `disclose` None shows all, formats without selection show all.

        Raises `BindingMismatchError` where the credential is bound to another key than the signer's.
        """
        ...

    def verify_presentation(
        self, presented: Secured, *, binding: Binding, sources: Sources, now: datetime
    ) -> VerifiedPresentation:
        """Check every credential in it and that its holder made it for `binding`, now.

        Raises `BindingMismatchError` or `InvalidCredentialError`.
        """
        ...

    def detect(self, secured: Secured) -> Kind | None:
        """Which of the two a text or object is, by its shape alone; None where it is of another format.

        Raises `MalformedInputError`, with what a person reads, where no other format can claim it either.
        """
        ...

    def parse_presentation(self, presented: Secured) -> Declared:
        """Take a presentation apart, believing nothing; `MalformedInputError` where that is not possible."""
        ...

    def publish(self, names: TypeNames) -> PublishedType:
        """How issuer metadata name a type in this format (OpenID4VCI 1.0 Appendix A)."""
        ...

    def claim_path(self, name: str, *, names: TypeNames) -> tuple[str, ...]:
        """Where a claim stands in a credential of a type (OpenID4VCI 1.0 Appendix C)."""
        return ("credentialSubject", name)

    def with_suite(self, suite: str) -> "Format":
        """The format with the suite named after a colon; an unknown one is an error that names the known."""
        known = tuple(map(str, self.traits.algorithms))
        if suite not in known:
            raise UnknownPartError(f"suite of {self.traits.identifier}", suite, known)
        return self

    def is_selective(self, secured: Secured) -> bool:
        """Whether the holder of this very credential may keep claims of it back."""
        return self.traits.selective

    def preview(
        self, secured: Secured, *, document: Mapping[str, Any], disclose: Sequence[ClaimPath]
    ) -> Preview:
        """What a verifier would read of a selective credential, of whose `document` it is shown `disclose`.

        Raises `MalformedInputError` where the credential is not selective.
        """
        raise MalformedInputError("This credential can only be shown as a whole.")

    def show_without_binding(
        self, secured: Secured, *, disclose: Sequence[ClaimPath] | None, sources: Sources
    ) -> Secured:
        """The credential with the claims at `disclose` (None: all), under its issuer's signature alone.

        Whoever has seen such a presentation could show it again; nobody makes one unasked. Raises
        `MalformedInputError` for a format whose traits are not `without_binding`.
        """
        raise MalformedInputError(f"{self.traits.identifier} is always shown with its holder's signature.")
