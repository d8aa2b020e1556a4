"""What was shown to whom, and who read the person's record at an authority."""

import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from common.adapters import fetch as door
from common.encoding import strict_json
from common.errors import SelloError
from common.registries.access_holder import create_log_request, parse_log
from wallet.models import HistoryEntry
from wallet.services import cards, wording
from wallet.services.answers import Answer
from wallet.services.asking import Asked
from wallet.services.vault import Vault

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


@dataclass(frozen=True, slots=True)
class Reading:
    """One time that somebody read the person's record; what was read by name."""

    reader: str
    identity: str
    purpose: str
    attributes: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Readings:
    """What one authority says about who read; `answered` is False where it could not be asked."""

    authority: str
    answered: bool
    readings: tuple[Reading, ...] = ()


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
        payments=tuple(f"{pay.amount} {pay.currency} to {pay.payee}" for pay in asked.payments),
    )
    vault.seal(row, {**asdict(entry), "id": None, "at": now.isoformat()})
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


def delete(vault: Vault, id: UUID) -> None:
    """Forget one entry; who was shown something still knows it."""
    HistoryEntry.objects.filter(account=vault.account, id=id).delete()


def readings(vault: Vault, *, now: datetime) -> tuple[Readings, ...]:
    """Ask each authority whose card is held who has read the record behind it."""
    found: dict[str, Readings] = {}
    for card in cards.held_cards(vault):
        for copy in card.copies:
            before = found.get(card.issuer, Readings(card.issuer_name, answered=False))
            try:
                fresh = _ask(card.issuer, copy.key, now)
            except (SelloError, ValueError):
                found.setdefault(card.issuer, before)
                continue
            every = dict.fromkeys((*before.readings, *fresh))
            latest = sorted(every, key=lambda each: each.at, reverse=True)
            found[card.issuer] = Readings(card.issuer_name, answered=True, readings=tuple(latest))
    return tuple(found.values())


def _ask(authority: str, key: Any, now: datetime) -> tuple[Reading, ...]:
    """`GET {issuer}/access/log` with a request signed by a holder key."""
    token = create_log_request(audience=authority, jti=secrets.token_urlsafe(16), signer=key, now=now)
    headers = {"Accept": "application/json", "Authorization": f"Bearer {token}"}
    reply = door.request("GET", f"{authority}/access/log", headers=headers)
    if reply.status != 200:
        raise SelloError("The authority did not answer.", detail=str(reply.status))
    return tuple(
        Reading(
            reader=entry.client_name,
            identity=entry.client_id,
            purpose=entry.purpose,
            attributes=tuple(wording.humanize(name) for name in entry.attributes),
            at=datetime.fromisoformat(entry.at),
        )
        for entry in parse_log(strict_json.loads_object(reply.body, floats=True))
    )


def _load(id: UUID, value: dict[str, Any]) -> Entry:
    shown = tuple(Shown(**{**item, "labels": tuple(item["labels"])}) for item in value["shown"])
    return Entry(
        **{
            **value,
            "id": id,
            "at": datetime.fromisoformat(value["at"]),
            "shown": shown,
            "payments": tuple(value["payments"]),
        }
    )
