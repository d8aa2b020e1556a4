"""Many at once: nothing is lost, nothing collides. The same tests run on SQLite and on PostgreSQL."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings

from common.adapters.documents.sources import sources
from common.encoding import strict_json
from common.keys import PrivateKey
from common.status import bits, bitstring, token
from issuer.issuance.credential_request import issue_directly
from issuer.models import IssuedCredential, Session, StatusChange, StatusList
from issuer.status import change
from issuer.status import lists as statuses
from issuer.status.indexes import allocate_indexes
from tests.issuer.protocol import TinyWallet, make_farmers, offer_now

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 50


def at_once(act: Callable[[int], Any], count: int = MANY) -> list[Any]:
    """`act(0)` to `act(count - 1)` by as many threads, each with a connection of its own."""

    def alone(number: int) -> Any:
        try:
            return act(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(alone, range(count)))


def test_fifty_issuances_and_revocations_at_once(settings: Settings) -> None:
    settings.RATE_LIMITS = dict.fromkeys(settings.RATE_LIMITS, 10_000)
    farmer = make_farmers(count=MANY)
    offers = [offer_now(farmer, f"F-{number + 1:04}") for number in range(MANY)]

    def issue_and_revoke(number: int) -> int:
        key = PrivateKey("P-256", bytes(30) + bytes([2, number]))
        wallet = TinyWallet(farmer.authority, key, Client())
        access_token = wallet.token(offers[number]).json()["access_token"]
        for format_ in ("ldp_vc", "dc+sd-jwt"):
            answer = wallet.request(access_token, f"farmer.{format_}", wallet.proof(wallet.nonce()))
            assert answer.status_code == 200, answer.content
        credential = IssuedCredential.objects.filter(record_key=f"F-{number + 1:04}").first()
        assert credential is not None
        change.set_status(credential, "revoked", reason="test", actor="test", now=datetime.now(UTC))
        return number

    assert at_once(issue_and_revoke) == list(range(MANY))
    rows = IssuedCredential.objects.all()
    assert len({(row.status_list_id, row.status_index) for row in rows}) == len(rows) == 2 * MANY
    assert {row.state for row in rows} == {"revoked"}
    assert StatusChange.objects.count() == 2 * MANY
    assert set(Session.objects.values_list("state", flat=True)) == {"issued"}
    for kind in ("bitstring", "token"):
        expected = {row.status_index for row in rows if row.status_list.kind == kind}
        assert published_bits(farmer.authority, kind) == expected


def published_bits(authority: Any, kind: str) -> set[int]:
    """The indexes that the published list of revocations sets."""
    name = "token-1" if kind == "token" else "revocation-1"
    found = statuses.published_list(authority, name, now=datetime.now(UTC))
    assert found is not None
    if kind == "token":
        entries = token.verify(
            found.body.decode(),
            uri=f"{authority.identifier}/status/{name}",
            issuer=authority.identifier,
            issuer_key=sources().issuer_key,
            now=datetime.now(UTC),
        ).statuses
    else:
        encoded = strict_json.loads_object(found.body)["credentialSubject"]["encodedList"]
        entries = bitstring.decode_list(encoded)
    assert isinstance(entries, bits.StatusBits)
    return {index for index in range(len(entries)) if entries[index] == 1}


@pytest.mark.parametrize("state", ["suspended", "revoked"])
def test_withdrawing_and_issuing_at_once(ana: PrivateKey, state: str, settings: Settings) -> None:
    """Whoever is first: no copy of the card is valid afterwards."""
    settings.RATE_LIMITS = dict.fromkeys(settings.RATE_LIMITS, 10_000)
    farmer = make_farmers()
    first, _ = issue_directly(farmer, "F-0001", "ldp_vc", holder=None, now=datetime.now(UTC))
    tokens = [TinyWallet(farmer.authority, ana, Client()).token(offer_now(farmer)).json() for _ in range(10)]

    def act(number: int) -> int:
        if number == 5:
            change.set_status(first, state, reason="test", actor="test", now=datetime.now(UTC))
            return 0
        wallet = TinyWallet(farmer.authority, ana, Client())
        proof = wallet.proof(wallet.nonce())
        found: int = wallet.request(tokens[number]["access_token"], "farmer.dc+sd-jwt", proof).status_code
        return found

    answers = Counter(at_once(act, 10))
    assert IssuedCredential.objects.count() == 1 + answers[200]
    assert set(IssuedCredential.objects.values_list("state", flat=True)) == {state}
    assert not Session.objects.filter(ended_at=None).exists()


def test_two_changes_of_one_credential_at_once() -> None:
    farmer = make_farmers()
    row, _ = issue_directly(farmer, "F-0001", "dc+sd-jwt", holder=None, now=datetime.now(UTC))

    def revoke(number: int) -> str:
        try:
            change.set_status(row, "revoked", reason="test", actor=str(number), now=datetime.now(UTC))
        except change.StatusChangeError:
            return "refused"
        return "revoked"

    assert Counter(at_once(revoke, 8)) == {"revoked": 1, "refused": 7}
    assert StatusChange.objects.count() == 1


def test_a_code_is_exchanged_once(ana: PrivateKey, settings: Settings) -> None:
    settings.RATE_LIMITS = dict.fromkeys(settings.RATE_LIMITS, 10_000)
    farmer = make_farmers()
    offer = offer_now(farmer)
    answers = at_once(lambda _: TinyWallet(farmer.authority, ana, Client()).token(offer).status_code, 12)
    assert Counter(answers) == {200: 1, 400: 11}


def test_wrong_transaction_codes_are_all_counted(ana: PrivateKey, settings: Settings) -> None:
    settings.RATE_LIMITS = dict.fromkeys(settings.RATE_LIMITS, 10_000)
    farmer = make_farmers()
    offer = offer_now(farmer, tx_code=True)
    wrong = [code for code in map("{:06}".format, range(13)) if code != offer.tx_code][:12]
    at_once(lambda n: TinyWallet(farmer.authority, ana, Client()).token(offer, tx_code=wrong[n]), 12)
    session = Session.objects.get()
    assert (session.state, session.failed_tries) == ("failed", 5)


def test_a_nonce_is_spent_once(ana: PrivateKey, settings: Settings) -> None:
    settings.RATE_LIMITS = dict.fromkeys(settings.RATE_LIMITS, 10_000)
    farmer = make_farmers()
    wallet = TinyWallet(farmer.authority, ana, Client())
    access_token = wallet.token(offer_now(farmer)).json()["access_token"]
    nonce = wallet.nonce()

    def ask(_: int) -> int:
        mine = TinyWallet(farmer.authority, ana, Client())
        found: int = mine.request(access_token, "farmer.dc+sd-jwt", mine.proof(nonce)).status_code
        return found

    assert Counter(at_once(ask, 12)) == {200: 1, 400: 11}


def test_blocks_do_not_overlap_where_a_list_is_full() -> None:
    farmer = make_farmers()
    StatusList.objects.create(authority=farmer.authority, kind="token", number=1, size=100)
    blocks = at_once(lambda _: allocate_indexes(farmer.authority, "token", 9), 20)
    places = [(slot.status_list.number, slot.index) for block in blocks for slot in block]
    assert len(set(places)) == len(places) == 180
    assert Counter(number for number, _ in places) == {1: 100, 2: 80}
    assert StatusList.objects.count() == 2
