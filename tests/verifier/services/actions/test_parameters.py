"""What could open nothing is refused where it is entered; a row of old that is wrong refuses in words."""

import json
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from common.errors import SelloError
from tests.verifier.holders import Person, post
from tests.verifier.requests_fixture import ask, state_of
from verifier.errors import ServiceSetupError
from verifier.models import GatewayAccount, PresentationSession, Service
from verifier.presentation.requests import create_request
from verifier.services import sample
from verifier.services.actions import ACTIONS, action_of, check_action
from verifier.services.catalogue import find_service

pytestmark = pytest.mark.usefixtures("site")
PAYMENT = {
    "programme": "subsidy", "purpose": "Subsidy", "reference": "SUBSIDY", "payee": "Cash at the counter",
}  # fmt: skip
REGISTRY = {"authority": "https://a.example", "authority_name": "A", "purpose": "Care"}
MANDATE = {"authority": "https://a.example", "purpose": "Care", "attributes": ["alive"]}


@pytest.mark.parametrize(
    ("action", "parameters", "said"),
    [
        ("acount", {"per": "national_id"}, "Unknown action 'acount'; known: account, admission"),
        ("", {}, "Unknown action"),
        ("account", {}, "needs the parameter per"),
        ("account", {"per": ["national_id"]}, "per is a text"),
        (
            "account",
            {"per": "national_id", "pre": "x"},
            "Unknown parameter of a service of the action account",
        ),
        ("account", ["per"], "is an object of parameters"),
        ("account", {"per": "national_id", "documents": "Identity"}, "documents is an object"),
        ("account", {"per": "national_id", "mandate": {**MANDATE, "attributes": "alive"}}, "list of texts"),
        ("admission", {}, "needs the parameter claim"),
        ("admission", {"claim": True}, "claim is a text"),
        ("registry", {**REGISTRY, "authority": ""}, "needs the parameter authority"),
        ("registry", {**REGISTRY, "consent": {"attributes": ["a"]}}, "Consent needs the parameter days"),
        ("registry", {**REGISTRY, "consent": {"attributes": ["a"], "days": "30"}}, "number of days"),
        ("registry", {**REGISTRY, "labels": ["A"]}, "labels is an object"),
        ("payment", {}, "needs the parameter payment"),
        ("payment", {"payment": "subsidy"}, "payment is an object"),
        (
            "payment",
            {"payment": {**PAYMENT, "programme": "other"}},
            "Unknown programme 'other'; known: subsidy",
        ),
        ("payment", {"payment": {**PAYMENT, "amount": "5.00"}}, "Unknown parameter of payment 'amount'"),
        ("payment", {"payment": {**PAYMENT, "signed_with": "identity"}}, "signed_with is a list"),
    ],
)
def test_a_wrong_service_is_refused_where_it_is_entered(
    action: str, parameters: Any, said: str, admin_client: Client
) -> None:
    with pytest.raises(SelloError, match=said):
        check_action(action, parameters)
    service = Service.objects.get(slug="mobile-money")
    page = f"/admin/verifier/service/{service.pk}/change/"
    form = {
        "slug": service.slug, "title": service.title, "provider": service.provider, "staff": [],
        "purpose": service.purpose, "query": json.dumps(service.query), "action": action,
        "parameters": json.dumps(parameters),
    }  # fmt: skip
    assert admin_client.post(page, form).status_code == 200  # the form again, with its errors
    service.refresh_from_db()
    assert (service.action, service.parameters["per"]) == ("account", "national_id")
    changed = admin_client.post(page, {**form, "action": "account", "parameters": '{"per": "passport"}'})
    assert changed.status_code == 302
    service.refresh_from_db()
    assert service.parameters == {"per": "passport"}


def test_the_sample_services_are_right() -> None:
    for service in Service.objects.all():
        assert action_of(service) is ACTIONS[service.action]


def test_a_wrong_sample_is_not_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    before = Service.objects.get(slug="over-18").parameters
    monkeypatch.setattr(sample, "_services", lambda: [{**sample._over_18(), "parameters": {"claims": {}}}])
    with pytest.raises(SelloError, match="needs the parameter claim"):
        sample.load_services()
    assert Service.objects.get(slug="over-18").parameters == before


@pytest.mark.parametrize(
    "wrong", [{"parameters": {}}, {"action": "acount"}, {"parameters": {"per": 7}}, {"parameters": []}]
)
def test_a_row_of_old_that_is_wrong_refuses_before_anything_is_lost(
    wrong: dict[str, Any], client: Client, wayra: Person, today: datetime
) -> None:
    created = ask("mobile-money", now=today)
    verified = wayra.ask(client, created.request_uri, now=today)
    before = {name: getattr(find_service("mobile-money"), name) for name in wrong}
    Service.objects.filter(slug="mobile-money").update(**wrong)
    reply = post(client, wayra.answer(verified, now=today))
    assert reply.status_code == 200, reply.content
    session = PresentationSession.objects.get(pk=created.session.pk)
    assert session.status == PresentationSession.Status.VERIFIED
    assert "not set up as it should be" in session.outcome["problem"]
    assert "per" not in session.outcome["problem"]  # what is wrong is the operator's to know
    with pytest.raises(ServiceSetupError):
        create_request(find_service("mobile-money"), same_device=False, now=today)
    page = client.get("/services/mobile-money")
    assert page.status_code == 503
    assert b"not set up as it should be" in page.content
    Service.objects.filter(slug="mobile-money").update(**before)
    assert state_of(created) == PresentationSession.Status.VERIFIED
    assert client.get("/services/mobile-money").status_code == 200


@pytest.mark.parametrize(
    ("kind", "config", "said"),
    [
        ("pigeon", {}, "pigeon is not one of the available choices"),
        ("file", {"foldr": "x"}, "Unknown parameter of a gateway of the kind file"),
        ("file", {"folder": "/etc"}, "folder below VAR_DIR"),
        ("file", ["folder"], "is an object of parameters"),
        ("iso20022", {"payer": "account:7@bank"}, "needs the parameter payer_name"),
        ("voucher", {"days": "many"}, "number of days"),
    ],
)
def test_a_wrong_gateway_is_refused_by_the_form(
    kind: str, config: Any, said: str, admin_client: Client
) -> None:
    form = {"name": "new", "kind": kind, "config": json.dumps(config)}
    reply = admin_client.post("/admin/verifier/gatewayaccount/add/", form)
    assert (reply.status_code, GatewayAccount.objects.filter(name="new").exists()) == (200, False)
    assert said in reply.content.decode()
    right = {"name": "new", "kind": "voucher", "config": '{"days": 30}'}
    assert admin_client.post("/admin/verifier/gatewayaccount/add/", right).status_code == 302
    assert GatewayAccount.objects.get(name="new").config == {"days": 30}
