"""The registry leads: what changes, dies, disappears or runs out takes its credentials along, once."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from common.notices.models import Notice
from common.notices.notify import open_notice
from common.registries.rules.credential_rules import InvalidRegistryRulesError
from issuer.configurations.eligibility import RecordNotEligibleError
from issuer.issuance.offers import offer_credential
from issuer.models import Effect, Following, Registry, Session, StatusChange, StatusList, SyncRun
from issuer.registries.connectors import open_registry
from issuer.registries.store import index_columns, remove_records
from issuer.status.change import set_status
from issuer.sync import effects
from issuer.sync.rules import set_rules
from issuer.sync.run import PlanChangedError
from tests.issuer.rules_fixture import (
    AT,
    CHANGED,
    DIED,
    country,
    death,
    did,
    go,
    issued,
    look,
    person,
    store,
)

pytestmark = pytest.mark.django_db


def test_a_death_elsewhere_revokes() -> None:
    farmer = country()
    first, second = issued(farmer), issued(farmer, format_="ldp_vc")
    other = issued(farmer, "F-2")
    go("deaths")
    versions = dict(StatusList.objects.values_list("pk", "version"))
    store("deaths", death(1, of=1))
    assert did(go("deaths")) == [("revoke", "F-1"), ("revoke", "F-1")]
    for row in (first, second, other):
        row.refresh_from_db()
    assert [first.state, second.state, other.state] == ["revoked", "revoked", "valid"]
    changes = StatusChange.objects.values_list("before", "after", "reason", "actor", "at")
    assert list(changes) == [("valid", "revoked", "A death was registered.", "test", AT)] * 2
    after = dict(StatusList.objects.values_list("pk", "version"))
    assert {pk: after[pk] - versions[pk] for pk in after} == dict.fromkeys(after, 1)
    assert did(go("deaths")) == []
    assert StatusChange.objects.count() == 2


def test_a_preview_says_it_and_does_nothing() -> None:
    farmer = country()
    row = issued(farmer)
    offer = offer_credential(farmer, "F-1", now=AT)
    store("deaths", death(1, of=1))
    seen = look("deaths")
    row.refresh_from_db()
    assert (row.state, StatusChange.objects.count(), Effect.objects.count()) == ("valid", 0, 0)
    assert (SyncRun.objects.count(), Notice.objects.count()) == (0, 0)
    assert seen.lines == [
        {
            "do": "revoke", "configuration": "farmer", "record": "F-1", "credential": row.urn,
            "reason": "A death was registered.",
        }
    ]  # fmt: skip
    assert (seen.counts, seen.ended_sessions) == ({"revoke": 1}, 1)
    done = go("deaths", expect=seen.plan)
    assert (done.lines, done.plan, done.ended_sessions) == (seen.lines, seen.plan, 1)
    assert Session.objects.get(pk=offer.session.pk).ended_at == AT


def test_a_plan_that_is_no_longer_true_is_not_carried_out() -> None:
    farmer = country()
    rows = [issued(farmer), issued(farmer, "F-2")]
    store("deaths", death(1, of=1))
    seen = look("deaths")
    store("deaths", death(2, of=2))
    with pytest.raises(PlanChangedError):
        go("deaths", expect=seen.plan)
    for row in rows:
        row.refresh_from_db()
        assert row.state == "valid"


def test_a_death_that_was_there_before_the_rule_is_found() -> None:
    farmer = country(rules=[])
    row = issued(farmer)
    store("deaths", death(1, of=1))
    assert did(go("deaths")) == []
    set_rules(farmer, [DIED])
    assert did(go("deaths")) == [("revoke", "F-1")]
    row.refresh_from_db()
    assert row.state == "revoked"


def test_a_rule_that_suspends_ends_what_was_on_its_way() -> None:
    farmer = country(rules=[{**DIED, "do": "suspend"}])
    row, offer = issued(farmer), offer_credential(farmer, "F-1", now=AT)
    store("deaths", death(1, of=1))
    go("deaths")
    assert Session.objects.get(pk=offer.session.pk).ended_at == AT
    set_status(row, "valid", reason="A namesake.", actor="officer", now=AT)
    assert Session.objects.get(pk=offer.session.pk).ended_at == AT


def test_what_an_officer_lifted_stays_lifted() -> None:
    suspend = {**DIED, "do": "suspend"}
    farmer = country(rules=[suspend])
    row = issued(farmer)
    store("deaths", death(1, of=1))
    go("deaths")
    row.refresh_from_db()
    assert row.state == "suspended"
    set_status(row, "valid", reason="A namesake.", actor="officer", now=AT)
    set_rules(farmer, [suspend, CHANGED])  # followed from the beginning again
    assert go("deaths").lines == []
    row.refresh_from_db()
    assert row.state == "valid"
    store("deaths", death(1, of=1, died_on="2026-11-19"))  # a new word of the registry
    assert did(go("deaths")) == [("suspend", "F-1")]


def test_a_removed_record_revokes() -> None:
    farmer = country()
    row = issued(farmer)
    go("farmers")
    assert remove_records(farmer.registry, ["F-1", "F-99"]) == 1
    assert did(go("farmers")) == [("revoke", "F-1")]
    row.refresh_from_db()
    assert row.state == "revoked"
    store("farmers", person(1))
    assert go("farmers").lines == []


def test_only_what_the_credential_said_differently_is_reissued() -> None:
    farmer = country()
    first, second = issued(farmer), issued(farmer, "F-2")
    go("farmers")
    store("farmers", person(1, crop="quinoa"), person(2, phone="+999 7"), person(3, crop="oca"))
    synced = go("farmers")
    assert (synced.changes, did(synced)) == (3, [("reissue", "F-1")])
    for row in (first, second):
        row.refresh_from_db()
    assert (first.state, first.outdated_at, second.outdated_at) == ("valid", AT, None)
    fresh = issued(farmer)
    store("farmers", person(1, crop="quinoa", phone="+999 8"))
    assert did(go("farmers")) == [("reissue", "F-1")]
    fresh.refresh_from_db()
    assert fresh.outdated_at is None


def test_columns_narrow_what_counts_as_a_change() -> None:
    rule = {**CHANGED, "when": {"event": "changed", "columns": ["status"]}, "do": "suspend"}
    farmer = country(rules=[rule])
    issued(farmer)
    store("farmers", person(1, crop="oca"))
    assert go("farmers").lines == []
    store("farmers", person(1, crop="oca", status="void"))
    assert did(go("farmers")) == [("suspend", "F-1")]


def test_who_is_no_longer_eligible() -> None:
    lost = {
        "when": {"event": "ineligible", "condition": {"in": ["status", ["closed", "void"]]}},
        "do": "suspend", "reason": "No longer active.",
    }  # fmt: skip
    incomplete = {"when": {"event": "ineligible"}, "do": "revoke", "reason": "Incomplete."}
    farmer = country(rules=[lost, incomplete])
    rows = [issued(farmer, f"F-{number}") for number in (1, 2, 3)]
    store("farmers", person(1, status="closed"), person(2, name=""), person(3, crop="oca"))
    assert did(go("farmers")) == [("revoke", "F-2"), ("suspend", "F-1")]
    for row in rows:
        row.refresh_from_db()
    assert [row.state for row in rows] == ["suspended", "revoked", "valid"]


def test_a_day_that_passes() -> None:
    rule = {"when": {"event": "expired", "column": "review_due"}, "do": "suspend", "reason": "Review is due."}
    farmer = country(rules=[rule])
    store("farmers", person(1, review_due="2026-11-22"), person(2, review_due="2027-03-01"))
    row = issued(farmer)
    issued(farmer, "F-2")
    assert go("farmers").lines == []
    assert go("farmers", now=AT + timedelta(days=1)).lines == []
    assert look("farmers", AT + timedelta(days=2)).counts == {"suspend": 1}
    assert did(go("farmers", now=AT + timedelta(days=3))) == [("suspend", "F-1")]
    assert go("farmers", now=AT + timedelta(days=4)).lines == []
    row.refresh_from_db()
    assert row.state == "suspended"


def test_who_is_about_to_expire_is_told_once() -> None:
    rule = {"when": {"event": "expiring", "days": 30}, "do": "notify", "reason": "Expires soon."}
    farmer = country(rules=[rule])
    store("farmers", person(1, phone="+999 712 345 678"))
    row = issued(farmer)
    row.holder_thumbprint = "t" * 43
    row.save()
    assert go("farmers").lines == []
    assert row.expires_at is not None
    soon = row.expires_at - timedelta(days=29, hours=23)
    assert did(go("farmers", now=soon)) == [("notify", "F-1")]
    assert go("farmers", now=soon + timedelta(days=1)).lines == []
    assert set(Notice.objects.values_list("kind", flat=True)) == {"expiring"}
    assert open_notice(Notice.objects.get(channel="wallet")).note == "Expires soon."
    assert Notice.objects.get(channel="sms").facts["date"] == row.expires_at.date().isoformat()


def test_what_is_new_is_offered_to_whoever_is_meant() -> None:
    country()
    store("farmers", person(2, phone="+999 712 345 678"))
    store("deaths", death(1, of=9, spouse_id="N-2"))
    widowed = {
        "when": {"event": "new", "condition": {"set": "spouse_id"}},
        "do": "offer",
        "to": {"registry": "farmers", "match": {"spouse_id": "national_id"}},
        "reason": "A spouse died.",
    }
    deaths = Registry.objects.get(slug="deaths")
    set_rules(deaths.configurations.get(), [widowed])
    assert go("deaths", offers=True).offers == []
    store("deaths", death(2, of=1, spouse_id="N-2"), death(3, of=3))
    seen = look("deaths")
    synced = go("deaths", offers=True)
    assert did(synced) == did(seen) == [("offer", "X-2")]
    [offer] = synced.offers
    assert (offer["record"], offer["for"]) == ("X-2", "farmers/F-2")
    assert offer["offer_uri"].startswith("openid-credential-offer://")
    assert list(Notice.objects.values_list("kind", "channel")) == [("ready", "sms")]
    store("deaths", death(2, of=1, spouse_id="N-2", died_on="2026-11-18"))
    assert go("deaths", offers=True).lines == []
    assert Notice.objects.count() == 1


def test_nothing_is_given_out_that_would_be_taken_back() -> None:
    farmer = country()
    store("deaths", death(1, of=1))
    with pytest.raises(RecordNotEligibleError):
        issued(farmer)
    with pytest.raises(RecordNotEligibleError, match="A death was registered"):
        offer_credential(farmer, "F-1", now=AT)
    issued(farmer, "F-2")


def test_the_first_rule_that_fits_decides() -> None:
    spare = {**DIED, "when": {"event": "died", "condition": {"eq": ["died_on", "unknown"]}}, "do": "notify"}
    farmer = country(rules=[spare, DIED])
    rows = [issued(farmer), issued(farmer, "F-2")]
    store("deaths", death(1, of=1, died_on="unknown"), death(2, of=2))
    assert did(go("deaths")) == [("notify", "F-1"), ("revoke", "F-2")]
    for row in rows:
        row.refresh_from_db()
    assert [row.state for row in rows] == ["valid", "revoked"]


def test_a_failure_within_a_batch_leaves_nothing_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    farmer = country()
    row = issued(farmer)
    store("deaths", death(1, of=1))

    def fall(*_: Any, **__: Any) -> None:
        raise RuntimeError("the machine stops")

    with monkeypatch.context() as broken:
        broken.setattr(effects, "change_statuses", fall)
        with pytest.raises(RuntimeError):
            go("deaths")
    assert Following.objects.get(registry__slug="deaths").cursor == ""
    assert Effect.objects.count() == 0
    assert SyncRun.objects.get().ended_at is None
    assert did(go("deaths")) == [("revoke", "F-1")]
    row.refresh_from_db()
    assert row.state == "revoked"


def test_batches_go_on_where_the_last_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("issuer.sync.run.BATCH", 2)
    farmer = country(7)
    rows = [issued(farmer, f"F-{number}") for number in range(1, 8)]
    store("deaths", *(death(number, of=number) for number in (1, 2, 3)))
    store("deaths", *(death(number, of=number) for number in (5, 6, 7)))
    assert len(go("deaths").lines) == 6
    states = []
    for row in rows:
        row.refresh_from_db()
        states.append(row.state)
    assert states == ["revoked"] * 3 + ["valid"] + ["revoked"] * 3


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        ({**DIED, "watch": {"registry": "weather", "match": {"a": "b"}}}, "No registry is called weather"),
        ({**DIED, "watch": {"registry": "deaths", "match": {"dni": "national_id"}}}, "deaths has no column"),
        ({**DIED, "watch": {"registry": "deaths", "match": {"national_id": "dni"}}}, "farmers has no column"),
        (
            {"when": {"event": "changed", "columns": ["phone"]}, "do": "reissue", "reason": "r"},
            "says nothing of phone",
        ),
        (
            {"when": {"event": "expiring", "days": 365}, "do": "notify", "reason": "r"},
            "valid for 365 days; give fewer",
        ),
        (
            {**DIED, "when": {"event": "died", "condition": {"changed": "died_on"}}},
            "nobody knows what changed",
        ),
    ],
)
def test_rules_that_make_no_sense_here(rule: dict[str, Any], sentence: str) -> None:
    farmer = country(rules=[])
    with pytest.raises((InvalidRegistryRulesError, Exception), match=sentence):
        set_rules(farmer, [rule])
    farmer.refresh_from_db()
    assert farmer.rules == []


def test_the_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    farmer = country(rules=[])
    row = issued(farmer)
    path = tmp_path / "rules.json"
    path.write_text(json.dumps([DIED]))
    call_command("set_rules", "farmer", "--file", str(path), "--json")
    assert json.loads(capsys.readouterr().out)["described"] == [
        "A death in deaths: Revoke: A death was registered."
    ]
    store("deaths", death(1, of=1))
    call_command("sync_registry", "deaths", "--preview", "--json")
    seen = json.loads(capsys.readouterr().out)
    assert (seen["counts"], seen["effects"][0]["credential"]) == ({"revoke": 1}, row.urn)
    call_command("sync_registry", "deaths", "--expect", seen["plan"], "--json")
    done = json.loads(capsys.readouterr().out)
    assert (done["effects"], done["preview"]) == (seen["effects"], False)
    path.write_text("[{")
    with pytest.raises(CommandError, match="is not JSON"):
        call_command("set_rules", "farmer", "--file", str(path))


def test_an_index_finds_what_a_scan_finds() -> None:
    farmer = country(rules=[])
    registry = farmer.registry
    scanned = [record.key for record in open_registry(registry).find("national_id", "N-2")]
    index_columns(registry, ["national_id"])
    assert [record.key for record in open_registry(registry).find("national_id", "N-2")] == scanned == ["F-2"]
    store("farmers", person(2, national_id="N-22"), person(4, national_id="N-2"))
    assert [record.key for record in open_registry(registry).find("national_id", "N-2")] == ["F-4"]
    remove_records(registry, ["F-4"])
    assert list(open_registry(registry).find("national_id", "N-2")) == []
    store("farmers", person(2, national_id=""))
    assert list(open_registry(registry).find("national_id", "N-22")) == []
