"""Nothing leaves before consent; what leaves is what was shown; one request is answered once."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache

from common.adapters.sources import sources
from common.errors import FetchFailed
from common.formats import FORMATS
from common.formats.base import Binding, BindingMismatch
from common.formats.detect import find_format
from common.keys import PrivateKey
from common.oid4vp.client_id import ClientId
from common.oid4vp.errors import InvalidRequest, InvalidTransactionData
from common.oid4vp.request import create_link_by_value
from common.oid4vp.transaction_data import Payment, create_transaction_data
from common.registries.access_holder import LogEntry, create_log
from tests.wallet.fakes import CLINIC, LIST, Network, Office, Service, holder_of, ldp_query, reply, sd_query
from tests.wallet.test_vault import dump
from wallet.models import Card, HistoryEntry, Pending, RegisteredVerifier
from wallet.services import accepting, accounts, asking, cards, held, history, presenting
from wallet.services.pending import NothingWaits
from wallet.services.presenting import ChoiceMissing, NotDelivered
from wallet.services.vault import Vault

PAYMENT = Payment(("sd",), "Ana Wayra Quispe", "120.50", "PEN", "SUB-2026-7", "Seed subsidy 2026")


@pytest.fixture
def holder(vault: Vault, office: Office, now: datetime) -> Vault:
    """Ana's vault with her birth certificate in it."""
    accepting.accept(vault, accepting.receive(vault, office.link, now=now), tx_code=None, now=now)
    return vault


@pytest.fixture
def clinic(network: Network, now: datetime) -> Service:
    return Service(network, now, query={"credentials": [sd_query("birth_date")]})


def ask(vault: Vault, service: Service, now: datetime) -> presenting.Consent:
    return presenting.consent(vault, asking.receive(vault, service.link, now=now), now=now)


def agree(vault: Vault, service: Service, now: datetime) -> presenting.Done:
    screen = ask(vault, service, now)
    chosen = [question.answers[0].id for question in screen.questions]
    return presenting.done(vault, presenting.present(vault, screen.id, chosen, now=now), now=now)


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
        with pytest.raises(BindingMismatch):
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
    with pytest.raises(InvalidRequest, match="for this moment"):
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
    accepting.accept(vault, accepting.receive(vault, office.link, now=now), tx_code=None, now=now)
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
    held.keep(holder, replace(card, copies=(*card.copies, replace(whole, id="sd", secured=secured))))
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
    presenting.present(holder, screen.id, [less.id], now=now)
    assert clinic.verified("sd", "dc+sd-jwt").claims == {"birth_date": "1990-05-25"}


def test_what_is_not_required_may_stay(holder: Vault, clinic: Service, now: datetime) -> None:
    more = sd_query("family_name") | {"id": "more"}
    clinic.query = {
        "credentials": [sd_query("birth_date"), more],
        "credential_sets": [{"options": [["sd"]]}, {"options": [["more"]], "required": False}],
    }
    screen = ask(holder, clinic, now)
    assert [question.required for question in screen.questions] == [True, False]
    presenting.present(holder, screen.id, [screen.questions[0].answers[0].id, ""], now=now)
    assert set(clinic.opened()) == {"sd"}


@pytest.mark.parametrize("chosen", [[""], ["0" * 24], []])
def test_without_consent_nothing_leaves(
    holder: Vault, clinic: Service, now: datetime, chosen: list[str]
) -> None:
    screen = ask(holder, clinic, now)
    with pytest.raises(ChoiceMissing):
        presenting.present(holder, screen.id, chosen, now=now)
    assert clinic.answers == []
    assert not HistoryEntry.objects.exists()
    presenting.present(holder, screen.id, [screen.questions[0].answers[0].id], now=now)


def test_a_second_consent_is_refused(holder: Vault, clinic: Service, now: datetime) -> None:
    screen = ask(holder, clinic, now)
    chosen = [screen.questions[0].answers[0].id]
    presenting.present(holder, screen.id, chosen, now=now)
    with pytest.raises(NothingWaits):
        presenting.present(holder, screen.id, chosen, now=now)
    assert len(clinic.answers) == 1


def test_two_consents_at_once_are_one(holder: Vault, clinic: Service, now: datetime) -> None:
    screen = ask(holder, clinic, now)
    Pending.objects.update(taken=True)
    with pytest.raises(NothingWaits):
        presenting.present(holder, screen.id, [screen.questions[0].answers[0].id], now=now)
    assert clinic.answers == []


def test_the_question_stays_as_it_was_asked(holder: Vault, clinic: Service, now: datetime) -> None:
    screen = ask(holder, clinic, now)
    clinic.query = {"credentials": [sd_query("family_name")]}
    presenting.present(holder, screen.id, [screen.questions[0].answers[0].id], now=now)
    assert clinic.verified("sd", "dc+sd-jwt").claims == {"birth_date": "1990-05-25"}


def test_somebody_elses_question_is_not_there(holder: Vault, clinic: Service, now: datetime) -> None:
    screen = ask(holder, clinic, now)
    other = accounts.sign_up("Mallory", "another passphrase altogether")
    with pytest.raises(NothingWaits):
        presenting.consent(other, screen.id, now=now)
    with pytest.raises(NothingWaits):
        presenting.decline(other, screen.id, now=now)


def test_a_request_runs_out(holder: Vault, clinic: Service, now: datetime) -> None:
    screen = ask(holder, clinic, now)
    late = now + timedelta(minutes=6)
    with pytest.raises(NothingWaits):
        presenting.present(holder, screen.id, [screen.questions[0].answers[0].id], now=late)
    assert clinic.answers == []


def test_declining(holder: Vault, clinic: Service, now: datetime) -> None:
    screen = ask(holder, clinic, now)
    done = presenting.done(holder, presenting.decline(holder, screen.id, now=now), now=now)
    assert done.outcome == "declined"
    assert clinic.answers == [{"error": "access_denied", "state": "state-of-the-clinic"}]
    (entry,) = history.entries(holder)
    assert (entry.outcome, entry.shown) == ("declined", ())


def test_nothing_that_answers(vault: Vault, clinic: Service, now: datetime) -> None:
    screen = ask(vault, clinic, now)
    assert screen.missing
    assert screen.questions[0].wanted == "Birth"
    with pytest.raises(ChoiceMissing):
        presenting.present(vault, screen.id, [""], now=now)


def test_an_answer_that_is_not_taken(holder: Vault, clinic: Service, now: datetime) -> None:
    clinic.status = 400
    screen = ask(holder, clinic, now)
    with pytest.raises(NotDelivered):
        presenting.present(holder, screen.id, [screen.questions[0].answers[0].id], now=now)
    (entry,) = history.entries(holder)
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
    with pytest.raises(NotDelivered):
        agree(holder, clinic, now)


# --- payments -----------------------------------------------------------------------------------------


def test_a_payment_is_shown_and_signed(holder: Vault, clinic: Service, now: datetime) -> None:
    entry = create_transaction_data(PAYMENT)
    clinic.transaction_data = (entry,)
    assert ask(holder, clinic, now).asked.payments == (PAYMENT,)
    agree(holder, clinic, now)
    clinic.verified("sd", "dc+sd-jwt", transaction_data=(entry,))
    (written,) = history.entries(holder)
    assert written.payments == ("120.50 PEN to Ana Wayra Quispe",)


def test_a_payment_is_signed_in_the_whole_format_too(holder: Vault, clinic: Service, now: datetime) -> None:
    entry = create_transaction_data(Payment(("ldp",), "Ana", "1", "PEN", "R", "P"))
    clinic.transaction_data = (entry,)
    clinic.query = {"credentials": [ldp_query("birth_date")]}
    agree(holder, clinic, now)
    clinic.verified("ldp", "ldp_vc", transaction_data=(entry,))


def test_an_unknown_transaction_is_refused(holder: Vault, clinic: Service, now: datetime) -> None:
    from common.encoding import base64url

    value = PAYMENT.to_json() | {"type": "urn:mallory:all-my-money"}
    clinic.transaction_data = (base64url.encode(json.dumps(value).encode()),)
    with pytest.raises(InvalidTransactionData):
        ask(holder, clinic, now)


def test_a_payment_needs_the_card_that_may_authorise_it(
    holder: Vault, clinic: Service, now: datetime
) -> None:
    other = sd_query("family_name") | {"id": "other"}
    clinic.query = {
        "credentials": [sd_query("birth_date"), other],
        "credential_sets": [{"options": [["sd"]], "required": False}, {"options": [["other"]]}],
    }
    clinic.transaction_data = (create_transaction_data(PAYMENT),)
    screen = ask(holder, clinic, now)
    with pytest.raises(ChoiceMissing, match="must be confirmed"):
        presenting.present(holder, screen.id, ["", screen.questions[1].answers[0].id], now=now)
    assert clinic.answers == []


# --- who asks -------------------------------------------------------------------------------------------


def test_a_registered_verifier_bears_its_registered_name(
    holder: Vault, clinic: Service, now: datetime
) -> None:
    RegisteredVerifier.objects.create(client_id=str(clinic.client_id), name="Clínica del Sur")
    clinic.name = "The King himself"
    asked = ask(holder, clinic, now).asked
    assert (asked.registered, asked.name) == ("Clínica del Sur", "Clínica del Sur")


def test_a_request_that_nobody_signed_proves_nobody(holder: Vault, clinic: Service, now: datetime) -> None:
    client = ClientId("redirect_uri", "https://clinic.example/response")
    RegisteredVerifier.objects.create(client_id=str(client), name="Clínica del Sur")
    link = create_link_by_value(clinic.parameters(client))
    asked = presenting.consent(holder, asking.receive(holder, link, now=now), now=now).asked
    assert (asked.authenticated, asked.registered, asked.identity) == (False, "", "clinic.example")


def test_signed_with_a_key_that_is_not_the_clients(
    holder: Vault, clinic: Service, now: datetime, mallory: PrivateKey
) -> None:
    published = clinic.did_document({}, b"")
    clinic.network.handlers["GET", "https://clinic.example/.well-known/did.json"] = lambda h, b: published
    clinic.key = mallory.named(f"{CLINIC}#key")
    with pytest.raises(InvalidRequest):
        ask(holder, clinic, now)


def test_a_request_that_cannot_be_had(holder: Vault, clinic: Service, now: datetime) -> None:
    clinic.network.handlers["GET", "https://clinic.example/request/1"] = lambda h, b: reply("", 404)
    with pytest.raises(FetchFailed, match="cannot be reached, or its request has run out"):
        ask(holder, clinic, now)


# --- what is remembered -------------------------------------------------------------------------------


def test_the_history_names_claims_and_keeps_no_values(holder: Vault, clinic: Service, now: datetime) -> None:
    agree(holder, clinic, now)
    (entry,) = history.entries(holder)
    assert (entry.name, entry.address, entry.known) == ("Clinic of the South", "clinic.example", False)
    assert (entry.purpose, entry.outcome, entry.at) == ("To register you as a patient", "shown", now)
    assert [(shown.title, shown.labels, shown.whole) for shown in entry.shown] == [
        ("Birth certificate", ("Born on",), False)
    ]
    sealed: dict[str, Any] = holder.open(HistoryEntry.objects.get())
    assert "1990" not in json.dumps(sealed)
    history.delete(holder, entry.id)
    assert history.entries(holder) == ()


def test_the_database_alone_does_not_tell_who_asked(holder: Vault, clinic: Service, now: datetime) -> None:
    ask(holder, clinic, now)
    agree(holder, clinic, now)
    everything = dump().lower()
    for text in ("clinic", "patient", "birth", "nonce-of", "state-of", "office.example"):
        assert text.encode() not in everything, text


def test_who_read_my_record(holder: Vault, office: Office, now: datetime) -> None:
    from tests.wallet.fakes import ISSUER

    assert [item.answered for item in history.readings(holder, now=now)] == [False]
    entry = LogEntry(
        now.isoformat(), CLINIC, "Clinic", "Care", "Births", ("birth_date",), "r-1", "consent", "read"
    )
    office.network.handlers["GET", f"{ISSUER}/access/log"] = lambda headers, body: reply(create_log([entry]))
    (authority,) = history.readings(holder, now=now)
    assert (authority.authority, authority.answered) == ("Civil Registry", True)
    assert [(item.reader, item.attributes, item.at) for item in authority.readings] == [
        ("Clinic", ("Birth date",), now)
    ]


def take_another(vault: Vault, office: Office, now: datetime, *, with_status: bool = True) -> None:
    office.used, office.code, office.with_status = False, "code-2", with_status
    accepting.accept(vault, accepting.receive(vault, office.link, now=now), tx_code=None, now=now)


@pytest.mark.parametrize(("status", "word"), [(1, "revoked"), (2, "suspended")])
def test_a_card_that_was_withdrawn_is_not_offered(
    holder: Vault, clinic: Service, office: Office, now: datetime, status: int, word: str
) -> None:
    take_another(holder, office, now)
    (old, new) = (answer.id for answer in ask(holder, clinic, now).questions[0].answers)
    office.status = status
    cache.clear()
    screen = ask(holder, clinic, now)
    (question,) = screen.questions
    assert [answer.standing for answer in question.answers] == ["valid"]
    assert [(entry.card.title, entry.status) for entry in question.withheld] == [("Birth certificate", word)]
    for gone in {old, new} - {question.answers[0].id}:
        with pytest.raises(ChoiceMissing):
            presenting.present(holder, screen.id, [gone], now=now)
    assert clinic.answers == []
    assert len(list(cards.held_cards(holder))) == 2
    clinic.query = {"credentials": [sd_query("birth_date", meta={"vct_values": ["https://other.example"]})]}
    assert ask(holder, clinic, now).questions[0].withheld == ()  # it would not answer anyway


def test_a_card_that_has_run_out_is_not_offered(holder: Vault, clinic: Service, now: datetime) -> None:
    (card,) = cards.held_cards(holder)
    copies = tuple(replace(copy, valid_until=now) for copy in card.copies)
    held.keep(holder, replace(card, copies=copies))
    screen = ask(holder, clinic, now)
    assert screen.missing
    assert [entry.status for entry in screen.questions[0].withheld] == ["expired"]


def test_where_nobody_can_say_the_card_is_offered(
    holder: Vault, clinic: Service, office: Office, now: datetime
) -> None:
    take_another(holder, office, now)
    cache.clear()
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
    presenting.present(two, screen.id, {answer.id for answer in question.answers}, now=now)
    found = shown_to(clinic, kind, asked["id"], now)
    assert sorted(date for date, _ in found) == ["1990-05-25", "2020-02-02"]
    assert len({str(key) for _, key in found}) == 2  # each by its own holder key
    (entry,) = history.entries(two)
    assert len(entry.shown) == 2


def test_one_of_several_is_enough(two: Vault, clinic: Service, now: datetime) -> None:
    clinic.query = {"credentials": [sd_query("birth_date", multiple=True)]}
    screen = ask(two, clinic, now)
    presenting.present(two, screen.id, [screen.questions[0].answers[1].id], now=now)
    assert len(clinic.opened()["sd"]) == 1


def test_several_only_where_several_are_asked_for(two: Vault, clinic: Service, now: datetime) -> None:
    screen = ask(two, clinic, now)
    (question,) = screen.questions
    assert not question.multiple
    with pytest.raises(ChoiceMissing):
        presenting.present(two, screen.id, [answer.id for answer in question.answers], now=now)
    more = sd_query("family_name", multiple=True) | {"id": "more"}
    clinic.query = {"credentials": [sd_query("birth_date"), more]}
    screen = ask(two, clinic, now)
    (question,) = screen.questions
    ids = [answer.id for answer in question.answers]
    assert len(ids) == 4
    with pytest.raises(ChoiceMissing):  # two cards for the query that takes one
        presenting.present(two, screen.id, ids, now=now)
    first = question.answers[0].parts[0].copy.id
    same = [answer.id for answer in question.answers if answer.parts[0].copy.id == first]
    presenting.present(two, screen.id, same, now=now)
    assert {name: len(each) for name, each in clinic.opened().items()} == {"sd": 1, "more": 2}


def test_each_of_several_cards_signs_the_payment(two: Vault, clinic: Service, now: datetime) -> None:
    clinic.transaction_data = (create_transaction_data(PAYMENT),)
    clinic.query = {"credentials": [sd_query("birth_date", multiple=True)]}
    screen = ask(two, clinic, now)
    presenting.present(two, screen.id, [answer.id for answer in screen.questions[0].answers], now=now)
    assert len(shown_to(clinic, "dc+sd-jwt", "sd", now)) == 2


def test_one_card_is_not_shown_twice(holder: Vault, clinic: Service, now: datetime) -> None:
    claims = [{"id": name, "path": [name]} for name in ("given_name", "birth_date")]
    query = sd_query(multiple=True) | {
        "claims": claims, "claim_sets": [["given_name", "birth_date"], ["birth_date"]]
    }  # fmt: skip
    clinic.query = {"credentials": [query]}
    screen = ask(holder, clinic, now)
    with pytest.raises(ChoiceMissing):
        presenting.present(holder, screen.id, [answer.id for answer in screen.questions[0].answers], now=now)


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
