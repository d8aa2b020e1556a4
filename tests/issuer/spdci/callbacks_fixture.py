"""A partner's door for answers, searches that are answered there, and the state that can be asked."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from common.adapters.network import http
from common.errors import FetchError
from common.exchange.acknowledgement import create_ack, create_refusal
from common.exchange.errors import ExchangeError
from common.registries.connector import RegistryRecord
from issuer.models import Registry
from issuer.registries.store import store_records
from issuer.spdci.delivery_run import deliver_messages
from tests.issuer.spdci_partner import Spp, by_id, search

CALLBACK = "https://spp.example.org/callback"


class Postbox:
    """The partner's end: takes each message once, as `message_id` says; may be out, or stumble."""

    def __init__(self) -> None:
        self.taken: dict[str, tuple[str, dict[str, Any]]] = {}
        self.attempts = 0
        self.stumble: Callable[[int], str] = lambda attempt: ""

    def carry(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> http.HttpReply:
        self.attempts += 1
        trouble, message = self.stumble(self.attempts), json.loads(body or b"{}")
        if trouble == "unreachable":
            raise FetchError("This host does not answer.", detail="spp.example.org")
        if trouble == "error":
            return http.HttpReply(503, b"<html>", {})
        if trouble == "refused":
            return self.reply(create_refusal(ExchangeError("No."), correlation_id="c", now=datetime.now(UTC)))
        message_id = message["header"]["message_id"]
        if message_id in self.taken:
            again = ExchangeError("Here before.", reason="rjct.message_id.duplicate")
            return self.reply(create_refusal(again, correlation_id="c", now=datetime.now(UTC)))
        self.taken[message_id] = (url, message)
        if trouble == "lost answer":
            raise FetchError("This host does not answer.", detail="spp.example.org")
        if trouble == "killed":
            raise KeyboardInterrupt
        return self.reply(create_ack(correlation_id="c", now=datetime.now(UTC)))

    @staticmethod
    def reply(body: Any) -> http.HttpReply:
        return http.HttpReply(200, json.dumps(body).encode(), {"content-type": "application/json"})

    def messages(self) -> list[tuple[str, dict[str, Any]]]:
        return list(self.taken.values())


def deliver(after: timedelta = timedelta(0)) -> dict[str, int]:
    return deliver_messages(clock=lambda: datetime.now(UTC) + after)


def ask_later(spp: Spp, registry: Registry, **header: Any) -> str:
    message = search(by_id("SOCIAL_ID", "S-0001"))
    header.setdefault("sender_uri", f"{CALLBACK}/on-search")
    response = spp.ask(registry, "registry/search", "search", message, **header)
    assert response.json()["message"]["ack_status"] == "ACK", response.content
    return str(response.json()["message"]["correlation_id"])


def change(registry: Registry, key: str, **data: Any) -> None:
    row = registry.records.get(key=key)
    store_records(Registry.objects.get(pk=registry.pk), [RegistryRecord(key, {**row.data, **data})])


def ask_status(spp: Spp, registry: Registry, kind: str, attribute: str, value: Any, sync: bool = True) -> Any:
    message = {
        "transaction_id": "status-1",
        "txnstatus_request": {
            "reference_id": "r-1",
            "txn_type": kind,
            "attribute_type": attribute,
            "attribute_value": value,
        },
    }
    path = "registry/sync/txn/status" if sync else "registry/txn/status"
    return spp.ask(registry, path, "txn-status", message)
