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
from wallet.presentation.authorization_request import Asked
from wallet.presentation.matching import Answer

Outcome = Literal["shown", "declined", "not delivered"]


class NoSuchEntry(SelloError):
    """No entry of this person."""

    code = "invalid_request"
    status = 404


@dataclass(frozen=True, slots=True)
class Shown:
    """One card of which something left: the names of the claims, never their values."""

    title: str
    issuer_name: str
    labels: tuple[str, ...]
    whole: bool


@dataclass(frozen=True, slots=True)
class Signed:
    """A payment that the person signed: what tells it again from others."""

    reference: str
    purpose: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One request and how it ended."""

    id: UUID
    name: str
    address: str  # what was proven
    known: bool
    purpose: str
    outcome: Outcome
    at: datetime
    shown: tuple[Shown, ...]
    payments: tuple[str, ...]
    service: str = ""  # below which address it announces notices; empty where nowhere, or nothing was taken
    keys: tuple[PrivateKey, ...] = field(default=(), repr=False)  # that signed: it answers to no others
    agreed: tuple[str, ...] = ()  # readings to which the person agreed for a time
    client_id: str = ""  # who asked, as it was proven; what calls itself the same is not the same
    signed: tuple[Signed, ...] = ()  # with the answer that left


def record(
    vault: Vault, asked: Asked, answers: Sequence[Answer], *, outcome: Outcome, now: datetime
) -> Entry:
    """Write down how a request ended."""
    row = HistoryEntry()
    entry = Entry(
        id=row.id,
        name=asked.name,
        address=asked.address,
        known=bool(asked.registered),
        purpose=asked.purpose,
        outcome=outcome,
        at=now,
        shown=tuple(
            Shown(
                part.card.title,
                part.card.issuer_name,
                tuple(dict.fromkeys(line.label for line in part.rows)),
                part.whole,
            )
            for answer in answers
            for part in answer.parts
        ),
        payments=tuple(f"{claim_display.amount(pay)} to {pay.payee}" for pay in asked.payments),
        service=trusted_verifiers.correspondence(asked.client_id)
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
            Signed(pay.reference, pay.purpose) for pay in (asked.payments if outcome != "declined" else ())
        ),
    )
    vault.seal(row, _dump(entry))
    row.save()
    return entry


def entries(vault: Vault) -> tuple[Entry, ...]:
    """Everything that was asked of this person, the latest first."""
    rows = HistoryEntry.objects.filter(account=vault.account)
    return tuple(_load(row.id, vault.open(row)) for row in rows)


def find(vault: Vault, id: UUID) -> Entry:
    """One entry of this person."""
    row = HistoryEntry.objects.filter(account=vault.account, id=id).first()
    if row is None:
        raise NoSuchEntry("This entry is not in your history.")
    return _load(row.id, vault.open(row))


def signed_before(vault: Vault, asked: Asked) -> Entry | None:
    """The last time that the person signed a payment for the same purpose to whoever asks now."""
    purposes = {payment.purpose for payment in asked.payments}
    for entry in entries(vault) if purposes else ():
        if entry.client_id == str(asked.client_id) and purposes & {each.purpose for each in entry.signed}:
            return entry
    return None


def delete(vault: Vault, id: UUID) -> None:
    """Forget one entry; who was shown something still knows it."""
    HistoryEntry.objects.filter(account=vault.account, id=id).delete()


def _dump(entry: Entry) -> dict[str, Any]:
    written = asdict(replace(entry, keys=()))
    keys = [stored_credentials.dump_key(key) for key in entry.keys]
    return {**written, "id": None, "at": entry.at.isoformat(), "keys": keys}


def _load(id: UUID, value: Mapping[str, Any]) -> Entry:
    shown = tuple(Shown(**{**item, "labels": tuple(item["labels"])}) for item in value["shown"])
    return Entry(
        **{
            **value,
            "id": id,
            "at": datetime.fromisoformat(value["at"]),
            "shown": shown,
            "payments": tuple(value["payments"]),
            "agreed": tuple(value.get("agreed", ())),
            "signed": tuple(Signed(**each) for each in value.get("signed", ())),
            "keys": tuple(stored_credentials.load_key(key) for key in value.get("keys", ())),
        }
    )
