"""Who signs a request is proven and bears its registered name; who signs none proves nobody."""

from datetime import datetime

import pytest

from common.errors import FetchError
from common.keys import PrivateKey
from common.oid4vp.client_id import ClientId
from common.oid4vp.errors import InvalidRequestError
from common.oid4vp.request import create_link_by_value
from tests.wallet.consenting import ask
from tests.wallet.fakes import CLINIC, Service, reply
from wallet.account.vault import Vault
from wallet.models import RegisteredVerifier
from wallet.presentation import authorization_request, authorization_response


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
    asked = authorization_response.consent_screen(
        holder, authorization_request.receive_request(holder, link, now=now), now=now
    ).asked
    assert (asked.authenticated, asked.registered, asked.identity) == (False, "", "clinic.example")


def test_signed_with_a_key_that_is_not_the_clients(
    holder: Vault, clinic: Service, now: datetime, mallory: PrivateKey
) -> None:
    published = clinic.did_document({}, b"")
    clinic.network.handlers["GET", "https://clinic.example/.well-known/did.json"] = lambda h, b: published
    clinic.key = mallory.named(f"{CLINIC}#key")
    with pytest.raises(InvalidRequestError):
        ask(holder, clinic, now)


def test_a_request_that_cannot_be_had(holder: Vault, clinic: Service, now: datetime) -> None:
    clinic.network.handlers["GET", "https://clinic.example/request/1"] = lambda h, b: reply("", 404)
    with pytest.raises(FetchError, match="cannot be reached, or its request has run out"):
        ask(holder, clinic, now)
