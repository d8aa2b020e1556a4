"""Where a registry answers by SPDCI, how its records stand there, and in whose name."""

from dataclasses import dataclass
from functools import cached_property

from django.db.models import Q

from common.adapters.exchange.messages import Party
from common.adapters.exchange.partners import Partner
from common.exchange.errors import ExchangeError
from common.registries.spdci.mapping import RecordMapping
from issuer.models import Registry, SpdciService
from issuer.registries.connectors.spdci.mapping import (
    CONNECTOR_NAME,
    parse_record_mapping,
    registry_party,
    spdci_address,
)


@dataclass(frozen=True)
class ServedRegistry:
    """One registry that answers: its row, its mapping, its authority's name and key."""

    service: SpdciService

    @property
    def registry(self) -> Registry:
        """The registry itself."""
        return self.service.registry

    @cached_property
    def mapping(self) -> RecordMapping:
        """How its records stand in SPDCI's data objects."""
        return parse_record_mapping(self.registry, self.service.mapping)

    @property
    def party(self) -> Party:
        """Its authority, by its DID, with its Ed25519 key."""
        return registry_party(self.registry)

    @property
    def address(self) -> str:
        """Where its endpoints begin."""
        return spdci_address(self.registry)


@dataclass(frozen=True, slots=True)
class PartnerAgreement:
    """What a partner may read of one registry, why (anything, where no purpose is named), by which law."""

    attributes: frozenset[str]
    purposes: frozenset[str]
    legal_basis: str


def served_registry(slug: str) -> ServedRegistry:
    """The served of that registry; `err.request.not_found` where it does not answer by SPDCI."""
    found = SpdciService.objects.select_related("registry__authority").filter(
        registry__slug=slug, active=True
    )
    service = found.first()
    if service is None:
        raise ExchangeError("No registry answers here.", code="err.request.not_found")
    return ServedRegistry(service)


def spdci_registry(slug: str) -> Registry:
    """The registry of that slug, where it answers by SPDCI or stands for one that does."""
    answers_or_asks = Q(spdci__active=True) | Q(connector=CONNECTOR_NAME)
    found = Registry.objects.select_related("authority").filter(answers_or_asks, slug=slug).first()
    if found is None:
        raise ExchangeError("No registry answers here.", code="err.request.not_found")
    return found


def agreement_with(partner: Partner, registry: Registry) -> PartnerAgreement:
    """What was agreed with a partner about a registry; `err.request.forbidden` where nothing was."""
    found = partner.may_read.get(registry.slug)
    if not found:
        raise ExchangeError("Nothing was agreed about this registry.", code="err.request.forbidden")
    return PartnerAgreement(
        frozenset(found.get("attributes", ())),
        frozenset(found.get("purposes", ())),
        str(found.get("legal_basis", "")),
    )
