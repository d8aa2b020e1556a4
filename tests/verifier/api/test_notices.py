"""What the services tell whoever showed them something: to that key, each question once, their own alone."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import cast

import pytest
from django.test import Client
from pytest_django import Settings

from common.adapters.network import http
from common.adapters.network.http import HttpReply
from common.formats.base import Sources
from common.keys import PrivateKey, jwk
from common.notices.channels import webhook
from common.notices.channels.base import Message
from common.notices.messages import create_inbox_request, verify_webhook_event
from common.notices.models import Notice
from common.notices.notify import Recipient, create_notices
from tests.client_response import ClientResponse
from verifier.identity import service_identity
from verifier.models import Service
from verifier.services.sample import load_services

pytestmark = pytest.mark.django_db
FACTS = {"authority": "Paying Agency", "date": "2026-11-21", "reference": "SUB-1"}


def told(key: PrivateKey, sender: str, now: datetime) -> None:
    to = Recipient(holder=jwk.thumbprint(key.public_key))
    create_notices("payment_sent", key=sender, to=to, facts=FACTS, now=now, sender=sender)


def test_the_inbox_of_the_services(
    client: Client, settings: Settings, ana: PrivateKey, mallory: PrivateKey
) -> None:
    now = datetime.now(UTC)
    told(ana, "verifier/subsidy", now)
    told(ana, "issuer/civil-registry", now)

    def ask(key: PrivateKey, jti: str, audience: str) -> ClientResponse:
        token = create_inbox_request(audience=audience, read=True, jti=jti, signer=key, now=now)
        return client.get("/services/notices", headers={"Authorization": f"Bearer {token}"})

    here = f"{settings.BASE_URL}/services/notices"
    [found] = ask(ana, "1", here).json()["notices"]
    assert (found["kind"], found["title"]) == ("payment_sent", "A payment is on its way to you (SUB-1)")
    assert Notice.objects.get(sender="verifier/subsidy").state == "read"
    assert Notice.objects.get(sender="issuer/civil-registry").state == "sent"
    assert ask(ana, "1", here).status_code == 401
    assert ask(mallory, "1", here).json() == {"notices": []}
    assert ask(ana, "2", f"{settings.BASE_URL}/issuers/civil-registry/notices").status_code == 401
    assert client.get("/services/notices").status_code == 401
    assert client.get("/services/notices", headers={"Authorization": "Bearer x.y.z"}).status_code == 401


def test_a_service_signs_what_it_tells_organisations(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_services()
    service = Service.objects.get(slug="subsidy")
    sent: list[bytes] = []

    def take(
        method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> HttpReply:
        assert body is not None
        sent.append(body)
        return http.HttpReply(202, b"")

    monkeypatch.setattr(http, "request", take)
    facts = {"reference": "SUB-1", "date": "2026-11-21"}
    bank = "https://bank.example/notices"
    webhook.deliver(Message("n-1", "payment_settled", "verifier/subsidy", bank, "en", "t", "t", facts))

    class Keys:
        def method(self, kid: str, *, purpose: str) -> object:
            assert kid == service.key_id

            class Found:
                public_key = service_identity.service_signer(service).public_key

            return Found

    event = verify_webhook_event(
        sent[0].decode(),
        audience=bank,
        senders=[service.did],
        sources=cast(Sources, Keys()),
        now=datetime.now(UTC),
    )
    assert (event.kind, event.reference, event.jti) == ("payment_settled", "SUB-1", "n-1")
