"""Requests to show something: fetched, their sender verified, and kept as a question to the person.

1 read the link · 2 fetch the request object, by POST with a `wallet_nonce` where asked · 3 verify its sender
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from common.adapters.documents.sources import resolve_did
from common.adapters.network import http
from common.did import did_web
from common.encoding import display
from common.errors import FetchError, SelloError
from common.keys import jws
from common.oid4vp.client_id import ClientId
from common.oid4vp.errors import InvalidTransactionDataError
from common.oid4vp.request import (
    AuthorizationRequest,
    RequestReference,
    parse_authorization_request,
    parse_request_parameters,
)
from common.oid4vp.request_object import Trust, VerifiedRequest, fetch_request_object, verify_request
from common.oid4vp.transaction_data import DataAccess, Payment
from wallet.account import pending
from wallet.account.vault import Vault
from wallet.issuer_client import issuer_metadata
from wallet.issuer_client.issuer_metadata import display_name
from wallet.presentation import trusted_verifiers

KIND: Final = "request"


@dataclass(frozen=True, slots=True)
class AccessTerms:
    """Readings to which the person agrees for a time, in words; `registry` is its own name for itself."""

    authority: str
    registry: str
    purpose: str
    attributes: tuple[str, ...]
    until: datetime


@dataclass(frozen=True, slots=True)
class PendingRequest:
    """A verified request as it waits for its answer, and what was proven of who sent it."""

    request: AuthorizationRequest
    identity: str
    authenticated: bool
    registered: str  # the name under which the public list knows who sent it, or empty
    registries: Mapping[str, str] = field(default_factory=dict)  # names of the offices in its terms
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # their words for what is read

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
        return display.phrase(" ".join(self.request.purpose.split())[:500])

    @property
    def payments(self) -> tuple[Payment, ...]:
        """Money that moves once the person agrees."""
        return tuple(
            entry.content for entry in self.request.transaction_data if isinstance(entry.content, Payment)
        )

    @property
    def terms(self) -> tuple[AccessTerms, ...]:
        """Readings of the person's records that they agree to for a time."""
        return tuple(
            AccessTerms(
                authority=content.authority,
                registry=self.registries.get(content.authority) or content.authority,
                purpose=display.phrase(content.purpose),
                attributes=tuple(
                    self.labels.get(content.authority, {}).get(name) or display.humane(name)
                    for name in content.attributes
                ),
                until=content.valid_until,
            )
            for content in _consents(self.request)
        )


def receive_request(vault: Vault, source: str | Mapping[str, str], *, now: datetime) -> UUID:
    """Fetch and verify a request, and keep it as a question to the person."""
    reference = parse_authorization_request(source)
    nonce = secrets.token_urlsafe(24) if reference.method == "post" else None
    try:
        reference = fetch_request_object(reference, send=http.request, wallet_nonce=nonce)
        trust = Trust(resolve=resolve_did, anchors=trusted_verifiers.verifier_anchors())
        verified = verify_request(reference, trust=trust, now=now, wallet_nonce=nonce)
        _require_own_terms(verified, now=now)
    except FetchError as error:
        raise FetchError(
            "The service that asks cannot be reached, or its request has run out. Start again there.",
            detail=f"{error.public} {error.detail}",
        ) from error
    offices = {each.authority: _office(each.authority, now) for each in _consents(verified.request)}
    question = {
        "kind": KIND,
        "parameters": _parameters(reference),
        "identity": verified.identity,
        "authenticated": verified.authenticated,
        "registered": trusted_verifiers.registered_name(reference.client_id)
        if verified.authenticated
        else "",
        "registries": {authority: name for authority, (name, _) in offices.items()},
        "labels": {authority: labels for authority, (_, labels) in offices.items()},
        "expires_at": verified.request.expires_at and verified.request.expires_at.isoformat(),
    }
    return pending.add_question(vault, question, now=now)


def _consents(request: AuthorizationRequest) -> tuple[DataAccess, ...]:
    return tuple(entry.content for entry in request.transaction_data if isinstance(entry.content, DataAccess))


def _require_own_terms(verified: VerifiedRequest, *, now: datetime) -> None:
    """Raise where somebody asks the person to agree to what another, or nobody proven, would read."""
    for terms in _consents(verified.request):
        if not verified.authenticated or terms.client_id != verified.identity:
            raise InvalidTransactionDataError("This service asks you to agree to what another would read.")
        if terms.valid_until <= now:
            raise InvalidTransactionDataError("This service asks you to agree to what has already ended.")


def _office(authority: str, now: datetime) -> tuple[str, dict[str, str]]:
    """What an office calls itself, at the address that is shown beside it, and the claims of its cards.

    Empty where it does not say.
    """
    try:
        issuer = issuer_metadata.fetch_issuer_metadata(authority, now=now)
    except SelloError:
        return "", {}
    return display_name(issuer.display), {
        str(claim.path[-1]): label
        for configuration in issuer.configurations.values()
        for claim in configuration.claims
        if (label := display_name(claim.display))
    }


def _parameters(reference: RequestReference) -> Mapping[str, Any]:
    if reference.request_object:
        return jws.parse(reference.request_object).claims()
    return reference.parameters


def load_request(question: Mapping[str, Any], now: datetime) -> PendingRequest:
    """The request that a kept question stands for, unless it has run out."""
    if question["expires_at"] and datetime.fromisoformat(question["expires_at"]) <= now:
        raise pending.NothingPendingError("This request has run out. Start again at the service that asks.")
    request = parse_request_parameters(question["parameters"])
    return PendingRequest(
        request,
        question["identity"],
        question["authenticated"],
        question["registered"],
        question.get("registries", {}),
        question.get("labels", {}),
    )
