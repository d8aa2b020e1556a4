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
from wallet.credentials.claim_display import Row
from wallet.credentials.status import Status
from wallet.credentials.stored_credentials import HeldCard
from wallet.issuer_client import requests
from wallet.models import Card

KEY_CLAIMS: Final = 3


class NoSuchCard(SelloError):
    """No card of this person."""

    code = "invalid_request"
    status = 404


@dataclass(frozen=True, slots=True)
class Face:
    """A card as a person sees it."""

    card: HeldCard
    status: Status
    rows: tuple[Row, ...]

    @property
    def key_rows(self) -> tuple[Row, ...]:
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
        yield stored_credentials.load(vault, row)


def find(vault: Vault, id: UUID) -> HeldCard:
    """One card of this person."""
    row = Card.objects.filter(account=vault.account, id=id).first()
    if row is None:
        raise NoSuchCard("This card is not in your wallet.")
    return stored_credentials.load(vault, row)


def face(card: HeldCard, *, now: datetime) -> Face:
    """A card with its status as the issuer publishes it now."""
    fullest = max(card.copies, key=lambda copy: len(copy.claims))
    return Face(card, live_status(card, now=now), claim_display.rows(fullest))


def live_status(card: HeldCard, *, now: datetime) -> Status:
    """Valid, suspended, revoked, expired, or undetermined where nobody could be asked."""
    return status.of(card.copies, now=now)


def delete(vault: Vault, id: UUID, *, now: datetime) -> None:
    """Forget a card and its keys, and tell the issuer if it still listens."""
    card = find(vault, id)
    Card.objects.filter(account=vault.account, id=id).delete()
    tell(card, "credential_deleted", now=now)


def tell(card: HeldCard, event: Event, *, now: datetime) -> None:
    """Let the issuer know what became of a card, once for each of its responses."""
    for receipt in card.receipts:
        requests.tell(receipt.endpoint, receipt.notification_id, event, access_token=receipt.token, now=now)
