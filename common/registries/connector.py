"""Registries behind one interface: records fetched by key, followed by change, whoever keeps them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Protocol

from common.errors import SelloError


class RegistryError(SelloError):
    """A registry, a record or a spreadsheet that is not what was expected; never names a value."""

    code = "registry_error"


class RecordNotFoundError(RegistryError):
    """No record stands under this key."""

    code = "record_not_found"
    status = 404


@dataclass(frozen=True, slots=True)
class RegistryRecord:
    """One row of a registry: its key, its data by column, when it last changed. Unknown values are absent."""

    key: str
    data: Mapping[str, Any]
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RecordChange:
    """That a record changed last at `cursor`; `record` is None where it is gone.

    `version` differs from change to change of one record. `created` is the cursor of its beginning, empty
    where the registry does not tell it.
    """

    key: str
    record: RegistryRecord | None
    cursor: str
    version: str
    created: str = ""


START: Final = ""  # the cursor before all changes


class RegistryReader(Protocol):
    """Reads one registry, wherever it lies.

    A cursor is a text that only its connector understands. Cursors compare as the changes follow each other,
    and a change that becomes visible later lies after all that were seen: a clock alone does not do.
    """

    tells_removals: bool  # whether `changes` has the records that are gone

    def fetch(self, key: str) -> RegistryRecord:
        """The record under `key`, or `RecordNotFoundError`."""

    def find(self, column: str, value: str) -> Iterator[RegistryRecord]:
        """The records whose column says exactly this."""

    def changes(self, since: str = START, *, limit: int | None = None) -> Iterator[RecordChange]:
        """The records that changed after `since`, each once, oldest change first, `limit` at most."""

    def head(self) -> str:
        """A cursor after everything that is there now."""

    def rewind(self, cursor: str, *, now: datetime) -> str:
        """From where to look again next time, where what was committed late may lie before `cursor`."""

    def passed(self, column: str, *, after: date | None, until: date) -> Iterator[RecordChange]:
        """The records whose column holds a day after `after`, up to and including `until`."""
