"""A registry whose records are copied from a file that somebody else writes anew now and then.

    {"path": "/srv/registers/farmers.csv"}    or    {"url": "https://…/farmers.csv"}

Beside: "absent", "removed" (the default) or "kept", for records that the file has no more; "most_removed",
the percentage of records that may be gone at once (10); "every_minutes", how often to look (60); "sheet",
"encoding" and "date_order" as import_registry takes them. What is read through the network comes by the one
door, and has its bounds.
"""

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

from common.adapters.network.http import fetch
from common.registries.columns.column import ORDERS
from common.registries.connector import RegistryError
from common.registries.spreadsheets.spreadsheet import ImportOptions
from common.registries.tables.errors import MAX_BYTES
from issuer.registries.connectors.embedded import EmbeddedRegistry

ABSENT: Final = ("removed", "kept")
TEXTS: Final = ("sheet", "encoding", "date_order")
MEMBERS: Final = {"path", "url", "absent", "most_removed", "every_minutes", "seen", *TEXTS}


class FileSourceError(RegistryError):
    """A file that is declared wrongly, or cannot be read."""

    code = "invalid_source"


class SpreadsheetRegistry(EmbeddedRegistry):
    """The `RegistryConnector` of such a registry: its records lie here, as they were read last."""


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
