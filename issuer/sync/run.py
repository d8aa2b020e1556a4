"""`sync_registry`: from the changes of a registry to what its rules do.

1 the connector looks whether its source has changed · 2 each type that follows the registry is taken
through the changes after its cursor, batch by batch; the cursor moves on in the transaction of the batch ·
3 what time brought about · 4 what renewals left behind. A run that is stopped leaves whole batches, and the
next one goes on behind them. A preview is the same run, and is rolled back.
"""

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Count, QuerySet

from common.errors import SelloError
from issuer.issuance.supersede import supersede_unheard
from issuer.models import Following, Registry, SyncRun
from issuer.registries.connectors import connector_of, open_registry
from issuer.registries.connectors.base import RefreshResult
from issuer.sync.affected import affected_records
from issuer.sync.calendar import follow_calendar
from issuer.sync.effects import RunReport, take_effect

BATCH: Final = 500


class PlanChangedError(SelloError):
    """The registry went on after somebody had looked at what would happen."""

    code = "plan_changed"
    status = 409


@dataclass(frozen=True, slots=True)
class SyncResult:
    """What a run did, or would do; `plan` names these very lines."""

    changes: int
    lines: list[dict[str, str]]
    ended_sessions: int
    superseded: int
    refreshed: RefreshResult | None = None
    offers: list[dict[str, str]] = field(default_factory=list, repr=False)

    @property
    def counts(self) -> dict[str, int]:
        """How often each action was taken."""
        return dict(sorted(Counter(line["do"] for line in self.lines).items()))

    @property
    def plan(self) -> str:
        """A digest of all that happens, whatever its order."""
        said = sorted(json.dumps(line, sort_keys=True) for line in self.lines)
        return hashlib.sha256("\n".join([str(self.ended_sessions), *said]).encode()).hexdigest()[:16]


def sync(
    registry: Registry,
    *,
    actor: str,
    now: datetime,
    offers: bool = False,
    allow_removals: bool = False,
    expect: str = "",
) -> SyncResult:
    """Apply the rules to what changed since the last run.

    With `offers`, what is offered comes with links that last an hour; `allow_removals` lifts the bound on how
    many records a file may lack at once. `expect` is the `plan` of a preview:
    if the registry went on since then, nothing is done.
    """
    if expect and preview_sync(registry, actor=actor, now=now, allow_removals=allow_removals).plan != expect:
        raise PlanChangedError("The registry has changed since you looked; look again.")
    return _run(registry, actor=actor, now=now, offers=offers, allow_removals=allow_removals)


def preview_sync(
    registry: Registry, *, actor: str, now: datetime, allow_removals: bool = False
) -> SyncResult:
    """What `sync` would do at this moment; nothing of it is kept."""
    with transaction.atomic():
        synced = _run(registry, actor=actor, now=now, allow_removals=allow_removals)
        transaction.set_rollback(True)
    return synced


def latest_runs(registry: Registry) -> QuerySet[SyncRun]:
    """The runs of this registry, each with the number of its effects as `effects_done`."""
    return registry.runs.annotate(effects_done=Count("effects"))


def _run(
    registry: Registry, *, actor: str, now: datetime, offers: bool = False, allow_removals: bool = False
) -> SyncResult:
    refreshed = connector_of(registry).refresh(registry, now=now, allow_removals=allow_removals)  # 1
    run = SyncRun.objects.create(registry=registry, actor=actor, begun_at=now)
    tally = RunReport(run, now, with_offers=offers)
    followings = Following.objects.filter(registry=registry)
    changes = superseded = 0
    for following in followings.select_related("configuration__registry__authority", "registry"):
        changes = max(changes, _follow(following.pk, tally))  # 2
        if following.configuration.registry_id == registry.pk:
            follow_calendar(following, tally)  # 3
            superseded += supersede_unheard(following.configuration, actor=actor, now=now)  # 4
    SyncRun.objects.filter(pk=run.pk).update(ended_at=now)
    return SyncResult(changes, tally.lines, tally.ended_sessions, superseded, refreshed, tally.offers)


def _follow(pk: Any, tally: RunReport) -> int:
    """Take one type through the changes, and count them.

    Who comes second waits for the row, and looks where the first is.
    """
    seen = 0
    rows = Following.objects.select_related("configuration__registry__authority", "registry")
    while True:
        following = rows.get(pk=pk)
        reader = open_registry(following.registry)
        changes = list(reader.changes(following.cursor, limit=BATCH))
        cases = affected_records(following.configuration, following.registry, changes)
        with transaction.atomic():
            locked = Following.objects.select_for_update().get(pk=pk)
            if locked.cursor != following.cursor:
                continue
            if changes:
                take_effect(following, cases, tally)
                locked.cursor = changes[-1].cursor
            if len(changes) < BATCH:
                locked.cursor = reader.rewind(locked.cursor, now=tally.now)
            locked.save(update_fields=["cursor"])
        seen += len(changes)
        if len(changes) < BATCH:
            return seen
