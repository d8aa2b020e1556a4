"""A renewed credential takes the place of one that a registry outdated, which ends then and not before.

The wallet's word that it holds the new one ends the old. A wallet that never gives it has a day.
"""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from issuer.models import Configuration, Delivery, IssuedCredential
from issuer.status.change import StatusUpdate, change_statuses

WAITED: Final = timedelta(days=1)
REASON: Final = "Renewed: its record had changed."
BATCH: Final = 500


def supersede(delivery: Delivery, *, now: datetime) -> int:
    """End what `delivery`, which the wallet accepted, has renewed; how many. Its session is locked."""
    older = _outdated().filter(
        delivery__session=delivery.session,
        format=delivery.format,
        delivery__created_at__lt=delivery.created_at,
        outdated_at__lte=delivery.created_at,
    )
    return _end(older, actor="the wallet's renewal", now=now)


def supersede_unheard(configuration: Configuration, *, actor: str, now: datetime) -> int:
    """End what was renewed more than a day ago, although no wallet said that it arrived."""
    newer = Delivery.objects.filter(
        session=OuterRef("delivery__session"),
        format=OuterRef("format"),
        created_at__gte=OuterRef("outdated_at"),
        created_at__lt=now - WAITED,
        credentials__state=IssuedCredential.State.VALID,
    ).exclude(event__in=("credential_failure", "credential_deleted"))
    older = _outdated().filter(Exists(newer), configuration=configuration)
    ended = 0
    while done := _batch(older, actor=actor, now=now):
        ended += done
    return ended


@transaction.atomic
def _batch(rows: "QuerySet[IssuedCredential]", *, actor: str, now: datetime) -> int:
    return _end(rows, actor=actor, now=now)


def _outdated() -> "QuerySet[IssuedCredential]":
    return IssuedCredential.objects.filter(outdated_at__isnull=False, state=IssuedCredential.State.VALID)


def _end(rows: "QuerySet[IssuedCredential]", *, actor: str, now: datetime) -> int:
    found = list(rows.select_for_update(of=("self",)).order_by("pk")[:BATCH])
    IssuedCredential.objects.filter(pk__in=[row.pk for row in found]).update(superseded=True)
    changes = [StatusUpdate(row, IssuedCredential.State.REVOKED, REASON) for row in found]
    change_statuses(changes, actor=actor, now=now, quietly=True)
    return len(found)
