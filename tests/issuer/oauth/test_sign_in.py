"""The authorization code flow: pushed request, access code, consent, code, token; and every way astray."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from common.keys import PrivateKey
from issuer.models import AccessCode, Authorization, Configuration, IssuedCredential, Session
from issuer.oauth.access_codes import give_access_code
from tests.client_response import ClientResponse
from tests.issuer.haip import REDIRECT, CodeWallet, Person, person_of
from tests.issuer.protocol import make_farmers, offer_now

pytestmark = pytest.mark.django_db


@pytest.fixture
def farmer() -> Configuration:
    return make_farmers()


@pytest.fixture
def wallet(farmer: Configuration, ana: PrivateKey) -> CodeWallet:
    return CodeWallet(farmer.authority, ana, Client())


@pytest.fixture
def person(farmer: Configuration, wallet: CodeWallet) -> Person:
    return person_of(wallet, farmer.registry)


def refusal(response: ClientResponse) -> tuple[int, str]:
    return response.status_code, response.json()["error"]


def pushed(wallet: CodeWallet, **overrides: Any) -> str:
    response = wallet.push(**overrides)
    assert response.status_code == 201, response.content
    assert response.json()["expires_in"] == 600
    found: str = response.json()["request_uri"]
    return found


def test_the_whole_way_without_an_offer(farmer: Configuration, wallet: CodeWallet, person: Person) -> None:
    request_uri = pushed(wallet)
    assert request_uri.startswith("urn:ietf:params:oauth:request_uri:")
    answer = person.walk(request_uri)
    assert (answer["state"], answer["iss"]) == ("state-1", farmer.authority.identifier)
    response = wallet.redeem(answer["code"])
    assert response.status_code == 200, response.content
    token = response.json()["access_token"]
    assert (response.json()["token_type"], "refresh_token" in response.json()) == ("Bearer", False)
    assert wallet.request(token, "farmer.dc+sd-jwt", wallet.proof(wallet.nonce())).status_code == 200
    assert IssuedCredential.objects.get().record_key == "F-0001"
    refused = wallet.request(token, "farmer.ldp_vc", wallet.proof(wallet.nonce()))
    assert refusal(refused) == (400, "unknown_credential_configuration")


def test_authorization_details_bring_identifiers(wallet: CodeWallet, person: Person) -> None:
    request_uri = pushed(wallet, scopes=(), configuration_ids=("farmer.ldp_vc",))
    answer = wallet.redeem(person.walk(request_uri)["code"]).json()
    [detail] = answer["authorization_details"]
    assert detail["credential_identifiers"] == ["farmer.ldp_vc"]


def test_an_offer_leads_to_sign_in(farmer: Configuration, wallet: CodeWallet, person: Person) -> None:
    offer = offer_now(farmer, sign_in=True, formats=["dc+sd-jwt"])
    assert offer.tx_code is None
    state = offer.document["grants"]["authorization_code"]["issuer_state"]
    answer = person.walk(pushed(wallet, issuer_state=state))
    assert wallet.redeem(answer["code"]).status_code == 200
    assert Session.objects.get().state == "token_issued"
    assert refusal(wallet.push(issuer_state=state)) == (400, "invalid_request")


def test_an_offer_for_sign_in_is_no_pre_authorized_code(farmer: Configuration, wallet: CodeWallet) -> None:
    from issuer.issuance.offers import _code

    offer = offer_now(farmer, sign_in=True)
    reference = offer.document["grants"]["authorization_code"]["issuer_state"]
    form = {
        "grant_type": "urn:ietf:params:oauth:grant-type:pre-authorized_code",
        "pre-authorized_code": _code(reference),
    }
    assert refusal(wallet.form("token", form)) == (400, "invalid_grant")


def test_somebody_elses_offer_does_not_open_with_my_code(farmer: Configuration, wallet: CodeWallet) -> None:
    state = offer_now(farmer, sign_in=True).document["grants"]["authorization_code"]["issuer_state"]
    bruno = person_of(wallet, farmer.registry, "F-0002")
    request_uri = pushed(wallet, issuer_state=state)
    assert bruno.sign_in(request_uri).status_code == 200
    assert bruno.decide(request_uri).status_code == 200  # still asked to sign in
    assert not Session.objects.exclude(authorization=None).exists()


def test_issuer_state_that_nobody_gave(wallet: CodeWallet) -> None:
    assert refusal(wallet.push(issuer_state="injected")) == (400, "invalid_request")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": ""}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"client_id": ""}, "invalid_request"),
        ({"redirect_uri": ""}, "invalid_request"),
        ({"redirect_uri": "http://wallet.example/"}, "invalid_request"),
        ({"redirect_uri": "javascript:alert(1)"}, "invalid_request"),
        ({"redirect_uri": "data:text/html,x"}, "invalid_request"),
        ({"redirect_uri": "https://wallet.example/#x"}, "invalid_request"),
        ({"redirect_uri": "https://wallet.example;script-src/"}, "invalid_request"),
        ({"redirect_uri": "https://user@wallet.example/"}, "invalid_request"),
        ({"request_uri": "urn:ietf:params:oauth:request_uri:x"}, "invalid_request"),
        ({"request": "eyJ"}, "invalid_request"),
        ({"scope": "unknown"}, "invalid_scope"),
        ({"scope": ""}, "invalid_scope"),
        ({"dpop_jkt": "x"}, "invalid_request"),
        ({"authorization_details": "["}, "invalid_authorization_details"),
        (
            {"authorization_details": '[{"type":"openid_credential","credential_configuration_id":"x"}]'},
            "invalid_authorization_details",
        ),
    ],
)
def test_requests_that_are_not_taken(wallet: CodeWallet, changes: dict[str, str], code: str) -> None:
    from common.oid4vci.authorization import create_issuance_authorization_request

    fields = {**create_issuance_authorization_request(wallet.asked()), **changes}
    assert refusal(wallet.form("par", fields)) == (400, code)
    assert not Authorization.objects.exists()


def test_unknown_scopes_are_ignored_and_kinds_are_not_mixed(
    farmer: Configuration, wallet: CodeWallet
) -> None:
    assert wallet.push(scopes=("openid", "farmer.ldp_vc", "farmer.dc+sd-jwt")).status_code == 201
    assert Authorization.objects.get().formats == ["ldp_vc", "dc+sd-jwt"]
    from issuer.configurations.types import create_configuration

    create_configuration(farmer.registry, type="Other", name="other")
    assert refusal(wallet.push(scopes=("farmer.ldp_vc", "other.ldp_vc"))) == (400, "invalid_scope")


def test_an_expired_or_strange_reference(wallet: CodeWallet, person: Person) -> None:
    request_uri = pushed(wallet)
    assert person.browser.get(person.page(request_uri, "somebody-else")).status_code == 404
    assert person.browser.get(person.page("urn:ietf:params:oauth:request_uri:x")).status_code == 404
    assert person.browser.get(person.page(request_uri.split(":")[-1])).status_code == 404
    Authorization.objects.update(expires_at=datetime.now(UTC))
    assert person.sign_in(request_uri).status_code == 404


def test_a_request_is_answered_once(wallet: CodeWallet, person: Person) -> None:
    request_uri = pushed(wallet)
    person.walk(request_uri)
    assert person.browser.get(person.page(request_uri)).status_code == 404


def test_saying_no(wallet: CodeWallet, person: Person) -> None:
    request_uri = pushed(wallet)
    answer = person.walk(request_uri, "no")
    assert (answer["error"], answer["state"], "code" in answer) == ("access_denied", "state-1", False)
    assert AccessCode.objects.get().used_at is None
    assert not Session.objects.exists()


def test_the_consent_page_names_wallet_place_and_claims(wallet: CodeWallet, person: Person) -> None:
    request_uri = pushed(wallet)
    person.sign_in(request_uri)
    page = person.browser.get(person.page(request_uri))
    text = page.content.decode()
    for words in ("nobody vouches for", "wallet-of-ana", "https://wallet.example", "family_name", "Farmer"):
        assert words in text, words
    assert "form-action 'self' https://wallet.example;" in page.headers["Content-Security-Policy"]
    assert page.headers["Cache-Control"] == "no-store"
    assert "Quispe" not in text


def test_an_app_with_a_scheme_of_its_own(wallet: CodeWallet, person: Person) -> None:
    request_uri = pushed(wallet, redirect_uri="org.example.wallet://callback?a=b")
    person.sign_in(request_uri)
    page = person.browser.get(person.page(request_uri))
    assert "form-action 'self' org.example.wallet:;" in page.headers["Content-Security-Policy"]
    location = person.decide(request_uri).headers["Location"]
    assert location.startswith("org.example.wallet://callback?a=b&code=")


def test_nobody_agrees_without_signing_in(wallet: CodeWallet, person: Person) -> None:
    request_uri = pushed(wallet)
    assert person.decide(request_uri).status_code == 200
    stranger = Person(wallet, "")
    person.sign_in(request_uri)
    assert stranger.decide(request_uri).status_code == 200
    other = pushed(wallet)
    assert person.decide(other).status_code == 200  # signed in for the first request alone
    assert not Session.objects.exists()


def test_a_form_from_elsewhere(wallet: CodeWallet, person: Person) -> None:
    request_uri = pushed(wallet)
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(person.page(request_uri), {"code": person.access_code}).status_code == 403


# --- access codes -----------------------------------------------------------------------------------------


def test_access_codes_are_read_as_people_write(wallet: CodeWallet, person: Person) -> None:
    typed = f"  {person.access_code.lower().replace('-', ' ').replace('0', 'o').replace('1', 'l')} "
    assert person.sign_in(pushed(wallet), typed).status_code == 302


def test_access_codes_are_good_once(wallet: CodeWallet, person: Person) -> None:
    person.walk(pushed(wallet))
    assert person.sign_in(pushed(wallet)).status_code == 200
    assert AccessCode.objects.get().used_at is not None


def test_a_code_that_signed_in_twice_is_spent_once(
    farmer: Configuration, wallet: CodeWallet, person: Person
) -> None:
    first, second = pushed(wallet), pushed(wallet)
    twin = Person(wallet, person.access_code)
    assert (person.sign_in(first).status_code, twin.sign_in(second).status_code) == (302, 302)
    assert person.decide(first).status_code == 303
    assert twin.decide(second).status_code == 400
    assert Session.objects.count() == 1


def test_a_new_access_code_ends_the_old_one(
    farmer: Configuration, wallet: CodeWallet, person: Person
) -> None:
    give_access_code(farmer.registry, "F-0001", given_by="officer", now=datetime.now(UTC))
    assert person.sign_in(pushed(wallet)).status_code == 200


def test_access_codes_run_out(wallet: CodeWallet, person: Person) -> None:
    AccessCode.objects.update(expires_at=datetime.now(UTC))
    assert person.sign_in(pushed(wallet)).status_code == 200


def test_another_registrys_access_code(wallet: CodeWallet) -> None:
    other = make_farmers("civil-registry", name="birth")
    stranger = person_of(wallet, other.registry)
    assert stranger.sign_in(pushed(wallet)).status_code == 200


def test_five_wrong_access_codes_end_the_request(wallet: CodeWallet, person: Person) -> None:
    request_uri = pushed(wallet)
    for _ in range(5):
        assert person.sign_in(request_uri, "0000-0000-0000").status_code == 200
    assert person.sign_in(request_uri).status_code == 404
    assert person.sign_in(pushed(wallet)).status_code == 302  # the code itself is as good as before


def test_guesses_are_counted_by_address(wallet: CodeWallet, person: Person, settings: Settings) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "sign-in": 2}
    answers = [person.sign_in(pushed(wallet), "0000-0000-0000").status_code for _ in range(3)]
    assert answers == [200, 200, 429]


def test_the_database_does_not_tell_access_codes_nor_codes(wallet: CodeWallet, person: Person) -> None:
    answer = person.walk(pushed(wallet))
    rows = json.dumps(
        [*AccessCode.objects.values(), *Session.objects.values(), *Authorization.objects.values()],
        default=str,
    )
    assert answer["code"] not in rows
    assert person.access_code.replace("-", "") not in rows


# --- the code at the token endpoint -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {"code_verifier": "x" * 43},
        {"code_verifier": "short"},
        {"redirect_uri": "https://mallory.example/callback"},
        {"redirect_uri": f"{REDIRECT}/"},
        {"client_id": "wallet-of-mallory"},
        {"client_id": None},
    ],
)
def test_a_code_for_another_wallet(wallet: CodeWallet, person: Person, changes: dict[str, Any]) -> None:
    code = person.walk(pushed(wallet))["code"]
    assert refusal(wallet.redeem(code, **changes)) == (400, "invalid_grant")
    assert wallet.redeem(code).status_code == 200  # a thief's attempt does not hurt


@pytest.mark.parametrize("name", ["code_verifier", "redirect_uri", "code"])
def test_a_token_request_lacks_something(wallet: CodeWallet, person: Person, name: str) -> None:
    from common.oid4vci.token import create_token_request

    fields = create_token_request(wallet.code_request(person.walk(pushed(wallet))["code"]))
    del fields[name]
    assert refusal(wallet.form("token", fields)) == (400, "invalid_request")


def test_a_code_that_comes_twice_ends_what_it_brought(wallet: CodeWallet, person: Person) -> None:
    code = person.walk(pushed(wallet))["code"]
    token = wallet.redeem(code).json()["access_token"]
    assert refusal(wallet.redeem(code, code_verifier="y" * 43)) == (400, "invalid_grant")
    assert wallet.request(token, "farmer.dc+sd-jwt", wallet.proof(wallet.nonce())).status_code == 200
    assert refusal(wallet.redeem(code)) == (400, "invalid_grant")
    again = wallet.request(token, "farmer.dc+sd-jwt", wallet.proof(wallet.nonce()))
    assert refusal(again) == (401, "invalid_token")


def test_a_code_lives_a_minute(wallet: CodeWallet, person: Person) -> None:
    code = person.walk(pushed(wallet))["code"]
    Session.objects.update(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    assert refusal(wallet.redeem(code)) == (400, "invalid_grant")


def test_another_authoritys_endpoint_does_not_know_the_code(
    wallet: CodeWallet, person: Person, ana: PrivateKey
) -> None:
    other = CodeWallet(make_farmers("civil-registry", name="birth").authority, ana, Client())
    code = person.walk(pushed(wallet))["code"]
    assert refusal(other.redeem(code)) == (400, "invalid_grant")


def test_more_than_was_agreed_to(wallet: CodeWallet, person: Person) -> None:
    code = person.walk(pushed(wallet))["code"]
    refused = wallet.redeem(code, configuration_ids=("farmer.ldp_vc",))
    assert refusal(refused) == (400, "invalid_authorization_details")
