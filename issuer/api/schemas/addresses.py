"""Parameters of the issuer's addresses."""

from typing import Final

from common.adapters.api.openapi.operation import OperationParameter

AUTHORITY: Final = OperationParameter(
    "authority", "The authority's name in addresses.", "path", example="civil-registry"
)
REGISTRY: Final = OperationParameter(
    "registry", "The registry's name in addresses.", "path", example="births"
)
ISSUER: Final = "https://office.example/issuers/civil-registry"
