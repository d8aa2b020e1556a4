"""Letting a registry answer by SPDCI: its mapping, declared and checked."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from common.errors import UnknownPartError
from common.registries.connector import RegistryError
from issuer.models import Registry, SpdciService
from issuer.registries.connectors import connector_of
from issuer.registries.connectors.spdci.mapping import parse_record_mapping
from issuer.registries.store import index_columns


@transaction.atomic
def serve_registry(registry: Registry, mapping: dict[str, Any], *, place_column: str = "") -> SpdciService:
    """The registry answers by this mapping from now on; by its identifiers records are found at once."""
    known = parse_record_mapping(registry, mapping)
    if place_column and place_column not in {column["name"] for column in registry.columns}:
        raise RegistryError("The registry has no such column of places.")
    if connector_of(registry).keeps_records:
        index_columns(registry, sorted({*known.identifiers.values()} - {registry.key_column}))
    service, _ = SpdciService.objects.update_or_create(
        registry=registry, defaults={"mapping": mapping, "place_column": place_column, "active": True}
    )
    return service


def check_agreed(may_read: Mapping[str, Sequence[str]]) -> None:
    """Raise where an agreement names a registry that is not here, or an attribute that it does not have.

    Attributes are the registry's columns, and the yes-or-no questions that it answers.
    """
    for slug, attributes in may_read.items():
        registry = Registry.objects.filter(slug=slug).first()
        if registry is None:
            raise UnknownPartError("registry", slug, Registry.objects.values_list("slug", flat=True))
        service = SpdciService.objects.filter(registry=registry).first()
        questions = service.mapping.get("questions", {}) if service is not None else {}
        known = {column["name"] for column in registry.columns} | set(questions)
        for name in attributes:
            if name not in known:
                raise UnknownPartError(f"attribute of {slug}", name, known)


def stop_serving(registry: Registry) -> None:
    """The registry answers no longer."""
    SpdciService.objects.filter(registry=registry).update(active=False)
