"""What an officer must approve waits; the word holds for the whole session; nothing is handed out twice."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client

from common.keys import PrivateKey
from issuer.models import Configuration, Deferral, IssuedCredential, Session
from tests.client_response import ClientResponse
from tests.issuer.haip import CodeWallet
from tests.issuer.protocol import TinyWallet, make_farmers, offer_now

pytestmark = pytest.mark.django_db


@pytest.fixture
def farmer() -> Configuration:
    made = make_farmers()
    made.needs_approval = True
    made.save()
    return made


@pytest.fixture
def wallet(farmer: Configuration, ana: PrivateKey) -> TinyWallet:
    return TinyWallet(farmer.authority, ana, Client())


@pytest.fixture
def token(farmer: Configuration, wallet: TinyWallet) -> str:
    answer = wallet.token(offer_now(farmer)).json()
    assert answer["expires_in"] == 14 * 24 * 3600
    found: str = answer["access_token"]
    return found


@pytest.fixture
def desk(farmer: Configuration) -> Client:
    officer = User.objects.create_user("officer", password="a long passphrase")
    farmer.authority.officers.add(officer)
    browser = Client()
    browser.force_login(officer)
    return browser


def refusal(response: ClientResponse) -> tuple[int, str]:
    return response.status_code, response.json()["error"]


def ask(wallet: TinyWallet, token: str, format_: str = "dc+sd-jwt") -> ClientResponse:
    found: ClientResponse = wallet.request(token, f"farmer.{format_}", wallet.proof(wallet.nonce()))
    return found


def later(wallet: TinyWallet, token: str, transaction_id: str) -> ClientResponse:
    return wallet.client.post(
        wallet.url("deferred-credential"), {"transaction_id": transaction_id},
        content_type="application/json", headers={"Authorization": f"Bearer {token}"},
    )  # fmt: skip


def decide(desk: Client, decision: str) -> ClientResponse:
    return desk.post(
        f"/office/approvals/{Session.objects.get().pk}", {"decision": decision, "reason": "seen"}
    )


def test_an_officer_says_yes(farmer: Configuration, wallet: TinyWallet, token: str, desk: Client) -> None:
    answer = ask(wallet, token)
    assert (answer.status_code, answer.json()["interval"]) == (202, 10)
    assert answer.headers["Cache-Control"] == "no-store"
    transaction_id = answer.json()["transaction_id"]
    assert not IssuedCredential.objects.exists()
    again = later(wallet, token, transaction_id)
    assert (again.status_code, again.json()["transaction_id"]) == (202, transaction_id)
    assert "1 request waits for your decision" in desk.get("/office/").content.decode()
    assert "record F-0001" in desk.get("/office/approvals").content.decode()
    assert "Quispe" in desk.get(f"/office/approvals/{Session.objects.get().pk}").content.decode()
    record = farmer.registry.records.get(key="F-0001")
    record.data["crop"] = "maize"
    record.save()
    assert decide(desk, "approve").status_code == 302
    ready = later(wallet, token, transaction_id)
    assert ready.status_code == 200, ready.content
    assert len(ready.json()["credentials"]) == 1
    told = {"notification_id": ready.json()["notification_id"], "event": "credential_accepted"}
    assert wallet.notify(token, told).status_code == 204
    assert refusal(later(wallet, token, transaction_id)) == (400, "invalid_transaction_id")
    assert ask(wallet, token, "ldp_vc").status_code == 200  # the word holds for the other format too
    [row] = Deferral.objects.all()
    assert (row.state, row.decided_by, row.reason) == ("done", "officer", "seen")


def test_an_officer_says_no(wallet: TinyWallet, token: str, desk: Client) -> None:
    transaction_id = ask(wallet, token).json()["transaction_id"]
    decide(desk, "refuse")
    assert refusal(later(wallet, token, transaction_id)) == (400, "credential_request_denied")
    assert refusal(ask(wallet, token, "ldp_vc")) == (400, "credential_request_denied")
    assert decide(desk, "approve").status_code == 404
    assert not IssuedCredential.objects.exists()


def test_keys_are_those_that_were_proven(
    wallet: TinyWallet, token: str, desk: Client, bruno: PrivateKey
) -> None:
    transaction_id = ask(wallet, token).json()["transaction_id"]
    shown = wallet.key
    wallet.key = bruno
    decide(desk, "approve")
    assert later(wallet, token, transaction_id).status_code == 200
    from common.keys import jwk

    assert IssuedCredential.objects.get().holder_thumbprint == jwk.thumbprint(shown.public_key)


def test_another_tokens_transaction(
    farmer: Configuration, wallet: TinyWallet, token: str, desk: Client
) -> None:
    transaction_id = ask(wallet, token).json()["transaction_id"]
    other = wallet.token(offer_now(farmer, "F-0002")).json()["access_token"]
    assert refusal(later(wallet, other, transaction_id)) == (400, "invalid_transaction_id")
    assert refusal(later(wallet, "wrong", transaction_id)) == (401, "invalid_token")
    assert refusal(later(wallet, token, "wrong")) == (400, "invalid_transaction_id")


def test_another_offices_officer_sees_nothing(wallet: TinyWallet, token: str, desk: Client) -> None:
    ask(wallet, token)
    make_farmers("civil-registry", name="birth").authority.officers.add(User.objects.create_user("other"))
    stranger = Client()
    stranger.force_login(User.objects.get(username="other"))
    assert decide(stranger, "approve").status_code == 404
    assert "Nothing waits" in stranger.get("/office/approvals").content.decode()
    assert Client().get("/office/approvals").status_code == 302


def test_a_record_that_went_while_it_waited(
    farmer: Configuration, wallet: TinyWallet, token: str, desk: Client
) -> None:
    transaction_id = ask(wallet, token).json()["transaction_id"]
    decide(desk, "approve")
    farmer.registry.records.all().delete()
    assert refusal(later(wallet, token, transaction_id)) == (400, "credential_request_denied")


def test_asking_again_and_again_ends(wallet: TinyWallet, token: str) -> None:
    assert [ask(wallet, token).status_code for _ in range(6)] == [202] * 5 + [400]


def test_a_token_that_ran_out_is_refreshed(farmer: Configuration, ana: PrivateKey, desk: Client) -> None:
    wallet = CodeWallet(farmer.authority, ana, Client())
    wallet.fresh_nonce()
    grant = offer_now(farmer).document["grants"]
    [(name, grant)] = grant.items()
    form = {"grant_type": name, "pre-authorized_code": grant["pre-authorized_code"]}
    given = wallet.form("token", form, wallet.dpop("token")).json()
    body = {
        "credential_configuration_id": "farmer.dc+sd-jwt",
        "proofs": {"jwt": [wallet.proof(wallet.nonce())]},
    }
    transaction_id = wallet.bound("credential", given["access_token"], body).json()["transaction_id"]
    decide(desk, "approve")
    Session.objects.update(token_expires_at=datetime.now(UTC) - timedelta(seconds=1))
    asked = {"transaction_id": transaction_id}
    assert refusal(wallet.bound("deferred-credential", given["access_token"], asked))[0] == 401
    renewed = {"grant_type": "refresh_token", "refresh_token": given["refresh_token"]}
    token = wallet.form("token", renewed, wallet.dpop("token")).json()["access_token"]
    assert wallet.bound("deferred-credential", token, asked).status_code == 200
