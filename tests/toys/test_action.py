"""The toy action is chosen in the admin, refused there where it is set up wrongly, and opens on an answer."""

import json
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from tests.toys import greeting
from tests.verifier.holders import Person, post
from tests.verifier.requests_fixture import ask, state_of
from verifier.models import PresentationSession, Service
from verifier.services.actions import ACTIONS
from verifier.services.actions.base import Action


@pytest.fixture(autouse=True)
def _greeting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ACTIONS, "greeting", Action(greeting.unlock, greeting.PARAMETERS))


def change(client: Client, parameters: dict[str, Any]) -> Any:
    """What the admin answers to whoever gives a sample service this action."""
    service = Service.objects.get(slug="mobile-money")
    form = {
        "slug": service.slug, "title": service.title, "provider": service.provider, "staff": [],
        "purpose": service.purpose, "query": json.dumps(service.query), "action": "greeting",
        "parameters": json.dumps(parameters),
    }  # fmt: skip
    return client.post(f"/admin/verifier/service/{service.pk}/change/", form)


@pytest.mark.usefixtures("site")
def test_it_opens_on_a_real_answer(
    admin_client: Client,
    client: Client,
    wayra: Person,
    today: datetime,
) -> None:
    assert change(admin_client, {"words": "Welcome", "name": "given_name"}).status_code == 302
    created = ask("mobile-money", now=today)
    verified = wayra.ask(client, created.request_uri, now=today)
    assert post(client, wayra.answer(verified, now=today)).status_code == 200
    assert state_of(created) == PresentationSession.Status.UNLOCKED
    assert created.session.outcome["unlocked"] == "greeting"


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"name": "given_name"}, "needs the parameter words"),
        ({"words": 7, "name": "given_name"}, "words is a text"),
        ({"words": "Welcome", "nmae": "given_name"}, "Unknown parameter"),
    ],
)
def test_a_wrong_parameter_is_refused_where_it_is_entered(
    admin_client: Client, parameters: dict[str, Any], said: str
) -> None:
    reply = change(admin_client, parameters)
    assert reply.status_code == 200
    assert said in reply.content.decode()
    assert Service.objects.get(slug="mobile-money").action == "account"
