"""Finding a record as an officer types: `nusta quispe` finds Ñusta Quispe."""

import unicodedata
from typing import Final

from django.db.models import QuerySet

from common.registries.connector import RegistryRecord
from issuer import models

MAX_CELL: Final = 200  # what is longer, such as a photograph, nobody types
MAX_WORDS: Final = 8


def search_text(record: RegistryRecord) -> str:
    """What a record is found by: its key and its short values, folded."""
    values = [record.key, *map(str, record.data.values())]
    return fold(" ".join(value for value in values if len(value) <= MAX_CELL))


def search_records(registry: models.Registry, typed: str) -> QuerySet[models.Record]:
    """The records that hold every word that was typed; all of them for none."""
    rows = registry.records.defer("search_text", "digest")
    for word in fold(typed).split()[:MAX_WORDS]:
        rows = rows.filter(search_text__contains=word)
    return rows


def record_numbered(registry: models.Registry, number: int) -> models.Record | None:
    """The stored record that goes by this number in addresses, which tell no key; None for none."""
    return registry.records.filter(pk=number).first()


def record_under(registry: models.Registry, key: str) -> models.Record | None:
    """The stored record under this key; None where none lies here."""
    return registry.records.filter(key=key).first()


def fold(text: str) -> str:
    """Small letters without their accents."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(char for char in decomposed if not unicodedata.combining(char)).casefold()
