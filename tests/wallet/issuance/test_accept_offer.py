"""An offer is read, answered once and becomes a card; whatever fails leaves nothing behind."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import quote

import pytest

from common.adapters.limits import cache_backends
from common.oid4vci.errors import InvalidMessageError
from tests.wallet.account.test_vault import dump
from tests.wallet.fakes import ISSUER, ORIGIN, VCT, Network, Office, reply
from tests.wallet.issuance.offers_fixture import take
from wallet.account.pending import NothingPendingError
from wallet.account.vault import Vault
from wallet.credentials import cards
from wallet.issuance import accept_offer
from wallet.issuance.accept_offer import (
    AlreadyAcceptedError,
    WrongTxCodeError,
)
from wallet.issuance.credential_offer import OfferExpiredError
from wallet.issuance.credential_request import UnsuitableOfferError
from wallet.issuer_client.transport import IssuerUnreachableError
from wallet.models import Card, Pending


def test_two_formats_become_one_card(vault: Vault, office: Office, now: datetime) -> None:
    id = accept_offer.receive_offer(vault, office.link, now=now)
    offer = accept_offer.read_offer(vault, id, now=now)
    assert (offer.issuer_name, list(offer.groups)) == ("Civil Registry", ["Birth certificate"])
    assert not office.used
    (card,) = accept_offer.accept(vault, id, tx_code=None, now=now)
    assert [card] == list(cards.held_cards(vault))
    assert [(copy.format, copy.key.curve) for copy in card.copies] == [
        ("ldp_vc", "Ed25519"),
        ("dc+sd-jwt", "P-256"),
    ]
    face = cards.card_face(card, now=now)
    assert face.status == "valid"
    assert [(row.label, row.value) for row in face.rows] == [
        ("Given names", "Ana Wayra"),
        ("Family names", "Quispe Ñahui"),
        ("Born on", "25 May 1990"),
    ]
    assert office.notifications == [
        {"notification_id": "note-ldp_vc", "event": "credential_accepted"},
        {"notification_id": "note-dc+sd-jwt", "event": "credential_accepted"},
    ]
    assert not Pending.objects.exists()


def test_an_offer_by_value(vault: Vault, office: Office, now: datetime) -> None:
    link = f"https://wallet.example/accept?credential_offer={quote(json.dumps(office.offer))}"
    (card,) = accept_offer.accept(
        vault, accept_offer.receive_offer(vault, link, now=now), tx_code=None, now=now
    )
    assert card.title == "Birth certificate"


def test_the_database_alone_does_not_tell_what_was_taken(vault: Vault, office: Office, now: datetime) -> None:
    office.tx_code = "1234"
    accept_offer.receive_offer(vault, office.link, now=now)
    waiting = dump()
    office.tx_code = None
    office.code = "code-2"
    take(vault, office, now)
    for everything in (waiting, dump()):
        for text in (
            *("wayra", "quispe", "civil-registry", "office.example", "birth", "given_name", "1990-05-25"),
            *("ldp_vc", "sd-jwt", "token-1", "code-1", "note-"),
        ):
            assert text.encode() not in everything.lower(), text


def test_a_code_where_one_is_asked_for(vault: Vault, office: Office, now: datetime) -> None:
    office.tx_code = "4711"
    id = accept_offer.receive_offer(vault, office.link, now=now)
    for number, wrong in enumerate(("0000", "", None), start=1):
        with pytest.raises(WrongTxCodeError):
            accept_offer.accept(vault, id, tx_code=wrong, now=now)
        assert accept_offer.read_offer(vault, id, now=now).attempts == number
    assert office.failures == 1
    accept_offer.accept(vault, id, tx_code="4711", now=now)
    assert Card.objects.count() == 1


def test_an_offer_that_is_gone(vault: Vault, office: Office, now: datetime) -> None:
    office.used = True
    with pytest.raises(OfferExpiredError, match="run out or was already used"):
        accept_offer.receive_offer(vault, office.link, now=now)


def test_an_offer_that_was_used_in_the_meantime(vault: Vault, office: Office, now: datetime) -> None:
    id = accept_offer.receive_offer(vault, office.link, now=now)
    office.used = True
    with pytest.raises(OfferExpiredError):
        accept_offer.accept(vault, id, tx_code=None, now=now)
    with pytest.raises(NothingPendingError):
        accept_offer.read_offer(vault, id, now=now)


def test_an_offer_taken_before_is_named_so(vault: Vault, office: Office, now: datetime) -> None:
    take(vault, office, now)
    office.used = False
    with pytest.raises(AlreadyAcceptedError):
        accept_offer.receive_offer(vault, office.link, now=now)


def test_an_office_that_does_not_answer(vault: Vault, office: Office, now: datetime) -> None:
    id = accept_offer.receive_offer(vault, office.link, now=now)
    silent = office.network.handlers.pop(("POST", f"{ISSUER}/credential"))
    with pytest.raises(IssuerUnreachableError, match="cannot be reached"):
        accept_offer.accept(vault, id, tx_code=None, now=now)
    assert not Card.objects.exists()
    office.network.handlers["POST", f"{ISSUER}/credential"] = silent
    accept_offer.accept(vault, id, tx_code=None, now=now)
    assert office.failures == 0  # the token of the first attempt still served
    assert Card.objects.count() == 1


def test_an_offer_waits_half_an_hour(vault: Vault, office: Office, now: datetime) -> None:
    id = accept_offer.receive_offer(vault, office.link, now=now)
    with pytest.raises(NothingPendingError):
        accept_offer.accept(vault, id, tx_code=None, now=now + timedelta(minutes=31))


def test_an_offer_is_answered_once(vault: Vault, office: Office, now: datetime) -> None:
    id = accept_offer.receive_offer(vault, office.link, now=now)
    accept_offer.accept(vault, id, tx_code=None, now=now)
    with pytest.raises(NothingPendingError):
        accept_offer.accept(vault, id, tx_code=None, now=now)


def test_an_offer_being_answered_is_not_answered_again(vault: Vault, office: Office, now: datetime) -> None:
    id = accept_offer.receive_offer(vault, office.link, now=now)
    Pending.objects.update(taken=True)
    with pytest.raises(NothingPendingError, match="at this moment"):
        accept_offer.accept(vault, id, tx_code=None, now=now)
    assert not office.used


def test_an_offer_of_somebody_else_is_not_there(vault: Vault, office: Office, now: datetime) -> None:
    from wallet.account import accounts

    id = accept_offer.receive_offer(vault, office.link, now=now)
    other = accounts.create_wallet_account("Mallory", "another passphrase altogether")
    with pytest.raises(NothingPendingError):
        accept_offer.accept(other, id, tx_code=None, now=now)


def test_declining_takes_nothing(vault: Vault, office: Office, now: datetime) -> None:
    accept_offer.decline_offer(vault, accept_offer.receive_offer(vault, office.link, now=now), now=now)
    assert not office.used
    assert not Pending.objects.exists()


# --- what an offer must be --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "openid-credential-offer://?credential_offer_uri=http%3A%2F%2Foffice.example%2Foffer",
        "openid-credential-offer://?credential_offer_uri=file%3A%2F%2F%2Fetc%2Fpasswd",
        "openid-credential-offer://?credential_offer=%7B%7D",
        "openid-credential-offer://",
        "hello",
    ],
)
def test_what_is_no_offer(vault: Vault, network: Network, now: datetime, text: str) -> None:
    with pytest.raises(InvalidMessageError):
        accept_offer.receive_offer(vault, text, now=now)
    assert network.asked == []


@pytest.mark.parametrize("host", ["127.0.0.1", "169.254.169.254", "[::1]", "10.0.0.1"])
def test_an_offer_does_not_lead_into_private_networks(vault: Vault, now: datetime, host: str,
                                                     monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    from common.adapters.network import http

    monkeypatch.setattr(http, "transport", http._over_the_network)
    with pytest.raises(IssuerUnreachableError):
        accept_offer.receive_offer(
            vault, f"openid-credential-offer://?credential_offer_uri=https%3A%2F%2F{host}%2Foffer", now=now
        )


def test_metadata_of_another_issuer(vault: Vault, office: Office, now: datetime) -> None:
    lie = json.loads(office.metadata({}, b"").body) | {"credential_issuer": f"{ORIGIN}/issuers/other"}
    where = f"{ORIGIN}/.well-known/openid-credential-issuer/issuers/civil-registry"
    office.network.handlers["GET", where] = lambda headers, body: reply(lie)
    with pytest.raises(InvalidMessageError, match="another issuer"):
        accept_offer.receive_offer(vault, office.link, now=now)


def test_a_form_that_is_not_known_here(vault: Vault, office: Office, now: datetime) -> None:
    offer = {**office.offer, "credential_configuration_ids": ["birth.mso_mdoc"]}
    office.network.handlers["GET", f"{ISSUER}/offers/1"] = lambda headers, body: reply(offer)
    with pytest.raises(UnsuitableOfferError):
        accept_offer.receive_offer(vault, office.link, now=now)


def test_deleting_a_card_tells_the_office(vault: Vault, office: Office, now: datetime) -> None:
    take(vault, office, now)
    office.notifications.clear()
    cards.delete_card(vault, next(cards.held_cards(vault)).id, now=now)
    assert not Card.objects.exists()
    assert [note["event"] for note in office.notifications] == ["credential_deleted"] * 2


def test_live_status_follows_the_list(vault: Vault, office: Office, now: datetime) -> None:

    office.with_status = True
    take(vault, office, now)
    (card,) = cards.held_cards(vault)
    for value, word in ((0, "valid"), (2, "suspended"), (1, "revoked")):
        office.status = value
        cache_backends.forget_cached()
        assert cards.live_status(card, now=now) == word
    late = now.replace(year=2127)
    assert cards.live_status(card, now=late) == "expired"
    assert cards.live_status(replace(card, copies=card.copies[:1]), now=now) == "valid"
    assert VCT in card.copies[1].types


@pytest.mark.parametrize(
    "suites", [("eddsa-rdfc-2022", "ecdsa-rdfc-2019"), ("ecdsa-jcs-2019",), ("unheard-of", "eddsa-jcs-2022")]
)
def test_keys_are_shown_by_presentations_where_nothing_else_is_taken(
    vault: Vault, office: Office, now: datetime, suites: tuple[str, ...]
) -> None:
    office.proof_types = {"di_vp": suites}
    (card,) = accept_offer.accept(
        vault, accept_offer.receive_offer(vault, office.link, now=now), tx_code=None, now=now
    )
    assert {copy.format for copy in card.copies} == {"ldp_vc", "dc+sd-jwt"}


def test_a_plain_proof_comes_before_a_presentation(vault: Vault, office: Office, now: datetime) -> None:
    office.proof_types = {"di_vp": ("eddsa-rdfc-2022",), "jwt": ("ES256",)}
    accept_offer.accept(vault, accept_offer.receive_offer(vault, office.link, now=now), tx_code=None, now=now)
    for types in ({"di_vp": ("unheard-of",)}, {"cwt": ("ES256",)}, {"jwt": ("RS256",)}):
        office.proof_types, office.used, office.code = types, False, "code-2"
        with pytest.raises(UnsuitableOfferError, match="form that this wallet cannot keep"):
            accept_offer.receive_offer(vault, office.link, now=now)
