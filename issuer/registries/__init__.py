"""Registry connectors: one dict, by the name that a registry's row carries."""

from typing import Final

from common.errors import UnknownPart
from common.registries import RegistryConnector
from issuer.models import Registry
from issuer.registries.embedded import EmbeddedRegistry

CONNECTORS: Final = {"embedded": EmbeddedRegistry}


def connector(registry: Registry) -> RegistryConnector:
    """The connector that reads this registry."""
    if registry.connector not in CONNECTORS:
        raise UnknownPart("registry connector", registry.connector, CONNECTORS)
    return CONNECTORS[registry.connector](registry)
