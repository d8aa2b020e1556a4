"""A payment is shown before it is signed, and signed with the card that may authorise it."""

import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from common.oid4vp.errors import InvalidTransactionDataError
from common.oid4vp.transaction_data import Payment, create_transaction_data
from tests.wallet.consenting import PAYMENT, agree, ask
from tests.wallet.fakes import Service, ldp_query, sd_query
from wallet.account.vault import Vault
from wallet.presentation import authorization_response, history
from wallet.presentation.authorization_response import ChoiceError


def test_a_payment_is_shown_and_signed(holder: Vault, clinic: Service, now: datetime) -> None:
    entry = create_transaction_data(PAYMENT)
    clinic.transaction_data = (entry,)
    assert ask(holder, clinic, now).asked.payments == (PAYMENT,)
    agree(holder, clinic, now)
    clinic.verified("sd", "dc+sd-jwt", transaction_data=(entry,))
    (written,) = history.recorded_requests(holder)
    assert written.payments == ("PEN 120.50 to Ana Wayra Quispe",)


def test_a_payment_is_signed_in_the_whole_format_too(holder: Vault, clinic: Service, now: datetime) -> None:
    entry = create_transaction_data(Payment(("ldp",), "Ana", "1", "PEN", "R", "P"))
    clinic.transaction_data = (entry,)
    clinic.query = {"credentials": [ldp_query("birth_date")]}
    agree(holder, clinic, now)
    clinic.verified("ldp", "ldp_vc", transaction_data=(entry,))


def test_what_may_come_to_less_is_said_so(holder: Vault, clinic: Service, now: datetime) -> None:
    clinic.transaction_data = (create_transaction_data(replace(PAYMENT, amount="1500.00", at_most=True)),)
    assert ask(holder, clinic, now).amounts == "up to PEN 1,500.00"
    agree(holder, clinic, now)
    (written,) = history.recorded_requests(holder)
    assert written.payments == ("up to PEN 1,500.00 to Ana Wayra Quispe",)


def test_a_second_payment_for_the_same_purpose_is_told_before_it_is_signed(
    holder: Vault, clinic: Service, now: datetime
) -> None:
    clinic.transaction_data = (create_transaction_data(PAYMENT),)
    first = ask(holder, clinic, now)
    assert first.before is None
    authorization_response.decline_request(holder, first.id, now=now)
    assert ask(holder, clinic, now).before is None  # nothing was signed
    agree(holder, clinic, now)
    later = now + timedelta(minutes=1)
    clinic.transaction_data = (create_transaction_data(replace(PAYMENT, reference="SUB-2026-8")),)
    before = ask(holder, clinic, later).before
    assert before is not None
    assert (before.name, before.at) == ("Clinic of the South", now)
    clinic.transaction_data = (create_transaction_data(replace(PAYMENT, purpose="Harvest insurance")),)
    assert ask(holder, clinic, later).before is None
    clinic.transaction_data = ()
    assert ask(holder, clinic, later).before is None


def test_an_unknown_transaction_is_refused(holder: Vault, clinic: Service, now: datetime) -> None:
    from common.encoding import base64url

    value = PAYMENT.to_json() | {"type": "urn:mallory:all-my-money"}
    clinic.transaction_data = (base64url.encode(json.dumps(value).encode()),)
    with pytest.raises(InvalidTransactionDataError):
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
    with pytest.raises(ChoiceError, match="must be confirmed"):
        authorization_response.answer_request(
            holder, screen.id, ["", screen.questions[1].answers[0].id], now=now
        )
    assert clinic.answers == []
