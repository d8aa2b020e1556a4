"""A voucher on the person's page and at the agent's counter."""

import re
from datetime import datetime, timedelta
from html import unescape
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from common.adapters import qr
from tests.verifier.holders import Person, post
from verifier.models import (
    GatewayAccount,
    PaymentInstruction,
    PresentationSession,
    Programme,
    Service,
    Voucher,
)
from verifier.payments.delivery.outbox import deliver_outbox
from verifier.payments.gateways.voucher import vouchers
from verifier.presentation import requests
from verifier.presentation.browser import COOKIE

OWN = "the browser's own secret"
COUNTER = "/services/staff/vouchers"


@pytest.fixture
def paying_by_voucher(site: None) -> None:
    account = GatewayAccount.objects.create(name="vouchers", kind="voucher", config={"days": 30})
    Programme.objects.filter(slug="subsidy").update(gateway=account)


def claim(client: Client, person: Person, now: datetime) -> PresentationSession:
    """The person asks for the subsidy with their documents, in a browser of their own."""
    created = requests.create_request(
        Service.objects.get(slug="subsidy"), same_device=False, now=now, browser=OWN, payee="Voucher"
    )
    verified = person.ask(client, created.request_uri, now=now)
    assert post(client, person.answer(verified, now=now)).status_code == 200
    created.session.refresh_from_db()
    return created.session


def page(client: Client, session: PresentationSession) -> str:
    client.cookies[COOKIE] = OWN
    answer = client.get(f"/services/sessions/{session.poll_id}")
    assert answer.status_code == 200
    return unescape(answer.content.decode())


@pytest.mark.usefixtures("paying_by_voucher")
class TestThePersonsPage:
    def test_it_comes_and_is_there(self, client: Client, wayra: Person, today: datetime) -> None:
        session = claim(client, wayra, today)
        assert "It is being made" in page(client, session)
        deliver_outbox(clock=timezone.now)
        shown = page(client, session)
        assert 'aria-label="Voucher"' in shown
        assert "USD 150.00" in shown

    def test_another_browser_sees_nothing(self, client: Client, wayra: Person, today: datetime) -> None:
        session = claim(client, wayra, today)
        deliver_outbox(clock=timezone.now)
        assert Client().get(f"/services/sessions/{session.poll_id}").status_code == 403

    def test_who_lost_it_comes_again_until_it_is_cashed(
        self, client: Client, wayra: Person, today: datetime, admin_client: Client
    ) -> None:
        claim(client, wayra, today)
        deliver_outbox(clock=timezone.now)
        again = claim(client, wayra, today)
        assert 'aria-label="Voucher"' in page(client, again)
        assert (PaymentInstruction.objects.count(), Voucher.objects.count()) == (1, 1)
        admin_client.post(
            COUNTER, {"voucher": vouchers.voucher_text(PaymentInstruction.objects.get().number), "pay": "yes"}
        )
        assert 'aria-label="Voucher"' not in page(client, claim(client, wayra, today))


@pytest.fixture
def issued(client: Client, paying_by_voucher: None, wayra: Person, today: datetime) -> str:
    claim(client, wayra, today)
    deliver_outbox(clock=timezone.now)
    return vouchers.voucher_text(PaymentInstruction.objects.get().number)


class TestTheCounter:
    def test_look_then_pay_then_no_more(self, admin_client: Client, issued: str) -> None:
        looked = admin_client.post(COUNTER, {"voucher": issued})
        assert b"USD 150.00" in looked.content
        assert Voucher.objects.get().state == "ISSUED", "looking pays nothing"
        [hidden] = re.findall(r'name="voucher" value="([^"]*)"', looked.content.decode())
        paid = admin_client.post(COUNTER, {"voucher": unescape(hidden), "pay": "yes"}, follow=True)
        assert b"Pay out USD 150.00" in paid.content
        assert PaymentInstruction.objects.get().state == "SETTLED"
        assert Voucher.objects.get().agent == "admin"
        for more in ({}, {"pay": "yes"}):
            again = admin_client.post(COUNTER, {"voucher": issued, **more})
            assert b"paid out before" in again.content

    def test_a_picture_of_it(self, admin_client: Client, issued: str) -> None:
        picture = SimpleUploadedFile("voucher.png", qr.png(issued), content_type="image/png")
        assert b"USD 150.00" in admin_client.post(COUNTER, {"picture": picture}).content

    @pytest.mark.parametrize(
        ("said", "sentence"),
        [
            ({}, b"Scan a voucher"),
            ({"voucher": "SELLO1:ABC."}, b"not a voucher"),
            ({"voucher": "x" * 5_000}, b"at most"),
            ({"picture": SimpleUploadedFile("x.png", b"no picture")}, b"not a picture"),
        ],
    )
    def test_what_is_no_voucher(self, admin_client: Client, said: dict[str, object], sentence: bytes) -> None:
        assert sentence in admin_client.post(COUNTER, said).content

    def test_it_has_expired(
        self, admin_client: Client, issued: str, today: datetime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        later = SimpleNamespace(now=lambda: today + timedelta(days=31))
        monkeypatch.setattr("verifier.pages.vouchers.timezone", later)
        assert b"expired" in admin_client.post(COUNTER, {"voucher": issued, "pay": "yes"}).content
        assert PaymentInstruction.objects.get().state == "SENT"

    def test_nobody_else_stands_there(self, client: Client, issued: str) -> None:
        assert client.post(COUNTER, {"voucher": issued, "pay": "yes"}).status_code == 302
        assert Voucher.objects.get().state == "ISSUED"
