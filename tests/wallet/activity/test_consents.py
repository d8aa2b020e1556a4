"""Terms are agreed to as they are shown, kept with their key, seen at their authority and withdrawn there."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from common.adapters.network import http
from common.errors import SelloError
from common.keys import jwk
from common.oid4vp.client_id import ClientId
from common.oid4vp.errors import InvalidTransactionDataError
from common.oid4vp.request import create_link_by_value
from common.oid4vp.transaction_data import DataAccess, create_transaction_data
from common.registries.record_access.holder import (
    ConsentEntry,
    create_consents,
    verify_consents_request,
    verify_withdrawal,
)
from tests.wallet.account.test_vault import dump
from tests.wallet.consenting import agree, ask
from tests.wallet.fakes import CLINIC, ISSUER, Network, Office, Service, reply
from wallet.account import accounts
from wallet.account.vault import Vault
from wallet.activity import consents
from wallet.activity.consents import NotWithdrawnError
from wallet.models import Card, GivenConsent, HistoryEntry
from wallet.presentation import authorization_request, authorization_response, history

ELSEWHERE = "https://ministry.example/issuers/disability"
TERMS = DataAccess(
    ("sd",), ELSEWHERE, CLINIC, "Care over time", ("assistive_device",),
    datetime(2026, 12, 21, 12, tzinfo=UTC),
)  # fmt: skip
ENTRY = ConsentEntry(
    "c-1", CLINIC, "Clinic of the South", "Care over time", "Disabilities", ("assistive_device",), "signed",
    "active", "2026-11-21T12:00:00Z", "2026-12-21T12:00:00Z",
)  # fmt: skip


@pytest.fixture
def asking_clinic(clinic: Service) -> Service:
    """The clinic, with terms to sign."""
    clinic.transaction_data = (create_transaction_data(TERMS),)
    return clinic


class Keeper:
    """An authority that keeps one consent, of whatever key asks first."""

    def __init__(self, network: Network, now: datetime) -> None:
        self.now, self.entry, self.owner, self.asked = now, ENTRY, "", 0
        network.handlers |= {
            ("GET", f"{ELSEWHERE}/access/consents"): self.list,
            ("POST", f"{ELSEWHERE}/access/withdrawal"): self.withdraw,
        }

    def list(self, headers: Mapping[str, str], body: bytes) -> http.HttpReply:
        token = headers["Authorization"].removeprefix("Bearer ")
        asked = verify_consents_request(token, audience=ELSEWHERE, now=self.now)
        self.owner, self.asked = self.owner or asked.thumbprint, self.asked + 1
        return reply(create_consents([self.entry] if asked.thumbprint == self.owner else []))

    def withdraw(self, headers: Mapping[str, str], body: bytes) -> http.HttpReply:
        token = headers["Authorization"].removeprefix("Bearer ")
        asked = verify_withdrawal(token, audience=ELSEWHERE, now=self.now)
        assert (asked.thumbprint, asked.consent_id) == (self.owner, "c-1")
        self.entry = replace(self.entry, state="withdrawn", withdrawn_at="2026-11-21T12:01:00Z")
        return reply(create_consents([self.entry]))


def test_the_screen_says_what_is_signed(holder: Vault, asking_clinic: Service, now: datetime) -> None:
    (terms,) = ask(holder, asking_clinic, now).asked.terms
    assert (terms.authority, terms.registry) == (ELSEWHERE, ELSEWHERE)  # it does not say its name
    assert (terms.purpose, terms.attributes, terms.until) == (
        "Care over time", ("Assistive device",), TERMS.valid_until,
    )  # fmt: skip
    agree(holder, asking_clinic, now)
    entries = asking_clinic.transaction_data
    assert asking_clinic.verified("sd", "dc+sd-jwt", transaction_data=entries)
    (entry,) = history.recorded_requests(holder)
    assert entry.agreed == (f"Assistive device at {ELSEWHERE} until 21 December 2026",)


def test_an_office_that_says_its_name(holder: Vault, clinic: Service, now: datetime) -> None:
    clinic.transaction_data = (create_transaction_data(replace(TERMS, authority=ISSUER)),)
    (terms,) = ask(holder, clinic, now).asked.terms
    assert (terms.authority, terms.registry) == (ISSUER, "Civil Registry")


@pytest.mark.parametrize(
    "changes",
    [{"client_id": "did:web:bank.example"}, {"valid_until": datetime(2026, 11, 21, 12, tzinfo=UTC)}],
)
def test_terms_that_nobody_should_sign(
    holder: Vault, clinic: Service, now: datetime, changes: dict[str, object]
) -> None:
    clinic.transaction_data = (create_transaction_data(replace(TERMS, **changes)),)  # type: ignore[arg-type]
    with pytest.raises(InvalidTransactionDataError):
        ask(holder, clinic, now)
    assert clinic.answers == []


def test_terms_of_somebody_who_proved_nothing(holder: Vault, asking_clinic: Service, now: datetime) -> None:
    client_id = ClientId("redirect_uri", "https://clinic.example/response")
    link = create_link_by_value(asking_clinic.parameters(client_id))
    with pytest.raises(InvalidTransactionDataError):
        authorization_request.receive_request(holder, link, now=now)


def test_the_key_is_kept_where_the_card_is_not(
    holder: Vault, asking_clinic: Service, network: Network, now: datetime
) -> None:
    agree(holder, asking_clinic, now)
    keeper = Keeper(network, now)
    Card.objects.all().delete()
    HistoryEntry.objects.all().delete()
    (listed,) = consents.reported_consents(holder, now=now)
    assert (listed.authority, listed.answered) == (ELSEWHERE, True)
    (given,) = listed.consents
    assert (given.id, given.state, given.attributes, given.lasting) == (
        "c-1", "active", ("Assistive device",), True,
    )  # fmt: skip
    ended = consents.withdraw_consent(holder, ELSEWHERE, "c-1", now=now)
    assert (ended.state, keeper.entry.state) == ("withdrawn", "withdrawn")
    assert consents.withdraw_consent(holder, ELSEWHERE, "c-1", now=now).state == "withdrawn"
    assert CLINIC.encode() not in dump()
    assert ELSEWHERE.encode() not in dump()


def test_each_office_is_asked_with_the_keys_it_has_seen(
    holder: Vault, asking_clinic: Service, now: datetime
) -> None:
    agree(holder, asking_clinic, now)
    agree(holder, asking_clinic, now)
    offices = {office.identifier: office for office in consents.authorities(holder)}
    assert set(offices) == {ISSUER, ELSEWHERE}
    assert len(offices[ELSEWHERE].keys) == 1  # twice the same key
    assert GivenConsent.objects.count() == 2
    prints = [{jwk.thumbprint(key.public_key) for key in office.keys} for office in offices.values()]
    assert prints[0] & prints[1]  # the card's own key signed


@pytest.mark.parametrize(
    ("authority", "id"), [(ELSEWHERE, "c-2"), ("https://nobody.example", "c-1"), (ISSUER, "c-1")]
)
def test_what_cannot_be_withdrawn_says_so(
    holder: Vault, asking_clinic: Service, network: Network, now: datetime, authority: str, id: str
) -> None:
    agree(holder, asking_clinic, now)
    keeper = Keeper(network, now)
    with pytest.raises(NotWithdrawnError):
        consents.withdraw_consent(holder, authority, id, now=now)
    assert keeper.entry.state == "active"
    assert not [url for _, url in network.asked if "nobody.example" in url]


def test_an_office_that_does_not_answer_or_lies(
    holder: Vault, asking_clinic: Service, network: Network, now: datetime
) -> None:
    agree(holder, asking_clinic, now)
    assert not any(listed.answered for listed in consents.reported_consents(holder, now=now))
    Keeper(network, now)
    still = create_consents([ENTRY])  # says yes, and means no
    network.handlers["POST", f"{ELSEWHERE}/access/withdrawal"] = lambda headers, body: reply(still)
    with pytest.raises(NotWithdrawnError):
        consents.withdraw_consent(holder, ELSEWHERE, "c-1", now=now)


def test_another_person_has_none(
    holder: Vault, asking_clinic: Service, network: Network, now: datetime
) -> None:
    agree(holder, asking_clinic, now)
    keeper = Keeper(network, now)
    bruno = accounts.create_wallet_account("Bruno", "a passphrase of his own")
    assert consents.reported_consents(bruno, now=now) == ()
    with pytest.raises(NotWithdrawnError):
        consents.withdraw_consent(bruno, ELSEWHERE, "c-1", now=now)
    assert keeper.asked == 0


def test_a_single_reading_that_is_over_is_no_consent_to_list(
    holder: Vault, office: Office, now: datetime
) -> None:
    entries = [
        replace(ENTRY, id="now", how="shown"),
        replace(ENTRY, id="over", how="shown", state="expired"),
        replace(ENTRY, id="ended", state="expired"),
    ]
    office.network.handlers["GET", f"{ISSUER}/access/consents"] = lambda headers, body: reply(
        create_consents(entries)
    )
    (listed,) = consents.reported_consents(holder, now=now)
    assert [one.id for one in listed.consents] == ["now", "ended"]


def test_who_declines_keeps_nothing(holder: Vault, asking_clinic: Service, now: datetime) -> None:
    authorization_response.decline_request(holder, ask(holder, asking_clinic, now).id, now=now)
    assert not GivenConsent.objects.exists()
    assert history.recorded_requests(holder)[0].agreed == ()


def test_a_service_that_was_not_reached_may_have_heard(
    holder: Vault, asking_clinic: Service, now: datetime
) -> None:
    """The answer may have arrived all the same: the key stays, so that a consent can be found and ended."""
    asking_clinic.status = 500
    with pytest.raises(SelloError):
        agree(holder, asking_clinic, now)
    assert GivenConsent.objects.count() == 1
