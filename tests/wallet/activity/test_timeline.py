"""One page of all that happens with a person's data: gathered when asked for, told by each, kept nowhere."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from common.adapters.network import http
from common.errors import FetchError
from common.notices.messages import create_inbox, verify_inbox_request
from common.payments.log import PaymentEntry, create_payment_log
from common.registries.record_access.holder import (
    ConsentEntry,
    LogEntry,
    create_consents,
    create_log,
    verify_log_request,
)
from tests.wallet.account.test_vault import dump
from tests.wallet.activity.services_fixture import SERVICES, Answers, lines, notice, quiet_office
from tests.wallet.activity.services_fixture import clinic as clinic
from tests.wallet.activity.services_fixture import holder as holder
from tests.wallet.consenting import agree
from tests.wallet.fakes import CLINIC, ISSUER, Network, Office, Service, reply
from wallet.account import accounts
from wallet.account.vault import Vault
from wallet.activity import contacts, inbox, timeline
from wallet.models import HistoryEntry, RegisteredVerifier
from wallet.presentation import history


def test_everything_stands_there_the_latest_first(
    holder: Vault, network: Network, clinic: Service, now: datetime
) -> None:
    agree(holder, clinic, now)
    hours = [now + timedelta(hours=number) for number in range(5)]
    read = LogEntry(
        hours[1].isoformat(), CLINIC, "Clinic", "Care", "Births", ("birth_date",), "r", "law", "read", "Law 7"
    )
    refused = LogEntry(
        hours[2].isoformat(), CLINIC, "Clinic", "Care", "Births", ("birth_date",), "r2", "consent", "refused"
    )
    Answers(network, f"{ISSUER}/access/log", lambda _: create_log([read, refused]))
    Answers(network, f"{ISSUER}/access/consents", lambda _: create_consents([]))
    told = notice(hours[3], note="Address under review")
    Answers(network, f"{ISSUER}/notices", lambda _: create_inbox([told]))
    paid = PaymentEntry("REF-1", "120.50", "PEN", "Seeds", "settled", now.isoformat(), hours[4].isoformat())
    Answers(network, f"{SERVICES}/payments/log", lambda _: create_payment_log([paid]))
    Answers(network, f"{SERVICES}/notices", lambda _: create_inbox([]))
    found = timeline.activity(holder, now=now)
    assert found.silent == ()
    assert [(line.kind, line.state, line.who) for line in found.lines] == [
        ("paid", "payment_settled", "Clinic of the South"),
        ("changed", "suspended", "Civil Registry"),
        ("read", "refused", "Clinic"),
        ("read", "read", "Clinic"),
        ("shown", "shown", "Clinic of the South"),
        ("changed", "accepted", "Civil Registry"),
    ]
    by_state = {line.state: line for line in found.lines}
    assert by_state["suspended"].why == "Address under review"
    assert by_state["read"].note == "Without asking you, by Law 7"
    assert by_state["shown"].what == ("Birth certificate: Born on",)
    assert by_state["payment_settled"].what == ("PEN 120.50",)
    assert all(line.why for line in found.lines)
    assert [line.state for line in lines(holder, now, "paid")] == ["payment_settled"]
    assert len(lines(holder, now, "no such kind")) == 6


def test_whoever_does_not_answer_is_named_and_the_rest_is_shown(
    holder: Vault, network: Network, clinic: Service, now: datetime
) -> None:
    agree(holder, clinic, now)
    found = timeline.activity(holder, now=now)
    assert found.silent == ("Civil Registry", "Clinic of the South")
    assert [line.kind for line in found.lines] == ["shown", "changed"]
    quiet_office(network)
    network.handlers["GET", f"{SERVICES}/notices"] = lambda headers, body: reply({}, 404)
    network.handlers["GET", f"{SERVICES}/payments/log"] = lambda headers, body: reply(
        "<p>Hi", 200, "text/html"
    )
    assert timeline.activity(holder, now=now).silent == ()


@pytest.mark.parametrize("said", [{"notices": "x"}, [], "text", {"notices": [{"id": 1}]}])
def test_nonsense_is_no_answer(said: Any, holder: Vault, network: Network, now: datetime) -> None:
    quiet_office(network)
    Answers(network, f"{ISSUER}/notices", lambda _: said)
    assert timeline.activity(holder, now=now).silent == ("Civil Registry",)


def test_the_same_event_in_the_inbox_of_each_key_is_one_line(
    holder: Vault, network: Network, now: datetime
) -> None:
    quiet_office(network)
    Answers(
        network,
        f"{ISSUER}/notices",
        lambda _: create_inbox([notice(now), notice(now, id="n2", kind="ready")]),
    )
    assert [line.state for line in lines(holder, now)].count("suspended") == 1
    assert inbox.unread_notices(holder, now=now) == 2


def test_counting_is_not_reading(holder: Vault, network: Network, now: datetime) -> None:
    quiet_office(network)
    office = Answers(network, f"{ISSUER}/notices", lambda _: create_inbox([notice(now)]))
    assert inbox.unread_notices(holder, now=now) == 1
    assert {claims["read"] for _, claims in office.asked} == {False}
    office.asked.clear()
    assert inbox.unread_notices(holder, now=now) == 1
    assert office.asked == []  # believed for an hour
    timeline.activity(holder, now=now)
    assert {claims["read"] for _, claims in office.asked} == {True}
    office.body = lambda _: create_inbox([notice(now, read=True)])
    assert inbox.unread_notices(holder, now=now) == 0


def test_a_notice_adds_nothing_to_an_account_but_that_it_is_new(
    holder: Vault, network: Network, now: datetime
) -> None:
    quiet_office(network)
    read = [
        LogEntry(
            at.isoformat(), CLINIC, "Clinic", "Care", "Births", ("birth_date",), str(at), "consent", "read"
        )
        for at in (now, now - timedelta(days=1))
    ]
    Answers(network, f"{ISSUER}/access/log", lambda _: create_log(read))
    Answers(network, f"{ISSUER}/notices", lambda _: create_inbox([notice(now, kind="data_read")]))
    assert [(line.state, line.new) for line in lines(holder, now, "read")] == [
        ("read", True),
        ("read", False),
    ]
    Answers(network, f"{ISSUER}/access/log", lambda _: create_log([]))
    assert [line.state for line in lines(holder, now, "read")] == ["data_read"]


def test_consents_stand_apart_until_they_end(holder: Vault, network: Network, now: datetime) -> None:
    quiet_office(network)
    later = (now + timedelta(days=30)).isoformat()
    given: dict[str, Any] = {
        "client_id": CLINIC, "client_name": "Clinic", "purpose": "Care", "registry": "Births",
        "attributes": ("birth_date",), "how": "signed", "given_at": now.isoformat(), "expires_at": later,
    }  # fmt: skip
    entries = [
        ConsentEntry(id="1", state="active", **given),
        ConsentEntry(id="2", state="withdrawn", withdrawn_at=now.isoformat(), **given),
    ]
    Answers(network, f"{ISSUER}/access/consents", lambda _: create_consents(entries))
    found = timeline.activity(holder, now=now)
    assert [(office, consent.id) for office, consent in found.standing] == [("Civil Registry", "1")]
    [ended] = [line for line in found.lines if line.state == "withdrawn"]
    assert ended.what == ("May no longer read Births: Born on",)


def test_what_one_reader_may_read_is_withdrawn_at_once(
    holder: Vault, network: Network, now: datetime
) -> None:
    quiet_office(network)
    later = (now + timedelta(days=30)).isoformat()

    def entry(id: str, purpose: str, how: str = "signed", name: str = "Clinic") -> ConsentEntry:
        return ConsentEntry(
            id, CLINIC, name, purpose, "Births", ("birth_date",), how, "active", now.isoformat(), later
        )

    entries = [
        entry("1", "One visit", "shown"), entry("2", "Care"), entry("3", "Care"), entry("4", "Research"),
        entry("5", "A loan", "shown", "Bank"),
    ]  # fmt: skip
    Answers(network, f"{ISSUER}/access/consents", lambda _: create_consents(entries))
    found = timeline.activity(holder, now=now).readers
    assert [{given.id for given in each} for _, each in found] == [{"1", "2", "3"}, {"4"}, {"5"}]
    assert {office for office, _ in found} == {"Civil Registry"}


def test_nothing_of_what_was_gathered_is_kept(
    holder: Vault, network: Network, clinic: Service, now: datetime
) -> None:
    agree(holder, clinic, now)
    quiet_office(network)
    Answers(network, f"{ISSUER}/notices", lambda _: create_inbox([notice(now, note="Under review")]))
    before = dump()
    timeline.activity(holder, now=now)
    inbox.unread_notices(holder, now=now)
    assert dump() == before
    RegisteredVerifier.objects.all().delete()  # public, and the same for everybody
    for text in (b"review", b"clinic", b"suspended it"):
        assert text not in dump().lower()


def test_mallory_sees_nothing_of_ana(
    holder: Vault, network: Network, clinic: Service, office: Office, now: datetime
) -> None:
    agree(holder, clinic, now)
    mallory = accounts.create_wallet_account("Mallory", "another passphrase altogether")
    assert timeline.activity(mallory, now=now) == timeline.Activity((), (), ())
    assert contacts.issuer_contacts(mallory) == contacts.verifier_contacts(mallory) == ()


def test_entries_of_before_have_no_keys_and_are_read(holder: Vault, clinic: Service, now: datetime) -> None:
    agree(holder, clinic, now)
    row = HistoryEntry.objects.get()
    old = {
        name: value
        for name, value in holder.open(row).items()
        if name not in ("service", "keys", "agreed", "client_id", "signed")
    }
    holder.seal(row, old)
    row.save()
    [entry] = history.recorded_requests(holder)
    assert (entry.service, entry.keys) == ("", ())
    assert json.dumps(old)


def test_the_requests_hold_at_the_other_end(holder: Vault, network: Network, now: datetime) -> None:
    """What the wallet signs is what offices and services verify."""
    seen: list[str] = []

    def keep(headers: Mapping[str, str], body: bytes) -> http.HttpReply:
        seen.append(headers["Authorization"].removeprefix("Bearer "))
        raise FetchError("gone")

    for path in ("notices", "access/log"):
        network.handlers["GET", f"{ISSUER}/{path}"] = keep
    timeline.activity(holder, now=now)
    assert verify_log_request(seen[0], audience=ISSUER, now=now).jti
    assert verify_inbox_request(seen[-1], audience=f"{ISSUER}/notices", now=now).read
