"""What is answered later: searches, subscriptions, notices; each message arrives once, whatever fails."""

from datetime import UTC, datetime, timedelta

import pytest

from common.adapters.exchange.partners import ExchangeLog
from common.adapters.exchange.registration import Registration, register_partner
from issuer.models import AccessLog, Outgoing, Registry
from issuer.spdci import outbox
from tests.issuer.spdci.callbacks_fixture import CALLBACK, Postbox, ask_later, ask_status, deliver
from tests.issuer.spdci_partner import TEXTS, Spp, by_id, checked, fits, make_registry, make_spp, search

pytestmark = pytest.mark.django_db


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
