"""Connecting a registry that answers by SPDCI: declared first, for it must know us before it answers."""

from collections.abc import Mapping
from typing import Any, Final

from common.registries.columns.column import Column
from common.registries.connector import RegistryError, RegistryReader
from common.registries.spdci.mapping import paths
from issuer.models import Registry
from issuer.registries.connectors.base import ConnectedSource, Connector, SourceDeclaration
from issuer.registries.connectors.spdci.handshake import begin_handshake
from issuer.registries.connectors.spdci.reader import SpdciRegistry


class SpdciConnector(Connector):
    """A partner's registry, searched when asked and followed by what it notifies."""

    def connect(self, declaration: SourceDeclaration) -> ConnectedSource:
        """The columns that the mapping names; nothing is asked over there."""
        source = dict(declaration.source)
        mapping = source.get("mapping")
        if not isinstance(mapping, Mapping):
            raise RegistryError(
                "A mapping is one object: kind, template, identifiers, …; see docs/exchange.md."
            )
        told = {column for _, column in paths(mapping.get("template"))}
        identifiers = mapping.get("identifiers")
        key_column = (
            identifiers.get(source.get("key_identifier")) if isinstance(identifiers, Mapping) else None
        )
        if key_column not in told or declaration.key not in ("", key_column):
            raise RegistryError(
                "key_identifier names the key's identifier type, and the template has its column."
            )
        known = Registry.objects.filter(slug=declaration.slug).values_list("columns", flat=True).first() or []
        before = {column["name"]: column for column in known}
        columns = [before.get(name) or Column(name).described() for name in _columns(mapping)]
        return ConnectedSource(key_column, columns, source)

    def open(self, registry: Registry) -> RegistryReader:
        """Its records, asked for one by one or page by page."""
        return SpdciRegistry(registry)

    def introduce(self, registry: Registry) -> dict[str, Any]:
        """What the partner registers, as `Handshake` says it."""
        return begin_handshake(registry)


CONNECTOR: Final = SpdciConnector()


def _columns(mapping: Mapping[str, Any]) -> list[str]:
    """The columns that a mapping names, in the order of its template."""
    parts = [mapping.get("identifiers"), mapping.get("names")]
    named = [column for part in parts if isinstance(part, Mapping) for column in part.values()]
    every = [*(column for _, column in paths(mapping.get("template"))), *named]
    return [column for column in dict.fromkeys(map(str, every)) if column]
