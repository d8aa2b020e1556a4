"""What a card holds, as it lies sealed in its row: verified facts, the bytes they came from, the keys."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from common.did import did_key, did_web
from common.encoding import base64url
from common.formats.base import Secured, VerifiedCredential
from common.keys import PrivateKey, PublicKey
from common.vcdm.credential import ClaimPath
from wallet.account.vault import Vault
from wallet.issuer_client.access_tokens import GrantedToken, dump_token, load_token
from wallet.models import Card


@dataclass(frozen=True, slots=True)
class ClaimLabel:
    """What a claim is called, for people; its path begins at the root of the credential."""

    path: ClaimPath
    text: str


@dataclass(frozen=True, slots=True)
class StoredCredential:
    """One credential in one format, with the key it is bound to; a `Matchable` of DCQL.

    The facts were taken from a `VerifiedCredential` when it arrived and are sealed with it since.
    """

    id: str
    format: str
    issuer: str
    types: tuple[str, ...]
    document: Mapping[str, Any]
    claims: Mapping[str, Any]
    subject: str | None
    valid_from: datetime | None
    valid_until: datetime | None
    secured: Secured
    labels: tuple[ClaimLabel, ...]
    key: PrivateKey = field(repr=False)
    authority_keys: tuple[str, ...] = ()

    @property
    def holder_key(self) -> PublicKey:
        """The key to which it is bound."""
        return self.key.public_key

    @property
    def signer(self) -> PrivateKey:
        """The holder's key under the name that a verifier will look for."""
        return self.key.named(did_key.key_method(self.key.public_key))


@dataclass(frozen=True, slots=True)
class NotificationReceipt:
    """What the issuer wants to hear about: one response's notification identifier, and the right to tell."""

    endpoint: str
    notification_id: str
    token: GrantedToken


@dataclass(frozen=True, slots=True)
class HeldCard:
    """What a person sees as one card, whatever the number of formats in which it came."""

    id: UUID
    title: str
    issuer: str  # the credential issuer's identifier, a URL
    issuer_name: str
    offer: str  # digest of the offer it came from
    accepted_at: datetime
    copies: tuple[StoredCredential, ...]
    receipts: tuple[NotificationReceipt, ...] = ()
    # The offer with its refresh token (credential_offer.py), where the issuer issues it anew without sign-in.
    source: Mapping[str, Any] | None = field(default=None, repr=False)
    band: str = ""  # a picture as data URI (simple_rendering.py)

    @property
    def sealed_by(self) -> str:
        """Who sealed it, where that is somebody else than the office that handed it out; else empty."""
        own = (self.issuer, did_web.encode(self.issuer))
        return ", ".join(dict.fromkeys(copy.issuer for copy in self.copies if copy.issuer not in own))

    @property
    def valid_until(self) -> datetime | None:
        """When the first of its copies ends."""
        return min((copy.valid_until for copy in self.copies if copy.valid_until), default=None)

    @property
    def valid_from(self) -> datetime | None:
        """When the last of its copies begins."""
        return max((copy.valid_from for copy in self.copies if copy.valid_from), default=None)


def stored_credential(
    verified: VerifiedCredential,
    *,
    id: str,
    secured: Secured,
    labels: tuple[ClaimLabel, ...],
    key: PrivateKey,
    ancestors: tuple[str, ...] = (),
) -> StoredCredential:
    """A copy as it may be kept: only what a verification said of these bytes, and what its type extends."""
    return StoredCredential(
        id=id,
        format=verified.format,
        issuer=verified.issuer,
        types=(*verified.types, *(each for each in ancestors if each not in verified.types)),
        document=verified.document,
        claims=verified.claims,
        subject=verified.subject,
        valid_from=verified.valid_from,
        valid_until=verified.valid_until,
        secured=secured,
        labels=labels,
        key=key,
        authority_keys=verified.authority_keys,
    )


def store_card(vault: Vault, card: HeldCard) -> None:
    """Seal a card into its row, new or not."""
    row = Card.objects.filter(account=vault.account, id=card.id).first() or Card(id=card.id)
    vault.seal(row, _dump(card))
    row.save()


def load_card(vault: Vault, row: Card) -> HeldCard:
    """The card behind a row of this vault."""
    value = vault.open(row)
    return HeldCard(
        id=row.id,
        title=value["title"],
        issuer=value["issuer"],
        issuer_name=value["issuer_name"],
        offer=value["offer"],
        accepted_at=datetime.fromisoformat(value["accepted_at"]),
        copies=tuple(_load_credential(entry) for entry in value["copies"]),
        receipts=tuple(
            NotificationReceipt(entry["endpoint"], entry["notification_id"], load_token(entry["token"]))
            for entry in value["receipts"]
        ),
        source=value["source"],
        band=value.get("band", ""),
    )


def dump_holder_key(key: PrivateKey) -> dict[str, str]:
    """A holder's key, to be sealed."""
    return {"curve": key.curve, "secret": base64url.encode(key.secret)}


def load_holder_key(value: Mapping[str, str]) -> PrivateKey:
    """The key that was sealed."""
    return PrivateKey(value["curve"], base64url.decode(value["secret"]))


def _dump(card: HeldCard) -> dict[str, Any]:
    return {
        "title": card.title,
        "issuer": card.issuer,
        "issuer_name": card.issuer_name,
        "offer": card.offer,
        "accepted_at": card.accepted_at.isoformat(),
        "copies": [_dump_credential(copy) for copy in card.copies],
        "source": card.source,
        "band": card.band,
        "receipts": [
            {
                "endpoint": receipt.endpoint,
                "notification_id": receipt.notification_id,
                "token": dump_token(receipt.token),
            }
            for receipt in card.receipts
        ],
    }


def _dump_credential(copy: StoredCredential) -> dict[str, Any]:
    return {
        "id": copy.id,
        "format": copy.format,
        "issuer": copy.issuer,
        "types": list(copy.types),
        "document": copy.document,
        "claims": copy.claims,
        "subject": copy.subject,
        "valid_from": copy.valid_from.isoformat() if copy.valid_from else None,
        "valid_until": copy.valid_until.isoformat() if copy.valid_until else None,
        "secured": copy.secured,
        "labels": [[list(label.path), label.text] for label in copy.labels],
        "authority_keys": list(copy.authority_keys),
        "key": dump_holder_key(copy.key),
    }


def _load_credential(value: Mapping[str, Any]) -> StoredCredential:
    return StoredCredential(
        id=value["id"],
        format=value["format"],
        issuer=value["issuer"],
        types=tuple(value["types"]),
        document=value["document"],
        claims=value["claims"],
        subject=value["subject"],
        valid_from=datetime.fromisoformat(value["valid_from"]) if value["valid_from"] else None,
        valid_until=datetime.fromisoformat(value["valid_until"]) if value["valid_until"] else None,
        secured=value["secured"],
        labels=tuple(ClaimLabel(tuple(path), text) for path, text in value["labels"]),
        key=load_holder_key(value["key"]),
        authority_keys=tuple(value["authority_keys"]),
    )
