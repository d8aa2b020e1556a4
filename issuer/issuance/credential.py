"""From a record to a secured credential: pure once claims and place are known, apart from any storing."""

import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from common.adapters.documents.sources import sources
from common.encoding import base64url
from common.formats.base import Holder, Secured, Sources
from common.vcdm.credential import ClaimPath, Credential
from issuer.authorities import certificates, identity
from issuer.configurations import types
from issuer.configurations.formats import format_profile, issuer_identifier, securing_format
from issuer.models import Configuration
from issuer.status.indexes import StatusSlot

CLOCKS_APART: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class CredentialContent:
    """What a credential shall say, and what of it the holder may show alone; None: as its type has it.

    `lifetime` is from the day of issuance on; a `numbered` one bears its own number as the claim `id`.
    """

    claims: Mapping[str, Any] = field(repr=False)
    disclosable: tuple[ClaimPath, ...] | None = None
    lifetime: timedelta | None = None
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class CredentialDraft:
    """A credential that has its number and its place in a status list, and is not signed yet."""

    id: uuid.UUID
    record_key: str
    claims: Mapping[str, Any]
    holder: Holder | None
    slot: StatusSlot
    issued_at: datetime
    expires_at: datetime
    disclosable: tuple[ClaimPath, ...] | None = None


def draft_credential(
    configuration: Configuration,
    *,
    record_key: str,
    content: CredentialContent,
    holder: Holder | None,
    slot: StatusSlot,
    now: datetime,
) -> CredentialDraft:
    """A new credential's number, place and times.

    It begins and ends at midnight, so that the second of its making does not tell it from others, and a
    wallet whose clock runs a little behind can take it.
    """
    number = uuid.uuid4()
    if content.lifetime is None:
        expires = _morning(now + timedelta(days=configuration.validity_days + 1))
    else:
        expires = _morning(now) + content.lifetime
    return CredentialDraft(
        id=number,
        record_key=record_key,
        claims={"id": number.urn, **content.claims} if content.numbered else content.claims,
        holder=holder,
        slot=slot,
        issued_at=now.replace(microsecond=0),
        expires_at=expires,
        disclosable=content.disclosable,
    )


def secure_credential(configuration: Configuration, format_: str, drafted: CredentialDraft) -> Secured:
    """The signed credential, in the authority's name and with its key for this format."""
    authority, described = configuration.authority, format_profile(format_)
    if described.certified:
        signer, leaf = certificates.mdoc_signer(authority, until=drafted.expires_at, now=drafted.issued_at)
        chain: tuple[bytes, ...] = (leaf,)
    else:
        signer = identity.authority_signer(authority, described.curve)
        chain = certificates.token_chain(authority, now=drafted.issued_at) if described.vouched else ()
    credential = Credential(
        id=drafted.id.urn,
        issuer=issuer_identifier(authority, described),
        type=configuration.type,
        vct=configuration.vct,
        claims=drafted.claims,
        valid_from=_morning(drafted.issued_at - CLOCKS_APART),
        valid_until=drafted.expires_at,
        context=(configuration.type_url,),
        schema={"id": configuration.type_url, "type": "JsonSchema"},
        status=drafted.slot.references(),
        disclosable=(
            types.disclosable_paths(configuration) if drafted.disclosable is None else drafted.disclosable
        ),
        name=configuration.display.get("name", configuration.type),
        issuer_name=authority.name,
        doctype=configuration.document_type,
        certificates=chain,
    )
    return securing_format(format_).issue(
        credential,
        signer=signer,
        holder=drafted.holder,
        sources=OwnTypeSources(configuration),
        now=drafted.issued_at,
        salt=_salt,
    )


def _morning(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


class OwnTypeSources:
    """The process's `Sources`, but for the type's own context, which is taken as it stands at this moment.

    A kept copy might be older than what is published, and the signature then mean something else.
    """

    def __init__(self, configuration: Configuration) -> None:
        self._url = configuration.type_url
        self._context = types.context_document(configuration)
        self._others: Sources = sources()
        self.method, self.issuer_key = self._others.method, self._others.issuer_key
        self.document_signer = self._others.document_signer

    def context(self, url: str, *, issuer: str) -> Mapping[str, Any]:
        """The JSON-LD document behind a context URL."""
        return self._context if url == self._url else self._others.context(url, issuer=issuer)


def _salt() -> str:
    return base64url.encode(secrets.token_bytes(16))
