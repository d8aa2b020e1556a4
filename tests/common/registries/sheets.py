"""A small file read all at once."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from common.registries.columns.column import Column
from common.registries.connector import RegistryRecord
from common.registries.spreadsheets.spreadsheet import ImportOptions, Rejected, open_spreadsheet


@dataclass(frozen=True, slots=True)
class Spreadsheet:
    """What a file held, all of it at once."""

    columns: tuple[Column, ...]
    key_column: str
    records: tuple[RegistryRecord, ...]
    rejected: tuple[Rejected, ...]


def read_spreadsheet(
    data: bytes, *, key: str | None = None, known: Mapping[str, Any] | None = None, **options: str
) -> Spreadsheet:
    """All of a small file; `known` are columns, or their types alone, of earlier imports."""
    columns = {
        name: entry if isinstance(entry, Column) else Column(name, entry)
        for name, entry in (known or {}).items()
    }
    with open_spreadsheet(
        io.BytesIO(data), reading=ImportOptions(key=key or "", **options), known=columns
    ) as sheet:
        entries = list(sheet.entries())
    return Spreadsheet(
        columns=sheet.columns,
        key_column=sheet.key_column,
        records=tuple(entry for entry in entries if isinstance(entry, RegistryRecord)),
        rejected=tuple(entry for entry in entries if isinstance(entry, Rejected)),
    )
