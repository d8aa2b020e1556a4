"""Who is let in at an SPDCI endpoint, and with which message; each attack with what stops it."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote_plus

import pytest

from common.adapters.exchange import endpoints
from common.adapters.exchange.partners import ExchangeLog
from common.adapters.exchange.registration import Registration, register_partner
from common.keys import PrivateKey, jwk
from issuer.models import AccessLog, Outgoing, Registry, Transaction
from tests.issuer.spdci_partner import Spp, by_id, checked, fits, make_registry, make_spp, search

pytestmark = pytest.mark.django_db
PATH = "registry/sync/search"


@pytest.fixture
def farmers() -> Registry:
    return make_registry("farmers", count=3)


@pytest.fixture
def spp(farmers: Registry) -> Spp:
    return make_spp(farmers)


def one(spp: Spp, farmers: Registry, **header: Any) -> dict[str, Any]:
    return spp.message(farmers, "search", search(by_id("FARMER_ID", "F-0001")), **header)


def nothing_was_read() -> bool:
    return not AccessLog.objects.exists() and not Transaction.objects.exists()


def test_a_message_counts_once(spp: Spp, farmers: Registry) -> None:
    body = one(spp, farmers)
    assert spp.post(farmers, PATH, body).status_code == 200
    again = spp.post(farmers, PATH, body)
    assert again.status_code == 400
    assert checked(farmers, again.json()).header.status_reason_code == "rjct.message_id.duplicate"
    fits("fr", f"/{PATH}", "default", again.json())
    assert AccessLog.objects.count() == ExchangeLog.objects.count() == 1
    other = one(spp, farmers, message_id=body["header"]["message_id"])  # signed anew, still the same message
    assert spp.post(farmers, PATH, other).status_code == 400


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"header": 1}'])
def test_bytes_that_are_no_message_are_answered_as_the_text_says(
    body: bytes, spp: Spp, farmers: Registry
) -> None:
    now = spp.post(farmers, PATH, body)
    assert now.status_code == 400
    assert checked(farmers, now.json()).header.status == "rjct"
    fits("fr", f"/{PATH}", "default", now.json())
    later = spp.post(farmers, "registry/search", body)
    assert (later.status_code, later.json()["message"]["ack_status"]) == (200, "ERR")
    fits("fr", "/registry/search", "default", later.json())
    assert nothing_was_read()


def swap(path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(body: dict[str, Any]) -> None:
        *parents, name = path.split(".")
        for parent in parents:
            body = body[parent]
        body[name] = value

    return change


TAMPERED: dict[str, tuple[Callable[[dict[str, Any]], None], str]] = {
    "another search": (swap("message.search_request", []), "err.signature.invalid"),
    "another id": (swap("header.message_id", "m"), "err.signature.invalid"),
    "no signature": (lambda body: body.pop("signature"), "err.signature.missing"),
    "an empty signature": (swap("signature", ""), "err.signature.missing"),
    "a word": (swap("signature", "invalid-signature"), "err.signature.invalid"),
    "an unknown sender": (swap("header.sender_id", "nobody.example.org"), "err.sender_id.invalid"),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_what_its_sender_did_not_sign_is_refused(name: str, spp: Spp, farmers: Registry) -> None:
    change, code = TAMPERED[name]
    body = one(spp, farmers)
    change(body)
    response = spp.post(farmers, PATH, body)
    assert response.status_code == 401
    assert response.json()["errors"][0]["code"] == code
    fits("fr", f"/{PATH}", "401", response.json())
    assert nothing_was_read()
    assert not ExchangeLog.objects.exists()  # so that a forger cannot use up a partner's identifiers


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_message_has_its_hour(hours: int, spp: Spp, farmers: Registry) -> None:
    body = one(spp, farmers, now=datetime.now(UTC) + timedelta(hours=hours))
    response = spp.post(farmers, PATH, body)
    assert (response.status_code, response.json()["errors"][0]["code"]) == (401, "err.signature.invalid")


def test_a_key_of_another_is_refused(spp: Spp, farmers: Registry, mallory: PrivateKey) -> None:
    spp.key = mallory
    assert spp.post(farmers, PATH, one(spp, farmers)).status_code == 401
    said = Registration("mallory.example.org", keys=jwk.encode(mallory.public_key))
    partner, secret = register_partner(said, new_secret=True)
    thief = Spp(partner, secret, key=mallory)
    as_spp = thief.message(farmers, "search", search(by_id("UIN", "1")), sender_id=spp.partner.sender_id)
    assert thief.post(farmers, PATH, as_spp).json()["errors"][0]["code"] == "err.sender_id.invalid"
    own = thief.post(farmers, PATH, thief.message(farmers, "search", search(by_id("UIN", "1"))))
    assert (own.status_code, own.json()["errors"][0]["code"]) == (403, "err.request.forbidden")
    assert nothing_was_read()


def test_one_registry_is_not_another(spp: Spp, farmers: Registry) -> None:
    social = make_registry("social", count=3)
    person = social.records.get(key="S-0001").data["national_id"]
    response = spp.ask(social, PATH, "search", search(by_id("UIN", person)))
    assert (response.status_code, response.json()["errors"][0]["code"]) == (403, "err.request.forbidden")
    fits("social", f"/{PATH}", "403", response.json())
    aside = spp.post(social, PATH, one(spp, farmers))  # a message to one authority, taken to another
    assert aside.status_code == 400
    assert aside.json()["errors"][0]["code"] == "err.receiver_id.invalid"
    for path in ("registry/search", "registry/subscribe"):
        action = path.rpartition("/")[2]
        message = search(by_id("UIN", person)) if action == "search" else wish()
        response = spp.ask(social, path, action, message)
        assert response.status_code == 403, path
    assert nothing_was_read()


def wish() -> dict[str, Any]:
    return {
        "transaction_id": "t",
        "subscribe_request": [
            {
                "reference_id": "r",
                "timestamp": "2026-01-01T00:00:00Z",
                "subscribe_criteria": {
                    "reg_event_type": "UPDATE",
                    "filter": {"type": "UIN", "value": "1"},
                    "notify_record_type": "Member",
                },
            }
        ],
    }


def test_a_token_is_needed_and_is_its_partners(spp: Spp, farmers: Registry) -> None:
    for token in ("", "Bearer", "Bearer x", "Basic x", f"Bearer {'x' * 5000}"):
        response = spp.post(farmers, PATH, one(spp, farmers), authorization=token)
        assert (response.status_code, response.json()["errors"][0]["code"]) == (
            401, "err.request.unauthorized",
        )  # fmt: skip
    assert spp.post(farmers, PATH, one(spp, farmers)).status_code == 200
    register_partner(Registration(spp.partner.sender_id), new_secret=True)  # a new secret ends the old tokens
    assert spp.post(farmers, PATH, one(spp, farmers)).status_code == 401


def test_a_token_is_for_an_hour(spp: Spp, farmers: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    assert spp.post(farmers, PATH, one(spp, farmers)).status_code == 200
    later = datetime.now(UTC) + timedelta(minutes=61)
    monkeypatch.setattr(endpoints, "timezone", SimpleNamespace(now=lambda: later))
    late = one(spp, farmers, now=later)
    assert spp.post(farmers, PATH, late).json()["errors"][0]["code"] == "err.request.unauthorized"


@pytest.mark.parametrize(
    "form",
    [
        "grant_type=client_credentials&client_id=spp.example.org&client_secret=wrong",
        "grant_type=client_credentials&client_id=nobody&client_secret=wrong",
        "grant_type=client_credentials&client_id=spp.example.org&client_secret=",
        "grant_type=client_credentials&client_id=%00&client_secret=x",
    ],
)
def test_a_wrong_secret_gets_no_token(form: str, spp: Spp, farmers: Registry) -> None:
    url = spp.url(farmers, "oauth2/client/token")
    response = spp.client.post(url, form, "application/x-www-form-urlencoded")
    assert (response.status_code, response.json()["errors"][0]["code"]) == (401, "err.request.unauthorized")


def test_the_token_is_what_the_text_says(spp: Spp, farmers: Registry) -> None:
    answer = spp.get_token(farmers)
    assert answer.status_code == 200
    assert set(answer.json()) == {"access_token", "token_type", "expires_in"}
    assert answer.json()["token_type"] == "bearer"
    assert answer.headers["Cache-Control"] == "no-store"
    for form in ("", "grant_type=password&client_id=a&client_secret=b", "grant_type=client_credentials"):
        url = spp.url(farmers, "oauth2/client/token")
        assert spp.client.post(url, form, "application/x-www-form-urlencoded").status_code == 400


def basic(name: str, secret: str) -> dict[str, str]:
    pair = f"{quote_plus(name)}:{quote_plus(secret)}"
    return {"authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


def token(spp: Spp, farmers: Registry, form: str, **headers: str) -> Any:
    url = spp.url(farmers, "oauth2/client/token")
    return spp.client.post(url, form, "application/x-www-form-urlencoded", headers=headers)


def test_a_client_may_show_its_secret_by_http_basic(spp: Spp, farmers: Registry) -> None:
    """RFC 6749 §2.3.1: which every server must take."""
    name, grant = spp.partner.sender_id, "grant_type=client_credentials"
    right = basic(name, spp.secret)
    answer = token(spp, farmers, grant, **right)
    assert answer.status_code == 200
    assert answer.json()["expires_in"] == 3600
    assert token(spp, farmers, f"{grant}&client_id={name}", **right).status_code == 200
    for form, header in (
        (grant, basic(name, "wrong")),
        (grant, {"authorization": "Basic x"}),
        (grant, {"authorization": f"Basic {base64.b64encode(b'nobody').decode()}"}),
    ):
        refused = token(spp, farmers, form, **header)
        assert (refused.status_code, refused.headers["WWW-Authenticate"]) == (401, 'Basic realm="client"')
    assert token(spp, farmers, f"{grant}&client_id=another", **right).status_code == 400


def test_a_name_in_http_basic_is_form_encoded(farmers: Registry) -> None:
    spp = make_spp(farmers, sender_id="https://spp.example.org/a b+c")
    answer = token(spp, farmers, "grant_type=client_credentials", **basic(spp.partner.sender_id, spp.secret))
    assert answer.status_code == 200


@pytest.mark.parametrize("path", [PATH, "registry/search", "registry/notify", "oauth2/client/token"])
def test_http_says_what_is_wrong_with_a_request(spp: Spp, farmers: Registry, path: str) -> None:
    url = spp.url(farmers, path)
    asked = spp.client.get(url)
    assert (asked.status_code, asked.headers["Allow"]) == (405, "POST, OPTIONS")
    assert asked.json()["errors"][0]["code"] == "err.request.bad"
    token = spp.get_token(farmers).json()["access_token"]
    sent = spp.client.post(url, b"x", "text/plain", headers={"authorization": f"Bearer {token}"})
    assert sent.status_code == 415
    assert sent.json()["errors"]


@pytest.mark.parametrize("path", [f"{PATH}/", "registry", "registry/sync/nothing", "x/y"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_an_address_where_nothing_is_says_so_in_json(
    spp: Spp, farmers: Registry, path: str, method: str
) -> None:
    for url in (spp.url(farmers, path), f"/g2p/{path}"):
        answer = getattr(spp.client, method)(url)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (404, "err.request.not_found")


def test_who_is_no_partner_any_longer_reads_nothing(spp: Spp, farmers: Registry) -> None:
    spp.post(farmers, PATH, one(spp, farmers))
    register_partner(Registration(spp.partner.sender_id, active=False))
    assert spp.post(farmers, PATH, one(spp, farmers)).status_code == 401
    assert spp.get_token(farmers).status_code == 401


def test_a_signature_that_is_not_required_must_still_hold(farmers: Registry) -> None:
    spp = make_spp(farmers, signature_required=False)
    body = one(spp, farmers)
    del body["signature"]
    assert spp.post(farmers, PATH, body).status_code == 200
    body = one(spp, farmers)
    body["header"]["meta"] = {"changed": True}
    assert spp.post(farmers, PATH, body).status_code == 401


MALFORMED: dict[str, Any] = {
    "nothing": "",
    "no JSON": "{",
    "a list": "[]",
    "null": "null",
    "twice the same key": '{"header": {}, "header": {}}',
    "deep": '{"header":' + "[" * 100 + "]" * 100 + "}",
    "a million brackets": "[" * 900_000,
    "too large": json.dumps({"header": {}, "message": "x" * 1_100_000}),
    "half a character": '{"header": {"message_id": "\\ud800"}}',
    "an empty header": json.dumps({"header": {}, "message": {}}),
    "a number beyond": '{"header": {"total_count": 99999999999999999999}}',
}


@pytest.mark.parametrize("path", [PATH, "registry/search", "registry/subscribe", "registry/txn/status"])
@pytest.mark.parametrize("name", MALFORMED)
def test_what_is_no_message_is_refused_without_harm(
    name: str, path: str, spp: Spp, farmers: Registry
) -> None:
    response = spp.post(farmers, path, MALFORMED[name])
    body = response.json()
    code = body["errors"][0]["code"] if "errors" in body else body["message"]["error"]["code"]
    assert response.status_code in (200, 400)
    assert code.startswith("err.")
    assert nothing_was_read()


def test_other_actions_versions_and_counts_are_refused(spp: Spp, farmers: Registry) -> None:
    message = search(by_id("FARMER_ID", "F-0001"))
    for action, header, reason in (
        ("subscribe", {}, "rjct.action.invalid"),
        ("search", {"total_count": 2}, "rjct.total_count.invalid"),
    ):
        response = spp.ask(farmers, PATH, action, message, **header)
        assert checked(farmers, response.json()).header.status_reason_code == reason
    crowd = search(*[by_id("FARMER_ID", "F-0001")] * 101)
    response = spp.ask(farmers, PATH, "search", crowd, total_count=101)
    assert checked(farmers, response.json()).header.status_reason_code == "rjct.total_count.limit_exceeded"
    assert [log.status for log in ExchangeLog.objects.all()] == ["rjct", "rjct"]
    assert nothing_was_read()


@pytest.mark.parametrize(
    "uri",
    [
        "http://127.0.0.1:8000/registry/on-search",
        "https://169.254.169.254/latest/meta-data",
        "https://spp.example.org@evil.example/on-search",
        "https://evil.example/on-search",
        "http://spp.example.org/on-search",
        "https://spp.example.org:22/on-search",
        "file:///etc/passwd",
        "gopher://spp.example.org/x",
        "//spp.example.org/x",
        "https://spp.example.org.evil.example/",
    ],
)
def test_answers_go_to_registered_addresses_alone(uri: str, spp: Spp, farmers: Registry) -> None:
    message = search(by_id("FARMER_ID", "F-0001"))
    response = spp.ask(farmers, "registry/search", "search", message, sender_uri=uri)
    assert response.status_code == 200
    assert response.json()["message"]["ack_status"] == "ERR"
    assert response.json()["message"]["error"]["code"] == "err.sender_uri.invalid"
    assert not Outgoing.objects.exists()
    assert nothing_was_read()


def test_a_message_that_failed_for_our_fault_may_come_again(
    spp: Spp, farmers: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    from issuer.spdci import search as searching

    body = one(spp, farmers)
    with monkeypatch.context() as patch:
        patch.setattr(searching, "log_partner_read", lambda *args, **kwargs: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            spp.post(farmers, PATH, body)
    assert nothing_was_read()
    assert spp.post(farmers, PATH, body).status_code == 200


def test_no_registry_no_answer(spp: Spp, farmers: Registry) -> None:
    spp.post(farmers, PATH, one(spp, farmers))
    from issuer.spdci.serve import stop_serving

    stop_serving(farmers)
    assert spp.post(farmers, PATH, one(spp, farmers)).status_code == 404
    assert spp.client.get("/spdci/nothing/.well-known/jwks.json").status_code == 404
