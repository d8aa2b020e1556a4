"""A registry that lies elsewhere and answers by SPDCI: the partner that keeps it, and how it is asked."""

from dataclasses import dataclass
from typing import Any

from common.adapters.exchange.partners import Partner
from common.registries.connector import RegistryError
from common.registries.spdci.mapping import RecordMapping
from issuer.models import Registry
from issuer.registries.connectors.spdci.mapping import CONNECTOR_NAME, parse_record_mapping


@dataclass(frozen=True, slots=True)
class RemoteRegistry:
    """Where a registry lies and how it is asked, as the row's `source` declares it.

    `{"partner": sender_id, "mapping": {…}, "key_identifier": "FARMER_ID", "purpose": {"code": …},
    "page_size": 200}`
    """

    partner: Partner
    mapping: RecordMapping
    key_identifier: str
    purpose: dict[str, str]
    page_size: int


def remote_registry(registry: Registry) -> RemoteRegistry:
    """The declared settings of a registry whose connector is `spdci`."""
    source: dict[str, Any] = registry.source
    partner = Partner.objects.filter(sender_id=source.get("partner", ""), active=True).first()
    if registry.connector != CONNECTOR_NAME or partner is None or not partner.address:
        raise RegistryError("This registry names no partner with an address; see register_partner.")
    mapping = parse_record_mapping(registry, source.get("mapping", {}))
    key_identifier = source.get("key_identifier", "")
    if mapping.identifiers.get(key_identifier) != registry.key_column:
        raise RegistryError("key_identifier is the identifier type of the registry's key column.")
    size = source.get("page_size", 200)
    return RemoteRegistry(
        partner, mapping, key_identifier, dict(source.get("purpose", {})), min(max(int(size), 1), 2_000)
    )


def all_records(key_identifier: str, *, after: str = "") -> list[dict[str, Any]]:
    """The predicate that all records meet: those whose key comes after `after`."""
    expression = {"attribute_name": key_identifier, "operator": "gt", "attribute_value": after}
    return [{"seq_num": 1, "expression1": expression}]
