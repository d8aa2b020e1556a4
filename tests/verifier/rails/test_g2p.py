"""G2P Connect from both ends over this very site: an agency that pays, and a bank that is paid through."""

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone

from common.adapters import exchange, exchange_views, fetch
from common.adapters.exchange_tokens import secret_name
from common.adapters.partners import ExchangeLog, Partner
from common.adapters.registering import Registration, register_partner
from common.adapters.sealing import seal
from common.errors import FetchFailed
from common.exchange.envelope import create_message
from common.exchange.header import Header
from common.keys import PrivateKey, jwk
from common.payments.address import parse_address
from common.payments.g2p import actions, disburse, mapper, status
from common.payments.g2p.disburse import Disbursement, DisbursementStatus
from common.payments.g2p.mapper import MapperItem
from tests.api.openapi import answer_problems
from tests.verifier.rails.conftest import RULES, Rail
from verifier.models import (
    AccountMapping,
    GatewayAccount,
    OwedAnswer,
    PayingPartner,
    PaymentInstruction,
    Programme,
    ReceivedItem,
)
from verifier.services import organisation
from verifier.services.g2p.owing import answer_partners
from verifier.services.ledger import check_books
from verifier.services.payments.delivering import deliver_outbox

DISBURSE, MAPPER = "g2p-connect/disburse_core_api_v1.0.0.yaml", "g2p-connect/mapper_core_api_v1.0.0.yaml"
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
    return disburse.create_request(transaction, those)


def statuses(answer: Any) -> dict[str, tuple[str, str]]:
    assert answer.status_code == 200, answer.content
    assert answer_problems(DISBURSE, f"/{actions.SYNC_DISBURSE.path}", answer.json()) == []
    _, said = disburse.parse_response(answer.json()["message"])
    return {each.reference_id: (each.status, each.reason) for each in said}


# --- what we answer -------------------------------------------------------------------------------------


def test_a_disbursement_is_booked_and_asked_about(agency: Agency, programme: Programme) -> None:
    assert statuses(agency.ask(actions.SYNC_DISBURSE, payments(wanted("R1"), wanted("R2")))) == {
        "R1": ("pdng", ""),
        "R2": ("pdng", ""),
    }
    programme.refresh_from_db()
    assert programme.committed == 30_000
    check_books()
    query = status.create_status_request("T1", reference_id="Q", kind="disburse", references=["R2", "R9"])
    answer = agency.ask(actions.SYNC_DISBURSE_STATUS, query)
    assert answer_problems(DISBURSE, f"/{actions.SYNC_DISBURSE_STATUS.path}", answer.json()) == []
    _, said = disburse.parse_response(status.parse_status_response(answer.json()["message"]))
    assert [(each.reference_id, each.status, each.reason) for each in said] == [
        ("R2", "pdng", ""),
        ("R9", "rjct", "rjct.reference_id.invalid"),
    ]


def test_the_same_reference_pays_once(agency: Agency) -> None:
    for _ in range(3):
        assert statuses(agency.ask(actions.SYNC_DISBURSE, payments(wanted()))) == {"R1": ("pdng", "")}
    changed = agency.ask(actions.SYNC_DISBURSE, payments(wanted(amount="99.00")))
    assert statuses(changed) == {"R1": ("rjct", "rjct.reference_id.duplicate")}
    assert PaymentInstruction.objects.count() == 1


def test_a_message_replayed_is_refused(agency: Agency) -> None:
    body = agency.message(actions.SYNC_DISBURSE, payments(wanted()))
    assert agency.post(actions.SYNC_DISBURSE, body).status_code == 200
    again = agency.post(actions.SYNC_DISBURSE, body)
    assert (again.status_code, again.json()["header"]["status_reason_code"]) == (
        400, "rjct.message_id.duplicate",
    )  # fmt: skip
    assert PaymentInstruction.objects.count() == 1


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"payer": parse_address("programme:other@localhost")}, "rjct.payer_fa.invalid"),
        ({"payer": parse_address("programme:relief@elsewhere")}, "rjct.payer_fa.invalid"),
        ({"payer": parse_address("account:1@localhost")}, "rjct.payer_fa.invalid"),
        ({"currency": "EUR"}, "rjct.currency_code.invalid"),
        ({"amount": "1000.01"}, "rjct.amount.invalid"),
        ({"scheduled": timezone.now() + timezone.timedelta(days=1)}, "rjct.schedule_ts.invalid"),
    ],
)
def test_what_is_not_to_be_paid_is_rejected(agency: Agency, more: dict[str, Any], reason: str) -> None:
    answer = agency.ask(actions.SYNC_DISBURSE, payments(wanted(**more), wanted("R2")))
    assert statuses(answer) == {"R1": ("rjct", reason), "R2": ("pdng", "")}
    assert statuses(agency.ask(actions.SYNC_DISBURSE, payments(wanted(), wanted("R2"))))["R1"][0] == "pdng", (
        "what was rejected may be put right under its own reference"
    )


def test_a_closed_programme_and_another_partner_pay_nothing(agency: Agency, programme: Programme) -> None:
    Programme.objects.update(status="PAUSED")
    assert statuses(agency.ask(actions.SYNC_DISBURSE, payments(wanted())))["R1"][1] == "rjct.payer_fa.invalid"
    Programme.objects.update(status="OPEN")
    GatewayAccount.objects.update(kind="voucher")  # which only the person who signed for it can see
    assert statuses(agency.ask(actions.SYNC_DISBURSE, payments(wanted())))["R1"][1] == "rjct.payer_fa.invalid"
    GatewayAccount.objects.update(kind="file")
    PayingPartner.objects.all().delete()
    assert statuses(agency.ask(actions.SYNC_DISBURSE, payments(wanted())))["R1"][1] == "rjct.payer_fa.invalid"


def test_doors_stay_shut(agency: Agency, mallory: PrivateKey) -> None:
    body = agency.message(actions.SYNC_DISBURSE, payments(wanted()))
    assert agency.post(actions.SYNC_DISBURSE, body, token="x").status_code == 401
    forged = create_message(
        "g2p",
        Header("mx", "search", "agency.example", organisation.sender_id(), total_count=1),
        payments(wanted()),
        signer=mallory.named("agency.example#k1"),
        now=timezone.now(),
    )
    assert agency.post(actions.SYNC_DISBURSE, forged).status_code == 401
    assert agency.post(actions.SYNC_DISBURSE, {**body, "signature": ""}).status_code == 401
    changed = json.loads(json.dumps(body).replace("150.00", "950.00"))
    assert agency.post(actions.SYNC_DISBURSE, changed).status_code == 401
    elsewhere = agency.message(actions.SYNC_DISBURSE, payments(wanted()), receiver_id="another")
    assert agency.post(actions.SYNC_DISBURSE, elsewhere).status_code == 400
    stranger = agency.message(actions.SYNC_DISBURSE, payments(wanted()), sender_id="another")
    assert agency.post(actions.SYNC_DISBURSE, stranger).status_code == 401
    counted = agency.message(actions.SYNC_DISBURSE, payments(wanted()), total_count=2)
    assert agency.post(actions.SYNC_DISBURSE, counted).status_code == 400
    assert not PaymentInstruction.objects.exists()
    assert not ReceivedItem.objects.exists()


def test_a_partner_sees_its_own_disbursements_alone(agency: Agency, client: Client) -> None:
    agency.ask(actions.SYNC_DISBURSE, payments(wanted()))
    other, secret = register_partner(
        Registration("other.example", namespaces=["g2p"], keys={**jwk.encode(KEY.public_key), "kid": "k1"}),
        new_secret=True,
    )
    stranger = Agency(client, other, secret)
    query = status.create_status_request("T1", reference_id="Q", kind="disburse", references=["R1"])
    answer = stranger.ask(actions.SYNC_DISBURSE_STATUS, query)
    _, [said] = disburse.parse_response(status.parse_status_response(answer.json()["message"]))
    assert said.reason == "rjct.reference_id.invalid"
    criterion = {
        "reference_id": "S1", "request_type": "disburse", "attribute_type": "payee_fa",
        "attribute_value": PHONE,
    }  # fmt: skip
    search = {"transaction_id": "T2", "search_criteria": [criterion]}
    assert stranger.ask(actions.SYNC_SEARCH, search).json()["message"]["disbursements_status"] == []
    mine = agency.ask(actions.SYNC_SEARCH, search)
    assert answer_problems(DISBURSE, f"/{actions.SYNC_SEARCH.path}", mine.json()) == []
    assert [each["reference_id"] for each in mine.json()["message"]["disbursements_status"]] == ["R1"]


@pytest.fixture
def callbacks(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """What reaches the agency's own address; `None` in the list of failures makes it fail once."""
    seen: list[tuple[str, dict[str, Any]]] = []

    def carry(method: str, url: str, headers: Any, body: bytes | None) -> fetch.Reply:
        seen.append((url, json.loads(body or b"{}")))
        if len(seen) == 1:
            raise FetchFailed("This host does not answer.")
        ack = {"message": {"ack_status": "NACK", "timestamp": "2026-11-22T03:00:00Z", "correlation_id": "c"}}
        return fetch.Reply(200, json.dumps(ack).encode(), {"content-type": "application/json"})

    monkeypatch.setattr(fetch, "transport", carry)
    return seen


def test_an_asynchronous_disbursement_is_answered_when_all_has_ended(
    agency: Agency, callbacks: list[tuple[str, dict[str, Any]]]
) -> None:
    answer = agency.ask(actions.DISBURSE, payments(wanted(), wanted("R2", amount="5000.00")))
    assert answer_problems(DISBURSE, f"/{actions.DISBURSE.path}", answer.json()) == []
    assert answer.json()["message"]["ack_status"] == "ACK"
    now = timezone.now()
    assert answer_partners(now=now) == {"answered": 0, "failed": 0, "open": 1}
    deliver_outbox(clock=lambda: now)
    from verifier.gateways.base import Receipt
    from verifier.services.payments.confirming import confirm

    confirm(PaymentInstruction.objects.get().number, Receipt("settled"), source="test", now=now)
    later = now + timezone.timedelta(minutes=5)
    assert answer_partners(now=later)["failed"] == 1, "the agency's server was down"
    later += timezone.timedelta(minutes=5)
    assert answer_partners(now=later)["answered"] == 1
    assert answer_partners(now=later)["answered"] == 0
    (first_url, first), (_, second) = callbacks
    assert first_url == "http://agency.test/callback/on-disburse"
    assert first["header"]["message_id"] == second["header"]["message_id"]
    _, said = disburse.parse_response(second["message"])
    assert {each.reference_id: each.status for each in said} == {"R1": "succ", "R2": "rjct"}


def test_no_answer_goes_to_an_address_that_was_not_registered(agency: Agency) -> None:
    answer = agency.ask(
        actions.DISBURSE, payments(wanted()), sender_uri="https://mallory.example/on-disburse"
    )
    assert answer.json()["message"]["error"]["code"] == "err.sender_uri.invalid"
    assert not PaymentInstruction.objects.exists()
    assert not OwedAnswer.objects.exists()


# --- the mapper -----------------------------------------------------------------------------------------


def mapped(agency: Agency, verb: str, *items: MapperItem, sync: bool = True) -> Any:
    endpoint = (actions.SYNC_MAPPER if sync else actions.MAPPER)[verb]
    answer = agency.ask(endpoint, mapper.create_request(verb, f"T{agency.number}", items))
    assert answer.status_code == 200, answer.content
    assert answer_problems(MAPPER, f"/{endpoint.path}", answer.json()) == []
    return answer


def said(agency: Agency, verb: str, *items: MapperItem) -> list[tuple[str, str, str]]:
    found = mapper.parse_response(verb, mapped(agency, verb, *items).json()["message"])
    return [(each.status, each.reason, each.fa) for each in found]


def of(reference: str, fa: str = "", *, id: str = PERSON, details: bool = True) -> MapperItem:
    return MapperItem(
        reference,
        timezone.now(),
        parse_address(id) if id else None,
        parse_address(fa) if fa else None,
        details=details,
    )


def test_an_address_is_linked_changed_and_unlinked(agency: Agency) -> None:
    assert said(agency, "resolve", of("1")) == [("succ", "succ.id.not_found", "")]
    assert said(agency, "link", of("2", PHONE)) == [("succ", "", PHONE)]
    assert said(agency, "resolve", of("3")) == [("succ", "succ.id.active", PHONE)]
    assert said(agency, "resolve", of("4", details=False)) == [("succ", "succ.id.active", "")]
    assert said(agency, "link", of("5", "account:1@bank")) == [("rjct", "rjct.id.invalid", "")]
    assert said(agency, "update", of("6", "account:1@bank")) == [("succ", "", "account:1@bank")]
    assert said(agency, "resolve", of("7", PHONE)) == [("succ", "succ.fa.not_linked_to_id", "")]
    assert said(agency, "resolve", of("8", "account:1@bank", id="")) == [("succ", "succ.fa.active", "")]
    assert said(agency, "unlink", of("9")) == [("succ", "", "")]
    assert said(agency, "unlink", of("10")) == [("rjct", "rjct.reference_id.invalid", "")]
    assert said(agency, "resolve", of("11")) == [("succ", "succ.id.inactive", "")]
    assert AccountMapping.objects.count() == 2, "its history stays"


def test_the_rows_say_neither_who_nor_where(agency: Agency) -> None:
    mapped(agency, "link", of("1", PHONE))
    row = AccountMapping.objects.get()
    text = f"{row.person} {bytes(row.address)!r} {row.address_digest}"
    assert "f-0001" not in text
    assert "59171234567" not in text


def test_another_partner_changes_nothing_of_mine(agency: Agency, client: Client) -> None:
    mapped(agency, "link", of("1", PHONE))
    key = {**jwk.encode(KEY.public_key), "kid": "k1"}
    other = Agency(
        client,
        *register_partner(
            Registration("other.example", namespaces=["g2p"], roles=["mapper"], keys=key), new_secret=True
        ),
    )
    assert said(other, "update", of("1", "account:6@evil"))[0][0] == "rjct"
    assert said(other, "unlink", of("2"))[0][0] == "rjct"
    assert said(agency, "resolve", of("3")) == [("succ", "succ.id.active", PHONE)]
    Partner.objects.filter(pk=other.partner.pk).update(roles=[])
    answer = other.ask(actions.SYNC_MAPPER["resolve"], mapper.create_request("resolve", "T", [of("4")]))
    assert answer.status_code == 403


def test_a_link_sent_again_is_the_same_link(agency: Agency) -> None:
    item = of("1", PHONE)
    assert said(agency, "link", item) == said(agency, "link", item) == [("succ", "", PHONE)]
    assert said(agency, "link", of("1", "account:1@bank")) == [("rjct", "rjct.reference_id.duplicate", "")]


def test_the_mapper_answers_later_too(agency: Agency, callbacks: list[tuple[str, dict[str, Any]]]) -> None:
    callbacks.append(("", {}))  # the address answers from the first time on
    assert mapped(agency, "link", of("1", PHONE), sync=False).json()["message"]["ack_status"] == "ACK"
    assert answer_partners(now=timezone.now())["answered"] == 1
    url, body = callbacks[-1]
    assert url.endswith("/mapper/on-link")
    assert [each.status for each in mapper.parse_response("link", body["message"])] == ["succ"]
    query = status.create_status_request("T", reference_id="Q", kind="link", references=["1", "9"])
    for endpoint in (actions.SYNC_MAPPER_STATUS, actions.MAPPER_STATUS):
        answer = agency.ask(endpoint, query)
        assert answer_problems(MAPPER, f"/{endpoint.path}", answer.json()) == []


# --- what we ask: this house pays through itself, as an agency and as a bank ---------------------------


@pytest.fixture
def through(
    rail: Callable[..., Rail], site_network: Client, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Rail]:
    """A rail to a partner that is this very house, at the rail's own hour, and pays by files."""

    def make(**config: Any) -> Rail:
        own = organisation.sender_id()
        partner, secret = register_partner(
            Registration(
                own, namespaces=["g2p"], roles=["gateway", "mapper"], jwks_uri=f"{own}/jwks.json",
                address=own, callback_url=own, token_url=f"{own}/oauth2/client/token", client_id=own,
            ),
            new_secret=True,
        )  # fmt: skip
        partner.sealed_secret = seal(secret.encode(), name=secret_name(own))
        partner.save()
        made = rail("g2p-connect", partner=own, payer="programme:payout@localhost", **config)
        made.now = timezone.now()
        monkeypatch.setattr(exchange_views, "timezone", SimpleNamespace(now=lambda: made.now))
        bank = Programme.objects.create(
            slug="payout", title="Payout", currency="USD", budget=10_000_000, rules=RULES,
            gateway=GatewayAccount.objects.create(name="payout", kind="file", config={}),
        )  # fmt: skip
        PayingPartner.objects.create(partner=partner, programme=bank)
        return made

    return make


def settle(payment: PaymentInstruction, now: Any, *, state: str = "settled") -> None:
    """At the bank's end, the payment that was asked for ends."""
    from verifier.gateways.base import Receipt
    from verifier.services.payments.confirming import confirm

    other = ReceivedItem.objects.get(reference_id=payment.number).instruction
    assert other is not None
    confirm(other.number, Receipt(state), source="test", now=now)  # type: ignore[arg-type]


@pytest.mark.parametrize("mode", ["sync", "async"])
def test_a_payment_arrives_and_is_confirmed(through: Callable[..., Rail], mode: str) -> None:
    agency = through(mode=mode)
    payment = agency.book(PHONE)
    assert agency.deliver()["delivered"] >= 1
    assert agency.state(payment) == "SENT"
    agency.deliver()  # the bank's own outbox
    settle(payment, agency.now)
    agency.later(minutes=2)
    if mode == "async":
        assert answer_partners(now=agency.now)["answered"] == 1
    else:
        agency.reconcile()
    assert agency.state(payment) == "SETTLED"
    assert PaymentInstruction.objects.filter(state="SETTLED").count() == 2
    sent = set(ExchangeLog.objects.filter(direction="sent").values_list("message_id", flat=True))
    received = set(ExchangeLog.objects.filter(direction="received").values_list("message_id", flat=True))
    assert sent == received, "both ends log the same messages under the same ids"


def test_a_payment_that_the_bank_rejects(through: Callable[..., Rail]) -> None:
    agency = through()
    payment = agency.book(PHONE)
    agency.deliver()
    settle(payment, agency.now, state="rejected")
    agency.later(minutes=2)
    agency.reconcile()
    assert agency.state(payment) == "REJECTED"


@pytest.mark.parametrize("dies", ["before", "after"])
def test_an_answer_that_gets_lost_pays_once(
    through: Callable[..., Rail], dies: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The request arrives or not, and its answer does not."""
    agency = through()
    payment = agency.book(PHONE)
    carry, fail = fetch.transport, True

    def unreliable(method: str, url: str, headers: Any, body: bytes | None) -> fetch.Reply:
        if fail and "disburse" in url:
            if dies == "after":
                carry(method, url, headers, body)
            raise FetchFailed("This host does not answer.")
        return carry(method, url, headers, body)

    monkeypatch.setattr(fetch, "transport", unreliable)
    assert agency.deliver()["unknown"] == 1
    fail = False
    for _ in range(3):
        agency.later(minutes=10)
        agency.deliver()
    assert agency.state(payment) == "SENT"
    assert ReceivedItem.objects.filter(kind="disburse").count() == 1
    assert PaymentInstruction.objects.count() == 2, "ours, and the bank's for it"


def test_payees_that_a_mapper_knows(through: Callable[..., Rail]) -> None:
    agency = through(resolve={"farmer-registry": organisation.sender_id()})
    from verifier.services import mapping

    mapping.link(parse_address(PERSON), parse_address(PHONE), partner=Partner.objects.get(), now=agency.now)
    known, unknown = agency.book(PERSON), agency.book("id:f-0009@farmer-registry")
    agency.deliver()
    assert (agency.state(known), agency.state(unknown)) == ("SENT", "REJECTED")
    other = ReceivedItem.objects.get(kind="disburse", reference_id=known.number).instruction
    assert other is not None
    assert other.payee == PHONE


def callback(agency: Rail, *those: DisbursementStatus, signer: Any = None, sender: str = "") -> Any:
    own = organisation.sender_id()
    partner = Partner.objects.get(sender_id=own)
    from common.adapters.exchange_tokens import access_token

    body = create_message(
        "g2p",
        Header(
            exchange.new_message_id(),
            "on-disburse",
            sender or own,
            own,
            status="succ",
            total_count=len(those),
        ),
        disburse.create_response("T1", those),
        signer=signer or organisation.party().signer,
        now=timezone.now(),
    )
    token = access_token(partner, now=timezone.now())
    return Client().post(
        "/g2p/on-disburse", json.dumps(body), "application/json", headers={"Authorization": f"Bearer {token}"}
    )


def test_callbacks_twice_late_and_wrong(through: Callable[..., Rail], mallory: PrivateKey) -> None:
    agency = through(mode="async")
    payment = agency.book(PHONE)
    agency.deliver()
    now = timezone.now()
    own = organisation.sender_id()

    def told(said: str, amount: str = "150.00", number: str = payment.number, **more: Any) -> str:
        answer = callback(
            agency, DisbursementStatus(number, said, now, amount=amount, currency="USD"), **more
        )
        return str(answer.json().get("message", {}).get("ack_status", answer.status_code))

    assert told("succ", signer=mallory.named(f"{own}#x")) == "401"
    assert told("succ", sender="mallory.example") == "401"
    assert told("succ", number="0" * 32) == "403"
    assert told("succ", amount="1.00") == "NACK"
    assert agency.state(payment) == "SENT", "another amount confirms nothing"
    assert payment.disputed, "and somebody looks at it"
    PaymentInstruction.objects.update(disputed=False)
    assert told("succ") == "NACK"
    assert agency.state(payment) == "SETTLED"
    for late in ("succ", "pdng", "rcvd"):
        assert told(late) == "NACK"
    assert agency.state(payment) == "SETTLED"
    assert not payment.disputed
    told("rjct")
    agency.state(payment)
    assert payment.disputed


def test_a_callback_for_anothers_payment_changes_nothing(through: Callable[..., Rail]) -> None:
    agency = through(mode="async")
    mine = agency.book(PHONE)
    agency.deliver()
    other = GatewayAccount.objects.create(name="another", kind="g2p-connect", config={"partner": "another"})
    theirs = agency.book(PHONE)
    PaymentInstruction.objects.filter(pk=theirs.pk).update(gateway=other, state="SENT")
    now = timezone.now()
    both = [DisbursementStatus(each.number, "succ", now) for each in (mine, theirs)]
    assert callback(agency, *both).status_code == 403
    mine.refresh_from_db()
    theirs.refresh_from_db()
    assert (mine.state, theirs.state) == ("SENT", "SENT"), "the whole message counts, or none of it"


def test_what_became_of_an_unreachable_partner(through: Callable[..., Rail]) -> None:
    agency = through()
    Partner.objects.update(active=False)
    payment = agency.book(PHONE)
    assert agency.deliver()["failed"] == 1
    assert agency.state(payment) == "BOOKED", "surely nothing left"


def test_an_answer_with_another_amount_confirms_nothing(through: Callable[..., Rail]) -> None:
    agency = through()
    payment = agency.book(PHONE)
    agency.deliver()
    other = ReceivedItem.objects.get(reference_id=payment.number).instruction
    assert other is not None
    PaymentInstruction.objects.filter(pk=other.pk).update(amount=100)
    PaymentInstruction.objects.filter(pk=other.pk).update(state="SETTLED")
    agency.later(minutes=2)
    agency.reconcile()
    payment.refresh_from_db()
    assert (payment.state, payment.disputed) == ("SENT", True)
