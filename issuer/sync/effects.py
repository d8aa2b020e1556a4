"""Doing what rules say, once: every effect is kept under rule, record version and credential.

All of it happens in the caller's transaction, which holds the row of the following; so nothing is done twice
when a run is stopped, or when two run at once. Sessions are locked before credentials, and credentials
before lists, as everywhere in the issuer.
"""

import hashlib
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from common.registries.connector import RegistryError, RegistryRecord
from common.registries.rules.credential_rules import Rule, Situation, first, fits
from issuer.configurations import claim_digests, types
from issuer.issuance.offers import offer_credential
from issuer.models import Configuration, Effect, Following, IssuedCredential, Session, SyncRun
from issuer.notifications.notify import ReadyOffer, tell_holder, tell_person
from issuer.registries.store import find_registry
from issuer.status.cards import end_sessions
from issuer.status.change import StatusUpdate, change_statuses
from issuer.sync.affected import AffectedRecord, linked_records

Claims = Mapping[str, Any] | None  # what a credential would say now; None where none could be made
STATES: Final = {"revoke": "revoked", "suspend": "suspended"}


@dataclass(frozen=True, slots=True)
class PlannedEffect:
    """What a rule does to one credential; `credential` is None where a person is told of a record."""

    rule: Rule
    case: AffectedRecord
    credential: IssuedCredential | None
    key: str

    def line(self, configuration: Configuration) -> dict[str, str]:
        """As a preview and a report say it: what and why, by numbers alone."""
        return {
            "do": self.rule.do,
            "configuration": configuration.name,
            "record": self.case.key,
            "credential": self.credential.urn if self.credential else "",
            "reason": self.rule.reason,
        }


@dataclass(slots=True)
class RunReport:
    """What a run did so far; `lines` of what, `offers` for whoever asked for them."""

    run: SyncRun
    now: datetime
    with_offers: bool = False
    ended_sessions: int = 0
    lines: list[dict[str, str]] = field(default_factory=list)
    offers: list[dict[str, str]] = field(default_factory=list)


def take_effect(following: Following, cases: Sequence[AffectedRecord], tally: RunReport) -> None:
    """Decide each case and do what follows, unless it was done before."""
    configuration = following.configuration
    keys = {case.key for case in cases}
    sessions = Session.objects.filter(configuration=configuration, record_key__in=keys, ended_at=None)
    concerned = _concerned(
        configuration, cases, set(sessions.values_list("record_key", flat=True)), tally.now
    )
    tally.ended_sessions += _end_sessions(configuration, concerned, tally.now)
    credentials = _credentials(configuration, keys)
    decided: list[PlannedEffect] = []
    for case, claims in _concerned(configuration, cases, credentials, tally.now):
        decided += _of_credentials(following, case, claims, credentials[case.key], tally.now)
    for case in cases:
        decided += _of_record(following, case, tally.now)
    carry_out(configuration, decided, tally)


def carry_out(configuration: Configuration, decided: Sequence[PlannedEffect], tally: RunReport) -> None:
    """Do what was decided; the credentials are locked."""
    done = set(Effect.objects.filter(key__in=[found.key for found in decided]).values_list("key", flat=True))
    new = [found for found in {found.key: found for found in decided}.values() if found.key not in done]
    Effect.objects.bulk_create(
        Effect(
            key=found.key,
            run=tally.run,
            configuration=configuration,
            record_key=found.case.key,
            credential=found.credential,
            did=found.rule.do,
            reason=found.rule.reason,
            at=tally.now,
        )
        for found in new
    )
    tally.lines += [found.line(configuration) for found in new]
    _withdraw([found for found in new if found.rule.do in STATES], tally)
    for found in new:
        if found.credential is not None and found.rule.do in ("reissue", "notify"):
            _tell_change(found, found.credential, tally.now)
        elif found.credential is None:
            _tell_new(configuration, found, tally)


def key_of(configuration: Configuration, rule: Rule, *parts: str) -> str:
    """Under what an effect stands once."""
    return hashlib.sha256("\x1f".join((str(configuration.pk), rule.id, *parts)).encode()).hexdigest()


def _of_credentials(
    following: Following,
    case: AffectedRecord,
    claims: Claims,
    credentials: Iterable[IssuedCredential],
    now: datetime,
) -> Iterator[PlannedEffect]:
    """What the first rule that fits does to each credential of a record."""
    configuration, change = following.configuration, case.change
    rules = [rule for rule in case.rules if rule.event != "new"]
    for credential in credentials:
        outdated = (
            claim_digests.outdated_columns(configuration, credential, claims) if claims else frozenset[str]()
        )
        situation = Situation(_data(case), now.date(), outdated=outdated, supported=claims is not None)
        found = first(rules, situation)
        if found is not None and _can(found, credential):
            parts = (str(following.registry_id), change.key, change.version, str(credential.id))
            yield PlannedEffect(found, case, credential, key_of(configuration, found, *parts))


def _of_record(following: Following, case: AffectedRecord, now: datetime) -> Iterator[PlannedEffect]:
    """What follows from a record's being new."""
    change = case.change
    situation = Situation(_data(case), now.date(), new=change.created > following.news_from)
    for rule in case.rules:
        if rule.event == "new" and fits(rule, situation):
            parts = (str(following.registry_id), change.key, "new", case.key)
            yield PlannedEffect(rule, case, None, key_of(following.configuration, rule, *parts))


def _data(case: AffectedRecord) -> Mapping[str, Any] | None:
    return case.change.record.data if case.change.record else None


def _concerned(
    configuration: Configuration, cases: Iterable[AffectedRecord], keys: Container[str], now: datetime
) -> list[tuple[AffectedRecord, Claims]]:
    """The cases of these records, each with what a credential would say now."""
    return [(case, _claims(configuration, case.own, now)) for case in cases if case.key in keys]


def _can(rule: Rule, credential: IssuedCredential) -> bool:
    """Whether there is anything left to do: a suspended card is not suspended again, nor renewed."""
    return rule.do not in ("suspend", "reissue") or credential.state == IssuedCredential.State.VALID


def _claims(configuration: Configuration, own: RegistryRecord | None, now: datetime) -> Claims:
    """What a credential would say now, None where none could be made."""
    try:
        return types.claims_of(configuration, own, now=now) if own else None
    except RegistryError:
        return None


def _credentials(configuration: Configuration, keys: Iterable[str]) -> dict[str, list[IssuedCredential]]:
    """The credentials of these records that may still hold, locked, by key."""
    rows = (
        IssuedCredential.objects.select_for_update(of=("self",))
        .filter(configuration=configuration, record_key__in=list(keys))
        .exclude(state=IssuedCredential.State.REVOKED)
        .order_by("pk")
    )
    found: dict[str, list[IssuedCredential]] = {}
    for row in rows:
        row.configuration = configuration
        found.setdefault(row.record_key, []).append(row)
    return found


def _end_sessions(
    configuration: Configuration, cases: Iterable[tuple[AffectedRecord, Claims]], now: datetime
) -> int:
    """Let nothing more be issued of records that a rule withdraws."""
    ended = []
    for case, claims in cases:
        situation = Situation(_data(case), now.date(), supported=claims is not None)
        rule = first((rule for rule in case.rules if rule.event != "new"), situation)
        if rule is not None and rule.do in STATES:
            ended.append(case.key)
    return end_sessions(configuration, ended, now=now) if ended else 0


def _withdraw(found: Sequence[PlannedEffect], tally: RunReport) -> None:
    changes: list[StatusUpdate] = []
    reached: dict[UUID, str] = {}
    for consequence in found:
        credential, state = consequence.credential, STATES[consequence.rule.do]
        if credential and reached.get(credential.pk, credential.state) not in (state, "revoked"):
            changes.append(StatusUpdate(credential, state, consequence.rule.reason, consequence.case.own))
            reached[credential.pk] = state
    change_statuses(changes, actor=tally.run.actor, now=tally.now)


def _tell_change(found: PlannedEffect, credential: IssuedCredential, now: datetime) -> None:
    if found.rule.do == "reissue":
        credential.outdated_at = now
        credential.save(update_fields=["outdated_at"])
    facts = {}
    if found.rule.event == "expiring" and credential.expires_at:
        facts = {"date": credential.expires_at.date().isoformat()}
    kind = "expiring" if found.rule.event == "expiring" else "changed"
    tell_holder(credential, kind, key=f"{kind} {found.case.key} {found.rule.id}"
                f" {found.case.change.version}", now=now, record=found.case.own,
                note=found.rule.reason, **facts)  # fmt: skip


def _tell_new(configuration: Configuration, found: PlannedEffect, tally: RunReport) -> None:
    """Tell the record's person, or whoever the rule names, that a document is ready for them."""
    rule, own = found.rule, found.case.own
    registry = configuration.registry
    people = [own] if own else []
    if rule.to:
        registry = find_registry(rule.to.registry)
        people = list(linked_records(registry, rule.to, own))
    for person in people:
        tell_person(
            registry,
            person,
            "ready" if rule.do == "offer" else "changed",
            key=found.key,
            now=tally.now,
            document=configuration.display.get("name", configuration.type),
            reference=found.key[:8].upper(),
            authority=configuration.authority.name,
            offer=ReadyOffer(configuration.pk, found.case.key) if rule.do == "offer" else None,
        )
    if rule.do == "offer" and tally.with_offers:
        offer = offer_credential(configuration, found.case.key, now=tally.now)
        tally.offers.append(
            {
                "configuration": configuration.name,
                "record": found.case.key,
                "for": ", ".join(f"{registry.slug}/{person.key}" for person in people),
                "offer_uri": offer.uri,
            }
        )
