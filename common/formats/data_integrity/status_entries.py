"""`credentialStatus` of a credential: Bitstring Status List entries (W3C BSL 1.0 §2.1)."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from common.formats.base import CredentialInvalid
from common.vcdm import validation
from common.vcdm.credential import StatusPurpose, StatusReference

TYPE: Final = "BitstringStatusListEntry"
PURPOSES: Final[dict[str, StatusPurpose]] = {"revocation": "revocation", "suspension": "suspension"}
_INDEX: Final = re.compile(r"(0|[1-9][0-9]{0,11})\Z")


def build(references: Sequence[StatusReference]) -> list[dict[str, str]]:
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
        raise CredentialInvalid("The status of this credential would stand in no bitstring list.")
    return entries


def parse(document: Mapping[str, Any]) -> tuple[StatusReference, ...]:
    """The places where a credential's revocation and suspension stand.

    A kind of entry that is not known is an error, for whoever skips it calls valid what is perhaps revoked.
    Entries of known kind that serve other purposes (`message`, `refresh`) say nothing of validity.
    """
    references = []
    for entry in validation.entries(document, "credentialStatus"):
        if entry.get("type") not in (TYPE, [TYPE]):
            raise CredentialInvalid("This credential's status is of a kind that is not known.")
        purpose, index, uri = (
            entry.get(name) for name in ("statusPurpose", "statusListIndex", "statusListCredential")
        )
        if not isinstance(purpose, str) or not isinstance(uri, str) or not validation.is_url(uri):
            raise CredentialInvalid("This credential's status entry is malformed.")
        if not isinstance(index, str) or not _INDEX.match(index) or entry.get("statusSize", 1) != 1:
            raise CredentialInvalid("This credential's status entry names no place of one bit.")
        if purpose in PURPOSES:
            references.append(StatusReference(TYPE, uri, int(index), PURPOSES[purpose]))
    return tuple(references)
