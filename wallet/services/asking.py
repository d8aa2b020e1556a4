"""Requests to show something: fetched, their sender verified, and kept as a question to the person.

1 read the link · 2 fetch the request object, by POST with a nonce of ours where asked · 3 verify its sender
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from common.adapters import fetch as door
from common.adapters.sources import resolve_did
from common.did import did_web
from common.errors import FetchFailed
from common.keys import jws
from common.oid4vp.client_id import ClientId
from common.oid4vp.request import (
    AuthorizationRequest,
    RequestReference,
    parse_authorization_request,
    parse_request_parameters,
)
from common.oid4vp.request_object import Trust, fetch_request_object, verify_request
from common.oid4vp.transaction_data import DataAccess, Payment
from wallet.services import parties, pending
from wallet.services.vault import Vault

KIND: Final = "request"


@dataclass(frozen=True, slots=True)
class Asked:
    """A verified request as it waits for its answer, and what was proven of who sent it."""

    request: AuthorizationRequest
    identity: str
    authenticated: bool
    registered: str  # the name under which the public list knows who sent it, or empty

    @property
    def client_id(self) -> ClientId:
        """Who asks, under the name to which the answer is bound."""
        return self.request.client_id

    @property
    def name(self) -> str:
        """The registered name; else what the verifier calls itself; else what was proven."""
        return self.registered or " ".join(self.request.name.split())[:100] or self.identity

    @property
    def address(self) -> str:
        """What was proven, as people write addresses: a did:web is a place on the web."""
        if not self.identity.startswith("did:web:"):
            return self.identity
        where = did_web.document_url(self.identity).removeprefix("https://")
        return where.removesuffix("/did.json").removesuffix("/.well-known")

    @property
    def purpose(self) -> str:
        """Why it asks, in its own words."""
        return " ".join(self.request.purpose.split())[:500]

    @property
    def payments(self) -> tuple[Payment, ...]:
        """Money that moves once the person agrees."""
        return tuple(
            entry.content for entry in self.request.transaction_data if isinstance(entry.content, Payment)
        )

    @property
    def consents(self) -> tuple[DataAccess, ...]:
        """Readings of the person's records that they agree to for a time."""
        return tuple(
            entry.content for entry in self.request.transaction_data if isinstance(entry.content, DataAccess)
        )


def receive(vault: Vault, source: str | Mapping[str, str], *, now: datetime) -> UUID:
    """Fetch and verify a request, and keep it as a question to the person."""
    reference = parse_authorization_request(source)
    nonce = secrets.token_urlsafe(24) if reference.method == "post" else None
    try:
        reference = fetch_request_object(reference, send=door.request, wallet_nonce=nonce)
        trust = Trust(resolve=resolve_did, anchors=parties.anchors())
        verified = verify_request(reference, trust=trust, now=now, wallet_nonce=nonce)
    except FetchFailed as error:
        raise FetchFailed(
            "The service that asks cannot be reached, or its request has run out. Start again there.",
            detail=f"{error.public} {error.detail}",
        ) from error
    question = {
        "kind": KIND,
        "parameters": _parameters(reference),
        "identity": verified.identity,
        "authenticated": verified.authenticated,
        "registered": parties.registered_name(reference.client_id) if verified.authenticated else "",
        "expires_at": verified.request.expires_at and verified.request.expires_at.isoformat(),
    }
    return pending.ask(vault, question, now=now)


def _parameters(reference: RequestReference) -> Mapping[str, Any]:
    if reference.request_object:
        return jws.parse(reference.request_object).claims()
    return reference.parameters


def asked(question: Mapping[str, Any], now: datetime) -> Asked:
    if question["expires_at"] and datetime.fromisoformat(question["expires_at"]) <= now:
        raise pending.NothingWaits("This request has run out. Start again at the service that asks.")
    request = parse_request_parameters(question["parameters"])
    return Asked(request, question["identity"], question["authenticated"], question["registered"])
