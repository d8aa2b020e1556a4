"""From changes in a registry to the records of a credential type that they concern."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from common.registries.connector import RecordChange, RecordNotFoundError, RegistryRecord
from common.registries.rules.credential_rules import Link, Rule
from common.registries.values.texts import matchable
from issuer.models import Configuration, Registry
from issuer.registries.connectors import open_registry


@dataclass(frozen=True, slots=True)
class AffectedRecord:
    """A record of the type's own registry, the change that concerns it, and the rules that are asked.

    `own` is the record as it is, None where it is gone; the change may be one in a watched registry.
    """

    key: str
    own: RegistryRecord | None
    change: RecordChange
    rules: tuple[Rule, ...]


def affected_records(
    configuration: Configuration, registry: Registry, changes: Iterable[RecordChange]
) -> list[AffectedRecord]:
    """What changes in `registry` mean for this type, in their order."""
    rules = configuration.rule_list()
    own = tuple(rule for rule in rules if rule.watch is None and rule.event != "expiring")
    watching: dict[Link, list[Rule]] = {}
    for rule in rules:
        if rule.watch and rule.watch.registry == registry.slug:
            watching.setdefault(rule.watch, []).append(rule)
    cases = []
    for change in changes:
        if own and registry.pk == configuration.registry_id:
            cases.append(AffectedRecord(change.key, change.record, change, own))
        for link, asked in watching.items():
            cases.extend(
                AffectedRecord(record.key, record, change, tuple(asked))
                for record in linked_records(configuration.registry, link, change.record)
            )
    return cases


def linked_records(registry: Registry, link: Link, record: RegistryRecord | None) -> Sequence[RegistryRecord]:
    """The records of `registry` to which the link leads from a record."""
    value = matchable(record.data.get(link.column)) if record else ""
    return list(open_registry(registry).find(link.other, value)) if value else []


def current_record(configuration: Configuration, key: str) -> RegistryRecord | None:
    """The type's own record under that key, None where it is gone."""
    try:
        return open_registry(configuration.registry).fetch(key)
    except RecordNotFoundError:
        return None
