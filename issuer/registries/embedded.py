"""A registry whose records lie in this very database."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import TextField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from common.registries import Record, RecordNotFound
from issuer import models


class EmbeddedRegistry:
    """The `RegistryConnector` of imported spreadsheets and of the sample world."""

    def __init__(self, registry: models.Registry) -> None:
        self.registry = registry

    def fetch(self, key: str) -> Record:
        """The record under `key`."""
        try:
            row = self.registry.records.get(key=key)
        except models.Record.DoesNotExist as error:
            raise RecordNotFound(f"{self.registry.title} holds no record under this key.") from error
        return _record(row)

    def changes(self, since: datetime | None) -> Iterator[Record]:
        """Records changed after `since`, oldest change first."""
        rows = self.registry.records.order_by("updated_at", "key")
        if since is not None:
            rows = rows.filter(updated_at__gt=since)
        for row in rows.iterator(chunk_size=2_000):
            yield _record(row)

    def find(self, column: str, value: str) -> Iterator[Record]:
        """The records whose column says exactly this."""
        # The cast makes it a plain text: a JSON transform would read the value asked for as JSON.
        said = Cast(KeyTextTransform(column, "data"), TextField())
        for row in self.registry.records.annotate(said=said).filter(said=value):
            yield _record(row)


def _record(row: models.Record) -> Record:
    return Record(key=row.key, data=row.data, changed_at=row.updated_at)
