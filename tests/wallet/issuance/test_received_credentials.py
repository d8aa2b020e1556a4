"""What arrives is verified before it is kept; what does not hold is refused."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest

from common.errors import SelloError
from common.formats.base import Secured
from common.keys import PrivateKey
from tests.tampering import flip
from tests.wallet.fakes import DID, ISSUER, ORIGIN, Network, Office, holder_of, reply
from tests.wallet.issuance.offers_fixture import take
from wallet.account.pending import UNTIL
from wallet.account.vault import Vault
from wallet.credentials import cards
from wallet.issuance import accept_offer
from wallet.issuance.received_credentials import ReceivedCredentialError
from wallet.models import Card, Pending


def refused(vault: Vault, office: Office, now: datetime, reason: str) -> None:
    with pytest.raises(ReceivedCredentialError, match=reason):
        take(vault, office, now)
    assert not Card.objects.exists()
    assert not Pending.objects.exists()
    assert {note["event"] for note in office.notifications} == {"credential_failure"}


def change_claim(secured: Secured) -> Secured:
    if isinstance(secured, Mapping):
        subject = {**secured["credentialSubject"], "given_name": "Mallory"}
        return {**secured, "credentialSubject": subject}
    return secured


def change_signature(secured: Secured) -> Secured:
    if isinstance(secured, str):
        header, claims, rest = secured.split(".", 2)
        return f"{header}.{claims}.{flip(rest, 0)}"
    return secured


def add_disclosure(secured: Secured) -> Secured:
    return f"{secured}WyJzYWx0IiwgInJvbGUiLCAibWluaXN0ZXIiXQ~" if isinstance(secured, str) else secured


@pytest.mark.parametrize("tamper", [change_claim, change_signature, add_disclosure])
def test_tampered_with_on_the_way(vault: Vault, office: Office, now: datetime, tamper: object) -> None:
    office.tamper = tamper  # type: ignore[assignment]
    refused(vault, office, now, "Its seal does not hold")


def test_signed_with_another_key(vault: Vault, office: Office, now: datetime, mallory: PrivateKey) -> None:
    published = office.did_document({}, b"")
    office.network.handlers["GET", f"{ISSUER}/did.json"] = lambda headers, body: published
    office.es256 = mallory.named(f"{DID}#ec")
    refused(vault, office, now, "Its seal does not hold")


def test_made_out_to_somebody_else(vault: Vault, office: Office, now: datetime, mallory: PrivateKey) -> None:
    office.holder = holder_of(mallory)
    refused(vault, office, now, "made out to another holder")


def test_sealed_by_another_office(vault: Vault, office: Office, now: datetime, network: Network) -> None:
    other = "did:web:office.example:issuers:farmer-registry"
    document = json.loads(office.did_document({}, b"").body.replace(DID.encode(), other.encode()))
    network.handlers["GET", f"{ORIGIN}/issuers/farmer-registry/did.json"] = lambda h, b: reply(document)
    network.handlers["GET", f"{ORIGIN}/issuers/farmer-registry/context"] = office.context
    office.iss = other
    office.eddsa = office.eddsa.named(f"{other}#ed")
    office.es256 = office.es256.named(f"{other}#ec")
    offer = {**office.offer, "credential_configuration_ids": ["birth.dc+sd-jwt"]}
    network.handlers["GET", f"{ISSUER}/offers/1"] = lambda h, b: reply(offer)
    refused(vault, office, now, "somebody other than the office")


def test_of_another_kind(vault: Vault, office: Office, now: datetime) -> None:
    office.vct = f"{ISSUER}/types/Farmer"
    refused(vault, office, now, "another kind")


def test_expired_on_arrival(vault: Vault, office: Office, now: datetime) -> None:
    id = accept_offer.receive_offer(vault, office.link, now=now)
    office.now = late = now.replace(year=2127)
    row = Pending.objects.get()
    vault.seal(row, {**vault.open(row), UNTIL: (late + timedelta(hours=1)).isoformat()})
    row.save()
    with pytest.raises(ReceivedCredentialError, match="already run out"):
        accept_offer.accept(vault, id, tx_code=None, now=late)
    assert not Card.objects.exists()


@pytest.mark.parametrize("value", [1, 2])
def test_withdrawn_on_arrival(vault: Vault, office: Office, now: datetime, value: int) -> None:
    office.with_status, office.status = True, value
    refused(vault, office, now, "already withdrawn")


def test_a_status_that_cannot_be_asked_is_not_a_withdrawal(
    vault: Vault, office: Office, now: datetime
) -> None:
    office.with_status = True
    office.network.handlers["GET", f"{ISSUER}/status/1"] = lambda headers, body: reply("", 503)
    take(vault, office, now)
    (card,) = cards.held_cards(vault)
    assert cards.live_status(card, now=now) == "undetermined"


def test_more_credentials_than_keys_are_not_taken(vault: Vault, office: Office, now: datetime) -> None:
    given = office.credential

    def twice(headers: Mapping[str, str], body: bytes) -> object:
        value = json.loads(given(headers, body).body)
        return reply({**value, "credentials": value["credentials"] * 2})

    office.network.handlers["POST", f"{ISSUER}/credential"] = twice  # type: ignore[assignment]
    with pytest.raises(SelloError):
        take(vault, office, now)
    assert not Card.objects.exists()
