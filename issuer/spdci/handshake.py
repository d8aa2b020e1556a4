"""Connecting a registry that answers by SPDCI: declared first, for it must know us before it answers."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from common.errors import SelloError
from common.registries.claims.mapping import label_of
from common.registries.columns.column import Column
from common.registries.columns.profile import describe_columns
from common.registries.connector import RegistryError
from common.registries.spdci.mapping import paths
from issuer.models import Registry
from issuer.registries.connectors import connector
from issuer.registries.store import create_registry
from issuer.spdci.remote_subscriptions import elsewhere
from issuer.spdci.served_registry import address_of, party_of

PROBED: Final = 200
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Introduction:
    """What the organisation over there registers of us; `problem` is why it does not answer yet, or empty."""

    sender_id: str
    jwks_uri: str
    token_url: str
    callback_url: str
    problem: str


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
    elsewhere(registry)
    return source


def introduce(registry: Registry) -> Introduction:
    """Ask for the first records; what they hold says of which types the columns are."""
    here, problem = address_of(registry), ""
    try:
        changes = list(connector(registry).changes(limit=PROBED))
    except SelloError as error:
        problem = error.public
        _log.warning("%s does not answer: %s %s", registry.slug, error.public, error.detail)
    else:
        rows = [change.record.data for change in changes if change.record is not None]
        registry.columns = [_described(column, rows) for column in registry.columns]
        registry.save(update_fields=["columns"])
    return Introduction(
        sender_id=party_of(registry).sender_id,
        jwks_uri=f"{here}/.well-known/jwks.json",
        token_url=f"{here}/oauth2/client/token",
        callback_url=here,
        problem=problem,
    )


def _columns(mapping: Mapping[str, Any]) -> list[str]:
    """The columns that a mapping names, in the order of its template."""
    parts = [mapping.get("identifiers"), mapping.get("names")]
    named = [column for part in parts if isinstance(part, Mapping) for column in part.values()]
    every = [*(column for _, column in paths(mapping.get("template"))), *named]
    return [column for column in dict.fromkeys(map(str, every)) if column]


def _described(column: Mapping[str, Any], rows: list[Mapping[str, Any]]) -> dict[str, Any]:
    cells = [str(row[column["name"]]) for row in rows if column["name"] in row]
    return {**column, "type": describe_columns(column["name"], cells).type if cells else column["type"]}
