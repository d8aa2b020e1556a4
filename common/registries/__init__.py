"""Registries as the house sees them: records fetched by key, followed by change, whoever keeps them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from common.errors import SelloError


class RegistryError(SelloError):
    """A registry, a record or a spreadsheet that is not what was expected; never names a value."""

    code = "registry_error"


class RecordNotFound(RegistryError):
    """No record stands under this key."""

    code = "record_not_found"
    status = 404


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a registry: its key, its data by column, when it last changed. Unknown values are absent."""

    key: str
    data: Mapping[str, Any]
    changed_at: datetime | None = None


class RegistryConnector(Protocol):
    """Reads one registry, wherever it lies."""

    def fetch(self, key: str) -> Record:
        """The record under `key`, or `RecordNotFound`."""

    def changes(self, since: datetime | None) -> Iterator[Record]:
        """Records changed after `since`, oldest change first; all of them for None."""

    def find(self, column: str, value: str) -> Iterator[Record]:
        """The records whose column says exactly this."""
