"""A small country for tests of what registries lead: farmers, deaths, and a credential type on each."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from common.registries.claims.mapping import Claim
from common.registries.connector import RegistryRecord
from issuer.configurations.types import create_configuration
from issuer.issuance.credential_request import issue_directly
from issuer.models import Configuration, IssuedCredential, Registry
from issuer.registries.connectors.base import RefreshResult
from issuer.registries.store import create_registry, store_records
from issuer.sync.rules import set_rules
from issuer.sync.run import SyncResult, preview_sync, sync

AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
FARMER = ("farmer_id", "national_id", "name", "crop", "status", "review_due", "phone")
DEATH = ("death_id", "national_id", "died_on", "spouse_id")
DIED = {
    "when": {"event": "died"},
    "watch": {"registry": "deaths", "match": {"national_id": "national_id"}},
    "do": "revoke",
    "reason": "A death was registered.",
}
CHANGED = {"when": {"event": "changed"}, "do": "reissue", "reason": "The record changed."}
REMOVED = {"when": {"event": "removed"}, "do": "revoke", "reason": "The record is gone."}


def registry_of(slug: str, columns: Iterable[str], *, authority: str) -> Registry:
    columns = list(columns)
    return create_registry(
        slug,
        title=slug.title(),
        authority=authority,
        key_column=columns[0],
        columns=[{"name": name, "label": name, "type": "string"} for name in columns],
    )


def person(number: int, **said: str) -> RegistryRecord:
    data = {
        "farmer_id": f"F-{number}", "national_id": f"N-{number}", "name": f"Person {number}", "crop": "maize",
        "status": "active",
    }  # fmt: skip
    return RegistryRecord(f"F-{number}", {k: v for k, v in {**data, **said}.items() if v})


def death(number: int, of: int, **said: str) -> RegistryRecord:
    data = {"death_id": f"X-{number}", "national_id": f"N-{of}", "died_on": "2026-11-20"}
    return RegistryRecord(f"X-{number}", {**data, **said})


def country(count: int = 3, *, rules: Any = (DIED, REMOVED, CHANGED)) -> Configuration:
    """Farmers `F-1` to `F-{count}`, nationally `N-1`…, a register of deaths, and rules on `farmer`."""
    farmers = registry_of("farmers", FARMER, authority="farmer-registry")
    deaths = registry_of("deaths", DEATH, authority="civil-registry")
    store_records(farmers, [person(number) for number in range(1, count + 1)])
    said = [
        Claim("national_id", "national_id", "National ID", mandatory=True),
        Claim("name_of_farmer", "name", "Name", mandatory=True),
        Claim("crop", "crop", "Crop"),
        Claim("standing", "status", "Standing"),
    ]
    configuration = create_configuration(farmers, type="FarmerCredential", name="farmer", claims=said)
    create_configuration(deaths, type="DeathCredential", name="death")
    return set_rules(configuration, list(rules))


def issued(configuration: Configuration, key: str = "F-1", format_: str = "dc+sd-jwt") -> IssuedCredential:
    row, _ = issue_directly(configuration, key, format_, holder=None, now=AT)
    return row


def go(slug: str, **options: Any) -> SyncResult:
    registry = Registry.objects.get(slug=slug)
    return sync(registry, actor="test", now=options.pop("now", AT), **options)


def refreshed(run: SyncResult) -> RefreshResult:
    """What the run read anew; the test fails where it read nothing."""
    assert run.refreshed is not None
    return run.refreshed


def look(slug: str, now: datetime = AT) -> SyncResult:
    return preview_sync(Registry.objects.get(slug=slug), actor="test", now=now)


def store(slug: str, *records: RegistryRecord) -> None:
    store_records(Registry.objects.get(slug=slug), records)


def did(synced: SyncResult) -> list[tuple[str, str]]:
    return sorted((line["do"], line["record"]) for line in synced.lines)
