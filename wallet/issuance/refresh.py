"""Fetching a card anew (OpenID4VCI 1.0 §13.5): what the office says today, without another sign-in.

It is possible where the office gave a refresh token, which is bound to this wallet's key. What arrives is
checked as on the first day and takes the place of the old copies, whose keys are forgotten with them.
"""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from common.errors import SelloError
from common.oid4vci.errors import IssuerResponseError
from common.oid4vci.token import RefreshRequest
from wallet.account.vault import Vault
from wallet.credentials import cards, stored_credentials
from wallet.credentials.stored_credentials import HeldCard
from wallet.issuance import credential_request, deferred, received_credentials
from wallet.issuance.credential_offer import load_offer
from wallet.issuer_client import token_endpoint


class NotRefreshableError(SelloError):
    """A card that its office does not issue anew in silence."""

    code = "invalid_grant"
    status = 409


def refresh_card(vault: Vault, id: UUID, *, now: datetime) -> HeldCard | None:
    """The card as the office issues it today; None where an officer has to look first."""
    card = cards.find_card(vault, id)
    if card.source is None:
        raise NotRefreshableError("This office issues cards anew only when you come with a new offer.")
    offer = load_offer(card.source)
    if offer.token is None or offer.token.refresh_token is None:
        raise NotRefreshableError("This office issues cards anew only when you come with a new offer.")
    request, key = RefreshRequest(offer.token.refresh_token), offer.token.key
    try:
        token = token_endpoint.request_token(offer.server, request, key=key, instance=offer.instance, now=now)
    except IssuerResponseError as error:
        raise NotRefreshableError(
            "The office does not issue this card anew. Ask there for a new offer.", detail=error.code
        ) from error
    kept = token.refresh_token or offer.token.refresh_token
    offer = replace(offer, token=replace(token, refresh_token=kept))
    answers = credential_request.request_credentials(offer, now=now)
    if credential_request.is_deferred(answers):
        deferred.keep_deferred(vault, offer, answers, now=now)
        return None
    [new] = received_credentials.cards_from(offer, answers, now=now)
    new = replace(new, id=card.id, offer=card.offer)
    stored_credentials.store_card(vault, new)
    cards.notify_issuers(new, "credential_accepted", now=now)
    return new
