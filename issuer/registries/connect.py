"""Connecting a registry that lies elsewhere: its source is declared, tried, and remembered."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from common.registries.claims.mapping import label_of
from common.registries.connector import RegistryError
from issuer.models import Registry
from issuer.registries.connectors import find_connector
from issuer.registries.connectors.base import SourceDeclaration
from issuer.registries.store import create_registry


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
    """The registry of that slug, read from now on where `source` says.

    1. The connector checks the declared source and looks at what it holds.
    2. The registry's row is made or brought up to date, with its connector and its settings.
    3. It is opened once, and read where its records are copied.

    Raises `UnknownPartError` for an unknown connector, and `RegistryError` that says what is wrong with the
    source; then nothing is kept.
    """
    # 1. The connector checks the declared source and looks at what it holds.
    part = find_connector(connector)
    existing = Registry.objects.filter(slug=slug).exclude(connector=connector).first()
    if existing is not None:
        raise RegistryError(f"{slug} is a registry of another connector, {existing.connector}.")
    title = title or label_of(slug)
    found = part.connect(SourceDeclaration(slug, source, authority, title, key or ""))
    # 2. The registry's row is made or brought up to date, with its connector and its settings.
    create_registry(
        slug,
        title=title,
        authority=authority,
        authority_name=label_of(authority),
        key_column=found.key_column,
        columns=found.columns,
    )
    Registry.objects.filter(slug=slug).update(connector=connector, source=found.settings)
    # 3. It is opened once, and read where its records are copied.
    registry = Registry.objects.select_related("authority").get(slug=slug)
    part.open(registry)
    part.refresh(registry, now=now)
    return registry
