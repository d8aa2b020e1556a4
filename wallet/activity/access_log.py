"""Who read the person's record: what each authority says, asked with the keys that it knows."""

import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from common.adapters.network import http
from common.encoding import display, strict_json
from common.errors import SelloError
from common.keys import PrivateKey
from common.registries.record_access.holder import create_log_request, parse_log
from wallet.account.vault import Vault
from wallet.activity import consents
from wallet.activity.consents import ConsentAuthority


@dataclass(frozen=True, slots=True)
class LoggedAccess:
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
class AuthorityLog:
    """What one authority says about who read; `answered` is False where it could not be asked."""

    identifier: str
    authority: str  # its name
    answered: bool
    readings: tuple[LoggedAccess, ...] = ()


def access_logs(vault: Vault, *, now: datetime) -> tuple[AuthorityLog, ...]:
    """Ask each authority that may know who has read the person's record there."""
    found = []
    for office in consents.authorities(vault):
        answers = []
        for key in office.keys:
            with suppress(SelloError, ValueError):
                answers.append(_ask(office, key, now))
        every = dict.fromkeys(reading for answer in answers for reading in answer)
        latest = sorted(every, key=lambda each: each.at, reverse=True)
        found.append(AuthorityLog(office.identifier, office.name, bool(answers), tuple(latest)))
    return tuple(found)


def _ask(office: ConsentAuthority, key: PrivateKey, now: datetime) -> tuple[LoggedAccess, ...]:
    """`GET {authority}/access/log`, signed by a holder key."""
    token = create_log_request(audience=office.identifier, jti=secrets.token_urlsafe(16), signer=key, now=now)
    headers = {"Accept": "application/json", "Authorization": f"Bearer {token}"}
    reply = http.request("GET", f"{office.identifier}/access/log", headers=headers)
    if reply.status != 200:
        raise SelloError("The authority did not answer.", detail=str(reply.status))
    return tuple(
        LoggedAccess(
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
