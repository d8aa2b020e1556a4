"""The report of an import: each row that was left out, by number and reason."""

import csv
import os
from pathlib import Path
from types import TracebackType
from typing import Any, Final, TextIO

from django.conf import settings

from common.registries.spreadsheets.spreadsheet import Rejected

SHOWN: Final = 100  # rows that a page lists


def report_path(slug: str) -> Path:
    """Where the report of a registry's last import lies; older ones are gone."""
    path: Path = settings.VAR_DIR / "reports" / f"{slug}.csv"
    return path


class ImportReport:
    """Rows as they are rejected: counted, the first kept, and all written where a registry is named."""

    def __init__(self, slug: str = "") -> None:
        self.slug = slug
        self.rejected = 0
        self.first: list[Rejected] = []
        self._file: TextIO | None = None
        self._writer: Any = None

    @property
    def path(self) -> Path:
        """Where it lies, once it is whole."""
        return report_path(self.slug)

    def __enter__(self) -> "ImportReport":
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        self._file = os.fdopen(os.open(self._draft, flags, 0o600), "w", newline="")
        self._writer = csv.writer(self._file)
        self._writer.writerow(["row", "reason"])
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file:
            self._file.close()
            os.replace(self._draft, self.path)

    def add(self, entry: Rejected) -> None:
        """One more row."""
        self.rejected += 1
        if len(self.first) < SHOWN:
            self.first.append(entry)
        if self._writer:
            self._writer.writerow([entry.row, entry.reason])

    @property
    def _draft(self) -> Path:
        return self.path.with_suffix(f".{os.getpid()}.draft")
