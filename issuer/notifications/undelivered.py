"""Notices that reached nobody: found by an officer, and sent once more to what the record gives by now."""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from common.notices import delivery
from common.notices.models import Notice
from common.notices.notify import open_notice
from issuer import models
from issuer.models import Registry
from issuer.notifications.recipients import recipient_of


def undeliverable_notices(registries: QuerySet[Registry]) -> QuerySet[Notice]:
    """The notices of these registries' authorities that reached nobody, or perhaps nobody."""
    slugs = registries.values_list("authority__slug", flat=True).distinct()
    return Notice.objects.filter(state=Notice.State.FAILED, sender__in=[f"issuer/{slug}" for slug in slugs])


def undeliverable_notice(registries: QuerySet[Registry], id: UUID) -> Notice | None:
    """One of `undeliverable_notices`; None where it is none of them."""
    return undeliverable_notices(registries).filter(pk=id).first()


def record_of_notice(notice: Notice) -> models.Record | None:
    """The record that a notice is about, where it still lies here."""
    slug, _, key = open_notice(notice).about.partition("/")
    return models.Record.objects.select_related("registry").filter(registry__slug=slug, key=key).first()


def send_to_record_again(notice: Notice, *, now: datetime) -> bool:
    """Queue a failed notice once more, to the address that the record gives by now; whether there is one."""
    record = record_of_notice(notice)
    to = recipient_of(record.registry, record, record.key, "") if record else None
    return delivery.retry_notice(notice, now=now, to=to)
