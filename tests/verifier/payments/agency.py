"""Another organisation that pays through this house by G2P Connect, and the programme that it pays from."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone

from common.adapters.exchange.partners import Partner
from common.adapters.exchange.registration import Registration, register_partner
from common.adapters.network import http
from common.errors import FetchError
from common.exchange.envelope import create_message
from common.exchange.header import Header
from common.keys import PrivateKey, jwk
from common.payments.address import parse_address
from common.payments.g2p import actions, disburse
from common.payments.g2p.disburse import Disbursement
from tests.verifier.payments.conftest import RULES
from verifier.identity import organisation
from verifier.models import GatewayAccount, PayingPartner, Programme

PHONE, PERSON = "mobile:+59171234567@chaska", "id:f-0001@farmer-registry"
KEY = PrivateKey("Ed25519", bytes(31) + b"\x07", "agency.example#k1")


class Agency:
    """Another organisation, with its own key and token, at the doors of this house."""

    def __init__(self, client: Client, partner: Partner, secret: str) -> None:
        self.client, self.partner, self.number = client, partner, 0
        form = {"grant_type": "client_credentials", "client_id": partner.sender_id, "client_secret": secret}
        answer = client.post("/g2p/oauth2/client/token", urlencode(form), "application/x-www-form-urlencoded")
        self.token = answer.json()["access_token"]

    def message(self, endpoint: actions.Endpoint, message: dict[str, Any], **more: Any) -> dict[str, Any]:
        self.number += 1
        count = len(next((value for value in message.values() if isinstance(value, list)), [0]))
        header = {
            "message_id": f"m{self.number}",
            "action": endpoint.action,
            "sender_id": self.partner.sender_id,
            "receiver_id": organisation.sender_id(),
            "total_count": count,
        }
        return create_message("g2p", Header(**{**header, **more}), message, signer=KEY, now=timezone.now())

    def post(self, endpoint: actions.Endpoint | str, body: dict[str, Any], *, token: str = "") -> Any:
        path = endpoint if isinstance(endpoint, str) else endpoint.path
        headers = {"Authorization": f"Bearer {token or self.token}"}
        return self.client.post(f"/g2p/{path}", json.dumps(body), "application/json", headers=headers)

    def ask(self, endpoint: actions.Endpoint, message: dict[str, Any], **more: Any) -> Any:
        return self.post(endpoint, self.message(endpoint, message, **more))


@pytest.fixture
def programme(db: None, settings: Any, tmp_path: Any) -> Programme:
    settings.VAR_DIR = tmp_path
    file = GatewayAccount.objects.create(name="payout", kind="file", config={})
    return Programme.objects.create(
        slug="relief", title="Relief", currency="USD", budget=100_000, rules=RULES, gateway=file
    )


@pytest.fixture
def agency(programme: Programme, client: Client, settings: Any) -> Agency:
    key = {**jwk.encode(KEY.public_key), "kid": "k1"}
    settings.FETCH_ORIGINS = {*settings.FETCH_ORIGINS, "http://agency.test"}
    partner, secret = register_partner(
        Registration(
            "agency.example", namespaces=["g2p"], roles=["mapper"], keys=key,
            callback_url="http://agency.test/callback",
        ),
        new_secret=True,
    )  # fmt: skip
    PayingPartner.objects.create(partner=partner, programme=programme)
    return Agency(client, partner, secret)


def wanted(reference: str = "R1", **more: Any) -> Disbursement:
    fields = {
        "payer": parse_address("programme:relief@localhost"),
        "payee": parse_address(PHONE),
        "amount": "150.00",
        "currency": "USD",
    }
    return Disbursement(reference, **{**fields, **more})


def payments(*those: Disbursement, transaction: str = "T1") -> dict[str, Any]:
    return disburse.create_disburse_request(transaction, those)


@pytest.fixture
def callbacks(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """What reaches the agency's own address; `None` in the list of failures makes it fail once."""
    seen: list[tuple[str, dict[str, Any]]] = []

    def carry(method: str, url: str, headers: Any, body: bytes | None) -> http.HttpReply:
        seen.append((url, json.loads(body or b"{}")))
        if len(seen) == 1:
            raise FetchError("This host does not answer.")
        ack = {"message": {"ack_status": "NACK", "timestamp": "2026-11-22T03:00:00Z", "correlation_id": "c"}}
        return http.HttpReply(200, json.dumps(ack).encode(), {"content-type": "application/json"})

    monkeypatch.setattr(http, "transport", carry)
    return seen
