"""Changing the status of credentials: along the ways that are allowed, each change kept with its reason.

An officer changes a card (`set_status`), a rule or a renewal many credentials at once; all of them come to
`change_statuses`, which advances each list once and tells each holder.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import F

from common.errors import SelloError
from common.registries.connector import RegistryRecord
from issuer.models import IssuedCredential, StatusChange, StatusList
from issuer.notifications.notify import tell_status
from issuer.status import cards
from issuer.status.lists import lists_of

ALLOWED: Final = {
    "valid": {"suspended", "revoked"},
    "suspended": {"valid", "revoked"},
    "revoked": set[str](),
}


class StatusChangeError(SelloError):
    """A change of status that is not one."""

    code = "status_refused"
    status = 409


class CredentialNotFoundError(SelloError):
    """An identifier that no issued credential has."""

    code = "credential_not_found"
    status = 404


@dataclass(frozen=True, slots=True)
class StatusDecision:
    """What a change of status did: to the credential that was named, to its card, and to open offers."""

    credential: IssuedCredential
    changed: tuple[IssuedCredential, ...]
    ended_sessions: int

    @property
    def lists(self) -> list[str]:
        """Where all that changed is published, the named credential's lists first."""
        rows = (self.credential, *self.changed)
        return list(dict.fromkeys(uri for row in rows for uri in lists_of(row)))

    @property
    def sentence(self) -> str:
        """What was done, for whoever decided it."""
        formats = ", ".join(sorted({row.format for row in self.changed}))
        said = f"The card is {self.credential.state} from now on: copies {len(self.changed)} ({formats})"
        return f"{said}; open offers and tokens ended {self.ended_sessions}."


@dataclass(frozen=True, slots=True)
class StatusUpdate:
    """A locked credential as it was read, and what becomes of it; `record` spares fetching it to tell."""

    credential: IssuedCredential
    state: str
    reason: str
    record: RegistryRecord | None = None


def set_status(
    credential: IssuedCredential, state: str, *, reason: str, actor: str, now: datetime
) -> StatusDecision:
    """Change the status of a credential's card for good reason: of every copy in every format (cards.py).

    Revoked is final. The published lists change at once, what was begun and not issued yet has ended, and
    whoever holds a copy is told, all in one transaction.
    """
    if state not in ALLOWED:
        raise StatusChangeError(f"A credential is {', '.join(ALLOWED)}; not {state!r}.")
    if not reason.strip():
        raise StatusChangeError("A change of status needs its reason.")
    ended, configuration = 0, credential.configuration
    with transaction.atomic():  # sessions are locked before credentials, and these before lists
        if configuration is not None and state in cards.WITHDRAWN:
            ended = cards.end_sessions(configuration, [credential.record_key], now=now)
        card = cards.lock_card(credential)
        [named] = [row for row in card if row.pk == credential.pk]
        changed = [row for row in card if state in ALLOWED[row.state]]
        if named.state == "revoked" and (state != "revoked" or not changed):
            raise StatusChangeError("This credential was revoked, which is final.")
        if not changed:
            raise StatusChangeError(f"This credential is {state} already.")
        change_statuses([StatusUpdate(row, state, reason) for row in changed], actor=actor, now=now)
    if configuration is not None and state in cards.WITHDRAWN:
        with transaction.atomic():  # what was let in while the card was locked
            ended += cards.end_sessions(configuration, [credential.record_key], now=now)
    return StatusDecision(named, tuple(changed), ended)


def change_statuses(
    changes: Sequence[StatusUpdate], *, actor: str, now: datetime, quietly: bool = False
) -> None:
    """Change them in the caller's transaction, which holds the credentials' locks.

    Lists are locked in one order whoever changes many, and advanced once each. Whoever holds a credential
    is told, unless it happens `quietly`, as when a renewed one took its place. This is the only writer of
    `IssuedCredential.state`; it raises `StatusChangeError` on a way that is not in `ALLOWED`, and then
    changes nothing.
    """
    StatusChange.objects.bulk_create([_kept(change, actor=actor, now=now) for change in changes])
    reached = {change.credential.pk: change.state for change in changes}
    for state in sorted(set(reached.values())):
        changed = [pk for pk, found in reached.items() if found == state]
        IssuedCredential.objects.filter(pk__in=changed).update(state=state)
    lists = StatusList.objects.filter(pk__in={change.credential.status_list_id for change in changes})
    locked = list(lists.select_for_update().order_by("pk").values_list("pk", flat=True))
    StatusList.objects.filter(pk__in=locked).update(version=F("version") + 1)
    for change in [] if quietly else changes:
        tell_status(change.credential, reason=change.reason, record=change.record, now=now)


def _kept(change: StatusUpdate, *, actor: str, now: datetime) -> StatusChange:
    """The row of a change; the credential is as it says from then on, should it change again."""
    if change.state not in ALLOWED[change.credential.state]:
        raise StatusChangeError(
            f"A credential that is {change.credential.state} does not become {change.state}."
        )
    before, change.credential.state = change.credential.state, change.state
    return StatusChange(
        credential=change.credential,
        before=before,
        after=change.state,
        reason=change.reason,
        actor=actor,
        at=now,
    )


def find_credential(identifier: str) -> IssuedCredential:
    """The credential of that `urn:uuid:…`; the bare number will do."""
    try:
        number = uuid.UUID(identifier.removeprefix("urn:uuid:"))
    except ValueError as error:
        raise CredentialNotFoundError("A credential is named by its urn:uuid:… identifier.") from error
    found = (
        IssuedCredential.objects.select_related(
            "configuration__registry__authority", "status_list__authority"
        )
        .filter(pk=number)
        .first()
    )
    if found is None:
        raise CredentialNotFoundError("No credential of this identifier was issued here.")
    return found
