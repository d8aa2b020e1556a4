"""Partners as an officer registers them: who they are, their keys, what was agreed."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import transaction

from common.adapters.exchange.partner_keys import parse_keys
from common.adapters.exchange.partners import Partner
from common.adapters.exchange.tokens import secret_name, token_digest
from common.adapters.network.http import allowed_url
from common.adapters.storage.sealing import seal
from common.errors import MalformedInputError, SelloError, UnknownPartError

NAMESPACES: Final = ("spdci", "g2p")
ROLES: Final = ("reader", "registry", "gateway", "mapper")


@dataclass(frozen=True, slots=True)
class Registration:
    """What is said of a partner; what is None, or empty, stays as it was."""

    sender_id: str
    name: str = ""
    namespaces: Sequence[str] = ()
    roles: Sequence[str] = ()
    keys: Mapping[str, Any] | None = None  # a JWK or a JWK set
    jwks_uri: str = ""
    may_read: Mapping[str, Sequence[str]] | None = None  # registry: its columns
    purposes: Sequence[str] = ()
    legal_basis: str = ""  # the law or agreement that lets it read
    address: str = ""
    callback_url: str = ""
    token_url: str = ""
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    signature_required: bool | None = None
    active: bool | None = None


@transaction.atomic
def register_partner(said: Registration, *, new_secret: bool = False) -> tuple[Partner, str]:
    """The partner, made or changed; and a fresh secret for our token endpoint, which stands nowhere else."""
    _require_sender_id(said.sender_id)
    partner = Partner.objects.select_for_update().filter(sender_id=said.sender_id).first()
    partner = partner or Partner(sender_id=said.sender_id, name=said.name or said.sender_id)
    partner.name = said.name or partner.name
    partner.namespaces = _known("namespace", said.namespaces, NAMESPACES) or partner.namespaces or ["spdci"]
    partner.roles = _known("role", said.roles, ROLES) or partner.roles
    for name in ("jwks_uri", "address", "callback_url", "token_url"):
        url = getattr(said, name)
        if url:
            setattr(partner, name, _reached(name, url))
    if said.keys is not None:
        partner.keys = parse_keys(said.keys)
    if said.may_read is not None:
        partner.may_read = _permissions(said, said.may_read)
    partner.client_id = said.client_id or partner.client_id
    if said.client_secret:
        partner.sealed_secret = seal(said.client_secret.encode(), name=secret_name(said.sender_id))
    if said.signature_required is not None:
        partner.signature_required = said.signature_required
    if said.active is not None:
        partner.active = said.active
    if partner.signature_required and not partner.keys and not partner.jwks_uri:
        raise MalformedInputError(
            "A partner that signs needs a key (--keys), or an address where its keys stand (--jwks-uri)."
        )
    secret = secrets.token_urlsafe(32) if new_secret else ""
    if secret:
        partner.secret_digest = token_digest(secret)
    partner.save()
    return partner, secret


def _require_sender_id(sender_id: str) -> None:
    if not sender_id or "|" in sender_id or '"' in sender_id or len(sender_id) > 200:
        raise MalformedInputError("A sender_id is a text of at most 200 characters, without | and quotes.")


def _permissions(said: Registration, may_read: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """What a partner may read, by registry; raises where no law or agreement is named for it."""
    if may_read and not said.legal_basis:
        raise MalformedInputError(
            "Whoever may read does so by a law or an agreement: name it with --legal-basis."
        )
    return {
        registry: {
            "attributes": list(columns),
            "purposes": list(said.purposes),
            "legal_basis": said.legal_basis,
        }
        for registry, columns in may_read.items()
    }


def _reached(name: str, url: str) -> str:
    """The address, where it may be asked; else which one it was, and what to do."""
    try:
        return allowed_url(url)
    except SelloError as error:
        raise MalformedInputError(
            f"{name.replace('_', '-')} {url[:200]}: {error.public} An origin of plain http is for trials,"
            " and stands in the environment variable FETCH_ORIGINS of this command and of the site.",
            detail=error.detail,
        ) from error


def _known(kind: str, names: Sequence[str], known: Sequence[str]) -> list[str]:
    for name in names:
        if name not in known:
            raise UnknownPartError(kind, name, known)
    return list(names)
