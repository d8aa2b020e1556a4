"""What an auditor sees of messages to and fro: everything but secrets, and nothing to change."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from common.adapters.exchange.partners import ExchangeLog, Partner

pytestmark = pytest.mark.django_db


@pytest.fixture
def auditor(admin_user: User) -> Client:
    client = Client()
    client.force_login(admin_user)
    return client


@pytest.fixture
def message() -> ExchangeLog:
    partner = Partner.objects.create(
        sender_id="spp.example.org", name="Programme of the South", secret_digest="5ec7e7" * 8
    )
    return ExchangeLog.objects.create(
        partner=partner, direction="received", namespace="spdci", action="search", message_id="M-17",
        status="succ", at=timezone.now(),
    )  # fmt: skip


def test_a_message_is_found_by_the_number_that_both_ends_know(auditor: Client, message: ExchangeLog) -> None:
    assert "M-17" in auditor.get("/admin/adapters/exchangelog/?q=M-17").text
    assert "M-17" not in auditor.get("/admin/adapters/exchangelog/?q=M-18").text.partition("results")[2]


def test_a_partner_is_shown_without_its_secret(auditor: Client, message: ExchangeLog) -> None:
    page = auditor.get(f"/admin/adapters/partner/{message.partner_id}/change/").text
    assert "Programme of the South" in page
    assert "5ec7e7" not in page


@pytest.mark.parametrize("model", ["partner", "exchangelog"])
def test_nothing_is_written_or_deleted_here(auditor: Client, message: ExchangeLog, model: str) -> None:
    assert auditor.get(f"/admin/adapters/{model}/add/").status_code == 403
    assert auditor.post(f"/admin/adapters/{model}/{message.pk}/delete/", {"post": "yes"}).status_code == 403
    assert (Partner.objects.count(), ExchangeLog.objects.count()) == (1, 1)


def test_others_see_nothing(client: Client, message: ExchangeLog) -> None:
    assert client.get("/admin/adapters/exchangelog/").status_code == 302
