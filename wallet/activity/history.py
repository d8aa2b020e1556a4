"""What was shown to whom, with the keys that signed it, and who read the person's record at an authority."""

import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from common.adapters.network import http
from common.encoding import display, strict_json
from common.errors import SelloError
from common.keys import PrivateKey
from common.registries.record_access.holder import create_log_request, parse_log
from common.site import time_zone
from wallet.account.vault import Vault
from wallet.activity import consents
from wallet.activity.consents import Office
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


@dataclass(frozen=True, slots=True)
class Reading:
    """One time that somebody read the person's record, or was refused; what was read by name.

    `law` is what lets them read without asking the person, empty where the person agreed.
    """

    reader: str
    identity: str
    purpose: str
    registry: str
    attributes: tuple[str, ...]
    at: datetime
    refused: bool
    law: str


@dataclass(frozen=True, slots=True)
class Readings:
    """What one authority says about who read; `answered` is False where it could not be asked."""

    identifier: str
    authority: str  # its name
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


def readings(vault: Vault, *, now: datetime) -> tuple[Readings, ...]:
    """Ask each authority that may know who has read the person's record there."""
    found = []
    for office in consents.offices(vault):
        answers = []
        for key in office.keys:
            with suppress(SelloError, ValueError):
                answers.append(_ask(office, key, now))
        every = dict.fromkeys(reading for answer in answers for reading in answer)
        latest = sorted(every, key=lambda each: each.at, reverse=True)
        found.append(Readings(office.identifier, office.name, bool(answers), tuple(latest)))
    return tuple(found)


def _ask(office: Office, key: PrivateKey, now: datetime) -> tuple[Reading, ...]:
    """`GET {authority}/access/log`, signed by a holder key."""
    token = create_log_request(audience=office.identifier, jti=secrets.token_urlsafe(16), signer=key, now=now)
    headers = {"Accept": "application/json", "Authorization": f"Bearer {token}"}
    reply = http.request("GET", f"{office.identifier}/access/log", headers=headers)
    if reply.status != 200:
        raise SelloError("The authority did not answer.", detail=str(reply.status))
    return tuple(
        Reading(
            reader=entry.client_name,
            identity=entry.client_id,
            purpose=display.phrase(entry.purpose),
            registry=entry.registry,
            attributes=tuple(office.label(name) for name in entry.attributes),
            at=datetime.fromisoformat(entry.at),
            refused=entry.outcome == "refused",
            law=entry.legal_basis,
        )
        for entry in parse_log(strict_json.loads_object(reply.body))
    )


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
