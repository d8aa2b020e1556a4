"""Registry connectors: one dict, by the name that a registry's row carries.

They are named by their paths, so that what one of them needs is loaded by whoever uses it.
"""

from typing import Final

from django.utils.module_loading import import_string

from common.errors import UnknownPartError
from common.registries.connector import RegistryConnector, RegistryError
from issuer.models import Registry

CONNECTORS: Final = {
    "embedded": "issuer.registries.connectors.embedded.EmbeddedRegistry",
    "csv": "issuer.registries.connectors.spreadsheet.SpreadsheetRegistry",
    "sql": "issuer.registries.connectors.sql.SqlRegistry",
    "spdci": "issuer.registries.connectors.spdci.reader.SpdciRegistry",
    "opencrvs": "issuer.registries.connectors.opencrvs.OpenCrvsRegistry",
}


def connector(registry: Registry) -> RegistryConnector:
    """The connector that reads this registry."""
    if registry.connector not in CONNECTORS:
        raise UnknownPartError("registry connector", registry.connector, CONNECTORS)
    try:
        part = import_string(CONNECTORS[registry.connector])
    except ImportError as error:
        raise RegistryError(
            f"The {registry.connector} connector needs what deploy/requirements.txt names.", detail=str(error)
        ) from error
    reader: RegistryConnector = part(registry)
    return reader
