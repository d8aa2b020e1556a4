"""A credential before a securing format gives it a shape: what is said, by whom, for how long."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

StatusPurpose = Literal["revocation", "suspension"]
ClaimPath = tuple[str | int | None, ...]


@dataclass(frozen=True, slots=True)
class StatusReference:
    """One place in one published list.

    `kind` is `BitstringStatusListEntry` (one list a purpose, `size` bits an entry) or `TokenStatusList` (one
    list, two bits: 0 valid, 1 revoked, 2 suspended; `purpose` is then None).
    """

    kind: Literal["BitstringStatusListEntry", "TokenStatusList"]
    uri: str
    index: int
    purpose: StatusPurpose | None = None
    size: int = 1


@dataclass(frozen=True, slots=True)
class Credential:
    """What an issuer says of a subject.

    `claims` are the subject's claims by name. `disclosable` are the claim paths that a format with
    selective disclosure makes separable. `context` are the JSON-LD contexts beyond the base one.
    `vct` is the SD-JWT VC type and the page of this type, and an mdoc's type where no `doctype` is named.
    `certificates` vouch for the signer, DER, the signer's own first, the root left out. Times are aware and
    in UTC.
    """

    id: str
    issuer: str
    type: str
    vct: str
    claims: Mapping[str, Any]
    valid_from: datetime
    valid_until: datetime | None = None
    context: tuple[str, ...] = ()
    schema: Mapping[str, Any] | None = None
    status: tuple[StatusReference, ...] = ()
    disclosable: tuple[ClaimPath, ...] = field(default=())
    name: str = ""
    issuer_name: str = ""
    doctype: str = ""
    certificates: tuple[bytes, ...] = ()
