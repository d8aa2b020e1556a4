"""Bitstring Status List 1.0 (W3C): the list as a credential of its own."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, Protocol

from common.encoding import multibase
from common.errors import MalformedInputError
from common.status.bits import MINIMUM_ENTRIES, StatusBits, compress, decompress
from common.status.errors import StatusError
from common.status.status_list import DecodedStatusList
from common.vcdm.credential import StatusReference

CONTEXT: Final = "https://www.w3.org/ns/credentials/v2"
_TYPES: Final = frozenset(  # as JOSE credentials name it, and as Data Integrity expands it
    {
        "BitstringStatusListCredential",
        "https://www.w3.org/ns/credentials/status#BitstringStatusListCredential",
    }
)
LIST: Final = "BitstringStatusList"
ACCEPT: Final = "application/vc, application/ld+json, application/json"


class ListCredential(Protocol):
    """A status list credential whose proof and times hold: what a format's verification brings."""

    @property
    def issuer(self) -> str:
        """Who signed the list."""

    @property
    def types(self) -> Sequence[str]:
        """Its types; `BitstringStatusListCredential` is among them."""

    @property
    def document(self) -> Mapping[str, Any]:
        """What the signature covers."""

    @property
    def valid_from(self) -> datetime | None:
        """From when it holds, where it says so."""

    @property
    def valid_until(self) -> datetime | None:
        """Until when it holds, where it says so."""


def encode_list(statuses: StatusBits) -> str:
    """`encodedList` (§3.3): GZIP, then multibase base64url; a list too short to hide anyone is refused."""
    if statuses.order != "most":
        raise MalformedInputError("A bitstring's first entry is its left-most.")
    return multibase.encode_base64url(compress(statuses.require_length().data, wrapper="gzip"))


def decode_list(encoded: object, *, bits: int = 1) -> StatusBits:
    """The entries of an `encodedList` (§3.4)."""
    if not isinstance(encoded, str) or not encoded.startswith("u"):
        raise MalformedInputError("An encodedList is multibase base64url text.", code="MALFORMED_VALUE_ERROR")
    return StatusBits(decompress(multibase.decode(encoded), wrapper="gzip"), bits, "most")


def status_list_credential(
    *,
    uri: str,
    issuer: str,
    purpose: str,
    statuses: StatusBits,
    valid_from: datetime,
    valid_until: datetime,
    ttl: int,
) -> dict[str, Any]:
    """The unsigned BitstringStatusListCredential (§2.2); `ttl` in seconds, published in milliseconds."""
    return {
        "@context": [CONTEXT],
        "id": uri,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer,
        "validFrom": _text(valid_from),
        "validUntil": _text(valid_until),
        "credentialSubject": {
            "id": f"{uri}#list",
            "type": LIST,
            "statusPurpose": purpose,
            "encodedList": encode_list(statuses),
            "ttl": ttl * 1000,
        },
    }


def read(credential: ListCredential, *, uri: str, issuer: str) -> DecodedStatusList:
    """The list in a verified credential (§2.2); one of another issuer, or for another place, is refused."""
    document = credential.document
    subject = document.get("credentialSubject")
    if isinstance(subject, list) and len(subject) == 1:
        subject = subject[0]
    if credential.issuer != issuer:
        raise StatusError("The status list is not the credential issuer's own.")
    if _TYPES.isdisjoint(credential.types) or document.get("id") not in (None, uri):
        raise StatusError("This is not the status list that the credential names.")
    types = subject.get("type") if isinstance(subject, Mapping) else None
    if not isinstance(subject, Mapping) or LIST not in (types if isinstance(types, list) else [types]):
        raise MalformedInputError("This status list has no list.", code="MALFORMED_VALUE_ERROR")
    purposes, ttl = subject.get("statusPurpose"), subject.get("ttl")
    names = [purposes] if isinstance(purposes, str) else purposes
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        raise MalformedInputError("This status list says no purpose.", code="MALFORMED_VALUE_ERROR")
    return DecodedStatusList(
        uri=uri,
        issuer=issuer,
        statuses=decode_list(subject.get("encodedList")),
        purposes=frozenset(names),
        valid_from=credential.valid_from,
        valid_until=credential.valid_until,
        ttl=int(ttl // 1000) if isinstance(ttl, int | float) and ttl >= 0 else None,
    )


def validate(reference: StatusReference, status_list: DecodedStatusList) -> int:
    """The credential's entry, of `size` bits from its left (§3.2 steps 5 to 10)."""
    if reference.purpose not in status_list.purposes:
        raise StatusError("The status list serves another purpose than the credential's entry.")
    bits = status_list.statuses.require_length(MINIMUM_ENTRIES * reference.size)
    first = reference.index * reference.size
    return int("".join(str(bits[first + place]) for place in range(reference.size)), 2)


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
