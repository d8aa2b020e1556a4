"""An officer sees whom nobody could tell, in the own office alone."""

from datetime import datetime

import pytest
from django.contrib.auth.models import User
from django.test import Client

from common.notices.models import Notice
from common.notices.notify import open_notice
from issuer.models import (
    IssuedCredential,
    Record,
    Registry,
)
from issuer.status.change import set_status
from tests.issuer.notifications.notices_fixture import SENSITIVE
from tests.issuer.protocol import make_farmers

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client: Client, registry: Registry, django_user_model: type[User]) -> Client:
    user = django_user_model.objects.create_user("fatima", password="a-long-password")
    registry.authority.officers.add(user)
    client.force_login(user)
    return client


def test_an_officer_sees_whom_nobody_could_tell(
    credential: IssuedCredential, registry: Registry, desk: Client, now: datetime
) -> None:
    Record.objects.filter(registry=registry).update(data={**SENSITIVE, "email": "no address", "phone": ""})
    set_status(credential, "suspended", reason="x", actor="officer", now=now)
    assert "1 notice reached nobody" in desk.get("/office/").content.decode()
    page = desk.get("/office/notices").content.decode()
    assert "The address is none." in page
    assert f">{credential.record_key}</a>" in page
    assert "no address" not in page
    row = Notice.objects.get(channel="email")
    assert desk.get(f"/office/notices/{row.id}/again").status_code == 405
    again = desk.post(f"/office/notices/{row.id}/again", follow=True).content.decode()
    assert "Correct the record first" in again
    Record.objects.filter(registry=registry).update(data=SENSITIVE)
    assert desk.post(f"/office/notices/{row.id}/again").status_code == 302
    row.refresh_from_db()
    assert (row.state, open_notice(row).address) == ("queued", "nusta@example.org")
    assert "Every notice was delivered." in desk.get("/office/notices").content.decode()


def test_what_another_office_could_not_tell_is_not_there(
    credential: IssuedCredential, client: Client, django_user_model: type[User], now: datetime
) -> None:
    Record.objects.update(data={**SENSITIVE, "email": "no address"})
    set_status(credential, "suspended", reason="x", actor="officer", now=now)
    other = make_farmers("other-registry", name="other").registry
    user = django_user_model.objects.create_user("mallory", password="a-long-password")
    other.authority.officers.add(user)
    client.force_login(user)
    row = Notice.objects.get(channel="email")
    assert "Every notice was delivered." in client.get("/office/notices").content.decode()
    assert client.post(f"/office/notices/{row.id}/again").status_code == 404
    client.logout()
    assert client.get("/office/notices").status_code == 302
