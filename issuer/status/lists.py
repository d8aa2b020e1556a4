"""Publishing the lists that tell the status of credentials.

A list is built from the credentials' own rows each time it changed, so two changes at once cannot undo one
another: each changes its own row under its lock and advances the list's version in the same transaction
(change.py).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from django.conf import settings
from django.core.cache import cache

from common.adapters.documents.sources import sources
from common.encoding import jcs
from common.formats.data_integrity import pipeline
from common.status import bits, bitstring, token, token_cwt
from issuer.authorities import certificates, identity
from issuer.models import Authority, IssuedCredential, StatusList

CLOCKS_APART: Final = timedelta(minutes=5)  # by which a verifier's clock may run behind ours
LIFETIME: Final = timedelta(days=1)
KEPT: Final = timedelta(hours=1)  # after which even an unchanged list is signed anew


TOKENS: Final[Mapping[str, Callable[..., str | bytes]]] = {
    token.MEDIA_TYPE: token.create,
    token_cwt.MEDIA_TYPE: token_cwt.create,
}


@dataclass(frozen=True, slots=True)
class PublishedList:
    """The signed bytes of a list, as they are served."""

    body: bytes
    content_type: str
    etag: str


def lists_of(credential: IssuedCredential) -> list[str]:
    """Where this credential's status is published."""
    status_list = credential.status_list
    return [status_list.uri(purpose) for purpose in status_list.purposes]


def list_uri(status_list: StatusList, purpose: str, *, curve: str | None) -> str:
    """Where a bitstring list is published, signed as the authority, or as its did:key on that curve.

    A list counts only if the credential's own issuer signed it, under whichever name that one spoke.
    """
    if curve is None:
        return status_list.uri(purpose)
    slug, name = status_list.authority.slug, status_list.name(purpose)
    return f"{settings.BASE_URL}/vc-api/issuers/{slug}/{curve}/status/{name}"


def published_list(
    authority: Authority,
    name: str,
    *,
    now: datetime,
    curve: str | None = None,
    kind_of_token: str = token.MEDIA_TYPE,
) -> PublishedList | None:
    """The list of that name, signed; None where there is none. Signed bytes are kept until it changes.

    `curve` asks for a bitstring list signed as the authority's did:key (`list_uri`), `kind_of_token` for a
    token list as one of `TOKENS`.
    """
    if curve is not None and (curve not in identity.FRAGMENTS or name.startswith("token-")):
        return None
    purpose, _, number = name.rpartition("-")
    kind = StatusList.Kind.TOKEN if purpose == "token" else StatusList.Kind.BITSTRING
    if purpose not in ("token", "revocation", "suspension") or not number.isdecimal() or len(number) > 9:
        return None
    found = StatusList.objects.filter(authority=authority, kind=kind, number=int(number)).first()
    if found is None or found.name(None if kind == StatusList.Kind.TOKEN else purpose) != name:
        return None
    found.authority = authority
    # The version is read before the rows: bytes may be newer than their version says, never older.
    hour = int(now.timestamp() // KEPT.total_seconds())
    version = f"{found.pk}-{purpose}-{found.version}-{hour}-{curve or 'web'}"
    if purpose == "token":
        version += f"-{kind_of_token.rpartition('+')[2]}"
    etag = f'W/"{version}"'
    kept: PublishedList | None = cache.get(f"status-list:{version}")
    if kept is None:
        kept = (
            _sign_token(found, etag, kind_of_token, now=now)
            if purpose == "token"
            else _sign(found, purpose, etag, curve=curve, now=now)
        )
        cache.set(f"status-list:{version}", kept, timeout=KEPT.total_seconds())
    return kept


def _sign_token(status_list: StatusList, etag: str, kind: str, *, now: datetime) -> PublishedList:
    """A Status List Token (draft-ietf-oauth-status-list §5)."""
    values = {"revoked": token.INVALID, "suspended": token.SUSPENDED}
    statuses = {index: values[state] for index, state in _not_valid(status_list)}
    signed = TOKENS[kind](
        uri=status_list.uri(None),
        statuses=bits.pack(statuses, length=status_list.size, bits=2, order="least"),
        signer=identity.authority_signer(status_list.authority, "P-256"),
        now=now,
        expires=now + LIFETIME,
        ttl=settings.STATUS_LIST_TTL,
        chain=certificates.token_chain(status_list.authority, now=now),
    )
    return PublishedList(signed.encode() if isinstance(signed, str) else signed, kind, etag)


def _sign(
    status_list: StatusList, purpose: str, etag: str, *, curve: str | None, now: datetime
) -> PublishedList:
    """A BitstringStatusListCredential (Bitstring Status List §2.2)."""
    authority = status_list.authority
    signer = (
        identity.key_signer(authority, curve) if curve else identity.authority_signer(authority, "Ed25519")
    )
    issuer = signer.key_id.partition("#")[0]
    state = {"revocation": "revoked", "suspension": "suspended"}[purpose]
    statuses = {index: 1 for index, found in _not_valid(status_list) if found == state}
    document = bitstring.status_list_credential(
        uri=list_uri(status_list, purpose, curve=curve),
        issuer=issuer,
        purpose=purpose,
        statuses=bits.pack(statuses, length=status_list.size, bits=1, order="most"),
        valid_from=now - CLOCKS_APART,
        valid_until=now + LIFETIME,
        ttl=settings.STATUS_LIST_TTL,
    )
    secured = pipeline.add_proof(
        document,
        pipeline.proof_options(signer=signer, purpose="assertionMethod", created=now),
        signer=signer,
        contexts=partial(sources().context, issuer=issuer),
    )
    return PublishedList(jcs.canonicalize(secured), "application/vc", etag)


def _not_valid(status_list: StatusList) -> Any:
    rows = IssuedCredential.objects.filter(status_list=status_list).exclude(state="valid")
    return rows.values_list("status_index", "state").iterator(chunk_size=5_000)
