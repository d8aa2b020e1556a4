"""A registry whose records lie in this very database."""

from collections.abc import Iterator
from datetime import date, datetime
from heapq import merge
from itertools import chain, islice
from typing import Final

from django.db.models import QuerySet, TextField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from common.registries.connector import (
    START,
    RecordChange,
    RecordNotFoundError,
    RegistryError,
    RegistryReader,
    RegistryRecord,
)
from common.registries.values.texts import compact
from issuer import models
from issuer.registries.connectors.base import ConnectedSource, Connector, SourceDeclaration

CHUNK: Final = 2_000
MAX_LOOKUP: Final = 200  # characters of a value that an index finds


class EmbeddedRegistry:
    """The `RegistryReader` of imported spreadsheets and of the sample world.

    A cursor is a revision of the registry and a key. All changes of one revision become visible at once, and
    after those of the one before (issuer/registries/store.py); it is one of removals or one of records.
    """

    tells_removals = True

    def __init__(self, registry: models.Registry) -> None:
        self.registry = registry

    def fetch(self, key: str) -> RegistryRecord:
        """The record under `key`."""
        try:
            row = self.registry.records.get(key=key)
        except models.Record.DoesNotExist as error:
            raise RecordNotFoundError(f"{self.registry.title} holds no record under this key.") from error
        return _record(row)

    def find(self, column: str, value: str) -> Iterator[RegistryRecord]:
        """The records whose column says exactly this: at once in a column of `lookups`, else one by one."""
        value = compact(value)
        if column in self.registry.lookups and len(value) <= MAX_LOOKUP:
            keys = self.registry.values.filter(column=column, value=value).values("key")
            found = self.registry.records.filter(key__in=keys)
        else:
            # The cast makes it a plain text: a JSON transform would read the value asked for as JSON.
            said = Cast(KeyTextTransform(column, "data"), TextField())
            found = self.registry.records.annotate(said=said).filter(said=value)
        for row in found:
            yield _record(row)

    def changes(self, since: str = START, *, limit: int | None = None) -> Iterator[RecordChange]:
        """What changed after `since`: first the rest of its own revision, then one after the other."""
        number, _, key = since.partition(" ")
        records, removals = self.registry.records.all(), self.registry.removals.all()
        rest: Iterator[RecordChange] = iter(())
        if since != START:
            here = {"revision": int(number), "key__gt": key}
            rest = chain(_changed(records.filter(**here), limit), _gone(removals.filter(**here), limit))
            records = records.filter(revision__gt=int(number))
            removals = removals.filter(revision__gt=int(number))
        later = merge(_changed(records, limit), _gone(removals, limit), key=_revision)
        return islice(chain(rest, later), limit)

    def head(self) -> str:
        """The cursor after the last revision."""
        current = models.Registry.objects.values_list("revision", flat=True).get(pk=self.registry.pk)
        return _cursor(current, "\U0010ffff")

    def rewind(self, cursor: str, *, now: datetime) -> str:
        """Revisions become visible in their order: nothing comes late."""
        return cursor

    def passed(self, column: str, *, after: date | None, until: date) -> Iterator[RecordChange]:
        """The records whose day has come; `column` must be one of `lookups`."""
        days = self.registry.values.filter(column=column, value__lte=until.isoformat())
        if after is not None:
            days = days.filter(value__gt=after.isoformat())
        return _changed(self.registry.records.filter(key__in=days.values("key")))


def _changed(rows: "QuerySet[models.Record]", limit: int | None = None) -> Iterator[RecordChange]:
    rows = rows.defer("search_text", "digest").order_by("revision", "key")[:limit]
    for row in rows.iterator(chunk_size=CHUNK):
        yield RecordChange(
            key=row.key,
            record=_record(row),
            cursor=_cursor(row.revision, row.key),
            version=str(row.revision),
            created=_cursor(row.born, row.key),
        )


def _gone(rows: "QuerySet[models.Removal]", limit: int | None) -> Iterator[RecordChange]:
    for row in rows.order_by("revision", "key")[:limit].iterator(chunk_size=CHUNK):
        yield RecordChange(row.key, None, _cursor(row.revision, row.key), str(row.revision))


def _cursor(revision: int, key: str) -> str:
    return f"{revision:015} {key}"


def _revision(change: RecordChange) -> int:
    return int(change.version)


def _record(row: models.Record) -> RegistryRecord:
    return RegistryRecord(key=row.key, data=row.data, changed_at=row.updated_at)


class EmbeddedConnector(Connector):
    """Registries that are imported into this database; they are made by imports, not connected."""

    keeps_records = True

    def connect(self, declaration: SourceDeclaration) -> ConnectedSource:
        """Nothing is declared of such a registry: always `RegistryError`."""
        raise RegistryError("A registry of this kind is imported, not connected; see import_registry.")

    def open(self, registry: models.Registry) -> RegistryReader:
        """Its records as they lie here."""
        return EmbeddedRegistry(registry)


CONNECTOR: Final = EmbeddedConnector()
