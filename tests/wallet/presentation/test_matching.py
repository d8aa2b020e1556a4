"""Withdrawn cards are not offered, and several are shown only where several are asked for."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from common.adapters.documents.sources import sources
from common.adapters.limits import cache_backends
from common.formats import FORMATS
from common.formats.base import Binding
from common.oid4vp.transaction_data import create_transaction_data
from tests.wallet.consenting import PAYMENT, ask
from tests.wallet.fakes import LIST, Office, Service, ldp_query, sd_query
from wallet.account.vault import Vault
from wallet.credentials import cards, stored_credentials
from wallet.issuance import accept_offer
from wallet.presentation import authorization_response, history
from wallet.presentation.authorization_response import ChoiceError


def take_another(vault: Vault, office: Office, now: datetime, *, with_status: bool = True) -> None:
    office.used, office.code, office.with_status = False, "code-2", with_status
    accept_offer.accept(vault, accept_offer.receive_offer(vault, office.link, now=now), tx_code=None, now=now)


@pytest.mark.parametrize(("status", "word"), [(1, "revoked"), (2, "suspended")])
def test_a_card_that_was_withdrawn_is_not_offered(
    holder: Vault, clinic: Service, office: Office, now: datetime, status: int, word: str
) -> None:
    take_another(holder, office, now)
    (old, new) = (answer.id for answer in ask(holder, clinic, now).questions[0].answers)
    office.status = status
    cache_backends.forget_cached()
    screen = ask(holder, clinic, now)
    (question,) = screen.questions
    assert [answer.standing for answer in question.answers] == ["valid"]
    assert [(entry.card.title, entry.status) for entry in question.withheld] == [("Birth certificate", word)]
    for gone in {old, new} - {question.answers[0].id}:
        with pytest.raises(ChoiceError):
            authorization_response.answer_request(holder, screen.id, [gone], now=now)
    assert clinic.answers == []
    assert len(list(cards.held_cards(holder))) == 2
    clinic.query = {"credentials": [sd_query("birth_date", meta={"vct_values": ["https://other.example"]})]}
    assert ask(holder, clinic, now).questions[0].withheld == ()  # it would not answer anyway


def test_a_card_that_has_run_out_is_not_offered(holder: Vault, clinic: Service, now: datetime) -> None:
    (card,) = cards.held_cards(holder)
    copies = tuple(replace(copy, valid_until=now) for copy in card.copies)
    stored_credentials.store_card(holder, replace(card, copies=copies))
    screen = ask(holder, clinic, now)
    assert screen.missing
    assert [entry.status for entry in screen.questions[0].withheld] == ["expired"]


def test_where_nobody_can_say_the_card_is_offered(
    holder: Vault, clinic: Service, office: Office, now: datetime
) -> None:
    take_another(holder, office, now)
    cache_backends.forget_cached()
    del office.network.handlers["GET", LIST]
    standings = [answer.standing for answer in ask(holder, clinic, now).questions[0].answers]
    assert standings == ["valid", "undetermined"]


# --- several cards for one question -------------------------------------------------------------------


@pytest.fixture
def two(holder: Vault, office: Office, now: datetime) -> Vault:
    """Ana's vault with two birth certificates: hers and, say, her son's."""
    office.claims = {**office.claims, "given_name": "Inti", "birth_date": "2020-02-02"}
    take_another(holder, office, now, with_status=False)
    return holder


def shown_to(clinic: Service, kind: str, query_id: str, now: datetime) -> list[tuple[Any, Any]]:
    """The birth dates that were shown, and the keys that showed them."""
    binding = Binding(str(clinic.client_id), "nonce-of-the-clinic", clinic.transaction_data)
    found = []
    for presented in clinic.opened()[query_id]:
        shown = FORMATS[kind].verify_presentation(presented, binding=binding, sources=sources(), now=now)
        (credential,) = shown.credentials
        found.append((credential.claims["birth_date"], credential.holder_key or credential.subject))
    return found


@pytest.mark.parametrize("kind", ["dc+sd-jwt", "ldp_vc"])
def test_several_cards_where_several_are_asked_for(
    two: Vault, clinic: Service, now: datetime, kind: str
) -> None:
    asked = sd_query("birth_date") if kind == "dc+sd-jwt" else ldp_query("birth_date")
    clinic.query = {"credentials": [asked | {"multiple": True}]}
    screen = ask(two, clinic, now)
    (question,) = screen.questions
    assert question.multiple
    authorization_response.answer_request(two, screen.id, {answer.id for answer in question.answers}, now=now)
    found = shown_to(clinic, kind, asked["id"], now)
    assert sorted(date for date, _ in found) == ["1990-05-25", "2020-02-02"]
    assert len({str(key) for _, key in found}) == 2  # each by its own holder key
    (entry,) = history.recorded_requests(two)
    assert len(entry.shown) == 2


def test_one_of_several_is_enough(two: Vault, clinic: Service, now: datetime) -> None:
    clinic.query = {"credentials": [sd_query("birth_date", multiple=True)]}
    screen = ask(two, clinic, now)
    authorization_response.answer_request(two, screen.id, [screen.questions[0].answers[1].id], now=now)
    assert len(clinic.opened()["sd"]) == 1


def test_several_only_where_several_are_asked_for(two: Vault, clinic: Service, now: datetime) -> None:
    screen = ask(two, clinic, now)
    (question,) = screen.questions
    assert not question.multiple
    with pytest.raises(ChoiceError):
        authorization_response.answer_request(
            two, screen.id, [answer.id for answer in question.answers], now=now
        )
    more = sd_query("family_name", multiple=True) | {"id": "more"}
    clinic.query = {"credentials": [sd_query("birth_date"), more]}
    screen = ask(two, clinic, now)
    (question,) = screen.questions
    ids = [answer.id for answer in question.answers]
    assert len(ids) == 4
    with pytest.raises(ChoiceError):  # two cards for the query that takes one
        authorization_response.answer_request(two, screen.id, ids, now=now)
    first = question.answers[0].parts[0].copy.id
    same = [answer.id for answer in question.answers if answer.parts[0].copy.id == first]
    authorization_response.answer_request(two, screen.id, same, now=now)
    assert {name: len(each) for name, each in clinic.opened().items()} == {"sd": 1, "more": 2}


def test_each_of_several_cards_signs_the_payment(two: Vault, clinic: Service, now: datetime) -> None:
    clinic.transaction_data = (create_transaction_data(PAYMENT),)
    clinic.query = {"credentials": [sd_query("birth_date", multiple=True)]}
    screen = ask(two, clinic, now)
    authorization_response.answer_request(
        two, screen.id, [answer.id for answer in screen.questions[0].answers], now=now
    )
    assert len(shown_to(clinic, "dc+sd-jwt", "sd", now)) == 2


def test_one_card_is_not_shown_twice(holder: Vault, clinic: Service, now: datetime) -> None:
    claims = [{"id": name, "path": [name]} for name in ("given_name", "birth_date")]
    query = sd_query(multiple=True) | {
        "claims": claims, "claim_sets": [["given_name", "birth_date"], ["birth_date"]]
    }  # fmt: skip
    clinic.query = {"credentials": [query]}
    screen = ask(holder, clinic, now)
    with pytest.raises(ChoiceError):
        authorization_response.answer_request(
            holder, screen.id, [answer.id for answer in screen.questions[0].answers], now=now
        )
