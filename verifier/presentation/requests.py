"""Making a request, and handing out its request object."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings

from common.encoding import base64url
from common.encoding.money import to_text
from common.errors import MalformedInputError
from common.keys import PrivateKey
from common.keys.private_key import generate
from common.oid4vp import dc_api
from common.oid4vp.client_id import parse_client_id
from common.oid4vp.client_metadata import create_client_metadata
from common.oid4vp.request import (
    API_MODES,
    RESPONSE_MODES,
    SCHEME,
    AuthorizationRequest,
    ResponseMode,
    create_link,
    create_link_by_value,
    create_request_object,
    create_request_parameters,
    parse_request_parameters,
)
from common.oid4vp.transaction_data import Payment, create_transaction_data
from common.oid4vp.vp_formats import VP_FORMATS
from common.payments.rules import Fixed
from verifier.errors import SessionNotFoundError
from verifier.identity import service_identity
from verifier.models import AuditEvent, PresentationSession, Service
from verifier.payments.gateways.destinations import payment_destination
from verifier.payments.programmes.terms import programme_of, rules_of
from verifier.presentation import states
from verifier.record_access import consents
from verifier.sealing import digest_secret, fresh_secret, seal_value, unseal_value
from verifier.services.actions import action_of

LIFETIME: Final = timedelta(minutes=10)
MAX_WALLET_NONCE: Final = 512
DEFAULT_MODE: Final[ResponseMode] = "direct_post.jwt"
DEFAULT_PREFIX: Final = "decentralized_identifier"


@dataclass(frozen=True, slots=True)
class CreatedRequest:
    """A request that waits for its wallet."""

    request_uri: str
    session: PresentationSession
    status_url: str


def create_request(
    service: Service,
    *,
    response_mode: str = DEFAULT_MODE,
    client_id_prefix: str = DEFAULT_PREFIX,
    same_device: bool,
    now: datetime,
    browser: str = "",
    payee: str = "",
) -> CreatedRequest:
    """A fresh request of `service`: new nonce, state and encryption key.

    `browser` is the cookie of the browser that began; empty for whoever has none and gets no result page.
    A same-device request ends in that browser alone. `payee` is where a payment should go.

    Raises `ServiceSetupError` before anybody is asked for anything that would open nothing,
    `MalformedInputError` for an unknown mode, `ClientIdentityError` for a prefix that cannot be had.
    """
    action_of(service)
    if response_mode not in RESPONSE_MODES:
        raise MalformedInputError(f"A response mode is one of {', '.join(RESPONSE_MODES)}.")
    states.sweep(PresentationSession.objects.all(), now=now)
    response_uri = f"{service.url}/response"
    client_id = service_identity.client_identifier(
        service, client_id_prefix, response_uri=response_uri, now=now
    )
    request_id, state, nonce = fresh_secret(), fresh_secret(), fresh_secret()
    key = generate("P-256") if response_mode == "direct_post.jwt" else None
    query = service.dcql()
    asked = {credential.format for credential in query.credentials}
    parameters = create_request_parameters(
        client_id=client_id,
        response_uri=response_uri,
        response_mode=DEFAULT_MODE if key else "direct_post",
        nonce=nonce,
        state=state,
        query=query,
        client_metadata=create_client_metadata(
            name=service.provider,
            formats={name: value for name, value in VP_FORMATS.items() if name in asked},
            encrypt_to=key.public_key if key else None,
            kid=request_id,
        ),
        transaction_data=(
            *_transaction_data(service, payee=payee),
            *_terms(service, client_id_prefix, now=now),
        ),
        name=service.provider,
        purpose=service.purpose,
    )
    session = PresentationSession.objects.create(
        service=service,
        request_id=request_id,
        poll_id=fresh_secret(),
        state=state,
        nonce=nonce,
        client_id=str(client_id),
        response_mode=response_mode,
        same_device=same_device,
        parameters=parameters,
        sealed_key=seal_value(key.secret, name=f"encryption key {request_id}") if key else None,
        browser=digest_secret(browser) if browser else "",
        created_at=now,
        expires_at=now + LIFETIME,
    )
    AuditEvent.objects.create(session=session, at=now, event=session.status)
    return CreatedRequest(request_link(session), session, status_url(session))


def request_link(session: PresentationSession, *, scheme: str = SCHEME) -> str:
    """What a QR code or a button carries: by reference where the request is signed, else by value."""
    client_id = parse_client_id(session.client_id)
    if not client_id.signed:
        return create_link_by_value(session.parameters, scheme=scheme)
    uri = f"{session.service.url}/requests/{session.request_id}"
    return create_link(client_id, request_uri=uri, method="post", scheme=scheme)


def wallet_link(session: PresentationSession) -> str:
    """The same request for the web wallet that this installation knows of; empty where it knows of none."""
    return request_link(session, scheme=f"{settings.WALLET_URL}authorize") if settings.WALLET_URL else ""


def status_url(session: PresentationSession) -> str:
    """Where whoever began asks how far it has come."""
    return f"{settings.BASE_URL}/services/sessions/{session.poll_id}/status"


def retrieve_request_object(slug: str, request_id: str, *, wallet_nonce: str | None, now: datetime) -> str:
    """The signed request object, with the wallet's nonce in it where it sent one (OpenID4VP §5.10).

    Raises `SessionNotFoundError` where there is none, `MalformedInputError` for a nonce that is too long,
    `SessionTimedOutError` or `AlreadyAnsweredError` where nothing is awaited any more.
    """
    session = PresentationSession.objects.select_related("service").filter(request_id=request_id).first()
    if session is None or session.service.slug != slug:
        raise SessionNotFoundError("No such request.")
    client_id = parse_client_id(session.client_id)
    if not client_id.signed:
        raise SessionNotFoundError("This request travels in its link.")
    if wallet_nonce is not None and not 0 < len(wallet_nonce) <= MAX_WALLET_NONCE:
        raise MalformedInputError("wallet_nonce is a short text.")
    states.move_presentation(session, states.Status.REQUEST_RETRIEVED, now=now)
    signer, chain = service_identity.request_signer(session.service, client_id.prefix, now=now)
    return create_request_object(
        session.parameters,
        signer=signer,
        now=now,
        expires=session.expires_at,
        x5c=chain,
        wallet_nonce=wallet_nonce,
    )


def api_requests(session: PresentationSession, *, now: datetime) -> dict[str, Any]:
    """The same question for the Digital Credentials API, signed where its sender has a key, and unsigned."""
    offered = []
    client_id = parse_client_id(session.client_id)
    if client_id.signed:
        signer, chain = service_identity.request_signer(session.service, client_id.prefix, now=now)
        offered.append(
            dc_api.create_signed_request(
                session.parameters, client_id=client_id, origins=[settings.BASE_URL], signer=signer, now=now,
                expires=session.expires_at, x5c=chain,
            )
        )  # fmt: skip
    offered.append(dc_api.create_unsigned_request(session.parameters))
    return {"requests": offered}


def request_of(session: PresentationSession) -> AuthorizationRequest:
    """What was asked, on the way on which it was answered."""
    origin = settings.BASE_URL if session.response_mode in API_MODES else ""
    return parse_request_parameters(session.parameters, origin=origin)


def encryption_key(session: PresentationSession) -> PrivateKey | None:
    """The ephemeral key of this request, until it was answered."""
    if session.sealed_key is None:
        return None
    return PrivateKey("P-256", unseal_value(session.sealed_key, name=f"encryption key {session.request_id}"))


def _terms(service: Service, client_id_prefix: str, *, now: datetime) -> tuple[str, ...]:
    """What the person is asked to agree to for a time, where a service reads their record again."""
    terms = consents.consent_terms(service, now=now)
    if terms is None:
        return ()
    if client_id_prefix != DEFAULT_PREFIX:
        raise MalformedInputError(f"This service asks for consent under its DID: {DEFAULT_PREFIX}.")
    return (create_transaction_data(terms),)


def _transaction_data(service: Service, *, payee: str) -> tuple[str, ...]:
    """What the person is asked to sign beside showing, where money moves: the most that may come."""
    payment = service.parameters.get("payment")
    if payment is None:
        return ()
    programme = programme_of(service)
    how_much = rules_of(programme).how_much
    content = Payment(
        credential_ids=tuple(
            payment.get("signed_with") or (query.id for query in service.dcql().credentials)
        ),
        payee=payment_destination(service, payee),
        amount=to_text(how_much.most, programme.currency),
        currency=programme.currency,
        reference=f"{payment['reference']}-{base64url.encode(secrets.token_bytes(6))}",
        purpose=payment["purpose"],
        at_most=not isinstance(how_much, Fixed),
    )
    return (create_transaction_data(content),)
