"""How a registry's records stand in SPDCI's data objects, and in whose name and from where it speaks."""

from dataclasses import MISSING, fields
from typing import Any, Final

from django.conf import settings

from common.adapters.exchange.messages import Party
from common.errors import UnknownPartError
from common.registries.connector import RegistryError
from common.registries.spdci.mapping import RecordMapping
from issuer.authorities.identity import authority_signer
from issuer.models import Registry

NAMESPACE: Final = "spdci"  # of its messages (`namespace` of their signatures)
CONNECTOR_NAME: Final = "spdci"  # in the registry's row


def spdci_address(registry: Registry) -> str:
    """Where a registry's endpoints begin: those that answer, and those that await answers."""
    return f"{settings.BASE_URL}/spdci/{registry.slug}"


def registry_party(registry: Registry) -> Party:
    """Who speaks for a registry, answering or asking."""
    return Party(registry.authority.did, authority_signer(registry.authority, "Ed25519"))


def parse_record_mapping(registry: Registry, source: dict[str, Any]) -> RecordMapping:
    """The mapping that a row declares, checked against its registry's columns."""
    types = {column["name"]: column["type"] for column in registry.columns}
    known = {field.name: field.default is MISSING and field.default_factory is MISSING
             for field in fields(RecordMapping) if field.name != "types"}  # fmt: skip
    for name in source:
        if name not in known:
            raise UnknownPartError("member of a mapping", name, known)
    for name, needed in known.items():
        if needed and name not in source:
            raise RegistryError(f"A mapping says its {name}; see docs/exchange.md.")
    try:
        return RecordMapping(types=types, **source)
    except (TypeError, AttributeError) as error:
        raise RegistryError("A member of this mapping is not of its kind; see docs/exchange.md.") from error
