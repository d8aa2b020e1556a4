"""Syncs, officers and wallets at once: nothing is lost or done twice, on SQLite or PostgreSQL."""

from collections import Counter

import pytest

from common.notices.models import Notice
from issuer.models import Effect, IssuedCredential, Registry, StatusChange
from issuer.status.change import StatusChangeError, set_status
from tests.issuer.issuance.test_concurrency import at_once
from tests.issuer.rules_fixture import AT, DIED, country, death, go, issued, look, person, store

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 12


def test_syncs_at_once_do_everything_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("issuer.sync.run.BATCH", 3)
    farmer = country(MANY, rules=[DIED])
    store("farmers", *(person(n, phone=f"+999 712 00{n:04}") for n in range(1, MANY + 1)))
    rows = [issued(farmer, f"F-{number}") for number in range(1, MANY + 1)]
    store("deaths", *(death(number, of=number) for number in range(1, MANY + 1)))
    lines = [line["record"] for synced in at_once(lambda _: go("deaths"), 6) for line in synced.lines]
    assert Counter(lines) == {row.record_key: 1 for row in rows}
    assert set(IssuedCredential.objects.values_list("state", flat=True)) == {"revoked"}
    assert StatusChange.objects.count() == Effect.objects.count() == Notice.objects.count() == MANY


def test_a_sync_and_officers_at_once() -> None:
    farmer = country(MANY, rules=[DIED])
    rows = [issued(farmer, f"F-{number}") for number in range(1, MANY + 1)]
    store("deaths", *(death(number, of=number) for number in range(1, MANY + 1)))

    def act(number: int) -> str:
        if number == 0:
            go("deaths")
            return "synced"
        try:
            set_status(rows[number - 1], "revoked", reason="lost", actor="officer", now=AT)
        except StatusChangeError:
            return "refused"
        return "revoked"

    done = Counter(at_once(act, MANY + 1))
    assert done["synced"] == 1
    assert set(IssuedCredential.objects.values_list("state", flat=True)) == {"revoked"}
    changes = Counter(StatusChange.objects.values_list("actor", flat=True))
    assert changes["officer"] == done["revoked"]
    assert changes["test"] + changes["officer"] == MANY
    assert set(Counter(StatusChange.objects.values_list("credential", flat=True)).values()) == {1}


def test_imports_and_syncs_at_once_miss_nothing() -> None:
    farmer = country(MANY, rules=[DIED])
    for number in range(1, MANY + 1):
        issued(farmer, f"F-{number}")

    def act(number: int) -> None:
        if number % 2:
            store("deaths", death(number, of=number), death(number + 1, of=number + 1))
        else:
            go("deaths")

    at_once(act, MANY)
    go("deaths")
    assert set(IssuedCredential.objects.values_list("state", flat=True)) == {"revoked"}
    assert StatusChange.objects.count() == MANY
    registry = Registry.objects.get(slug="deaths")
    assert registry.revision == len(set(registry.records.values_list("revision", flat=True))) == MANY // 2
    assert look("deaths").lines == []
