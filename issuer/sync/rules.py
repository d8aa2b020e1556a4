"""Declaring by which rules a registry leads a credential type, and from where it is followed."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet

from common.registries.connector import START
from common.registries.rules.credential_rules import (
    InvalidRegistryRulesError,
    Link,
    Rule,
    parse_credential_rules,
    tells_death,
)
from issuer.models import Configuration, Following, Registry
from issuer.registries.connectors import connector_of, open_registry
from issuer.registries.store import find_registry, index_columns

SOME: Final = 2_000  # records whose words are looked at
EVENTS: Final = {
    "changed": "The record says something else",
    "died": "A death",
    "ineligible": "The person is no longer eligible",
    "expired": "A day has passed",
    "removed": "The record is gone",
    "new": "A new record",
    "expiring": "The credential is about to expire",
}
ACTIONS: Final = {
    "revoke": "Revoke",
    "suspend": "Suspend",
    "reissue": "Renew",
    "notify": "Tell the person",
    "offer": "Offer the document",
}


@transaction.atomic
def set_rules(configuration: Configuration, entries: Any) -> Configuration:
    """Let the registries lead this type by these rules alone; `entries` as parse_rules reads them.

    Registries are followed from their beginning, so that a rule also finds what was there before it; only
    `new` means what comes from now on. What an earlier, equal rule did is not done again.
    """
    rules = parse_credential_rules(entries)
    followed = {configuration.registry.slug: configuration.registry}
    for link in filter(None, (link for rule in rules for link in (rule.watch, rule.to))):
        followed.setdefault(link.registry, find_registry(link.registry))
    for number, rule in enumerate(rules, start=1):
        _require_sense(configuration, rule, followed, name=f"Rule {number}")
    _index(configuration, rules, followed)
    locked = Configuration.objects.select_for_update(of=("self",)).get(pk=configuration.pk)
    before = {rule.id for rule in parse_credential_rules(locked.rules)}
    known = {following.registry_id: following for following in locked.followings.all()}
    locked.rules = configuration.rules = entries
    locked.save(update_fields=["rules"])
    watched = {link.registry for link in (rule.watch for rule in rules) if link}
    wanted = {configuration.registry.slug, *watched} if rules else set()
    for registry in (followed[slug] for slug in sorted(wanted)):
        head = open_registry(registry).head()
        following = known.pop(registry.pk, None) or Following(
            configuration=configuration, registry=registry, news_from=head
        )
        if following.pk is None or {rule.id for rule in rules} - before:
            following.cursor, following.due_on = START, None
        following.save()
    Following.objects.filter(pk__in=[following.pk for following in known.values()]).delete()
    return configuration


def followed_types(registry: Registry) -> QuerySet[Configuration]:
    """The credential types that follow this registry."""
    return Configuration.objects.filter(followings__registry=registry).select_related("registry__authority")


def rules_in_words(
    configuration: Configuration, registry: Registry | None = None
) -> Iterator[tuple[str, str]]:
    """Each rule in words, when and what then; of one registry, those that its changes may set off."""
    for rule in configuration.rule_list():
        source = rule.watch.registry if rule.watch else configuration.registry.slug
        if registry is None or registry.slug == source:
            of = ", ".join(rule.columns) or rule.column or (f"{rule.days} days" if rule.days else "")
            where = f" in {source}" if rule.watch else ""
            yield (
                f"{EVENTS[rule.event]}{where}{f' ({of})' if of else ''}",
                f"{ACTIONS[rule.do]}: {rule.reason}",
            )


def _require_sense(
    configuration: Configuration, rule: Rule, followed: dict[str, Registry], *, name: str
) -> None:
    """Raise unless each column that a rule names is there, and the calendar leaves it time."""
    watched = followed[rule.watch.registry] if rule.watch else configuration.registry
    condition = rule.condition
    if rule.watch:
        _require_columns(watched, [rule.watch.column], name)
        _require_columns(configuration.registry, [rule.watch.other], name)
        if condition and "changed" in condition.operators():
            raise InvalidRegistryRulesError(f"{name}: of a watched record nobody knows what changed.")
    if rule.to:
        _require_columns(configuration.registry, [rule.to.column], name)
        _require_columns(followed[rule.to.registry], [rule.to.other], name)
    _require_columns(watched, [*filter(None, [rule.column]), *rule.columns], name)
    if rule.event == "died" and rule.column:
        _require_day(watched, rule.column, name)
    _require_columns(watched, condition.columns() if condition else [], name)
    said = {claim.column for claim in configuration.claim_list()}
    if set(rule.columns) - said:
        raise InvalidRegistryRulesError(
            f"{name}: {configuration.name} says nothing of {', '.join(rule.columns)}."
        )
    if rule.days and timedelta(days=rule.days) >= timedelta(days=configuration.validity_days):
        raise InvalidRegistryRulesError(
            f"{name}: {configuration.name} is valid for {configuration.validity_days} days; give fewer."
        )


def _require_columns(registry: Registry, columns: Any, name: str) -> None:
    known = {column["name"] for column in registry.columns}
    for column in columns:
        if column not in known:
            raise InvalidRegistryRulesError(f"{name}: {registry.slug} has no column {column!r}.")


def _require_day(registry: Registry, column: str, name: str) -> None:
    """Raise where the column holds answers, numbers or words: false is no death, nor is 0, nor `alive`."""
    kind = next(entry["type"] for entry in registry.columns if entry["name"] == column)
    some = registry.records.values_list("data", flat=True)[:SOME] if kind == "string" else ()
    words = [str(data[column]) for data in some if data.get(column)]
    if kind not in ("date", "string") or (words and not any(map(tells_death, words))):
        raise InvalidRegistryRulesError(
            f"{name}: died looks for the day of a death, {column} is of type {kind}. For a flag, say"
            f' ineligible with a condition on what it says, such as {{"in": ["{column}", ["true", "yes"]]}}.'
        )


def _index(configuration: Configuration, rules: tuple[Rule, ...], followed: dict[str, Registry]) -> None:
    """Have the columns by which records will be found indexed, where the records lie here."""
    own = configuration.registry
    wanted = [(own, rule.column) for rule in rules if rule.event == "expired"]
    for watch in (rule.watch for rule in rules if rule.watch):
        wanted += [(own, watch.other), (followed[watch.registry], watch.column)]
    links: Iterator[Link] = (rule.to for rule in rules if rule.to)
    wanted += [(followed[link.registry], link.other) for link in links]
    for registry, column in wanted:
        if connector_of(registry).keeps_records:
            index_columns(registry, [column])
