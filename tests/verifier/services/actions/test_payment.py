"""Money: as signed, by the rules, once, and balanced."""

import threading
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from common.errors import SelloError
from common.keys import PrivateKey
from common.oid4vp.transaction_data import Payment
from tests.verifier.holders import FARMER, Person, credential, post
from verifier.models import JournalEntry, PaymentInstruction, Posting, PresentationSession, Programme
from verifier.payments.instructions import ledger
from verifier.presentation import states
from verifier.presentation.requests import CreatedRequest, create_request
from verifier.presentation.unlocking import retry_unlock
from verifier.services.catalogue import find_service

Status = PresentationSession.Status


@pytest.fixture(autouse=True)
def _var(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path


def ask(now: datetime, **more: Any) -> CreatedRequest:
    return create_request(
        find_service("subsidy"), **{"same_device": False, "now": now, "payee": "BO-7100-0017", **more}
    )


def change_rules(**changed: Any) -> None:
    programme = Programme.objects.get(slug="subsidy")
    Programme.objects.update(rules={**programme.rules, **changed})


def pay(client: Client, person: Person, now: datetime, **more: Any) -> tuple[Any, PresentationSession]:
    created = ask(now)
    verified = person.ask(client, created.request_uri, now=now)
    reply = post(client, person.answer(verified, now=now, **more))
    created.session.refresh_from_db()
    return reply, created.session


@pytest.mark.usefixtures("site")
class TestOnce:
    def test_the_person_signs_what_is_paid(self, client: Client, wayra: Person, today: datetime) -> None:
        created = ask(today)
        verified = wayra.ask(client, created.request_uri, now=today)
        payment = verified.request.transaction_data[0].content
        assert isinstance(payment, Payment)
        assert (payment.payee, payment.amount, payment.currency) == ("BO-7100-0017", "150.00", "USD")
        assert payment.credential_ids == ("farmer", "farmer_ldp")
        assert post(client, wayra.answer(verified, now=today)).status_code == 200
        assert ledger.balance("subsidy:fund") == 15000
        assert ledger.balance("subsidy:payable") == -15000
        ledger.check_books()
        instruction = PaymentInstruction.objects.get()
        assert (instruction.payee, instruction.reference) == ("BO-7100-0017", payment.reference)
        assert (instruction.amount, instruction.period) == (15000, f"{today:%Y}")

    @pytest.mark.parametrize("signed", [(), ("e30",)])
    def test_nothing_is_paid_unsigned(
        self, client: Client, wayra: Person, today: datetime, signed: Any
    ) -> None:
        reply, session = pay(client, wayra, today, transaction_data=signed)
        assert reply.status_code == 400
        assert session.status == Status.REJECTED
        assert not JournalEntry.objects.exists()

    def test_a_person_is_paid_once_a_period(self, client: Client, wayra: Person, today: datetime) -> None:
        for booked in (True, False, False):
            reply, session = pay(client, wayra, today)
            assert reply.status_code == 200
            assert (session.status, session.outcome["booked"]) == (Status.UNLOCKED, booked)
        assert (JournalEntry.objects.count(), PaymentInstruction.objects.count()) == (1, 1)
        assert ledger.balance("subsidy:fund") == 15000

    def test_another_person_and_another_period_are_paid(
        self, client: Client, wayra: Person, today: datetime, bruno: PrivateKey
    ) -> None:
        other = Person(
            bruno, [credential("farmer", {**FARMER, "farmer_id": "F-0002"}, holder=bruno, now=today)]
        )
        pay(client, wayra, today)
        pay(client, other, today)
        change_rules(how_often="once", label="2027")
        pay(client, wayra, today)
        assert JournalEntry.objects.count() == 3
        assert ledger.balance("subsidy:payable") == -45000

    def test_an_amount_that_changed_meanwhile_is_not_paid(
        self, client: Client, wayra: Person, today: datetime
    ) -> None:
        created = ask(today)
        verified = wayra.ask(client, created.request_uri, now=today)
        change_rules(how_much={"fixed": "15.00"})
        assert post(client, wayra.answer(verified, now=today)).status_code == 200
        created.session.refresh_from_db()
        assert created.session.status == Status.VERIFIED  # nothing was unlocked, and the reason is kept
        assert "amount" in created.session.outcome["problem"]
        assert not JournalEntry.objects.exists()

    def test_the_same_authority_under_both_its_names_is_one(self) -> None:
        """A farmer number shown as ldp_vc (issuer: DID) and as dc+sd-jwt (issuer: URL) is paid once."""
        from verifier.services.actions.base import DisclosedCredential

        names = (
            "did:web:localhost%3A8000:issuers:farmer-registry",
            "http://localhost:8000/issuers/farmer-registry",
        )
        shown = [DisclosedCredential("farmer", "", issuer, "", {}, "") for issuer in names]
        assert shown[0].authority == shown[1].authority == names[0]


@pytest.mark.usefixtures("db")
class TestBooks:
    def test_what_does_not_balance_is_not_booked(self, now: datetime) -> None:
        one, two = (ledger.ledger_account(code, name=code, currency="USD") for code in ("one", "two"))
        euro = ledger.ledger_account("euro", name="euro", currency="EUR")
        for postings in (((one, 5),), ((one, 5), (two, -4)), ((one, 5), (euro, -5)), ()):
            with pytest.raises(ledger.UnbalancedError):
                ledger.book_entry("key", reference="r", description="d", postings=postings, now=now)
        assert not JournalEntry.objects.exists()

    def test_an_account_keeps_its_currency(self) -> None:
        ledger.ledger_account("one", name="one", currency="USD")
        with pytest.raises(ledger.UnbalancedError):
            ledger.ledger_account("one", name="one", currency="EUR")

    def test_a_key_is_booked_once(self, now: datetime) -> None:
        one, two = (ledger.ledger_account(code, name=code, currency="USD") for code in ("one", "two"))
        first, new = ledger.book_entry(
            "k", reference="r", description="d", postings=((one, 5), (two, -5)), now=now
        )
        again, newer = ledger.book_entry(
            "k", reference="s", description="e", postings=((one, 9), (two, -9)), now=now
        )
        assert (first, new, newer, again.reference) == (again, True, False, "r")
        assert ledger.balance("one") == 5

    def test_a_fault_in_the_books_is_found(self, now: datetime) -> None:
        one, two = (ledger.ledger_account(code, name=code, currency="USD") for code in ("one", "two"))
        entry, _ = ledger.book_entry(
            "k", reference="r", description="d", postings=((one, 5), (two, -5)), now=now
        )
        ledger.check_books()
        Posting.objects.create(entry=entry, account=one, amount=1)
        with pytest.raises(ledger.UnbalancedError):
            ledger.check_books()


@pytest.mark.django_db(transaction=True)
def test_of_many_unlocks_at_once_one_pays(wayra: Person, today: datetime) -> None:
    """Eight threads unlock the same verified answer, and four answers of one farmer race with them."""
    from tests.verifier.holders import ISSUER_DID
    from verifier.models import TrustedIssuer
    from verifier.services.sample import load_services

    load_services()
    TrustedIssuer.objects.create(issuer=ISSUER_DID, type="*", name="The tests' issuer")
    client, sessions = Client(), []
    for _ in range(4):
        created = ask(today, same_device=True)
        reply = post(client, wayra.answer(wayra.ask(client, created.request_uri, now=today), now=today))
        assert reply.json()["redirect_uri"]
        sessions.append(created.session.pk)
    gate = threading.Barrier(8)
    done: list[str] = []

    def unlock(pk: int) -> None:
        try:
            session = PresentationSession.objects.select_related("service").get(pk=pk)
            gate.wait(timeout=20)
            retry_unlock(session, now=today)
            done.append("unlocked")
        except SelloError as error:
            done.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=unlock, args=(pk,)) for pk in sessions for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(done) == ["invalid_request"] * 4 + ["unlocked"] * 4
    assert JournalEntry.objects.count() == PaymentInstruction.objects.count() == 1
    assert ledger.balance("subsidy:fund") == 15000
    ledger.check_books()
    assert set(PresentationSession.objects.values_list("status", flat=True)) == {Status.UNLOCKED}


def test_states_are_listed_whole() -> None:
    assert set(states.CAME_FROM) == set(Status) - {Status.REQUESTED}
