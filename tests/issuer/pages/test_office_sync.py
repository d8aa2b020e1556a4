"""The officer's page of what a registry leads: look, let it happen, and what is none of this office."""

import re

import pytest
from django.test import Client
from pytest_django import Settings

from issuer.models import Authority, Configuration, IssuedCredential, StatusChange
from tests.client_response import ClientResponse
from tests.issuer.pages.test_office import sign_in
from tests.issuer.rules_fixture import country, death, issued, store

pytestmark = pytest.mark.django_db
DEATHS, FARMERS = "/office/registries/deaths/following", "/office/registries/farmers/following"


@pytest.fixture
def farmer(settings: Settings) -> Configuration:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # quick, for tests alone
    found = country()
    issued(found)
    store("deaths", death(1, of=1))
    return found


def plan(page: ClientResponse) -> str:
    found = re.search(r'name="plan" value="(\w+)"', page.content.decode())
    assert found is not None
    return found[1]


def test_look_and_let_it_happen(client: Client, farmer: Configuration) -> None:
    sign_in(client, "carla", "civil-registry")
    page = client.get(DEATHS)
    text = page.content.decode()
    assert "Credentials revoked" in text
    assert "F-1" not in text  # the farmer registry's own number
    assert IssuedCredential.objects.get().state == "valid"
    answer = client.post(DEATHS, {"plan": plan(page)}, follow=True)
    assert "Credentials revoked: 1." in answer.content.decode()
    assert "There is nothing to do." in answer.content.decode()
    assert StatusChange.objects.get().actor == "carla"
    assert "carla" in answer.content.decode()


def test_only_what_was_looked_at_happens(client: Client, farmer: Configuration) -> None:
    issued(farmer, "F-2")
    sign_in(client, "carla", "civil-registry")
    seen = plan(client.get(DEATHS))
    store("deaths", death(2, of=2))
    for said in (seen, "", "-"):
        answer = client.post(DEATHS, {"plan": said} if said else {}, follow=True)
        assert "look again" in answer.content.decode()
    assert StatusChange.objects.count() == 0


def test_it_is_another_offices_page(client: Client, farmer: Configuration) -> None:
    sign_in(client, "fatima", "farmer-registry")
    assert client.get(DEATHS).status_code == 404
    assert client.post(DEATHS, {"plan": "x"}).status_code == 404
    page = client.get(FARMERS).content.decode()
    assert "The record says something else" in page
    assert Authority.objects.get(slug="farmer-registry").officers.count() == 1
