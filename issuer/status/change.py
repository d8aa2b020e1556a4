"""Changes of status, many at once: each kept with its reason, each list advanced once, each holder told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from common.registries.connector import RegistryRecord
from issuer.models import IssuedCredential, StatusChange, StatusList
from issuer.notifications.notify import tell_status


@dataclass(frozen=True, slots=True)
class StatusUpdate:
    """A locked credential as it was read, and what becomes of it; `record` spares fetching it to tell."""

    credential: IssuedCredential
    state: str
    reason: str
    record: RegistryRecord | None = None


def change_statuses(
    changes: Sequence[StatusUpdate], *, actor: str, now: datetime, quietly: bool = False
) -> None:
    """Change them in the caller's transaction, which holds the credentials' locks.

    Lists are locked in one order whoever changes many, and advanced once each. Whoever holds a credential
    is told, unless it happens `quietly`, as when a renewed one took its place.
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
    before, change.credential.state = change.credential.state, change.state
    return StatusChange(
        credential=change.credential,
        before=before,
        after=change.state,
        reason=change.reason,
        actor=actor,
        at=now,
    )
