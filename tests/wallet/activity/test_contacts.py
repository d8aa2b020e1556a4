"""Whom a wallet asks what came of what it showed: with the key that was seen, and nobody else."""

from datetime import datetime, timedelta

import pytest

from common.keys import jwk
from common.notices.messages import create_inbox
from common.oid4vp.transaction_data import create_transaction_data
from common.payments.log import PaymentEntry, create_payment_log
from tests.wallet.activity.services_fixture import (
    PAYMENT,
    SERVICES,
    Answers,
    announce,
    beacons,
    lines,
    notice,
    quiet_office,
)
from tests.wallet.activity.services_fixture import clinic as clinic
from tests.wallet.activity.services_fixture import holder as holder
from tests.wallet.consenting import agree, ask
from tests.wallet.fakes import ISSUER, Network, Service
from wallet.account.vault import Vault
from wallet.activity import contacts, inbox, timeline
from wallet.credentials import cards
from wallet.models import RegisteredVerifier


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
