"""What a person asks an authority about the readings of their record: who read, what they agreed to, no more.

Each message is signed with a key of a credential of theirs, good once and for one authority. What a key may
see and withdraw is for the authority to look up by that key alone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from functools import partial
from typing import Any, Final, TypeVar

from common.keys import Signer, holder_jwt, jwk
from common.registries.record_access.grant import (
    MAX_ID,
    AccessError,
    InvalidAssertionError,
    required_text,
)

LOG_TYPE: Final = "access-log+jwt"
CONSENTS_TYPE: Final = "access-consents+jwt"
WITHDRAWAL_TYPE: Final = "access-withdrawal+jwt"
OPTIONAL: Final = frozenset({"request_id", "legal_basis", "consent_id", "withdrawn_at"})  # empty: none


@dataclass(frozen=True, slots=True)
class HolderRequest:
    """A holder's key that asks; `consent_id` is what it withdraws, empty where it only looks."""

    thumbprint: str
    jti: str
    consent_id: str = ""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One reading, as the person sees it: who, why, on what ground, what by name, when; never the values.

    `basis` is `consent` or `law` (`legal_basis` cites it), `outcome` `read` or `refused`.
    """

    at: str
    client_id: str
    client_name: str
    purpose: str
    registry: str
    attributes: tuple[str, ...]
    request_id: str
    basis: str
    outcome: str
    legal_basis: str = ""
    consent_id: str = ""


@dataclass(frozen=True, slots=True)
class ConsentEntry:
    """One consent, as the person who gave it sees it.

    `how` is `shown` (a presentation, for one reading) or `signed` (terms, for a time); `state` is `active`,
    `withdrawn` or `expired`.
    """

    id: str
    client_id: str
    client_name: str
    purpose: str
    registry: str
    attributes: tuple[str, ...]
    how: str
    state: str
    given_at: str
    expires_at: str
    withdrawn_at: str = ""


_refused = partial(InvalidAssertionError, status=401)
Entry = TypeVar("Entry", LogEntry, ConsentEntry)


def create_log_request(*, audience: str, jti: str, signer: Signer, now: datetime) -> str:
    """The person's question, to an authority, who has read their record."""
    return holder_jwt.sign({}, typ=LOG_TYPE, audience=audience, jti=jti, signer=signer, now=now)


def create_consents_request(*, audience: str, jti: str, signer: Signer, now: datetime) -> str:
    """The person's question, to an authority, what they have agreed to."""
    return holder_jwt.sign({}, typ=CONSENTS_TYPE, audience=audience, jti=jti, signer=signer, now=now)


def create_withdrawal(*, audience: str, consent_id: str, jti: str, signer: Signer, now: datetime) -> str:
    """The person's word that a consent ends at once."""
    said = {"consent_id": consent_id}
    return holder_jwt.sign(said, typ=WITHDRAWAL_TYPE, audience=audience, jti=jti, signer=signer, now=now)


def verify_log_request(token: str, *, audience: str, now: datetime) -> HolderRequest:
    """The key that asks who has read."""
    return _verify(token, LOG_TYPE, audience=audience, now=now)[0]


def verify_consents_request(token: str, *, audience: str, now: datetime) -> HolderRequest:
    """The key that asks what it has agreed to."""
    return _verify(token, CONSENTS_TYPE, audience=audience, now=now)[0]


def verify_withdrawal(token: str, *, audience: str, now: datetime) -> HolderRequest:
    """The key that withdraws, and what; whether it may is not looked into yet."""
    asked, claims = _verify(token, WITHDRAWAL_TYPE, audience=audience, now=now)
    return HolderRequest(asked.thumbprint, asked.jti, required_text(claims, "consent_id", longest=MAX_ID))


def create_log(entries: Iterable[LogEntry]) -> dict[str, Any]:
    """The readings, newest first."""
    return {"entries": [_written(entry) for entry in entries]}


def parse_log(source: Mapping[str, Any]) -> tuple[LogEntry, ...]:
    """The readings of a log response."""
    return tuple(_read(LogEntry, entry) for entry in _entries(source, "entries"))


def create_consents(entries: Iterable[ConsentEntry]) -> dict[str, Any]:
    """The consents, newest first; a withdrawal is answered with the one that it ended."""
    return {"consents": [_written(entry) for entry in entries]}


def parse_consents(source: Mapping[str, Any]) -> tuple[ConsentEntry, ...]:
    """The consents of a response."""
    return tuple(_read(ConsentEntry, entry) for entry in _entries(source, "consents"))


def _verify(token: str, typ: str, *, audience: str, now: datetime) -> tuple[HolderRequest, dict[str, Any]]:
    key, claims = holder_jwt.verify(token, typ=typ, audience=audience, now=now, error=_refused)
    return HolderRequest(jwk.thumbprint(key), required_text(claims, "jti", longest=MAX_ID)), claims


def _written(entry: LogEntry | ConsentEntry) -> dict[str, Any]:
    return asdict(entry) | {"attributes": list(entry.attributes)}


def _entries(source: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    entries = source.get(name)
    if not isinstance(entries, list) or not all(isinstance(entry, Mapping) for entry in entries):
        raise AccessError(f"The authority did not answer with {name}.")
    return entries


def _read(kind: type[Entry], source: Mapping[str, Any]) -> Entry:
    said: dict[str, Any] = {
        each.name: ""
        if each.name in OPTIONAL and not source.get(each.name)
        else required_text(source, each.name, error=AccessError)
        for each in fields(kind)
        if each.name != "attributes"
    }
    attributes = source.get("attributes")
    if not isinstance(attributes, list) or not all(isinstance(name, str) for name in attributes):
        raise AccessError("The authority did not name the attributes as texts.")
    return kind(**said, attributes=tuple(attributes))
