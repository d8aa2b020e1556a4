"""Services and offices that answer a wallet's questions, and the lines that come of it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import pytest

from common.adapters.network import http
from common.keys import jwk, jws
from common.notices.messages import InboxNotice, create_inbox
from common.oid4vp.transaction_data import Payment
from common.registries.record_access.holder import (
    create_consents,
    create_log,
)
from tests.wallet.fakes import ISSUER, Network, Office, Service, reply, sd_query
from wallet.account.vault import Vault
from wallet.activity import timeline
from wallet.activity.timeline import ActivityLine
from wallet.issuance import accept_offer
from wallet.models import RegisteredVerifier

SERVICES = "https://clinic.example/services"


PAYMENT = Payment(("sd",), "Ana Wayra Quispe", "120.50", "PEN", "SUB-2026-7", "Seed subsidy 2026")


@pytest.fixture
def holder(vault: Vault, office: Office, now: datetime) -> Vault:
    accept_offer.accept(vault, accept_offer.receive_offer(vault, office.link, now=now), tx_code=None, now=now)
    return vault


@pytest.fixture
def clinic(network: Network, now: datetime) -> Service:
    """A clinic that the public list names, with the place where it has notices."""
    clinic = Service(network, now, query={"credentials": [sd_query("birth_date")]})
    announce(clinic, SERVICES)
    return clinic


def announce(service: Service, notices: str) -> RegisteredVerifier:
    entry = {"name": "Clinic of the South", "notices": notices}
    return RegisteredVerifier.objects.update_or_create(client_id=str(service.client_id), defaults=entry)[0]


class Answers:
    """An endpoint that keeps the requests it was asked with, by the thumbprint of the key."""

    def __init__(self, network: Network, url: str, body: Callable[[str], Any]) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.body = body
        network.handlers["GET", url] = self

    def __call__(self, headers: Mapping[str, str], body: bytes) -> http.HttpReply:
        parsed = jws.parse(headers["Authorization"].removeprefix("Bearer "))
        thumbprint = jwk.thumbprint(jwk.decode(parsed.header["jwk"]))
        self.asked.append((thumbprint, parsed.claims()))
        return reply(self.body(thumbprint))


def notice(
    now: datetime, *, id: str = "n1", kind: str = "suspended", read: bool = False, **said: Any
) -> InboxNotice:
    return InboxNotice(
        **{
            "id": id, "kind": kind, "at": now.isoformat(), "language": "en", "direction": "ltr",
            "title": "A document of yours is suspended (3F)", "text": "The office suspended it.", "note": "",
            "read": read, **said,
        }
    )  # fmt: skip


def lines(vault: Vault, now: datetime, kind: str = "") -> list[ActivityLine]:
    return list(timeline.activity(vault, now=now).only(kind).lines)


def quiet_office(network: Network) -> None:
    Answers(network, f"{ISSUER}/access/log", lambda _: create_log([]))
    Answers(network, f"{ISSUER}/access/consents", lambda _: create_consents([]))
    Answers(network, f"{ISSUER}/notices", lambda _: create_inbox([]))


def beacons(network: Network) -> list[str]:
    """What the clinic hears, whoever looks at the wallet and wherever they go in it."""
    return [url for method, url in network.asked if method == "GET" and url.startswith(f"{SERVICES}/")]
