"""What is answered later: searches, subscriptions, notices; each message arrives once, whatever fails."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from common.adapters.exchange.partners import ExchangeLog
from common.adapters.exchange.registration import Registration, register_partner
from common.adapters.network import http
from common.errors import FetchError
from common.exchange.acknowledgement import create_ack, create_refusal
from common.exchange.envelope import timestamp
from common.exchange.errors import ExchangeError
from common.registries.connector import RegistryRecord
from issuer.models import AccessLog, Outgoing, Registry, Subscription
from issuer.registries.store import store_records
from issuer.spdci import outbox
from issuer.spdci import search as searching
from issuer.spdci.delivery_run import deliver_messages
from tests.issuer.spdci_partner import TEXTS, Spp, by_id, checked, fits, make_registry, make_spp, search

pytestmark = pytest.mark.django_db
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


@pytest.fixture
def postbox(monkeypatch: pytest.MonkeyPatch) -> Postbox:
    found = Postbox()
    monkeypatch.setattr(http, "transport", found.carry)
    return found


@pytest.fixture
def social() -> Registry:
    return make_registry("social")


@pytest.fixture
def spp(social: Registry) -> Spp:
    return make_spp(social)


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


@pytest.mark.parametrize("slug", TEXTS)
def test_a_search_is_acknowledged_and_answered_at_the_callback(slug: str, postbox: Postbox) -> None:
    registry, text = make_registry(slug), TEXTS[slug]
    spp = make_spp(registry)
    person = registry.records.first().data["national_id"]  # type: ignore[union-attr]
    uri = f"{CALLBACK}/on-search"
    body = spp.message(registry, "search", search(by_id("UIN", person)), sender_uri=uri, message_id="m-1")
    fits(text, "/registry/search", "request", body)
    ack = spp.post(registry, "registry/search", body)
    fits(text, "/registry/search", "default", ack.json())
    assert not AccessLog.objects.exists()  # nothing is read before it is answered
    assert person.encode() not in bytes(Outgoing.objects.get().sealed)
    assert deliver() == {"announced": 0, "delivered": 1, "failed": 0, "parked": 0, "waiting": 0}
    [(url, message)] = postbox.messages()
    assert url == uri
    fits(text, "/registry/on-search", "request", message)
    answer = checked(registry, message)
    assert answer.message["correlation_id"] == ack.json()["message"]["correlation_id"]
    assert person in str(answer.message["search_response"])
    assert AccessLog.objects.get().request_id == "m-1"
    row = Outgoing.objects.get()
    assert (row.state, bytes(row.sealed)) == ("delivered", b"")
    sent = ExchangeLog.objects.get(direction="sent")
    assert (sent.message_id, sent.status, sent.action) == (answer.header.message_id, "succ", "on-search")


@pytest.mark.parametrize("trouble", ["unreachable", "error", "lost answer", "refused"])
def test_an_answer_is_sent_until_it_is_taken_and_taken_once(
    trouble: str, postbox: Postbox, spp: Spp, social: Registry
) -> None:
    postbox.stumble = lambda attempt: trouble if attempt <= 2 else ""
    ask_later(spp, social)
    assert deliver()["failed"] == 1
    assert deliver()["delivered"] == 0  # not before its time
    for minutes in (1, 5, 30):
        deliver(timedelta(minutes=minutes))
    assert len(postbox.messages()) == 1
    assert Outgoing.objects.get().state == "delivered"
    assert AccessLog.objects.count() == 1  # read once, however often it was sent


def test_a_process_that_dies_while_sending_loses_and_repeats_nothing(
    postbox: Postbox, spp: Spp, social: Registry
) -> None:
    postbox.stumble = lambda attempt: "killed" if attempt == 1 else ""
    ask_later(spp, social)
    with pytest.raises(KeyboardInterrupt):
        deliver()
    assert deliver()["delivered"] == 0  # still held by whoever died
    assert deliver(outbox.HELD + timedelta(seconds=1))["delivered"] == 1
    assert len(postbox.messages()) == 1
    assert AccessLog.objects.count() == 1


def test_a_process_that_is_too_slow_does_not_undo_what_another_did(
    postbox: Postbox, spp: Spp, social: Registry
) -> None:
    def stumble(attempt: int) -> str:
        if attempt > 1:
            return ""
        assert deliver(outbox.HELD + timedelta(seconds=1))["delivered"] == 1  # by another, meanwhile
        return "error"

    postbox.stumble = stumble
    ask_later(spp, social)
    deliver()
    assert Outgoing.objects.get().state == "delivered"
    assert deliver(timedelta(minutes=30))["delivered"] == 0


def test_a_process_that_dies_while_answering_reads_nothing(
    postbox: Postbox, spp: Spp, social: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask_later(spp, social)
    with monkeypatch.context() as patch:
        patch.setattr(outbox, "_sealed", lambda *args: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            deliver()
    assert not AccessLog.objects.exists()
    assert deliver(outbox.HELD + timedelta(seconds=1))["delivered"] == 1
    assert AccessLog.objects.count() == 1


def test_what_is_refused_for_days_waits_for_an_officer(postbox: Postbox, spp: Spp, social: Registry) -> None:
    postbox.stumble = lambda attempt: "refused"
    ask_later(spp, social)
    days = timedelta(0)
    for _ in range(len(outbox.WAITS)):
        assert deliver(days)["failed"] == 1
        days += timedelta(days=2)
    assert deliver(days)["parked"] == 1
    assert deliver(days + timedelta(days=9))["delivered"] == 0
    postbox.stumble = lambda attempt: ""
    assert outbox.unpark_messages(now=datetime.now(UTC)) == 1
    assert deliver()["delivered"] == 1


def test_an_agreement_that_ended_meanwhile_is_told_in_the_answer(
    postbox: Postbox, spp: Spp, social: Registry
) -> None:
    ask_later(spp, social)
    register_partner(Registration(spp.partner.sender_id, may_read={}))
    deliver()
    [(_, message)] = postbox.messages()
    [answer] = message["message"]["search_response"]
    assert (answer["status"], "data" in answer) == ("rjct", False)
    assert not AccessLog.objects.exists()


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


def test_the_state_of_a_search_can_be_asked(postbox: Postbox, spp: Spp, social: Registry) -> None:
    correlation_id = ask_later(spp, social)
    for attribute, value in (("correlation_id", correlation_id), ("transaction_id", "txn-1")):
        answer = ask_status(spp, social, "search", attribute, value)
        fits("social", "/registry/sync/txn/status", "default", answer.json())
        told = checked(social, answer.json()).message["txnstatus_response"]["txn_status"]
        assert told["correlation_id"] == correlation_id
        assert [entry["status"] for entry in told["search_response"]] == ["pdng"]
    deliver()
    answer = ask_status(spp, social, "search", "reference_id_list", ["ref-1"])
    told = answer.json()["message"]["txnstatus_response"]["txn_status"]["search_response"]
    assert [entry["status"] for entry in told] == ["succ"]
    assert "data" not in told[0]  # what was found is told once, to the callback
    assert ask_status(spp, social, "search", "transaction_id", "txn-1", sync=False).status_code == 200
    deliver()
    url, message = postbox.messages()[-1]
    assert url == f"{CALLBACK}/registry/txn/on-status"
    fits("social", "/registry/txn/on-status", "request", message)


def test_the_state_of_anothers_search_is_not_told(spp: Spp, social: Registry) -> None:
    correlation_id = ask_later(spp, social)
    other = make_spp(social, sender_id="other.example.org")
    answer = ask_status(other, social, "search", "correlation_id", correlation_id)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (404, "err.request.not_found")
    assert ask_status(other, social, "search", "password", "x").status_code == 400
    assert ask_status(other, social, "search", "transaction_id", {"a": 1}).status_code == 400


def subscribe(spp: Spp, registry: Registry, event: str = "UPDATE", **criteria: Any) -> dict[str, Any]:
    """Subscribe, and what `on-subscribe` will say of it."""
    filter_ = {"type": "HOUSEHOLD_ID", "value": "H-001"}
    wish = {"reg_event_type": event, "filter": filter_, "notify_record_type": "Member"}
    message = {
        "transaction_id": "txn-s",
        "subscribe_request": [
            {
                "reference_id": "ref-s",
                "timestamp": timestamp(datetime.now(UTC)),
                "subscribe_criteria": {**wish, **criteria},
            }
        ],
    }
    body = spp.message(registry, "subscribe", message)
    if "frequency" not in criteria or "frequency" in criteria["frequency"]:
        fits("crvs", "/registry/subscribe", "request", body)
    ack = spp.post(registry, "registry/subscribe", body).json()
    assert ack["message"]["ack_status"] == "ACK", ack
    return message


def test_a_subscriber_is_told_of_each_change_once(postbox: Postbox, spp: Spp, social: Registry) -> None:
    change(social, "S-0001", municipality="Before")
    subscribe(spp, social, filter_type="idtype-value")
    deliver()
    [(url, message)] = postbox.messages()
    assert url == f"{CALLBACK}/registry/on-subscribe"
    for text in ("crvs", "registry_core"):
        fits(text, "/registry/on-subscribe", "request", message)
    [answer] = checked(social, message).message["subscribe_response"]
    [subscription] = answer["subscriptions"]
    assert subscription["code"] == Subscription.objects.get().code
    assert deliver()["announced"] == 0  # what was before is no news
    change(social, "S-0001", municipality="After")
    change(social, "S-0012", municipality="After")  # of another household
    assert deliver()["announced"] == 1
    assert deliver()["announced"] == 0
    url, message = postbox.messages()[-1]
    assert url == f"{CALLBACK}/registry/notify"
    for text in ("crvs", "registry_core"):
        fits(text, "/registry/notify", "request", message)
    [event] = checked(social, message).message["notify_event"]
    assert event["data"]["reg_records"]["demographic_info"]["address"]["city"] == "After"
    [log] = AccessLog.objects.all()
    assert (log.record_key, log.request_id) == ("S-0001", message["header"]["message_id"])


def test_a_subscription_without_a_filter_is_told_what_it_lacks(
    postbox: Postbox, spp: Spp, social: Registry
) -> None:
    message = subscribe(spp, social, filter=None, frequency={})
    deliver()
    _, told = postbox.messages()[-1]
    [answer] = checked(social, told).message["subscribe_response"]
    assert answer["reference_id"] == message["subscribe_request"][0]["reference_id"]
    assert (answer["status"], answer["status_reason_message"]) == ("rjct", "filter is missing.")
    assert not Subscription.objects.exists()


def test_notices_and_cursors_stand_or_fall_together(
    postbox: Postbox, spp: Spp, social: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribe(spp, social)
    deliver()
    change(social, "S-0001", municipality="After")
    with monkeypatch.context() as patch:
        patch.setattr(searching, "log_partner_read", lambda *args, **kwargs: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            deliver()
    assert not Outgoing.objects.filter(action="notify").exists()
    assert deliver()["announced"] == 1
    assert [m["header"]["action"] for _, m in postbox.messages()] == ["on-subscribe", "notify"]


def test_events_are_told_apart(postbox: Postbox, spp: Spp, social: Registry) -> None:
    for event in ("REGISTER", "DEREGISTER"):
        everyone = [{"expression1": {"attribute_name": "SOCIAL_ID", "operator": "gt", "attribute_value": ""}}]
        subscribe(spp, social, event, filter_type="predicate", filter=everyone)
    change(social, "S-0001", municipality="After")
    assert deliver()["announced"] == 0
    store_records(Registry.objects.get(pk=social.pk), [RegistryRecord("S-0999", {"social_id": "S-0999"})])
    assert deliver()["announced"] == 1
    [event] = postbox.messages()[-1][1]["message"]["notify_event"]
    assert event["data"]["reg_event_type"] == "REGISTER"


def test_an_end_is_an_end(postbox: Postbox, spp: Spp, social: Registry) -> None:
    subscribe(spp, social)
    code = Subscription.objects.get().code
    message = {"transaction_id": "t", "timestamp": timestamp(datetime.now(UTC)), "subscription_codes": [code]}
    body = spp.message(social, "unsubscribe", message)
    fits("crvs", "/registry/unsubscribe", "request", body)
    assert spp.post(social, "registry/unsubscribe", body).json()["message"]["ack_status"] == "ACK"
    spp.ask(social, "registry/unsubscribe", "unsubscribe", message)
    spp.ask(social, "registry/unsubscribe", "unsubscribe", {**message, "subscription_codes": ["other"]})
    change(social, "S-0001", municipality="After")
    assert deliver()["announced"] == 0
    answers = [m for _, m in postbox.messages() if m["header"]["action"] == "on-unsubscribe"]
    assert [a["message"].get("status_reason_code") for a in answers] == [
        None, "rjct.event.already_unsubscribed", "rjct.subscription_code.invalid",
    ]  # fmt: skip
    for answer in answers:
        for text in ("crvs", "registry_core"):
            fits(text, "/registry/on-unsubscribe", "request", answer)
    told = ask_status(spp, social, "unsubscribe", "subscription_code_list", [code])
    assert (
        told.json()["message"]["txnstatus_response"]["txn_status"]["subscription_status"][0]["code"] == code
    )


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "the same again": ({}, "rjct.event.already_subscribed"),
    "an unknown event": ({"reg_event_type": "ns:Event:Solstice"}, "rjct.notify_types.invalid"),
    "an unknown identifier": ({"filter": {"type": "PASSPORT", "value": "1"}}, "rjct.notify_details.invalid"),
    "no filter": ({"filter": []}, "rjct.notify_details.invalid"),
    "a past end": (
        {"frequency": {"start_time": "2020-01-01T00:00:00Z", "end_time": "2021-01-01T00:00:00Z"}},
        "rjct.notify_details.invalid",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_wishes_that_cannot_be_met_are_refused(
    name: str, postbox: Postbox, spp: Spp, social: Registry
) -> None:
    criteria, reason = WRONG[name]
    subscribe(spp, social)
    subscribe(spp, social, **criteria)
    deliver()
    [answer] = postbox.messages()[-1][1]["message"]["subscribe_response"]
    assert (answer["status"], answer["status_reason_code"]) == ("rjct", reason)
    assert Subscription.objects.count() == 1


def test_a_subscriber_is_told_no_more_than_was_agreed(postbox: Postbox, social: Registry) -> None:
    spp = make_spp(social, may_read={"social": ["social_id", "household_id"]})
    subscribe(spp, social)
    change(social, "S-0001", municipality="After")
    deliver()
    [event] = postbox.messages()[-1][1]["message"]["notify_event"]
    assert "After" not in str(event)
    assert "S-0001" in str(event)
    register_partner(Registration(spp.partner.sender_id, may_read={}))
    change(social, "S-0001", municipality="Later")
    assert deliver()["announced"] == 0


def test_a_subscription_has_its_days(postbox: Postbox, spp: Spp, social: Registry) -> None:
    now = datetime.now(UTC)
    times = {"start_time": timestamp(now), "end_time": timestamp(now + timedelta(days=1)), "frequency": "* *"}
    subscribe(spp, social, frequency=times)
    deliver()
    change(social, "S-0001", municipality="After")
    assert deliver(timedelta(days=2))["announced"] == 0
    assert not Subscription.objects.get().active
