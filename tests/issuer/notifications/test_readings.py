"""A reading of a record is told once a day for each reader, and not when it is undone."""

from datetime import datetime, timedelta

import pytest

from common.keys import PrivateKey, jwk
from common.notices.models import Notice
from common.notices.notify import inbox_of, open_notice
from issuer.models import (
    AccessLog,
    IssuedCredential,
    Registry,
)
from tests.issuer.notifications.notices_fixture import channels, read

pytestmark = pytest.mark.django_db


def test_a_reading_is_told_once_a_day_for_each_reader(
    credential: IssuedCredential, registry: Registry, now: datetime
) -> None:
    for number in range(3):
        read(registry, now, number=number)
    assert channels() == ["email", "sms", "wallet"]
    assert open_notice(Notice.objects.get(channel="wallet")).note == "Clinic: Care"
    read(registry, now, client="did:web:other.example")
    read(registry, now + timedelta(days=1))
    assert Notice.objects.filter(channel="email").count() == 3


def test_who_agreed_with_another_authoritys_card_hears_of_the_reading(
    credential: IssuedCredential, registry: Registry, ana: PrivateKey, bruno: PrivateKey, now: datetime
) -> None:
    keys = [jwk.thumbprint(key.public_key) for key in (ana, bruno)]
    for number, by in enumerate([keys[1], keys[1], keys[0], ""]):
        read(registry, now, number=number, by=by)
    assert channels() == ["email", "sms", "wallet", "wallet"]
    inboxes = Notice.objects.filter(channel="wallet").values_list("inbox", flat=True)
    assert set(inboxes) == {inbox_of(key) for key in keys}


def test_a_reading_that_is_undone_is_not_told(
    credential: IssuedCredential, registry: Registry, now: datetime
) -> None:
    from django.db import transaction

    with transaction.atomic():
        read(registry, now)
        transaction.set_rollback(True)
    assert not Notice.objects.exists()
    assert not AccessLog.objects.exists()
