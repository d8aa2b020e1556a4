"""Consents that the person gave: kept by the authorities, seen and withdrawn here.

An authority knows the person by the key that they signed with. So the wallet keeps that key beside the place
where the consent lies: a card may be renewed or deleted, and its consent can still be withdrawn.
"""

import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal, cast

from common.adapters.network import http
from common.encoding import display, strict_json
from common.errors import SelloError
from common.keys import PrivateKey, jwk
from common.registries.record_access.holder import (
    ConsentEntry,
    create_consents_request,
    create_withdrawal,
    parse_consents,
)
from wallet.account.vault import Vault
from wallet.credentials import cards
from wallet.presentation import given_consents

State = Literal["active", "withdrawn", "expired"]


class NotWithdrawnError(SelloError):
    """The authority could not be told, or knows no such consent of this person."""

    code = "server_error"
    status = 502


@dataclass(frozen=True, slots=True)
class ConsentAuthority:
    """An authority that may hold readings and consents of the person, and the keys to ask it with."""

    identifier: str
    name: str
    keys: tuple[PrivateKey, ...] = field(default=(), repr=False)
    labels: Mapping[str, str] = field(default_factory=dict)  # its words for claims, by their names

    def label(self, name: str) -> str:
        """An attribute of its records in words: as its cards say it, else readably."""
        return self.labels.get(name) or display.humane(name)


@dataclass(frozen=True, slots=True)
class ReportedConsent:
    """One consent as its authority has it now; what may be read by name."""

    id: str
    authority: str
    registry: str
    reader: str
    identity: str
    purpose: str
    attributes: tuple[str, ...]
    lasting: bool  # for a time, and not for the one reading at which something was shown
    state: State
    given_at: datetime
    until: datetime
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class AuthorityConsents:
    """What one authority says; `answered` is False where it could not be asked."""

    authority: str
    name: str
    answered: bool
    consents: tuple[ReportedConsent, ...] = ()


def authorities(vault: Vault) -> tuple[ConsentAuthority, ...]:
    """Each authority whose card is held or where a consent was given."""
    found: dict[str, ConsentAuthority] = {}
    asks, labels = [], dict[str, dict[str, str]]()
    for card in cards.held_cards(vault):
        for copy in card.copies:
            asks.append((card.issuer, card.issuer_name, copy.key))
            said = {str(label.path[-1]): label.text for label in copy.labels}
            labels.setdefault(card.issuer, {}).update(said)
    for consent in given_consents.kept_consents(vault):
        asks.append((consent.authority, consent.name, consent.key))
        of_cards = labels.get(consent.authority, {})
        labels[consent.authority] = {**consent.labels, **of_cards}
    for identifier, name, key in asks:
        office = found.get(identifier, ConsentAuthority(identifier, name, labels=labels.get(identifier, {})))
        known = {jwk.thumbprint(each.public_key) for each in office.keys}
        if jwk.thumbprint(key.public_key) not in known:
            office = replace(office, keys=(*office.keys, key))
        found[identifier] = office
    return tuple(found.values())


def reported_consents(vault: Vault, *, now: datetime) -> tuple[AuthorityConsents, ...]:
    """What each authority knows of the person's consents, the newest first.

    A presentation for one reading stands among them only while it still opens something.
    """
    found = []
    for office in authorities(vault):
        answers = []
        for key in office.keys:
            with suppress(SelloError, ValueError):
                answers.append(_ask(office, key, now))
        every = {one.id: one for answer in answers for one in answer if one.lasting or one.state == "active"}
        latest = sorted(every.values(), key=lambda each: each.given_at, reverse=True)
        found.append(AuthorityConsents(office.identifier, office.name, bool(answers), tuple(latest)))
    return tuple(found)


def withdraw_consent(vault: Vault, authority: str, consent_id: str, *, now: datetime) -> ReportedConsent:
    """End a consent at its authority, at once; once more changes nothing."""
    office = next((each for each in authorities(vault) if each.identifier == authority), None)
    for key in office.keys if office else ():
        with suppress(SelloError, ValueError):
            if office and any(one.id == consent_id for one in _ask(office, key, now)):
                return _end(office, consent_id, key, now)
    raise NotWithdrawnError(
        "The office could not be told. Your consent may still stand: try again in a minute."
    )


def _ask(office: ConsentAuthority, key: PrivateKey, now: datetime) -> tuple[ReportedConsent, ...]:
    """`GET {authority}/access/consents`, signed by a holder key."""
    token = create_consents_request(audience=office.identifier, jti=_fresh(), signer=key, now=now)
    return _answer(office, "GET", "consents", token)


def _end(office: ConsentAuthority, consent_id: str, key: PrivateKey, now: datetime) -> ReportedConsent:
    """`POST {authority}/access/withdrawal`, signed by the key that lists the consent."""
    token = create_withdrawal(
        audience=office.identifier, consent_id=consent_id, jti=_fresh(), signer=key, now=now
    )
    ended = _answer(office, "POST", "withdrawal", token)
    if [one.id for one in ended] != [consent_id] or ended[0].state != "withdrawn":
        raise SelloError("The office answered something else than was asked.")
    return ended[0]


def _answer(office: ConsentAuthority, method: str, path: str, token: str) -> tuple[ReportedConsent, ...]:
    headers = {"Accept": "application/json", "Authorization": f"Bearer {token}"}
    body = b"" if method == "POST" else None
    reply = http.request(method, f"{office.identifier}/access/{path}", headers=headers, body=body)
    if reply.status != 200:
        raise SelloError("The authority did not answer.", detail=str(reply.status))
    source = strict_json.loads_object(reply.body)
    return tuple(_given(office, entry) for entry in parse_consents(source))


def _given(office: ConsentAuthority, entry: ConsentEntry) -> ReportedConsent:
    return ReportedConsent(
        id=entry.id,
        authority=office.identifier,
        registry=entry.registry,
        reader=entry.client_name,
        identity=entry.client_id,
        purpose=display.phrase(entry.purpose),
        attributes=tuple(office.label(name) for name in entry.attributes),
        lasting=entry.how == "signed",
        state=cast(State, entry.state),
        given_at=datetime.fromisoformat(entry.given_at),
        until=datetime.fromisoformat(entry.expires_at),
        withdrawn_at=datetime.fromisoformat(entry.withdrawn_at) if entry.withdrawn_at else None,
    )


def _fresh() -> str:
    return secrets.token_urlsafe(16)
