"""Nothing leaves before consent; what leaves is what was shown; one request is answered once."""

import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from common.adapters.documents.sources import sources
from common.formats import FORMATS
from common.formats.base import Binding, BindingMismatchError
from common.formats.detect import find_format
from common.oid4vp.errors import InvalidRequestError
from tests.wallet.consenting import agree, ask
from tests.wallet.fakes import CLINIC, Network, Office, Service, holder_of, ldp_query, sd_query
from wallet.account import accounts
from wallet.account.pending import NothingPendingError
from wallet.account.vault import Vault
from wallet.credentials import cards, stored_credentials
from wallet.issuance import accept_offer
from wallet.models import Card, HistoryEntry, Pending
from wallet.presentation import authorization_response, history
from wallet.presentation.authorization_response import AnswerNotDeliveredError, ChoiceError


def test_the_consent_screen_says_who_why_and_what(holder: Vault, clinic: Service, now: datetime) -> None:
    screen = ask(holder, clinic, now)
    assert screen.asked.name == "Clinic of the South"
    assert (screen.asked.identity, screen.asked.address) == (CLINIC, "clinic.example")
    assert screen.asked.authenticated
    assert not screen.asked.registered
    assert screen.asked.purpose == "To register you as a patient"
    (question,) = screen.questions
    (answer,) = question.answers
    (part,) = answer.parts
    assert not part.whole
    assert [(row.label, row.value) for row in part.rows] == [("Born on", "25 May 1990")]
    assert clinic.answers == []


def test_what_leaves_is_what_was_shown(holder: Vault, clinic: Service, now: datetime) -> None:
    done = agree(holder, clinic, now)
    assert (done.name, done.outcome, done.redirect) == ("Clinic of the South", "shown", "")
    assert clinic.verified("sd", "dc+sd-jwt").claims == {"birth_date": "1990-05-25"}


def test_it_was_made_for_this_verifier_and_nonce_alone(holder: Vault, clinic: Service, now: datetime) -> None:
    agree(holder, clinic, now)
    (presented,) = clinic.opened()["sd"]
    for binding in (
        Binding(f"decentralized_identifier:{CLINIC}", "another-nonce"),
        Binding("decentralized_identifier:did:web:mallory.example", "nonce-of-the-clinic"),
    ):
        with pytest.raises(BindingMismatchError):
            FORMATS["dc+sd-jwt"].verify_presentation(presented, binding=binding, sources=sources(), now=now)


def test_an_encrypted_answer(holder: Vault, clinic: Service, now: datetime) -> None:
    clinic.mode = "direct_post.jwt"
    agree(holder, clinic, now)
    assert set(clinic.answers[0]) == {"response"}
    assert clinic.verified("sd", "dc+sd-jwt").claims == {"birth_date": "1990-05-25"}


def test_a_request_by_post_bears_our_nonce(holder: Vault, clinic: Service, now: datetime) -> None:
    clinic.method = "post"
    agree(holder, clinic, now)
    assert ("POST", "https://clinic.example/request/1") in clinic.network.asked


def test_a_replayed_request_object_lacks_our_nonce(holder: Vault, clinic: Service, now: datetime) -> None:
    clinic.method = "post"
    old = clinic.request_object({}, b"wallet_nonce=another")
    clinic.network.handlers["POST", "https://clinic.example/request/1"] = lambda headers, body: old
    with pytest.raises(InvalidRequestError, match="for this moment"):
        ask(holder, clinic, now)


def test_whole_cards_say_so(holder: Vault, clinic: Service, now: datetime) -> None:
    clinic.query = {"credentials": [ldp_query("birth_date")]}
    (part,) = ask(holder, clinic, now).questions[0].answers[0].parts
    assert part.whole
    assert [row.label for row in part.rows] == ["Given names", "Family names", "Born on"]
    agree(holder, clinic, now)
    assert clinic.verified("ldp", "ldp_vc").claims["given_name"] == "Ana Wayra"


def test_of_a_card_with_a_base_proof_only_what_was_asked_for_leaves(
    vault: Vault, office: Office, clinic: Service, now: datetime
) -> None:
    office.suite = "ecdsa-sd-2023"
    accept_offer.accept(vault, accept_offer.receive_offer(vault, office.link, now=now), tx_code=None, now=now)
    clinic.query = {"credentials": [ldp_query("birth_date")]}
    (part,) = ask(vault, clinic, now).questions[0].answers[0].parts
    assert not part.whole
    assert [(row.label, row.value) for row in part.rows] == [("Born on", "25 May 1990")]
    agree(vault, clinic, now)
    assert clinic.verified("ldp", "ldp_vc").claims == {"birth_date": "1990-05-25"}
    (presented,) = clinic.opened()["ldp"]
    assert "Quispe" not in json.dumps(presented, ensure_ascii=False)


def test_of_two_proofs_the_one_that_shows_less(
    holder: Vault, office: Office, clinic: Service, now: datetime
) -> None:
    (card,) = cards.held_cards(holder)
    (whole,) = (copy for copy in card.copies if copy.format == "ldp_vc")
    office.suite = "ecdsa-sd-2023"
    clinic.query = {"credentials": [ldp_query("given_name")]}
    secured = office.issue("ldp_vc", holder_of(whole.key))
    Card.objects.all().delete()
    stored_credentials.store_card(
        holder, replace(card, copies=(*card.copies, replace(whole, id="sd", secured=secured)))
    )
    (answer,) = ask(holder, clinic, now).questions[0].answers
    assert [part.copy.id for part in answer.parts] == ["sd"]


def test_of_two_formats_the_one_that_shows_less(holder: Vault, clinic: Service, now: datetime) -> None:
    clinic.query = {
        "credentials": [ldp_query("birth_date"), sd_query("birth_date")],
        "credential_sets": [{"options": [["ldp"], ["sd"]]}],
    }
    (answer,) = ask(holder, clinic, now).questions[0].answers
    assert [part.query_id for part in answer.parts] == ["sd"]


def test_claim_sets_are_a_choice(holder: Vault, clinic: Service, now: datetime) -> None:
    claims = [{"id": name, "path": [name]} for name in ("given_name", "birth_date")]
    query = sd_query() | {"claims": claims, "claim_sets": [["given_name", "birth_date"], ["birth_date"]]}
    clinic.query = {"credentials": [query]}
    screen = ask(holder, clinic, now)
    more, less = screen.questions[0].answers
    assert [len(answer.parts[0].rows) for answer in (more, less)] == [2, 1]
    authorization_response.answer_request(holder, screen.id, [less.id], now=now)
    assert clinic.verified("sd", "dc+sd-jwt").claims == {"birth_date": "1990-05-25"}


def test_what_is_not_required_may_stay(holder: Vault, clinic: Service, now: datetime) -> None:
    more = sd_query("family_name") | {"id": "more"}
    clinic.query = {
        "credentials": [sd_query("birth_date"), more],
        "credential_sets": [{"options": [["sd"]]}, {"options": [["more"]], "required": False}],
    }
    screen = ask(holder, clinic, now)
    assert [question.required for question in screen.questions] == [True, False]
    authorization_response.answer_request(holder, screen.id, [screen.questions[0].answers[0].id, ""], now=now)
    assert set(clinic.opened()) == {"sd"}


@pytest.mark.parametrize("chosen", [[""], ["0" * 24], []])
def test_without_consent_nothing_leaves(
    holder: Vault, clinic: Service, now: datetime, chosen: list[str]
) -> None:
    screen = ask(holder, clinic, now)
    with pytest.raises(ChoiceError):
        authorization_response.answer_request(holder, screen.id, chosen, now=now)
    assert clinic.answers == []
    assert not HistoryEntry.objects.exists()
    authorization_response.answer_request(holder, screen.id, [screen.questions[0].answers[0].id], now=now)


def test_a_second_consent_is_refused(holder: Vault, clinic: Service, now: datetime) -> None:
    screen = ask(holder, clinic, now)
    chosen = [screen.questions[0].answers[0].id]
    authorization_response.answer_request(holder, screen.id, chosen, now=now)
    with pytest.raises(NothingPendingError):
        authorization_response.answer_request(holder, screen.id, chosen, now=now)
    assert len(clinic.answers) == 1


def test_two_consents_at_once_are_one(holder: Vault, clinic: Service, now: datetime) -> None:
    screen = ask(holder, clinic, now)
    Pending.objects.update(taken=True)
    with pytest.raises(NothingPendingError):
        authorization_response.answer_request(holder, screen.id, [screen.questions[0].answers[0].id], now=now)
    assert clinic.answers == []


def test_the_question_stays_as_it_was_asked(holder: Vault, clinic: Service, now: datetime) -> None:
    screen = ask(holder, clinic, now)
    clinic.query = {"credentials": [sd_query("family_name")]}
    authorization_response.answer_request(holder, screen.id, [screen.questions[0].answers[0].id], now=now)
    assert clinic.verified("sd", "dc+sd-jwt").claims == {"birth_date": "1990-05-25"}


def test_somebody_elses_question_is_not_there(holder: Vault, clinic: Service, now: datetime) -> None:
    screen = ask(holder, clinic, now)
    other = accounts.create_wallet_account("Mallory", "another passphrase altogether")
    with pytest.raises(NothingPendingError):
        authorization_response.consent_screen(other, screen.id, now=now)
    with pytest.raises(NothingPendingError):
        authorization_response.decline_request(other, screen.id, now=now)


def test_a_request_runs_out(holder: Vault, clinic: Service, now: datetime) -> None:
    screen = ask(holder, clinic, now)
    late = now + timedelta(minutes=6)
    with pytest.raises(NothingPendingError):
        authorization_response.answer_request(
            holder, screen.id, [screen.questions[0].answers[0].id], now=late
        )
    assert clinic.answers == []


def test_declining(holder: Vault, clinic: Service, now: datetime) -> None:
    screen = ask(holder, clinic, now)
    done = authorization_response.presentation_outcome(
        holder, authorization_response.decline_request(holder, screen.id, now=now), now=now
    )
    assert done.outcome == "declined"
    assert clinic.answers == [{"error": "access_denied", "state": "state-of-the-clinic"}]
    (entry,) = history.recorded_requests(holder)
    assert (entry.outcome, entry.shown) == ("declined", ())


def test_nothing_that_answers(vault: Vault, clinic: Service, now: datetime) -> None:
    screen = ask(vault, clinic, now)
    assert screen.missing
    assert [each.name for each in screen.questions[0].lacking[0]] == ["Birth"]
    with pytest.raises(ChoiceError):
        authorization_response.answer_request(vault, screen.id, [""], now=now)


def test_an_answer_that_is_not_taken(holder: Vault, clinic: Service, now: datetime) -> None:
    clinic.status = 400
    screen = ask(holder, clinic, now)
    with pytest.raises(AnswerNotDeliveredError):
        authorization_response.answer_request(holder, screen.id, [screen.questions[0].answers[0].id], now=now)
    (entry,) = history.recorded_requests(holder)
    assert entry.outcome == "not delivered"


@pytest.mark.parametrize(
    ("redirect", "followed"),
    [
        ("https://clinic.example/done?response_code=1", "https://clinic.example/done?response_code=1"),
        ("http://clinic.example/done", ""),
        ("https://clinic.example/done\r\nSet-Cookie: a=b", ""),
        ("", ""),
    ],
)
def test_the_way_on(holder: Vault, clinic: Service, now: datetime, redirect: str, followed: str) -> None:
    clinic.redirect = redirect
    assert agree(holder, clinic, now).redirect == followed


def test_a_redirect_that_is_a_script_is_an_error(holder: Vault, clinic: Service, now: datetime) -> None:
    clinic.redirect = "javascript:alert(1)"
    with pytest.raises(AnswerNotDeliveredError):
        agree(holder, clinic, now)


@pytest.mark.parametrize("kind", ["dc+sd-jwt", "ldp_vc"])
def test_without_a_signature_only_where_none_is_wanted(
    holder: Vault, network: Network, now: datetime, kind: str
) -> None:
    asked = sd_query("birth_date") if kind == "dc+sd-jwt" else ldp_query("birth_date")
    query = {"credentials": [{**asked, "require_cryptographic_holder_binding": False}]}
    clinic = Service(network, now, query=query)
    assert [part.signed for part in ask(holder, clinic, now).questions[0].answers[0].parts] == [False]
    agree(holder, clinic, now)
    (presented,) = clinic.opened()[asked["id"]]
    assert find_format(presented)[2] == "credential"
    shown = FORMATS[kind].verify_credential(presented, sources=sources(), now=now)
    assert shown.claims["birth_date"] == "1990-05-25"
    assert ("family_name" in shown.claims) is (kind == "ldp_vc")
