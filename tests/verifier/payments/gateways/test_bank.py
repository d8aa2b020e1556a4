"""The small bank of deploy/bank: paid through by files, and over sockets while it fails one time in three."""

import random
import threading
from collections.abc import Callable, Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from common.adapters.exchange.registration import Registration, register_partner
from common.adapters.network import http
from common.keys import PrivateKey, jwk
from deploy.bank.accounts import Accounts
from deploy.bank.files import work
from deploy.bank.server import Bank, open_bank
from tests.verifier.payments.conftest import Rail
from verifier.identity import organisation
from verifier.models import PaymentInstruction
from verifier.payments.gateways.g2p_connect.gateway import G2PConnect
from verifier.payments.instructions.ledger import check_books

KEY = PrivateKey("Ed25519", bytes(31) + b"\x09")


def test_from_the_books_to_the_banks_file_and_back(rail: Callable[..., Rail], tmp_path: Path) -> None:
    agency, accounts = rail("iso20022"), Accounts(tmp_path / "bank" / "book.sqlite3")
    good, closed = agency.book("mobile:+59171234567@chaska"), agency.book("account:closed-7@national-bank")
    agency.deliver()
    assert work(tmp_path, accounts) == {"files": 1, "settled": 1, "rejected": 1, "refused": 0}
    assert agency.reconcile()["settled"] == 1
    assert (agency.state(good), agency.state(closed)) == ("SETTLED", "REJECTED")


def test_a_bank_that_died_after_paying_pays_nothing_twice(rail: Callable[..., Rail], tmp_path: Path) -> None:
    agency, accounts = rail("iso20022"), Accounts(tmp_path / "bank" / "book.sqlite3")
    payment = agency.book("account:998@national-bank")
    agency.deliver()
    [path] = (tmp_path / "outbox/pain.001").glob("*.xml")
    file = path.read_bytes()
    for _ in range(2):
        path.write_bytes(file)  # as if the bank had not yet put it away
        work(tmp_path, accounts)
    agency.reconcile()
    assert accounts.total() == 1
    assert agency.state(payment) == "SETTLED"
    assert not payment.disputed


@pytest.fixture
def counter(tmp_path: Path, db: None) -> Iterator[tuple[Bank, ThreadingHTTPServer]]:
    """A bank behind a socket, which knows our key."""
    named = KEY.named(f"bank.example#{jwk.thumbprint(KEY.public_key)}")
    accounts = Accounts(tmp_path / "bank" / "book.sqlite3")
    bank = Bank("bank.example", named, accounts, organisation.sender_id(), chance=random.Random(7))
    own = organisation.organisation_signer(organisation.G2P).public_key
    bank._keys = {jwk.thumbprint(own): own}
    with open_bank(bank, port=0) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield bank, server
        server.shutdown()
        thread.join()


def test_fifty_payments_through_a_bank_that_fails(
    rail: Callable[..., Rail],
    counter: tuple[Bank, ThreadingHTTPServer],
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bank, server = counter
    address = f"http://127.0.0.1:{server.server_address[1]}"
    settings.FETCH_ORIGINS = {*settings.FETCH_ORIGINS, address}
    monkeypatch.setattr(http, "transport", http._over_the_network)
    key = {**jwk.encode(KEY.public_key), "kid": jwk.thumbprint(KEY.public_key)}
    register_partner(
        Registration("bank.example", namespaces=["g2p"], roles=["gateway"], keys=key, address=address)
    )
    agency = rail("g2p-connect", partner="bank.example")
    monkeypatch.setattr(G2PConnect, "max_batch", 5)
    agency.now = timezone.now()
    for number in range(50):
        agency.book(f"account:{number}@bank", amount=100)
    bank.fail = 1 / 3
    for _ in range(40):
        agency.deliver()
        PaymentInstruction.objects.update(next_attempt_at=agency.now)
        if not PaymentInstruction.objects.exclude(state="SETTLED").exists():
            break
    assert set(PaymentInstruction.objects.values_list("state", flat=True)) == {"SETTLED"}
    assert bank.accounts.total() == 50
    check_books()
