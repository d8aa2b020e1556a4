"""The cards of a person: listed, looked at with their live status, deleted."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from common.errors import SelloError
from common.oid4vci.notification import Event
from wallet.account.vault import Vault
from wallet.credentials import claim_display, status, stored_credentials
from wallet.credentials.claim_display import ClaimRow
from wallet.credentials.status import CardStatus
from wallet.credentials.stored_credentials import HeldCard
from wallet.issuer_client import credential_endpoint
from wallet.models import Card

KEY_CLAIMS: Final = 3


class CardNotFoundError(SelloError):
    """No card of this person."""

    code = "invalid_request"
    status = 404


@dataclass(frozen=True, slots=True)
class CardFace:
    """A card as a person sees it."""

    card: HeldCard
    status: CardStatus
    rows: tuple[ClaimRow, ...]

    @property
    def key_rows(self) -> tuple[ClaimRow, ...]:
        """What the front of the card has room for."""
        return tuple(row for row in self.rows if not row.picture)[:KEY_CLAIMS]

    @property
    def picture(self) -> str:
        """The first picture on it, as a data URI."""
        return next((row.picture for row in self.rows if row.picture), "")

    @property
    def usable(self) -> bool:
        """Whether it is worth showing to anybody at this moment."""
        return self.status in status.USABLE


def held_cards(vault: Vault) -> Iterator[HeldCard]:
    """Every card, the newest first."""
    for row in Card.objects.filter(account=vault.account):
        yield stored_credentials.load_card(vault, row)


def find_card(vault: Vault, id: UUID) -> HeldCard:
    """One card of this person."""
    row = Card.objects.filter(account=vault.account, id=id).first()
    if row is None:
        raise CardNotFoundError("This card is not in your wallet.")
    return stored_credentials.load_card(vault, row)


def card_face(card: HeldCard, *, now: datetime) -> CardFace:
    """A card with its status as the issuer publishes it now."""
    fullest = max(card.copies, key=lambda copy: len(copy.claims))
    return CardFace(card, live_status(card, now=now), claim_display.claim_rows(fullest))


def live_status(card: HeldCard, *, now: datetime) -> CardStatus:
    """Valid, suspended, revoked, expired, or undetermined where nobody could be asked."""
    return status.status_of(card.copies, now=now)


def delete_card(vault: Vault, id: UUID, *, now: datetime) -> None:
    """Forget a card and its keys, and tell the issuer if it still listens."""
    card = find_card(vault, id)
    Card.objects.filter(account=vault.account, id=id).delete()
    notify_issuers(card, "credential_deleted", now=now)


def notify_issuers(card: HeldCard, event: Event, *, now: datetime) -> None:
    """Let the issuer know what became of a card, once for each of its responses."""
    for receipt in card.receipts:
        credential_endpoint.notify_issuer(
            receipt.endpoint, receipt.notification_id, event, access_token=receipt.token, now=now
        )
