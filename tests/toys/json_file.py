"""`json-file`: a registry in a file of JSON, a list of records that each have a `version` which grows.

{"path": "/srv/registers/boats.json", "key": "id"}
"""

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from common.registries.columns.profile import describe_columns
from common.registries.connector import (
    START,
    RecordChange,
    RecordNotFoundError,
    RegistryError,
    RegistryReader,
    RegistryRecord,
)
from issuer.models import Registry
from issuer.registries.connectors.base import ConnectedSource, Connector, SourceDeclaration

MEMBERS: Final = {"path", "key"}


class JsonFileReader:
    """The `RegistryReader`: the file as it is now. A cursor is a version, with zeros before it."""

    tells_removals = False

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._path, self._key = Path(settings["path"]), settings["key"]

    def fetch(self, key: str) -> RegistryRecord:
        """The record under `key`."""
        for row in self.rows():
            if str(row[self._key]) == key:
                return self._record(row)
        raise RecordNotFoundError("The file holds no record under this key.")

    def find(self, column: str, value: str) -> Iterator[RegistryRecord]:
        """The records whose column says exactly this."""
        return (self._record(row) for row in self.rows() if str(row.get(column)) == value)

    def changes(self, since: str = START, *, limit: int | None = None) -> Iterator[RecordChange]:
        """The records of a later version, by version."""
        later = sorted((row for row in self.rows() if _cursor(row) > since), key=_cursor)
        for row in later[:limit]:
            version = str(row["version"])
            yield RecordChange(str(row[self._key]), self._record(row), _cursor(row), version)

    def head(self) -> str:
        """The cursor of the last version."""
        return max(map(_cursor, self.rows()), default=START)

    def rewind(self, cursor: str, *, now: datetime) -> str:
        """The file is written as a whole: nothing comes late."""
        return cursor

    def passed(self, column: str, *, after: date | None, until: date) -> Iterator[RecordChange]:
        """The records whose day has come."""
        first = after.isoformat() if after else ""
        return (each for each in self.changes() if first < self._day(each, column) <= until.isoformat())

    def rows(self) -> list[dict[str, Any]]:
        """All rows; `RegistryError` where the file is no list of records with key and version."""
        try:
            rows = json.loads(self._path.read_bytes())
        except (OSError, ValueError) as error:
            raise RegistryError("The registry's file cannot be read.", detail=self._path.name) from error
        if not isinstance(rows, list) or not all(map(self._is_record, rows)):
            raise RegistryError(
                f"The file is a list of records with {self._key} and version, a whole number."
            )
        return rows

    def _is_record(self, row: Any) -> bool:
        return isinstance(row, dict) and self._key in row and type(row.get("version")) is int

    def _record(self, row: Mapping[str, Any]) -> RegistryRecord:
        data = {name: value for name, value in row.items() if name != "version"}
        return RegistryRecord(str(row[self._key]), data)

    def _day(self, change: RecordChange, column: str) -> str:
        return str(change.record.data.get(column) or "9999") if change.record else "9999"


class JsonFileConnector(Connector):
    """A declared file, read where it lies."""

    def connect(self, declaration: SourceDeclaration) -> ConnectedSource:
        """The file's columns; every wrong setting is named."""
        settings = {**declaration.source, **({"key": declaration.key} if declaration.key else {})}
        if unknown := set(settings) - MEMBERS:
            raise RegistryError(f"A source has no {', '.join(sorted(unknown))}.")
        for name in sorted(MEMBERS):
            if not isinstance(settings.get(name), str):
                raise RegistryError(f"{name} is a text.")
        rows = JsonFileReader(settings).rows()
        names = dict.fromkeys(name for row in rows for name in row if name != "version")
        columns = [
            describe_columns(name, [str(row.get(name, "")) for row in rows]).described() for name in names
        ]
        return ConnectedSource(settings["key"], columns, settings)

    def open(self, registry: Registry) -> RegistryReader:
        """Its rows."""
        return JsonFileReader(registry.source)


CONNECTOR: Final = JsonFileConnector()


def _cursor(row: Mapping[str, Any]) -> str:
    return f"{row['version']:015}"
