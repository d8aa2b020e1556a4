"""Accepting an offer: ask the person, prove a new key, receive, verify what arrived, and only then keep it.

1 read the offer and the issuer's metadata · 2 the person agrees, with the code where one is asked for ·
3 token · 4 a new key and its proof for each credential · 5 verify each: format and signature, issuer, type,
holder, status · 6 keep all of it, or nothing · 7 tell the issuer what became of it.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import transaction

from common.errors import SelloError
from common.oid4vci.errors import InvalidMessageError, IssuerResponseError
from common.oid4vci.offer import AUTHORIZATION_CODE, PRE_AUTHORIZED
from common.oid4vci.token import TokenRequest
from wallet.account import pending
from wallet.account.vault import Vault
from wallet.attestation.instance import create_instance
from wallet.credentials import cards, stored_credentials
from wallet.credentials.stored_credentials import HeldCard
from wallet.issuance import (
    authorization,
    credential_offer,
    credential_request,
    deferred,
    key_proofs,
    received_credentials,
)
from wallet.issuance.credential_offer import (
    KIND,
    OfferExpiredError,
    PendingOffer,
    dump_offer,
    load_offer,
    offer_digest,
)
from wallet.issuance.credential_request import UnsuitableOfferError
from wallet.issuance.received_credentials import ReceivedCredentialError
from wallet.issuer_client import issuer_metadata, token_endpoint
from wallet.issuer_client.transport import IssuerUnreachableError


class AlreadyAcceptedError(SelloError):
    """An offer that this person took before."""

    code = "invalid_grant"
    status = 409


class WrongTxCodeError(SelloError):
    """A one-time code that the issuer did not take."""

    code = "invalid_grant"


def receive_offer(vault: Vault, text: str, *, now: datetime) -> UUID:
    """Read an offer from a link or QR text and keep it as a question to the person.

    Raises `AlreadyAcceptedError`, `UnsuitableOfferError`, `OfferExpiredError`, `IssuerUnreachableError`, or
    `InvalidMessageError` for an offer or metadata that are not what they should be.
    """
    # 1 Read the offer and the issuer's metadata.
    offer = credential_offer.fetch_offer(text)
    if any(card.offer == offer_digest(offer) for card in cards.held_cards(vault)):
        raise AlreadyAcceptedError("You have already taken this offer; the card is in your wallet.")
    issuer = issuer_metadata.fetch_issuer_metadata(offer.credential_issuer, now=now)
    wanted = {
        name: issuer.configurations[name]
        for name in offer.configuration_ids
        if name in issuer.configurations
        and key_proofs.choose_proof_method(issuer.configurations[name]) is not None
    }
    if not wanted:
        raise UnsuitableOfferError("What is offered has a form that this wallet cannot keep.")
    wanted = {name: each for name, each in wanted.items() if key_proofs.can_attest(each)}
    if not wanted:
        raise UnsuitableOfferError(
            "This office gives its cards to wallets alone that guard their keys in special hardware. "
            "This wallet seals them with your passphrase, which is not enough there."
        )
    server = issuer_metadata.fetch_server_metadata(issuer, offer.authorization_server)
    wanted_grant = AUTHORIZATION_CODE if offer.pre_authorized_code is None else PRE_AUTHORIZED
    if wanted_grant not in server.grant_types:
        raise InvalidMessageError("This office's server does not take what its offer asks for.")
    narrowed = replace(issuer, configurations=wanted)
    question = PendingOffer(offer, narrowed, server, instance=create_instance(server))
    return pending.add_question(vault, dump_offer(question), now=now)


def read_offer(vault: Vault, id: UUID, *, now: datetime) -> PendingOffer:
    """The offer as the person was asked about it."""
    return load_offer(pending.read_question(vault, id, kind=KIND, now=now))


def decline_offer(vault: Vault, id: UUID, *, now: datetime) -> None:
    """Forget an offer; the issuer is not told, since nothing was taken."""
    pending.take_question(vault, id, kind=KIND, now=now)
    pending.remove_question(vault, id)


def accept(vault: Vault, id: UUID, *, tx_code: str | None, now: datetime) -> tuple[HeldCard, ...]:
    """Take what was offered; returns the new cards, none where the office has to look first.

    On an error that may pass, the offer waits on.
    """
    return _take(vault, id, lambda offer: _authorize(offer, tx_code, now), now=now)


def start_authorization(vault: Vault, id: UUID, *, now: datetime) -> tuple[PendingOffer, str]:
    """Ask the office (RFC 9126) and say where the person goes to sign in; the offer waits for the answer."""
    offer = load_offer(pending.take_question(vault, id, kind=KIND, now=now))
    try:
        errand, url = authorization.push_authorization_request(offer, id, now=now)
        offer = replace(offer, errand=errand)
    except IssuerResponseError as error:
        raise UnsuitableOfferError(
            "The office does not take this offer any more, or not from this wallet.",
            detail=f"{error.code} {error.detail}",
        ) from error
    finally:
        pending.return_question(vault, id, dump_offer(offer))
    return offer, url


def complete_authorization(vault: Vault, query: str, *, now: datetime) -> tuple[HeldCard, ...]:
    """The person is back from the office: what they agreed to is fetched."""
    id = authorization.offer_of_state(query)
    return _take(vault, id, lambda offer: _redeem(offer, query, now), now=now)


def _take(
    vault: Vault, id: UUID, authorize: Callable[[PendingOffer], PendingOffer], *, now: datetime
) -> tuple[HeldCard, ...]:
    # 2 The person agrees, with the code where one is asked for: the first answer alone is taken.
    offer = load_offer(pending.take_question(vault, id, kind=KIND, now=now))
    new: tuple[HeldCard, ...] = ()
    try:
        # 3 Ask for a token, unless an earlier attempt left one that is good.
        if offer.token is None or offer.token.expires_at <= now:
            offer = authorize(offer)
        # 4 Make a new key and its proof for each credential, and ask for it.
        answers = credential_request.request_credentials(offer, now=now)
        # 5 Verify each: format and signature, issuer, type, holder, status.
        if not credential_request.is_deferred(answers):
            new = received_credentials.cards_from(offer, answers, now=now)
    except WrongTxCodeError:
        pending.return_question(vault, id, dump_offer(replace(offer, attempts=offer.attempts + 1)))
        raise
    except (OfferExpiredError, ReceivedCredentialError):
        pending.remove_question(vault, id)
        raise
    except SelloError:
        pending.return_question(vault, id, dump_offer(offer))
        raise
    # 6 Keep all of it, or nothing.
    with transaction.atomic():
        if not new:
            deferred.keep_deferred(vault, offer, answers, now=now)
        for card in new:
            stored_credentials.store_card(vault, card)
        pending.remove_question(vault, id)
    # 7 Tell the issuer what became of it.
    for card in new:
        cards.notify_issuers(card, "credential_accepted", now=now)
    return new


def _authorize(offer: PendingOffer, tx_code: str | None, now: datetime) -> PendingOffer:
    code = offer.offer.pre_authorized_code
    if code is None:
        raise UnsuitableOfferError("Sign in at the office first.")
    if offer.offer.tx_code is not None and not tx_code:
        raise WrongTxCodeError("Enter the code that the office gave you.")
    request = TokenRequest(code, tx_code if offer.offer.tx_code else None)
    key = token_endpoint.create_dpop_key(offer.server)
    try:
        token = token_endpoint.request_token(offer.server, request, key=key, instance=offer.instance, now=now)
    except IssuerResponseError as error:
        if error.code == "slow_down":
            raise IssuerUnreachableError(error) from error
        if offer.offer.tx_code is None:
            raise OfferExpiredError(f"{error.code} {error.detail}") from error
        raise WrongTxCodeError(
            "This code was not accepted. Type it exactly as the office gave it to you. If it is right, the "
            "offer has run out or was used up by wrong codes: ask for a new one.",
            detail=f"{error.code} attempt {offer.attempts + 1}",
        ) from error
    return replace(offer, token=token)


def _redeem(offer: PendingOffer, query: str, now: datetime) -> PendingOffer:
    try:
        return replace(offer, token=authorization.redeem_code(offer, query, now=now), errand=None)
    except IssuerResponseError as error:
        raise OfferExpiredError(f"{error.code} {error.detail}") from error
