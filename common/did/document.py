"""DID documents (DID Core 1.0) as far as a signature needs them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from common.encoding import strict_json
from common.errors import SelloError
from common.keys import PublicKey, jwk, multikey
from common.keys.unsupported import UnknownKeyKindError

PURPOSES = (
    "authentication",
    "assertionMethod",
    "keyAgreement",
    "capabilityInvocation",
    "capabilityDelegation",
)


class ResolutionError(SelloError):
    """A DID or DID URL that leads to no key; `code` is one of DID Resolution's."""

    code = "notFound"


class DeactivatedError(ResolutionError):
    """A DID that its controller gave up for good (DID Resolution §4.4)."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What the one door to the network brought: the body of a 200, and its media type."""

    body: bytes
    content_type: str = "application/json"


class Fetch(Protocol):
    """The door itself, as pure code sees it; raises `FetchError`."""

    def __call__(self, url: str, *, accept: str = "application/json") -> Fetched:
        """The body behind `url`, with the media type that it came as."""


@dataclass(frozen=True, slots=True)
class VerificationMethod:
    """A key, who controls it, and what its controller says it is for, and until when it is good.

    `certificates` vouch for it, DER, its own first and a trusted one last, where it was found by them.
    """

    id: str
    controller: str
    public_key: PublicKey
    purposes: frozenset[str]
    ends: datetime | None = None
    certificates: tuple[bytes, ...] = ()

    def require(self, purpose: str) -> "VerificationMethod":
        """Itself, or an error when the controller did not list it for `purpose` (CID §3.3)."""
        if purpose not in self.purposes:
            raise ResolutionError(
                f"This key is not meant for {purpose}.", code="INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD"
            )
        return self

    def require_current(self, now: datetime) -> "VerificationMethod":
        """Itself, or an error once it has expired or was revoked (CID §2.2)."""
        if self.ends is not None and self.ends <= now:
            raise ResolutionError("This key is no longer in use.", code="INVALID_VERIFICATION_METHOD")
        return self


@dataclass(frozen=True, slots=True)
class DIDDocument:
    """A resolved document, with the methods whose keys are understood."""

    id: str
    methods: Mapping[str, VerificationMethod]
    source: Mapping[str, Any]
    others: Mapping[str, UnknownKeyKindError] = field(default_factory=dict)  # keys of kinds not used here

    def method(self, did_url: str) -> VerificationMethod:
        """The verification method of that absolute DID URL."""
        if did_url in self.methods:
            return self.methods[did_url]
        if did_url in self.others:
            raise ResolutionError(self.others[did_url].public, code="INVALID_VERIFICATION_METHOD")
        raise ResolutionError("The DID document does not hold this key.")


def parse_document(source: Mapping[str, Any], *, did: str) -> DIDDocument:
    """Read a DID document (DID Core §4, §5); one that speaks of another DID is refused.

    Members that are null say nothing; `source` keeps them.
    """
    if source.get("id") != did:
        raise ResolutionError("This DID document is another's.", code="invalidDidDocument")
    entries, relations = _entries(strict_json.without_nulls(source), did=did)
    methods: dict[str, VerificationMethod] = {}
    others: dict[str, UnknownKeyKindError] = {}
    for identifier, entry in entries.items():
        try:
            method = _method(identifier, entry, relations.get(identifier, set()))
        except UnknownKeyKindError as error:
            others[identifier] = error
            continue
        if method is not None:
            methods[identifier] = method
    return DIDDocument(id=did, methods=methods, source=source, others=others)


def _entries(
    document: Mapping[str, Any], *, did: str
) -> tuple[dict[str, Mapping[str, Any]], dict[str, set[str]]]:
    """Verification methods by DID URL, and the relationships of each (DID Core §5.2, §5.3)."""
    relations: dict[str, set[str]] = {}
    entries: dict[str, Mapping[str, Any]] = {}
    for name in ("verificationMethod", *PURPOSES):
        values = document.get(name, [])
        if not isinstance(values, list):
            raise ResolutionError(f"{name} is not a list.", code="invalidDidDocument")
        for value in values:
            if isinstance(value, Mapping) and isinstance(value.get("id"), str):
                identifier = absolute(value["id"], did)
                if entries.setdefault(identifier, value) != value:
                    raise ResolutionError("Two keys have one name.", code="invalidDidDocument")
            elif isinstance(value, str):
                identifier = absolute(value, did)
            else:
                raise ResolutionError(f"{name} holds no key.", code="invalidDidDocument")
            if name in PURPOSES:
                relations.setdefault(identifier, set()).add(name)
    return entries, relations


def absolute(identifier: str, did: str) -> str:
    """A DID URL, perhaps written relative to the document that it stands in (DID Core §3.2.2)."""
    return did + identifier if identifier.startswith("#") else identifier


def _method(identifier: str, entry: Mapping[str, Any], purposes: set[str]) -> VerificationMethod | None:
    """The entry as a key, or None where it is none; `UnknownKeyKindError` where it is of another kind.

    Key material in two formats at once is no key (CID §2.2): they need not agree.
    """
    controller = entry.get("controller")
    if "publicKeyMultibase" in entry and "publicKeyJwk" in entry:
        return None
    try:
        if isinstance(entry.get("publicKeyMultibase"), str):
            key = multikey.decode(entry["publicKeyMultibase"])
        elif isinstance(entry.get("publicKeyJwk"), Mapping):
            key = jwk.decode(entry["publicKeyJwk"])
        else:
            return None
    except UnknownKeyKindError:
        raise
    except SelloError:
        return None
    if not isinstance(controller, str):
        return None
    try:
        ends = min((_moment(entry[name]) for name in ("expires", "revoked") if name in entry), default=None)
    except ValueError:
        return None
    return VerificationMethod(identifier, controller, key, frozenset(purposes), ends)


def _moment(value: object) -> datetime:
    """An XML Schema dateTimeStamp; a key of which nobody can say when it ends is none."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    if moment is None or moment.tzinfo is None:
        raise ValueError("no time with a zone")
    return moment
