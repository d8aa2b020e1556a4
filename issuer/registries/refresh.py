"""Reading a registry's source anew, where its records are copied from one: files on a schedule."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from issuer.models import Registry
from issuer.registries.connectors.spreadsheet import parse_file_source
from issuer.registries.spreadsheet_import import replace_spreadsheet


@dataclass(frozen=True, slots=True)
class RefreshResult:
    """What reading the source anew did to the records."""

    created: int = 0
    updated: int = 0
    removed: int = 0
    rejected: int = 0
    missing: tuple[str, ...] = ()  # columns that the file does not have


def refresh_registry(
    registry: Registry, *, now: datetime, allow_removals: bool = False
) -> RefreshResult | None:
    """Read the source anew; None where there is none, or it is as it was."""
    if registry.connector != "csv":
        return None
    source = parse_file_source(registry.source)
    with source.open() as file, transaction.atomic():
        digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
        locked = Registry.objects.select_for_update().get(pk=registry.pk)
        as_it_was = locked.source.get("seen", {}).get("digest") == digest
        done = None
        if not as_it_was:
            done = replace_spreadsheet(
                registry.slug,
                file,
                reading=source.reading,
                keep_absent=source.absent == "kept",
                most_removed=100 if allow_removals else source.most_removed,
            )
        seen = {"digest": digest, "at": now.isoformat()}
        Registry.objects.filter(pk=registry.pk).update(source={**locked.source, "seen": seen})
    if done is None:
        return None
    return RefreshResult(done.counts.created, done.counts.updated, done.removed, done.rejected, done.missing)


def is_due(registry: Registry, *, now: datetime) -> bool:
    """Whether it is time to look again; always, where nothing is copied."""
    if registry.connector != "csv":
        return True
    at = registry.source.get("seen", {}).get("at")
    every = timedelta(minutes=parse_file_source(registry.source).every_minutes)
    return at is None or datetime.fromisoformat(at) + every <= now
