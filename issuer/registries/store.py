"""Registries of the embedded connector: made, filled, and brought up to date in bulk."""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, TypeVar

from django.db import transaction

from common.encoding import jcs
from common.registries.connector import RegistryError, RegistryRecord
from common.registries.values.texts import compact
from issuer import models
from issuer.authorities.identity import create_authority
from issuer.registries.connectors.embedded import MAX_LOOKUP
from issuer.registries.search import search_text

BATCH: Final = 2_000  # and SQLite takes so many keys in one query
T = TypeVar("T")


class RegistryNotFoundError(RegistryError):
    """No registry has this name."""

    code = "unknown_registry"
    status = 404


@dataclass(frozen=True, slots=True)
class StoredCounts:
    """What storing rows did."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0


def find_registry(slug: str) -> models.Registry:
    """The registry of that slug, with its authority."""
    found = models.Registry.objects.select_related("authority").filter(slug=slug).first()
    if found is None:
        known = ", ".join(models.Registry.objects.values_list("slug", flat=True)[:50]) or "none yet"
        raise RegistryNotFoundError(f"No registry is called {slug}; there are: {known}. See import_registry.")
    return found


@transaction.atomic
def create_registry(
    slug: str,
    *,
    title: str,
    authority: str,
    key_column: str,
    columns: Sequence[Mapping[str, Any]],
    authority_name: str = "",
    contact: str = "",
) -> models.Registry:
    """The registry of that slug, made where there is none, together with the authority that keeps it.

    Columns that an existing registry does not know yet are added to it; one whose cells have become of
    another type is widened.
    """
    keeper = create_authority(authority, authority_name or title)
    registry, created = models.Registry.objects.get_or_create(
        slug=slug,
        defaults={
            "title": title, "authority": keeper, "key_column": key_column, "columns": list(columns),
            "contact": contact,
        },
    )  # fmt: skip
    if not created:
        given = {column["name"]: dict(column) for column in columns}
        known = [_widened(column, given.pop(column["name"], column)) for column in registry.columns]
        if known + list(given.values()) != registry.columns:
            changed = _retyped(registry.columns, known)
            registry.columns = known + list(given.values())
            registry.save(update_fields=["columns"])
            _let_claims_follow(registry, changed)
    return registry


def _widened(known: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """The known column, as text (or decimals) where the types of its cells differ from import to import.

    A column that was `open`, without a value so far, becomes what it is now found to be.
    """
    if given.get("open"):
        return dict(known)
    if known.get("open"):
        return {**given, "label": known["label"]}
    types = {known["type"], given["type"]}
    wider = "decimal" if types == {"integer", "decimal"} else "string"
    written = {name: given[name] for name in ("order", "mark") if name in given}
    return {**known, **written, "type": known["type"] if len(types) == 1 else wider}


def _retyped(before: Iterable[Mapping[str, Any]], after: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """The columns whose type has changed, each with the one that it had."""
    return {
        old["name"]: old["type"] for old, new in zip(before, after, strict=True) if old["type"] != new["type"]
    }


def _let_claims_follow(registry: models.Registry, changed: Mapping[str, str]) -> None:
    """What was claimed as the column's type is claimed as the one that it has now: 0123 is no number."""
    types = {column["name"]: column["type"] for column in registry.columns}
    for configuration in registry.configurations.select_for_update() if changed else ():
        for claim in configuration.claims:
            column = claim["column"]
            if column in changed and claim["type"] == changed[column] and not claim.get("derive"):
                claim["formerly"] = [*claim.get("formerly", []), claim["type"]]
                claim["type"] = types[column]
        configuration.save(update_fields=["claims"])


@transaction.atomic
def store_records(
    registry: models.Registry, records: Iterable[RegistryRecord], *, kept_columns: Collection[str] = ()
) -> StoredCounts:
    """Insert what is new and update what differs; records that are the same are not touched.

    `kept_columns` are those of which the given records know nothing: their stored values stay. All of it is
    one revision of the registry, whose row is held until it is visible.
    """
    current = models.Registry.objects.select_for_update().get(pk=registry.pk)
    revision = current.revision + 1
    created = updated = unchanged = 0
    for batch in _batches(records):
        keys = [record.key for record in batch]
        known = dict(registry.records.filter(key__in=keys).values_list("key", "digest"))
        changed: list[models.Record] = []
        again: list[str] = []
        for record in _completed(registry, batch, kept_columns) if kept_columns else batch:
            digest = hashlib.sha256(jcs.canonicalize(dict(record.data))).hexdigest()
            if known.get(record.key) == digest:
                unchanged += 1
                continue
            if record.key in known:
                updated += 1
                again.append(record.key)
            else:
                created += 1
            changed.append(
                models.Record(
                    registry=registry,
                    key=record.key,
                    data=dict(record.data),
                    digest=digest,
                    revision=revision,
                    born=revision,
                    search_text=search_text(record),
                )
            )
        models.Record.objects.bulk_create(
            changed,
            batch_size=BATCH,
            update_conflicts=True,
            unique_fields=["registry", "key"],
            update_fields=["data", "digest", "revision", "search_text", "updated_at"],
        )
        current.removals.filter(key__in=[row.key for row in changed]).delete()
        current.values.filter(key__in=again).delete()
        _index(current, ((row.key, row.data) for row in changed), current.lookups)
    if created or updated:
        models.Registry.objects.filter(pk=registry.pk).update(revision=revision)
    return StoredCounts(created, updated, unchanged)


@transaction.atomic
def remove_records(registry: models.Registry, keys: Collection[str]) -> int:
    """Forget these records, but for the fact that they are gone; how many there were."""
    current = models.Registry.objects.select_for_update().get(pk=registry.pk)
    removed = 0
    for batch in _batches(keys):
        gone = list(current.records.filter(key__in=batch).values_list("key", flat=True))
        models.Removal.objects.bulk_create(
            models.Removal(registry=registry, key=key, revision=current.revision + 1) for key in gone
        )
        current.records.filter(key__in=gone).delete()
        current.values.filter(key__in=gone).delete()
        removed += len(gone)
    if removed:
        models.Registry.objects.filter(pk=registry.pk).update(revision=current.revision + 1)
    return removed


@transaction.atomic
def index_columns(registry: models.Registry, columns: Iterable[str]) -> None:
    """From now on records are found at once by what they say in these columns."""
    current = models.Registry.objects.select_for_update().get(pk=registry.pk)
    new = [column for column in dict.fromkeys(columns) if column not in current.lookups]
    if new:
        rows = registry.records.values_list("key", "data").iterator(chunk_size=BATCH)
        for batch in _batches(rows):
            _index(current, batch, new)
        registry.lookups = current.lookups = current.lookups + new
        current.save(update_fields=["lookups"])


def _index(
    registry: models.Registry, rows: Iterable[tuple[str, Mapping[str, Any]]], columns: Collection[str]
) -> None:
    said = (
        models.Lookup(registry=registry, column=column, key=key, value=value)
        for key, data in rows
        for column in columns
        if column in data and len(value := compact(str(data[column]))) <= MAX_LOOKUP
    )
    models.Lookup.objects.bulk_create(said, batch_size=BATCH)


def _completed(
    registry: models.Registry, batch: list[RegistryRecord], columns: Collection[str]
) -> Iterator[RegistryRecord]:
    """The records, with what is stored in `columns` under their keys."""
    stored = dict(registry.records.filter(key__in=[r.key for r in batch]).values_list("key", "data"))
    for record in batch:
        old = {name: value for name, value in stored.get(record.key, {}).items() if name in columns}
        yield RegistryRecord(record.key, {**old, **record.data})


def _batches(items: Iterable[T]) -> Iterator[list[T]]:
    iterator = iter(items)
    while batch := list(islice(iterator, BATCH)):
        yield batch
