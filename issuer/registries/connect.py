"""Connecting a registry that lies elsewhere: its source is declared, tried, and remembered."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any, Final

from django.db import transaction
from django.utils.module_loading import import_string

from common.registries.claims.mapping import label_of
from common.registries.columns.profile import describe_columns
from common.registries.connector import RegistryError
from common.registries.opencrvs import search
from common.registries.values.texts import tidy
from issuer.models import Registry
from issuer.registries.connectors.opencrvs import OpenCrvsRegistry
from issuer.registries.connectors.spdci.declaration import declare
from issuer.registries.connectors.spreadsheet import parse_file_source
from issuer.registries.refresh import refresh_registry
from issuer.registries.spreadsheet_import import import_spreadsheet
from issuer.registries.store import create_registry

PROBED: Final = 200  # records from which the kinds of columns are told


@transaction.atomic
def connect_registry(
    slug: str,
    *,
    connector: str,
    source: Mapping[str, Any],
    authority: str,
    title: str = "",
    key: str | None = None,
    now: datetime,
) -> Registry:
    """The registry of that slug, read from now on where `source` says; what is wrong there is said here."""
    if connector not in CONNECTING:
        raise RegistryError(f"A registry is connected by {', '.join(CONNECTING)}; not by {connector!r}.")
    existing = Registry.objects.filter(slug=slug).exclude(connector=connector).first()
    if existing is not None:
        raise RegistryError(f"{slug} is a registry of another connector, {existing.connector}.")
    settings = CONNECTING[connector](slug, dict(source), authority, title or label_of(slug), key)
    Registry.objects.filter(slug=slug).update(connector=connector, source=settings)
    registry = Registry.objects.select_related("authority").get(slug=slug)
    refresh_registry(registry, now=now)
    return registry


def _connect_file(
    slug: str, source: dict[str, Any], authority: str, title: str, key: str | None
) -> dict[str, Any]:
    declared = parse_file_source(source)
    reading = replace(declared.reading, key=key or "")
    with declared.open() as file:
        import_spreadsheet(slug, file, reading=reading, title=title, authority=authority, new_authority=True)
    return {name: value for name, value in source.items() if name != "seen"}


def _connect_database(
    slug: str, source: dict[str, Any], authority: str, title: str, key: str | None
) -> dict[str, Any]:
    # Named by path, as in issuer.registries.connectors: nothing else needs what it needs.
    try:
        parse = import_string("issuer.registries.connectors.sql_source.parse_sql_source")
        probe, said = (
            import_string("issuer.registries.connectors.sql.probe_source"),
            import_string("issuer.registries.connectors.sql.row_values"),
        )
    except ImportError as error:
        raise RegistryError(
            "The sql connector needs what deploy/requirements.txt names.", detail=str(error)
        ) from error
    settings = {**source, **({"key": key} if key else {})}
    settings.pop("kinds", None)
    declared = parse(settings)
    kinds, rows = probe(declared)
    cells = [{name: tidy(str(value)) or "" for name, value in said(row).items()} for row in rows]
    hidden = {declared.changed, declared.created, declared.removed}
    columns = [
        describe_columns(name, [row[name] for row in cells if name in row]).described()
        for name in kinds
        if name not in hidden
    ]
    create_registry(
        slug,
        title=title,
        authority=authority,
        authority_name=label_of(authority),
        key_column=declared.key,
        columns=columns,
    )
    return {**settings, "kinds": kinds}


def _connect_opencrvs(
    slug: str, source: dict[str, Any], authority: str, title: str, key: str | None
) -> dict[str, Any]:
    declared = search.parse_opencrvs_source(source)
    first = islice(OpenCrvsRegistry(Registry(title=title, source=source)).changes(), PROBED)
    said = [change.record.data for change in first if change.record is not None]
    names = [search.KEY, *declared.columns]
    create_registry(
        slug,
        title=title,
        authority=authority,
        authority_name=label_of(authority),
        key_column=search.KEY,
        columns=[
            describe_columns(name, [str(d[name]) for d in said if name in d]).described() for name in names
        ],
    )
    return source


CONNECTING: Final[Mapping[str, Callable[[str, dict[str, Any], str, str, str | None], dict[str, Any]]]] = {
    "csv": _connect_file,
    "sql": _connect_database,
    "spdci": declare,
    "opencrvs": _connect_opencrvs,
}
