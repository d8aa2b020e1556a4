"""A subscriber is told of each change once, of no more than was agreed, until its days end."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from common.adapters.exchange.registration import Registration, register_partner
from common.exchange.envelope import timestamp
from common.registries.connector import RegistryRecord
from issuer.models import AccessLog, Outgoing, Registry, Subscription
from issuer.registries.store import store_records
from issuer.spdci import search as searching
from tests.issuer.spdci.callbacks_fixture import CALLBACK, Postbox, ask_status, change, deliver
from tests.issuer.spdci_partner import Spp, checked, fits, make_spp

pytestmark = pytest.mark.django_db


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
