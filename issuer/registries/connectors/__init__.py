"""Registry connectors: one dict, by the name that a registry's row carries.

They are named by their paths, so that what one of them needs is loaded by whoever uses it.
"""

from typing import Final

from django.utils.module_loading import import_string

from common.errors import UnknownPartError
from common.registries.connector import RegistryError, RegistryReader
from issuer.models import Registry
from issuer.registries.connectors.base import Connector

CONNECTORS: Final = {
    "embedded": "issuer.registries.connectors.embedded.CONNECTOR",
    "csv": "issuer.registries.connectors.spreadsheet.CONNECTOR",
    "sql": "issuer.registries.connectors.sql_connector.CONNECTOR",
    "spdci": "issuer.registries.connectors.spdci.connector.CONNECTOR",
    "opencrvs": "issuer.registries.connectors.opencrvs.CONNECTOR",
}


def find_connector(name: str) -> Connector:
    """The connector of that name.

    Raises `UnknownPartError`, which names the known ones, and `RegistryError` where what it needs is not
    installed.
    """
    if name not in CONNECTORS:
        raise UnknownPartError("registry connector", name, CONNECTORS)
    try:
        found: Connector = import_string(CONNECTORS[name])
    except ImportError as error:
        raise RegistryError(
            f"The {name} connector needs what deploy/requirements.txt names.", detail=str(error)
        ) from error
    return found


def connector_of(registry: Registry) -> Connector:
    """The connector of this registry; raises as `find_connector` does."""
    return find_connector(registry.connector)


def open_registry(registry: Registry) -> RegistryReader:
    """A reader of this registry's records; raises as `find_connector` and `Connector.open` do."""
    return connector_of(registry).open(registry)
