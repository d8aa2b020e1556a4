"""The issuer's rows, a module a subject."""

from issuer.models.authority import Authority
from issuer.models.configuration import Configuration
from issuer.models.registry import Record, Registry

__all__ = ["Authority", "Configuration", "Record", "Registry"]
