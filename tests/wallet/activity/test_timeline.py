"""One page of all that happens with a person's data: gathered when asked for, told by each, kept nowhere."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from common.adapters.network import http
from common.errors import FetchError
from common.keys import jwk, jws
from common.notices.messages import InboxNotice, create_inbox, verify_inbox_request
from common.oid4vp.transaction_data import Payment, create_transaction_data
from common.payments.log import PaymentEntry, create_payment_log
from common.registries.record_access.holder import (
    ConsentEntry,
    LogEntry,
    create_consents,
    create_log,
    verify_log_request,
)
from tests.wallet.account.test_vault import dump
from tests.wallet.consenting import agree, ask
from tests.wallet.fakes import CLINIC, ISSUER, Network, Office, Service, reply, sd_query
from wallet.account import accounts
from wallet.account.vault import Vault
from wallet.activity import contacts, inbox, timeline
from wallet.activity.timeline import ActivityLine
from wallet.credentials import cards
from wallet.issuance import accept_offer
from wallet.models import HistoryEntry, RegisteredVerifier
from wallet.presentation import history

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


def test_a_service_is_asked_with_the_key_that_it_saw_and_no_other(
    holder: Vault, network: Network, clinic: Service, now: datetime
) -> None:
    agree(holder, clinic, now)
    at_office = Answers(network, f"{ISSUER}/notices", lambda _: create_inbox([]))
    at_clinic = Answers(network, f"{SERVICES}/notices", lambda _: create_inbox([]))
    list(inbox.contact_notices(holder, read=False, now=now))
    (card,) = cards.held_cards(holder)
    shown = next(copy for copy in card.copies if copy.format == "dc+sd-jwt")
    assert {thumbprint for thumbprint, _ in at_clinic.asked} == {jwk.thumbprint(shown.holder_key)}
    assert {thumbprint for thumbprint, _ in at_office.asked} == {
        jwk.thumbprint(copy.holder_key) for copy in card.copies
    }
    assert {claims["aud"] for _, claims in at_clinic.asked} == {f"{SERVICES}/notices"}
    jtis = [claims["jti"] for _, claims in (*at_office.asked, *at_clinic.asked)]
    assert len(set(jtis)) == len(jtis)


def beacons(network: Network) -> list[str]:
    """What the clinic hears, whoever looks at the wallet and wherever they go in it."""
    return [url for method, url in network.asked if method == "GET" and url.startswith(f"{SERVICES}/")]


@pytest.mark.parametrize("notices", ["", "https://elsewhere.example/services"])
def test_who_announces_nothing_never_hears_of_the_person_again(
    notices: str, holder: Vault, network: Network, clinic: Service, now: datetime
) -> None:
    quiet_office(network)
    announce(clinic, notices)
    agree(holder, clinic, now)
    assert inbox.unread_notices(holder, now=now) == 0
    timeline.activity(holder, now=now)
    assert beacons(network) == []


def test_a_stranger_at_the_address_of_one_who_announces_is_asked_nothing(
    holder: Vault, network: Network, clinic: Service, now: datetime
) -> None:
    quiet_office(network)
    RegisteredVerifier.objects.update(client_id="redirect_uri:https://else.example/cb")
    agree(holder, clinic, now)
    timeline.activity(holder, now=now)
    assert beacons(network) == []


def test_who_was_struck_off_the_list_is_asked_no_longer(
    holder: Vault, network: Network, clinic: Service, now: datetime
) -> None:
    quiet_office(network)
    agree(holder, clinic, now)
    RegisteredVerifier.objects.all().delete()
    timeline.activity(holder, now=now)
    assert beacons(network) == []


def test_no_service_learns_that_a_wallet_was_opened(
    holder: Vault, network: Network, clinic: Service, now: datetime
) -> None:
    quiet_office(network)
    agree(holder, clinic, now)
    inbox.unread_notices(holder, now=now)
    assert beacons(network) == []
    timeline.activity(holder, now=now)
    assert len(beacons(network)) == 2  # payments and notices, when the person wants to see them


def test_what_came_of_a_payment_can_be_asked_when_the_card_is_gone(
    holder: Vault, network: Network, clinic: Service, now: datetime
) -> None:
    clinic.transaction_data = (create_transaction_data(PAYMENT),)
    agree(holder, clinic, now)
    (card,) = cards.held_cards(holder)
    cards.delete_card(holder, card.id, now=now)
    paid = PaymentEntry("REF-1", "120.50", "PEN", "Seeds", "on its way", now.isoformat(), now.isoformat())
    at_clinic = Answers(network, f"{SERVICES}/payments/log", lambda _: create_payment_log([paid]))
    Answers(network, f"{SERVICES}/notices", lambda _: create_inbox([]))
    [line] = lines(holder, now, "paid")
    assert (line.state, line.where) == ("on its way", "Reference REF-1")
    [(_, claims)] = at_clinic.asked
    assert claims["aud"] == f"{SERVICES}/payments/log"


def test_two_organisations_at_one_address_are_two(
    holder: Vault, network: Network, clinic: Service, now: datetime
) -> None:
    """The clinic came first and shares its address and the card's key with whoever pays."""
    agree(holder, clinic, now)
    RegisteredVerifier.objects.update(name="Paying Agency")
    clinic.transaction_data = (create_transaction_data(PAYMENT),)
    agree(holder, clinic, now + timedelta(minutes=1))
    at = now.isoformat()
    signed = PaymentEntry(PAYMENT.reference, "120.50", "PEN", "Seeds", "sent", at, at, "A name of its own")
    other = PaymentEntry("REF-2", "5.00", "PEN", "Seeds", "sent", at, at, "Cantonal Agency")
    untold = PaymentEntry("REF-3", "6.00", "PEN", "Seeds", "sent", at, at)
    Answers(network, f"{SERVICES}/payments/log", lambda _: create_payment_log([signed, other, untold]))
    told = [
        notice(now, id=id, kind="changed", sender=sender)
        for id, sender in (("1", "Clinic of the South"), ("2", "Paying Agency"))
    ]
    Answers(network, f"{SERVICES}/notices", lambda _: create_inbox(told))
    found = timeline.activity(holder, now=now).lines
    who = {line.where: line.who for line in found if line.kind == "paid"}
    assert who[f"Reference {PAYMENT.reference}"] == "Paying Agency"  # as it was proven when she signed
    assert who["Reference REF-2"] == "Cantonal Agency"
    assert who["Reference REF-3"] == "Paying Agency / Clinic of the South"  # nobody says which
    assert {line.who for line in found if line.state == "changed"} == {"Clinic of the South", "Paying Agency"}
    for path in ("notices", "payments/log"):
        network.handlers.pop(("GET", f"{SERVICES}/{path}"))
    assert {"Clinic of the South", "Paying Agency"} <= set(timeline.activity(holder, now=now).silent)


def test_who_was_told_no_or_not_reached_is_asked_nothing(
    holder: Vault, network: Network, clinic: Service, now: datetime
) -> None:
    from wallet.presentation import authorization_response

    authorization_response.decline_request(holder, ask(holder, clinic, now).id, now=now)
    assert contacts.verifier_contacts(holder) == ()
    clinic.status = 500
    screen = ask(holder, clinic, now)
    with pytest.raises(authorization_response.AnswerNotDeliveredError):
        authorization_response.answer_request(holder, screen.id, [screen.questions[0].answers[0].id], now=now)
    assert contacts.verifier_contacts(holder) == ()


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
