"""What time brings about without a change: days that pass, cards that run out, missing records."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any, Final

from django.db import transaction
from django.db.models import Q, QuerySet

from common.registries.connector import RecordChange
from common.registries.rules.credential_rules import Rule
from issuer.models import Effect, Following, IssuedCredential
from issuer.registries.connectors import open_registry
from issuer.sync.affected import AffectedRecord, affected_records, current_record
from issuer.sync.effects import PlannedEffect, RunReport, carry_out, key_of, take_effect

BATCH: Final = 500
ABSENT: Final = "absent"  # the version of a record that a registry without removals does not have


def follow_calendar(following: Following, tally: RunReport) -> None:
    """Do what has come due since the last run, for the type's own registry; the day is kept at the end."""
    today = tally.now.date()
    rules = following.configuration.rule_list()
    for column in sorted({rule.column for rule in rules if rule.event == "expired"}):
        yesterday = today - timedelta(days=1)
        after = following.due_on - timedelta(days=1) if following.due_on else None
        passed = open_registry(following.registry).passed(column, after=after, until=yesterday)
        _take_all(following, passed, tally)
    for rule in rules:
        if rule.event == "expiring":
            _tell_expiring(following, rule, tally)
    if (
        any(rule.event == "removed" for rule in rules)
        and not open_registry(following.registry).tells_removals
    ):
        _take_all(following, _absent(following), tally)
    Following.objects.filter(pk=following.pk).update(due_on=today)


def _take_all(following: Following, changes: Iterable[RecordChange], tally: RunReport) -> None:
    remaining = iter(changes)
    while batch := list(islice(remaining, BATCH)):
        with transaction.atomic():
            Following.objects.select_for_update(of=("self",)).get(pk=following.pk)
            take_effect(
                following, affected_records(following.configuration, following.registry, batch), tally
            )


def _absent(following: Following) -> Iterator[RecordChange]:
    """The records of credentials that still hold, where the registry has no such record any more."""
    rows = _holding(following).order_by("record_key").values_list("record_key", flat=True).distinct()
    for key in rows.iterator(chunk_size=BATCH):
        if current_record(following.configuration, key) is None:
            yield RecordChange(key, None, "", ABSENT)


def _tell_expiring(following: Following, rule: Rule, tally: RunReport) -> None:
    """Tell of credentials with so many days left, each once; those told of before are passed over.

    A credential is valid for longer than the rule's days, so none is issued behind the day that was kept.
    """
    since = following.due_on or date.min
    begin = max(tally.now, _midnight(since, tally.now) + timedelta(days=rule.days - 1))
    end = tally.now + timedelta(days=rule.days)
    due = _holding(following).filter(state=IssuedCredential.State.VALID, outdated_at=None)
    due = due.filter(expires_at__gt=begin, expires_at__lte=end).order_by("expires_at", "pk")
    cursor: tuple[Any, Any] | None = None
    while batch := _after(due, cursor):
        cursor = batch[-1].expires_at, batch[-1].pk
        with transaction.atomic():
            Following.objects.select_for_update(of=("self",)).get(pk=following.pk)
            found = [_expiring(following, rule, row) for row in batch]
            told = set(Effect.objects.filter(key__in=[f.key for f in found]).values_list("key", flat=True))
            carry_out(following.configuration, [f for f in found if f.key not in told], tally)


def _after(rows: "QuerySet[IssuedCredential]", cursor: tuple[Any, Any] | None) -> list[IssuedCredential]:
    if cursor is not None:
        rows = rows.filter(Q(expires_at__gt=cursor[0]) | Q(expires_at=cursor[0], pk__gt=cursor[1]))
    return list(rows[:BATCH])


def _expiring(following: Following, rule: Rule, credential: IssuedCredential) -> PlannedEffect:
    configuration = credential.configuration = following.configuration
    expires = credential.expires_at.isoformat() if credential.expires_at else ""
    change = RecordChange(credential.record_key, None, "", expires)
    case = AffectedRecord(
        credential.record_key, current_record(configuration, credential.record_key), change, (rule,)
    )
    return PlannedEffect(rule, case, credential, key_of(configuration, rule, str(credential.pk), expires))


def _holding(following: Following) -> "QuerySet[IssuedCredential]":
    rows = IssuedCredential.objects.filter(configuration=following.configuration)
    return rows.exclude(state=IssuedCredential.State.REVOKED)


def _midnight(day: date, now: datetime) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=now.tzinfo)
