"""What a registry connector is: how a source is declared, opened for reading, and copied anew."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from common.registries.connector import RegistryReader
from issuer.models import Registry


@dataclass(frozen=True, slots=True)
class SourceDeclaration:
    """What is declared of a source; `key` is the column that tells rows apart, "" where nobody named it."""

    slug: str
    source: Mapping[str, Any]
    authority: str
    title: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class ConnectedSource:
    """What a source holds: key column and columns, as `Registry` keeps them, and the settings to keep."""

    key_column: str
    columns: list[dict[str, Any]]
    settings: dict[str, Any]


@dataclass(frozen=True, slots=True)
class RefreshResult:
    """What reading a source anew did to the records; `missing` are columns that it does not have."""

    created: int = 0
    updated: int = 0
    removed: int = 0
    rejected: int = 0
    missing: tuple[str, ...] = ()


class Connector(ABC):
    """One kind of source. A new one is a module with a `CONNECTOR`, and one line in `CONNECTORS`.

    `connect` and `open` are its own; the rest is for sources that are copied, or that must know us first.
    `keeps_records` says that its records lie in this database, where columns can be indexed.
    """

    keeps_records: ClassVar[bool] = False

    @abstractmethod
    def connect(self, declaration: SourceDeclaration) -> ConnectedSource:
        """Check a declared source and look at what it holds; nothing is written.

        Raises `RegistryError` that names each wrong or unknown setting, and what does not answer.
        """

    @abstractmethod
    def open(self, registry: Registry) -> RegistryReader:
        """A reader of a registry that was connected; `RegistryError` where its settings cannot be used."""

    def refresh(
        self, registry: Registry, *, now: datetime, allow_removals: bool = False
    ) -> RefreshResult | None:
        """Copy the source anew; None where nothing is copied, or the source is as it was."""
        return None

    def is_due(self, registry: Registry, *, now: datetime) -> bool:
        """Whether it is time to look at the source again; always, where nothing is copied."""
        return True

    def introduce(self, registry: Registry) -> dict[str, Any]:
        """What the other side must register before it answers, once the registry's row is there for all.

        A `problem` in it says why the other side does not answer yet. Empty where nothing is needed.
        """
        return {}
