"""A registry whose records are copied from a file that somebody else writes anew now and then.

    {"path": "/srv/registers/farmers.csv"}    or    {"url": "https://…/farmers.csv"}

Beside: "absent", "removed" (the default) or "kept", for records that the file has no more; "most_removed",
the percentage of records that may be gone at once (10); "every_minutes", how often to look (60); "sheet",
"encoding" and "date_order" as import_registry takes them. What is read through the network comes by the one
door, and has its bounds.
"""

import hashlib
import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, Final

from django.db import transaction

from common.adapters.network.http import fetch
from common.registries.columns.column import ORDERS
from common.registries.connector import RegistryError, RegistryReader
from common.registries.spreadsheets.spreadsheet import ImportOptions
from common.registries.tables.errors import MAX_BYTES
from issuer.models import Registry
from issuer.registries.connectors.base import ConnectedSource, Connector, RefreshResult, SourceDeclaration
from issuer.registries.connectors.embedded import EmbeddedRegistry
from issuer.registries.spreadsheet_import import open_for_registry, replace_spreadsheet

ABSENT: Final = ("removed", "kept")
TEXTS: Final = ("sheet", "encoding", "date_order")
MEMBERS: Final = {"path", "url", "absent", "most_removed", "every_minutes", "seen", *TEXTS}


class FileSourceError(RegistryError):
    """A file that is declared wrongly, or cannot be read."""

    code = "invalid_source"


class SpreadsheetRegistry(EmbeddedRegistry):
    """The `RegistryReader` of such a registry: its records lie here, as they were read last."""


@dataclass(frozen=True, slots=True)
class FileSource:
    """A declared file, checked."""

    path: str = ""
    url: str = ""
    absent: str = "removed"
    most_removed: int = 10
    every_minutes: int = 60
    sheet: str = ""
    encoding: str = ""
    date_order: str = ""

    @property
    def reading(self) -> ImportOptions:
        """What is said of the file that it does not say itself."""
        return ImportOptions(sheet=self.sheet, encoding=self.encoding, date_order=self.date_order)

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """The file as it is now."""
        if self.url:
            yield io.BytesIO(fetch(self.url, accept="text/csv, */*;q=0.5").body)
            return
        path = Path(self.path)
        if not path.is_file():
            raise FileSourceError("The registry's file is not there.", detail=path.name, status=503)
        if path.stat().st_size > MAX_BYTES:
            raise FileSourceError(f"The registry's file is larger than {MAX_BYTES // 1_000_000} MB.")
        with path.open("rb") as file:
            yield file


def parse_file_source(settings: Mapping[str, Any]) -> FileSource:
    """The declared settings, each checked; every fault is named."""
    unknown = set(settings) - MEMBERS
    if unknown:
        raise FileSourceError(f"A source has no {', '.join(sorted(map(str, unknown)))}.")
    path, url = settings.get("path", ""), settings.get("url", "")
    if not isinstance(path, str) or not isinstance(url, str) or bool(path) == bool(url):
        raise FileSourceError("A source has a path or a url.")
    if path and not Path(path).is_absolute():
        raise FileSourceError("path begins with /: whoever looks may stand elsewhere.")
    if settings.get("absent", "removed") not in ABSENT:
        raise FileSourceError(f"absent is one of {', '.join(ABSENT)}.")
    for name, most in (("most_removed", 100), ("every_minutes", 527_040)):
        value = settings.get(name, 1)
        if type(value) is not int or not 0 <= value <= most:
            raise FileSourceError(f"{name} is a number from 0 to {most:,}.")
    for name in TEXTS:
        if not isinstance(settings.get(name, ""), str):
            raise FileSourceError(f"{name} is a text.")
    if settings.get("date_order") and settings["date_order"] not in ORDERS:
        raise FileSourceError(f"date_order is one of {', '.join(ORDERS)}.")
    return FileSource(**{name: settings[name] for name in FileSource.__slots__ if name in settings})


class SpreadsheetConnector(Connector):
    """A file that is copied into this database whenever it has changed."""

    keeps_records = True

    def connect(self, declaration: SourceDeclaration) -> ConnectedSource:
        """The columns of the file as it is now; its rows are taken by `refresh`."""
        declared = parse_file_source(declaration.source)
        options = replace(declared.reading, key=declaration.key)
        with (
            declared.open() as file,
            open_for_registry(declaration.slug, file, options, declaration.authority) as sheet,
        ):
            columns = [column.described() for column in sheet.columns]
            settings = {name: value for name, value in declaration.source.items() if name != "seen"}
            return ConnectedSource(sheet.key_column, columns, settings)

    def open(self, registry: Registry) -> RegistryReader:
        """Its records, as the file gave them last."""
        return SpreadsheetRegistry(registry)

    def refresh(
        self, registry: Registry, *, now: datetime, allow_removals: bool = False
    ) -> RefreshResult | None:
        """Bring the records to what the file says; what it was, by its digest, is kept as `seen`."""
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
        counts = done.counts
        return RefreshResult(counts.created, counts.updated, done.removed, done.rejected, done.missing)

    def is_due(self, registry: Registry, *, now: datetime) -> bool:
        """As often as the source says."""
        at = registry.source.get("seen", {}).get("at")
        every = timedelta(minutes=parse_file_source(registry.source).every_minutes)
        return at is None or datetime.fromisoformat(at) + every <= now


CONNECTOR: Final = SpreadsheetConnector()
