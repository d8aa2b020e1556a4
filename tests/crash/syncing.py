"""A thousand credentials whose registries change, for test_syncing.py: made, followed, and looked at."""

import json
import sys
from collections import Counter
from datetime import UTC, datetime

from django.core.management import call_command
from django.db.models import Count

from common.adapters.documents.sources import sources
from common.notices.models import Notice
from common.status import bits, token
from issuer.configurations import types
from issuer.configurations.formats import format_profile
from issuer.issuance import credential
from issuer.issuance.credential import CredentialContent
from issuer.issuance.delivery import store_credentials
from issuer.issuance.offers import offer_credential
from issuer.models import Effect, IssuedCredential, Registry, Session, StatusChange, SyncRun
from issuer.registries.connectors import open_registry
from issuer.status import lists as statuses
from issuer.status.indexes import allocate_indexes
from issuer.sync import run
from tests.issuer.rules_fixture import DIED, country, death, person, store

MANY, DEAD = 1_000, 600
FORMAT = "dc+sd-jwt"
VOID = {
    "when": {"event": "ineligible", "condition": {"eq": ["status", "void"]}},
    "do": "suspend",
    "reason": "The registration is void.",
}


def prepare() -> None:
    """A thousand farmers, each with a credential; then 600 die, and 400 registrations become void."""
    call_command("migrate", verbosity=0)
    now = datetime.now(UTC)
    farmer = country(MANY, rules=[DIED, VOID])
    store("farmers", *(person(n, phone=f"+999 7{n:08}") for n in range(1, MANY + 1)))
    slots = allocate_indexes(farmer.authority, format_profile(FORMAT).status_list, MANY)
    reader = open_registry(farmer.registry)
    drafts = [
        credential.draft_credential(
            farmer,
            record_key=change.key,
            content=CredentialContent(types.claims_of(farmer, change.record, now=now)),
            holder=None,
            slot=slot,
            now=now,
        )
        for change, slot in zip(reader.changes(), slots, strict=True)
        if change.record
    ]
    store_credentials(farmer, FORMAT, drafts)
    for number in range(1, DEAD + 1, 60):
        offer_credential(farmer, f"F-{number}", now=now)
    store("deaths", *(death(n, of=n) for n in range(1, DEAD + 1)))
    store("farmers", *(person(n, status="void") for n in range(DEAD + 1, MANY + 1)))


def follow_deaths() -> None:
    """One run of `sync_registry deaths`, in small batches."""
    _follow("deaths")


def follow_farmers() -> None:
    """One run of `sync_registry farmers`, in small batches."""
    _follow("farmers")


def _follow(slug: str) -> None:
    setattr(run, "BATCH", 40)  # noqa: B010 - it is final for everybody else
    run.sync(Registry.objects.get(slug=slug), actor="crash", now=datetime.now(UTC))


def look() -> None:
    """What stands afterwards, as JSON."""
    rows = {row.status_index: row.state for row in IssuedCredential.objects.all()}
    changes = StatusChange.objects.values("credential").annotate(times=Count("id"))
    authority = Registry.objects.get(slug="farmers").authority
    now = datetime.now(UTC)
    found = statuses.published_list(authority, "token-1", now=now)
    assert found is not None
    listed = token.verify(
        found.body.decode(),
        uri=f"{authority.identifier}/status/token-1",
        issuer=authority.identifier,
        issuer_key=sources().issuer_key,
        now=now,
    ).statuses
    assert isinstance(listed, bits.StatusBits)
    values = {"valid": 0, "revoked": token.INVALID, "suspended": token.SUSPENDED}
    said = {
        "states": Counter(rows.values()),
        "changes": Counter(str(entry["times"]) for entry in changes),
        "effects": Effect.objects.count(),
        "listed": all(listed[index] == values[state] for index, state in rows.items())
        and sum(listed[index] != 0 for index in range(len(listed))) == MANY,
        "notices": Notice.objects.count(),
        "ended": Session.objects.filter(ended_at__isnull=False).count(),
        "finished": SyncRun.objects.filter(ended_at__isnull=False).count(),
        "left": sum(
            len(run.preview_sync(registry, actor="crash", now=now).lines)
            for registry in Registry.objects.all()
        ),
    }
    sys.stdout.write(json.dumps(said))
