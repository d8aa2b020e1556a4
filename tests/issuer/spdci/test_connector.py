"""A registry here that stands for a remote one: the two ends of SPDCI, over the network door."""

import json
import uuid
from datetime import UTC, date, datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from common.adapters.exchange import messages
from common.adapters.exchange.partners import ExchangeLog, Partner
from common.adapters.exchange.registration import Registration, register_partner
from common.adapters.exchange.tokens import access_token
from common.adapters.network import http
from common.adapters.storage.sealing import seal
from common.errors import SelloError
from common.exchange.header import Header
from common.keys import PrivateKey, jwk
from common.registries.connector import START, RecordNotFoundError, RegistryError, RegistryRecord
from common.registries.spdci import search as search_messages
from common.registries.spdci.mapping import fill_template
from common.registries.spdci.search import create_search, parse_search_response
from issuer.api import spdci as spdci_api
from issuer.authorities.identity import create_authority
from issuer.models import Announcement, OwnSubscription, Registry
from issuer.registries.connectors import open_registry
from issuer.registries.connectors.spdci import reader as spdci
from issuer.registries.connectors.spdci.mapping import registry_party
from issuer.registries.connectors.spdci.remote import remote_registry
from issuer.registries.store import store_records
from issuer.sample.spdci import MAPPINGS
from issuer.spdci import request_handlers
from issuer.spdci.delivery_run import deliver_messages
from issuer.spdci.remote_subscriptions import subscribe_remote, unsubscribe_remote
from tests.issuer.spdci_partner import make_registry

pytestmark = pytest.mark.django_db


@pytest.fixture
def farmers(site_network: Client) -> Registry:
    """The registry itself, that its ministry keeps."""
    return make_registry("farmers")


@pytest.fixture
def mirror(farmers: Registry, settings: Any) -> Registry:
    """Another ministry's registry, which reads it by SPDCI; each knows the other as a partner."""
    registry = Registry.objects.create(
        slug="farmers-elsewhere",
        title="Farmers elsewhere",
        authority=create_authority("social-registry", "Social Registry"),
        connector="spdci",
        key_column="farmer_id",
        columns=farmers.columns,
        source={
            "partner": farmers.authority.did,
            "mapping": MAPPINGS["farmers"],
            "key_identifier": "FARMER_ID",
            "purpose": {"code": "subsidy"},
            "page_size": 5,
        },
    )
    here, there = registry_party(registry), registry_party(farmers)
    _, secret = register_partner(
        Registration(
            here.sender_id,
            jwks_uri=f"{settings.BASE_URL}/spdci/farmers-elsewhere/.well-known/jwks.json",
            keys=jwk.encode(here.signer.public_key),
            may_read={"farmers": [column["name"] for column in farmers.columns]},
            purposes=["subsidy"],
            legal_basis="Law 7 of 2020",
            callback_url=f"{settings.BASE_URL}/spdci/farmers-elsewhere",
        ),
        new_secret=True,
    )
    _, their_secret = register_partner(
        Registration(
            there.sender_id,
            jwks_uri=f"{settings.BASE_URL}/spdci/farmers/.well-known/jwks.json",
            address=f"{settings.BASE_URL}/spdci/farmers",
            token_url=f"{settings.BASE_URL}/spdci/farmers/oauth2/client/token",
            client_id=here.sender_id,
            client_secret=secret,
        ),
        new_secret=True,
    )
    register_partner(
        Registration(
            here.sender_id,
            token_url=f"{settings.BASE_URL}/spdci/farmers/oauth2/client/token",
            client_id=there.sender_id,
            client_secret=their_secret,
        )
    )
    return registry


def keys(found: Any) -> list[str]:
    return [item.key for item in found]


def deliver() -> dict[str, int]:
    return deliver_messages(clock=lambda: datetime.now(UTC))


def change(registry: Registry, key: str, **data: Any) -> None:
    row = registry.records.get(key=key)
    store_records(Registry.objects.get(pk=registry.pk), [RegistryRecord(key, {**row.data, **data})])


def test_a_record_arrives_as_it_stands_there(mirror: Registry, farmers: Registry) -> None:
    for row in farmers.records.all():
        assert dict(open_registry(mirror).fetch(row.key).data) == row.data
    with pytest.raises(RecordNotFoundError):
        open_registry(mirror).fetch("F-9999")
    sent = ExchangeLog.objects.filter(direction="sent").first()
    assert sent is not None
    received = ExchangeLog.objects.get(direction="received", message_id=sent.message_id)
    assert received.partner.sender_id == registry_party(mirror).sender_id
    assert sent.partner.sender_id == registry_party(farmers).sender_id


def test_records_are_found_by_identifier_and_by_what_they_say(mirror: Registry, farmers: Registry) -> None:
    row = farmers.records.get(key="F-0003")
    assert keys(open_registry(mirror).find("national_id", row.data["national_id"])) == ["F-0003"]
    said = row.data["main_crop"]
    expected = [r.key for r in farmers.records.all() if r.data["main_crop"] == said]
    assert keys(open_registry(mirror).find("main_crop", said)) == expected
    assert keys(open_registry(mirror).find("irrigated", "yes")) == [
        r.key for r in farmers.records.all() if r.data.get("irrigated") == "yes"
    ]


def test_everything_is_listed_page_by_page_and_can_be_resumed(mirror: Registry, farmers: Registry) -> None:
    reader, everyone = open_registry(mirror), keys(farmers.records.all())
    listed = list(reader.changes(START))
    assert keys(listed) == everyone
    assert [change.cursor for change in listed] == sorted(change.cursor for change in listed)
    assert keys(reader.changes(listed[6].cursor)) == everyone[7:]
    assert keys(reader.changes(START, limit=3)) == everyone[:3]
    assert keys(reader.changes(reader.head())) == []


@pytest.mark.parametrize("total", ["as it is", None, 1])
@pytest.mark.parametrize("cap", [1, 2, 5])
def test_pages_that_the_partner_caps_are_read_to_the_end(
    mirror: Registry, farmers: Registry, monkeypatch: pytest.MonkeyPatch, cap: int, total: Any
) -> None:
    """However few it gives at once, and whether or not it says how many there are."""
    parse = parse_search_response

    def capped(*said: Any) -> tuple[list[Any], int | None]:
        records, count = parse(*said)
        return records[:cap], count if total == "as it is" else total if records else 0

    monkeypatch.setattr(spdci, "parse_search_response", capped)
    if total != 1 or cap != 1:  # which would say that the first page was all
        assert keys(open_registry(mirror).changes(START)) == keys(farmers.records.all())


@pytest.mark.parametrize("total", [None, "as it is"])
def test_pages_of_a_search_are_read_to_the_end(
    mirror: Registry, farmers: Registry, monkeypatch: pytest.MonkeyPatch, total: Any
) -> None:
    parse = parse_search_response
    monkeypatch.setattr(
        spdci,
        "parse_search_response",
        lambda *said: parse(*said) if total else (parse(*said)[0], None),
    )
    assert keys(open_registry(mirror).passed("farmer_since", after=None, until=date(2100, 1, 1))) == keys(
        farmers.records.all()
    )


def test_a_partner_that_always_gives_its_first_page_is_heard_once(
    mirror: Registry, farmers: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = create_search
    monkeypatch.setattr(spdci, "create_search", lambda *a, **k: first(*a, **{**k, "page_number": 1}))
    monkeypatch.setattr(
        spdci,
        "parse_search_response",
        lambda *said: (search_messages.parse_search_response(*said)[0], None),
    )
    found = keys(open_registry(mirror).passed("farmer_since", after=None, until=date(2100, 1, 1)))
    assert found == keys(farmers.records.all())[:5]


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (400, b'{"errors": [{"code": "err.request.bad", "message": "No."}]}', "400 err.request.bad"),
        (422, b'{"detail": [{"loc": ["body"], "msg": "x", "type": "missing"}]}', "422 missing"),
        (400, b'{"error": "invalid_request"}', "400 invalid_request"),
        (400, b"<html>", "400"),
        (302, b"", "302"),
        (418, b'"teapot"', "418"),
        (422, b'{"detail": "Ana does not exist"}', "422"),
    ],
)
def test_a_partners_refusal_is_told_as_it_is(
    mirror: Registry, monkeypatch: pytest.MonkeyPatch, status: int, body: bytes, told: str
) -> None:
    carry = http.transport

    def refusing(method: str, url: str, headers: Any, sent: bytes | None) -> http.HttpReply:
        searching = url.endswith("sync/search")
        return http.HttpReply(status, body) if searching else carry(method, url, headers, sent)

    monkeypatch.setattr(http, "transport", refusing)
    with pytest.raises(SelloError) as refused:
        open_registry(mirror).fetch("F-0001")
    assert str(status) in refused.value.public
    assert refused.value.detail == f"status {told}"


@pytest.mark.parametrize("action", ["on-search", "search"])
def test_an_answer_may_be_called_by_its_question(
    mirror: Registry, monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
    monkeypatch.setitem(spdci_api.SYNC, "sync/search", ("search", action, request_handlers.search_now))
    assert open_registry(mirror).fetch("F-0001").key == "F-0001"


def test_a_partner_that_takes_our_secret_by_http_basic_alone(
    mirror: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    carry = http.transport

    def picky(method: str, url: str, headers: Any, sent: bytes | None) -> http.HttpReply:
        if url.endswith("client/token") and b"client_secret" in (sent or b""):
            return http.HttpReply(401, b'{"error": "invalid_client"}')
        return carry(method, url, headers, sent)

    monkeypatch.setattr(http, "transport", picky)
    assert open_registry(mirror).fetch("F-0001").key == "F-0001"


def test_days_that_pass_are_asked_for(mirror: Registry, farmers: Registry) -> None:
    assert keys(
        open_registry(mirror).passed("farmer_since", after=date(2000, 1, 1), until=date(2010, 1, 1))
    ) == [r.key for r in farmers.records.all() if "2000-01-01" < r.data["farmer_since"] <= "2010-01-01"]


def test_a_change_there_is_known_here(mirror: Registry, farmers: Registry) -> None:
    reader = open_registry(mirror)
    before = reader.head()
    call_command("subscribe_registry", mirror.slug, "--json", stdout=StringIO())
    assert deliver()["delivered"] >= 2  # the wishes; and their answers, which come back the same way
    deliver()
    assert set(OwnSubscription.objects.values_list("event_type", "state")) == {
        ("UPDATE", "active"), ("DEREGISTER", "active"),
    }  # fmt: skip
    change(farmers, "F-0002", main_crop="Kiwicha")
    counts = deliver()
    assert (counts["announced"], counts["failed"]) == (1, 0)
    [found] = reader.changes(before)
    assert (found.key, found.record.data["main_crop"]) == ("F-0002", "Kiwicha")  # type: ignore[union-attr]
    assert list(reader.changes(found.cursor)) == []
    listed = {c.key: c.version for c in reader.changes(START) if c.cursor.startswith("0" * 15)}
    assert listed["F-0002"] == found.version  # the same state is the same version, however it was learnt
    unsubscribe_remote(mirror, now=datetime.now(UTC))
    deliver()
    change(farmers, "F-0002", main_crop="Tarwi")
    assert deliver()["announced"] == 0


def test_who_is_gone_there_is_gone_here(mirror: Registry, farmers: Registry) -> None:
    Announcement.objects.create(registry=mirror, key="F-0001", gone=True, revision=1)
    Announcement.objects.create(registry=mirror, key="F-9999", revision=2)
    assert [(c.key, c.record) for c in open_registry(mirror).changes(f"{0:015} \U0010ffff")] == [
        ("F-0001", None), ("F-9999", None),
    ]  # fmt: skip


def test_only_the_registry_itself_says_what_changed(
    mirror: Registry, farmers: Registry, mallory: PrivateKey, client: Client
) -> None:
    from tests.issuer.spdci_partner import Spp

    said = Registration("mallory.example.org", keys=jwk.encode(mallory.public_key))
    partner, secret = register_partner(said, new_secret=True)
    thief = Spp(partner, secret, key=mallory)
    thief.token = thief.get_token(farmers).json()["access_token"]
    message = {
        "transaction_id": "t",
        "notify_event": [
            {"reference_id": "r", "timestamp": "2026-01-01T00:00:00Z", "data": {"reg_records": {}}}
        ],
    }
    body = thief.message(mirror, "notify", message, status="succ")
    assert thief.post(mirror, "registry/notify", body).status_code == 403
    body = thief.message(farmers, "notify", message, status="succ")
    answer = thief.post(farmers, "registry/notify", body).json()["message"]
    assert answer["error"]["code"] == "err.request.not_found"  # no registry elsewhere stands behind it
    assert not Announcement.objects.exists()


def test_an_answer_that_the_registry_did_not_sign_is_refused(
    mirror: Registry, farmers: Registry, mallory: PrivateKey
) -> None:
    Partner.objects.filter(sender_id=farmers.authority.did).update(
        keys=[{**jwk.encode(mallory.public_key), "kid": "k"}], jwks_uri=""
    )
    with pytest.raises(SelloError, match="not known"):
        open_registry(mirror).fetch("F-0001")


def test_a_purpose_that_was_not_agreed_reads_nothing(mirror: Registry) -> None:
    mirror.source["purpose"] = {"code": "marketing"}
    mirror.save()
    with pytest.raises(SelloError, match="refused"):
        open_registry(mirror).fetch("F-0001")


def test_a_wrong_secret_is_an_error_that_says_so(mirror: Registry, farmers: Registry) -> None:
    from common.adapters.exchange.tokens import secret_name

    did = farmers.authority.did
    Partner.objects.filter(sender_id=did).update(sealed_secret=seal(b"wrong", name=secret_name(did)))
    with pytest.raises(SelloError, match="no access token"):
        open_registry(mirror).fetch("F-0001")


@pytest.mark.parametrize(
    "source", [{}, {"partner": "nobody"}, {"key_identifier": "UIN"}, {"mapping": {"kind": "x"}}]
)
def test_settings_that_lead_nowhere_are_refused(source: dict[str, Any], mirror: Registry) -> None:
    mirror.source = {**mirror.source, **source} if source else {}
    with pytest.raises((RegistryError, SelloError)):
        open_registry(mirror)


def test_events_that_the_mapping_does_not_know_are_not_subscribed(mirror: Registry) -> None:
    with pytest.raises(RegistryError):
        subscribe_remote(mirror, ["Solstice"], now=datetime.now(UTC))


def test_one_event_that_names_nobody_spoils_itself_alone(
    mirror: Registry, farmers: Registry, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    def told(*records: dict[str, Any]) -> Any:
        here, now = Partner.objects.get(sender_id=registry_party(mirror).sender_id), datetime.now(UTC)
        events = [
            {"reference_id": f"r{n}", "timestamp": now.isoformat(),
             "data": {"reg_event_type": "UPDATE", "reg_records": record}}
            for n, record in enumerate(records)
        ]  # fmt: skip
        header = Header(str(uuid.uuid4()), "notify", total_count=len(events))
        body = messages.reply_to_message(
            here, "spdci", header,
            {"transaction_id": "t", "notify_event": events}, party=registry_party(farmers), now=now,
        )  # fmt: skip
        token = access_token(here, now=now)
        url = f"/spdci/{mirror.slug}/registry/notify"
        headers = {"Authorization": f"Bearer {token}"}
        return client.post(url, json.dumps(body), "application/json", headers=headers).json()["message"]

    known = fill_template(remote_registry(mirror).mapping, {"farmer_id": "F-0001"}, ["farmer_id"])
    assert told(known, {}, {"nobody": "here"})["ack_status"] == "NACK"
    assert list(Announcement.objects.values_list("key", flat=True)) == ["F-0001"]
    assert "does not say its key" in caplog.text
    assert told({"nobody": "here"})["ack_status"] == "ERR"
