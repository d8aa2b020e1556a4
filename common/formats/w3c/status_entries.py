"""`credentialStatus` of a credential: Bitstring Status List entries (W3C BSL 1.0 §2.1)."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from common.encoding import strict_json
from common.formats.base import InvalidCredentialError
from common.vcdm import validation
from common.vcdm.credential import StatusPurpose, StatusReference

TYPE: Final = "BitstringStatusListEntry"
PURPOSES: Final[dict[str, StatusPurpose]] = {"revocation": "revocation", "suspension": "suspension"}
MAX_SIZE: Final = 8  # bits of one entry
_INDEX: Final = re.compile(r"(0|[1-9][0-9]{0,11})\Z")


class MalformedStatusEntryError(InvalidCredentialError):
    """A status entry that is none (§3.5)."""

    code = "MALFORMED_VALUE_ERROR"


def create_status_entries(references: Sequence[StatusReference]) -> list[dict[str, str]]:
    """The entries of a credential's places in bitstring lists; token lists belong to other formats."""
    entries = [
        {
            "id": f"{reference.uri}#{reference.index}",
            "type": TYPE,
            "statusPurpose": reference.purpose or "",
            "statusListIndex": str(reference.index),
            "statusListCredential": reference.uri,
        }
        for reference in references
        if reference.kind == TYPE
    ]
    if not entries or not all(entry["statusPurpose"] for entry in entries):
        raise InvalidCredentialError("The status of this credential would stand in no bitstring list.")
    return entries


def parse(document: Mapping[str, Any]) -> tuple[StatusReference, ...]:
    """The places where a credential's revocation and suspension stand.

    A kind of entry that is not known is an error, for whoever skips it calls valid what is perhaps revoked.
    Entries of known kind that serve other purposes (`message`, `refresh`) say nothing of validity.
    """
    references = []
    for entry in _entries(document):
        if not _is_known(entry):
            raise InvalidCredentialError("This credential's status is of a kind that is not known.")
        check_entry(entry)
        if entry["statusPurpose"] in PURPOSES:
            purpose = PURPOSES[entry["statusPurpose"]]
            uri, index = entry["statusListCredential"], int(entry["statusListIndex"])
            references.append(StatusReference(TYPE, uri, index, purpose, _size(entry)))
    return tuple(references)


def check_status_entries(document: Mapping[str, Any]) -> None:
    """Raise unless each Bitstring Status List entry of a credential is one; other kinds are left alone."""
    for entry in _entries(document):
        if _is_known(entry):
            check_entry(entry)


def check_entry(entry: Mapping[str, Any]) -> None:
    """Raise unless an entry has the shape that §2.1 wants."""
    purpose, index, uri = (
        entry.get(name) for name in ("statusPurpose", "statusListIndex", "statusListCredential")
    )
    if not isinstance(purpose, str) or not isinstance(uri, str) or not validation.is_url(uri):
        raise MalformedStatusEntryError("This credential's status entry is malformed.")
    if not isinstance(index, str) or not _INDEX.match(index):
        raise MalformedStatusEntryError("This credential's status entry names no place in its list.")
    if entry.get("id") == uri:
        raise MalformedStatusEntryError("A status entry is not named as its list is.")
    references = entry.get("statusReference", [])
    if not all(map(validation.is_url, references if isinstance(references, list) else [references])):
        raise MalformedStatusEntryError("What a status entry refers to is named by URLs.")
    _check_messages(entry)


def _check_messages(entry: Mapping[str, Any]) -> None:
    """One message for each value that the entry's bits may have; without them, for one bit alone."""
    size, messages = _size(entry), entry.get("statusMessage")
    if messages is None and size == 1:
        return
    if not isinstance(messages, list) or len(messages) != 2**size:
        raise MalformedStatusEntryError("A status of several bits says what each of its values means.")
    for message in messages:
        if not isinstance(message, Mapping) or not all(
            isinstance(message.get(name), str) for name in ("status", "message")
        ):
            raise MalformedStatusEntryError("A status message has a status and a message.")


def _size(entry: Mapping[str, Any]) -> int:
    size = strict_json.whole(entry.get("statusSize", 1))
    if size is None or not 0 < size <= MAX_SIZE:
        raise MalformedStatusEntryError("The size of a status is a number of bits.")
    return size


def _entries(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The status entries, without members that are null."""
    return [strict_json.without_nulls(entry) for entry in validation.entries(document, "credentialStatus")]


def _is_known(entry: Mapping[str, Any]) -> bool:
    types = entry.get("type")
    return TYPE in (types if isinstance(types, list) else [types])
