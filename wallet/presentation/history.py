"""What was shown to whom, with the keys that signed it; no value of any claim."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from common.errors import SelloError
from common.keys import PrivateKey
from common.site import time_zone
from wallet.account.vault import Vault
from wallet.credentials import claim_display, stored_credentials
from wallet.models import HistoryEntry
from wallet.presentation import trusted_verifiers
from wallet.presentation.authorization_request import PendingRequest
from wallet.presentation.matching import Answer

Outcome = Literal["shown", "declined", "not delivered"]


class HistoryEntryNotFoundError(SelloError):
    """No entry of this person."""

    code = "invalid_request"
    status = 404


@dataclass(frozen=True, slots=True)
class ShownCard:
    """One card of which something left: the names of the claims, never their values."""

    title: str
    issuer_name: str
    labels: tuple[str, ...]
    whole: bool


@dataclass(frozen=True, slots=True)
class SignedPayment:
    """A payment that the person signed: what tells it again from others."""

    reference: str
    purpose: str


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """One request and how it ended."""

    id: UUID
    name: str
    address: str  # what was proven
    known: bool
    purpose: str
    outcome: Outcome
    at: datetime
    shown: tuple[ShownCard, ...]
    payments: tuple[str, ...]
    service: str = ""  # below which address it announces notices; empty where nowhere, or nothing was taken
    keys: tuple[PrivateKey, ...] = field(default=(), repr=False)  # that signed: it answers to no others
    agreed: tuple[str, ...] = ()  # readings to which the person agreed for a time
    client_id: str = ""  # who asked, as it was proven; what calls itself the same is not the same
    signed: tuple[SignedPayment, ...] = ()  # with the answer that left


def record_request(
    vault: Vault, asked: PendingRequest, answers: Sequence[Answer], *, outcome: Outcome, now: datetime
) -> RecordedRequest:
    """Write down how a request ended."""
    row = HistoryEntry()
    entry = RecordedRequest(
        id=row.id,
        name=asked.name,
        address=asked.address,
        known=bool(asked.registered),
        purpose=asked.purpose,
        outcome=outcome,
        at=now,
        shown=tuple(
            ShownCard(
                part.card.title,
                part.card.issuer_name,
                tuple(dict.fromkeys(line.label for line in part.rows)),
                part.whole,
            )
            for answer in answers
            for part in answer.parts
        ),
        payments=tuple(f"{claim_display.payment_amount(pay)} to {pay.payee}" for pay in asked.payments),
        service=trusted_verifiers.notices_address(asked.client_id)
        if asked.registered and outcome == "shown"
        else "",
        keys=tuple(
            {
                part.copy.key.secret: part.copy.key
                for answer in answers
                for part in answer.parts
                if part.signed and outcome == "shown"
            }.values()
        ),
        agreed=tuple(
            f"{', '.join(each.attributes)} at {each.registry} until {time_zone.local_day(each.until)}"
            for each in (asked.terms if outcome != "declined" else ())
        ),
        client_id=str(asked.client_id),
        signed=tuple(
            SignedPayment(pay.reference, pay.purpose)
            for pay in (asked.payments if outcome != "declined" else ())
        ),
    )
    vault.seal(row, _dump(entry))
    row.save()
    return entry


def recorded_requests(vault: Vault) -> tuple[RecordedRequest, ...]:
    """Everything that was asked of this person, the latest first."""
    rows = HistoryEntry.objects.filter(account=vault.account)
    return tuple(_load(row.id, vault.open(row)) for row in rows)


def find_entry(vault: Vault, id: UUID) -> RecordedRequest:
    """One entry of this person."""
    row = HistoryEntry.objects.filter(account=vault.account, id=id).first()
    if row is None:
        raise HistoryEntryNotFoundError("This entry is not in your history.")
    return _load(row.id, vault.open(row))


def signed_before(vault: Vault, asked: PendingRequest) -> RecordedRequest | None:
    """The last time that the person signed a payment for the same purpose to whoever asks now."""
    purposes = {payment.purpose for payment in asked.payments}
    for entry in recorded_requests(vault) if purposes else ():
        if entry.client_id == str(asked.client_id) and purposes & {each.purpose for each in entry.signed}:
            return entry
    return None


def delete_entry(vault: Vault, id: UUID) -> None:
    """Forget one entry; who was shown something still knows it."""
    HistoryEntry.objects.filter(account=vault.account, id=id).delete()


def _dump(entry: RecordedRequest) -> dict[str, Any]:
    written = asdict(replace(entry, keys=()))
    keys = [stored_credentials.dump_holder_key(key) for key in entry.keys]
    return {**written, "id": None, "at": entry.at.isoformat(), "keys": keys}


def _load(id: UUID, value: Mapping[str, Any]) -> RecordedRequest:
    shown = tuple(ShownCard(**{**item, "labels": tuple(item["labels"])}) for item in value["shown"])
    return RecordedRequest(
        **{
            **value,
            "id": id,
            "at": datetime.fromisoformat(value["at"]),
            "shown": shown,
            "payments": tuple(value["payments"]),
            "agreed": tuple(value.get("agreed", ())),
            "signed": tuple(SignedPayment(**each) for each in value.get("signed", ())),
            "keys": tuple(stored_credentials.load_holder_key(key) for key in value.get("keys", ())),
        }
    )
