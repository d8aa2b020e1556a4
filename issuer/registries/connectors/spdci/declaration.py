"""Connecting a registry that answers by SPDCI: declared first, for it must know us before it answers."""

from collections.abc import Mapping
from typing import Any

from common.registries.claims.mapping import label_of
from common.registries.columns.column import Column
from common.registries.connector import RegistryError
from common.registries.spdci.mapping import paths
from issuer.models import Registry
from issuer.registries.connectors.spdci.remote import remote_registry
from issuer.registries.store import create_registry


def declare(slug: str, source: dict[str, Any], authority: str, title: str, key: str | None) -> dict[str, Any]:
    """The registry's row, with the columns that the mapping names; nothing is asked over there."""
    mapping = source.get("mapping")
    if not isinstance(mapping, Mapping):
        raise RegistryError("A mapping is one object: kind, template, identifiers, …; see docs/exchange.md.")
    told = {column for _, column in paths(mapping.get("template"))}
    identifiers = mapping.get("identifiers")
    key_column = identifiers.get(source.get("key_identifier")) if isinstance(identifiers, Mapping) else None
    if key_column not in told or key not in (None, key_column):
        raise RegistryError(
            "key_identifier names the key's identifier type, and the template has its column."
        )
    known = Registry.objects.filter(slug=slug).values_list("columns", flat=True).first() or []
    before = {column["name"]: column for column in known}
    registry = create_registry(
        slug,
        title=title,
        authority=authority,
        authority_name=label_of(authority),
        key_column=key_column,
        columns=[before.get(name) or Column(name).described() for name in _columns(mapping)],
    )
    registry.connector, registry.source = "spdci", source
    remote_registry(registry)
    return source


def _columns(mapping: Mapping[str, Any]) -> list[str]:
    """The columns that a mapping names, in the order of its template."""
    parts = [mapping.get("identifiers"), mapping.get("names")]
    named = [column for part in parts if isinstance(part, Mapping) for column in part.values()]
    every = [*(column for _, column in paths(mapping.get("template"))), *named]
    return [column for column in dict.fromkeys(map(str, every)) if column]
