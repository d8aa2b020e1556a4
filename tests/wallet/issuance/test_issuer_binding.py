"""Cards that somebody else sealed than the office which hands them out."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import pytest

from common.adapters.network import http
from common.did import did_jwk
from common.keys import PrivateKey, jwk, jws
from tests.wallet.fakes import ISSUER, ORIGIN, Office, reply
from wallet.account.vault import Vault
from wallet.credentials import cards
from wallet.issuance import accept_offer
from wallet.issuance.received_credentials import ReceivedCredentialError
from wallet.models import Card

SEALER = PrivateKey("P-256", bytes(31) + b"\x51")
BY_KEY = did_jwk.encode(SEALER.public_key)
BY_WEB = "did:web:seals.example"
LINKS = f"{ORIGIN}/.well-known/did-configuration.json"
KEYS = f"{ORIGIN}/.well-known/jwt-vc-issuer/issuers/civil-registry"


@pytest.fixture
def office(office: Office) -> Office:
    """An office whose cards a did:jwk seals, and that offers an SD-JWT alone."""
    sealed_by(office, BY_KEY, f"{BY_KEY}#0")
    offer = {**office.offer, "credential_configuration_ids": ["birth.dc+sd-jwt"]}
    office.network.handlers["GET", f"{ISSUER}/offers/1"] = lambda h, b: reply(offer)
    return office


def sealed_by(office: Office, did: str, kid: str, **document: Any) -> None:
    office.iss, office.es256 = did, SEALER.named(kid)
    method = {
        "id": kid,
        "type": "JsonWebKey",
        "controller": did,
        "publicKeyJwk": jwk.encode(SEALER.public_key),
    }
    source = {"id": did, "verificationMethod": [method], "assertionMethod": [kid], **document}
    office.network.handlers["GET", "https://seals.example/.well-known/did.json"] = lambda h, b: reply(source)


def says(value: Any) -> Callable[[Mapping[str, str], bytes], http.HttpReply]:
    return lambda headers, body: reply(value)


def linkage(now: datetime, *, signer: PrivateKey = SEALER, kid: str = f"{BY_KEY}#0", **changes: Any) -> str:
    """A DomainLinkageCredential as the specification signs it."""
    did = changes.get("did", BY_KEY)
    vc = {
        "@context": [
            "https://www.w3.org/2018/credentials/v1",
            "https://identity.foundation/.well-known/did-configuration/v1",
        ],
        "type": ["VerifiableCredential", changes.get("type", "DomainLinkageCredential")],
        "issuer": did,
        "issuanceDate": "2025-01-01T00:00:00Z",
        "expirationDate": changes.get("ends", "2127-01-01T00:00:00Z"),
        "credentialSubject": {"id": changes.get("subject", did), "origin": changes.get("origin", ORIGIN)},
    }
    claims = {"iss": did, "sub": vc["credentialSubject"]["id"], "vc": vc}
    return jws.sign({"kid": kid}, claims, signer=signer)


def kept(vault: Vault, office: Office, now: datetime) -> Any:
    id = accept_offer.receive_offer(vault, office.link, now=now)
    accept_offer.accept(vault, id, tx_code=None, now=now)
    [card] = cards.held_cards(vault)
    return card


def test_by_nobody_who_is_bound_to_the_office(vault: Vault, office: Office, now: datetime) -> None:
    with pytest.raises(ReceivedCredentialError, match="somebody other"):
        kept(vault, office, now)
    assert not Card.objects.exists()
    assert office.notifications[0]["event"] == "credential_failure"


def test_by_a_did_that_the_offices_origin_links(vault: Vault, office: Office, now: datetime) -> None:
    office.network.handlers["GET", LINKS] = says({"linked_dids": [7, "x", linkage(now)]})
    card = kept(vault, office, now)
    assert (card.issuer, card.issuer_name, card.sealed_by) == (ISSUER, "Civil Registry", BY_KEY)


@pytest.mark.parametrize(
    "changes",
    [
        {"origin": "https://other.example"},
        {"origin": ORIGIN.replace("office", "x.office")},
        {"subject": "did:example:other"},
        {"type": "Other"},
        {"ends": "2025-02-01T00:00:00Z"},
        {"signer": PrivateKey("P-256", bytes(31) + b"\x52")},
    ],
)
def test_a_link_that_binds_nothing(
    vault: Vault, office: Office, now: datetime, changes: dict[str, Any]
) -> None:
    office.network.handlers["GET", LINKS] = says({"linked_dids": [linkage(now, **changes)]})
    with pytest.raises(ReceivedCredentialError, match="somebody other"):
        kept(vault, office, now)


def test_by_a_key_that_the_office_publishes(vault: Vault, office: Office, now: datetime) -> None:
    other = PrivateKey("P-256", bytes([9]) * 32).public_key
    keys = [{**jwk.encode(SEALER.public_key), "kid": "0"}, jwk.encode(other)]
    office.network.handlers["GET", KEYS] = says({"issuer": ISSUER, "jwks": {"keys": keys}})
    assert kept(vault, office, now).sealed_by == BY_KEY


def test_by_another_key_than_the_office_publishes(vault: Vault, office: Office, now: datetime) -> None:
    keys = [{**jwk.encode(PrivateKey("P-256", bytes([9]) * 32).public_key), "kid": "0"}]
    office.network.handlers["GET", KEYS] = says({"issuer": ISSUER, "jwks": {"keys": keys}})
    with pytest.raises(ReceivedCredentialError, match="somebody other"):
        kept(vault, office, now)


@pytest.mark.parametrize("endpoint", [ORIGIN, f"{ORIGIN}/", ISSUER, [ORIGIN], {"origins": [f"{ORIGIN}/"]}])
def test_by_a_did_that_names_the_office(vault: Vault, office: Office, now: datetime, endpoint: Any) -> None:
    service = {"id": f"{BY_WEB}#l", "type": "LinkedDomains", "serviceEndpoint": endpoint}
    sealed_by(office, BY_WEB, f"{BY_WEB}#k", service=[service])
    assert kept(vault, office, now).sealed_by == BY_WEB


@pytest.mark.parametrize("endpoint", ["https://other.example", f"{ORIGIN}.other.example", 7, {}, None])
def test_by_a_did_that_names_somebody_else(
    vault: Vault, office: Office, now: datetime, endpoint: Any
) -> None:
    service = {"id": f"{BY_WEB}#l", "type": "LinkedDomains", "serviceEndpoint": endpoint}
    sealed_by(office, BY_WEB, f"{BY_WEB}#k", service=[service])
    with pytest.raises(ReceivedCredentialError, match="somebody other"):
        kept(vault, office, now)


@pytest.mark.parametrize("services", [None, {}, "x", [None]])
def test_by_a_did_whose_services_say_nothing(
    vault: Vault, office: Office, now: datetime, services: Any
) -> None:
    sealed_by(office, BY_WEB, f"{BY_WEB}#k", service=services)
    with pytest.raises(ReceivedCredentialError, match="somebody other"):
        kept(vault, office, now)
