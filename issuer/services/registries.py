"""Registries of the embedded connector: made, filled, and brought up to date in bulk."""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, TypeVar

from django.db import transaction

from common.encoding import jcs
from common.registries import Record, RegistryError
from issuer import models
from issuer.services.authorities import create_authority
from issuer.services.search import search_text

BATCH: Final = 2_000  # and SQLite takes so many keys in one query
T = TypeVar("T")


class RegistryNotFound(RegistryError):
    """No registry has this name."""

    code = "unknown_registry"
    status = 404


@dataclass(frozen=True, slots=True)
class Counts:
    """What storing rows did."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0


def find_registry(slug: str) -> models.Registry:
    """The registry of that slug, with its authority."""
    found = models.Registry.objects.select_related("authority").filter(slug=slug).first()
    if found is None:
        known = ", ".join(models.Registry.objects.values_list("slug", flat=True)[:50]) or "none yet"
        raise RegistryNotFound(f"No registry is called {slug}; there are: {known}. See import_registry.")
    return found


@transaction.atomic
def create_registry(
    slug: str,
    *,
    title: str,
    authority: str,
    key_column: str,
    columns: Sequence[Mapping[str, str]],
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
            registry.columns = known + list(given.values())
            registry.save(update_fields=["columns"])
    return registry


def _widened(known: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """The known column, as text (or decimals) where the types of its cells differ from import to import."""
    types = {known["type"], given["type"]}
    wider = "decimal" if types == {"integer", "decimal"} else "string"
    return {**known, "type": known["type"] if len(types) == 1 else wider}


@transaction.atomic
def store_records(
    registry: models.Registry, records: Iterable[Record], *, kept_columns: Collection[str] = ()
) -> Counts:
    """Insert what is new and update what differs; records that are the same are not touched.

    `kept_columns` are those of which the given records know nothing: their stored values stay.
    """
    known = dict(registry.records.values_list("key", "digest").iterator(chunk_size=BATCH))
    created = updated = unchanged = 0
    for batch in _batches(records):
        changed = []
        for record in _completed(registry, batch, kept_columns) if kept_columns else batch:
            digest = hashlib.sha256(jcs.canonicalize(dict(record.data))).hexdigest()
            if known.get(record.key) == digest:
                unchanged += 1
                continue
            if record.key in known:
                updated += 1
            else:
                created += 1
            changed.append(
                models.Record(
                    registry=registry,
                    key=record.key,
                    data=dict(record.data),
                    digest=digest,
                    search_text=search_text(record),
                )
            )
        models.Record.objects.bulk_create(
            changed,
            batch_size=BATCH,
            update_conflicts=True,
            unique_fields=["registry", "key"],
            update_fields=["data", "digest", "search_text", "updated_at"],
        )
    return Counts(created, updated, unchanged)


def _completed(registry: models.Registry, batch: list[Record], columns: Collection[str]) -> Iterator[Record]:
    """The records, with what is stored in `columns` under their keys."""
    stored = dict(registry.records.filter(key__in=[r.key for r in batch]).values_list("key", "data"))
    for record in batch:
        old = {name: value for name, value in stored.get(record.key, {}).items() if name in columns}
        yield Record(record.key, {**old, **record.data})


def _batches(items: Iterable[T]) -> Iterator[list[T]]:
    iterator = iter(items)
    while batch := list(islice(iterator, BATCH)):
        yield batch
