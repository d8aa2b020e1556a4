"""Signing in through the pages: two halves of a key, new session identifiers, and guesses that get slower."""

from datetime import timedelta

import pytest
from django.test import Client

from common.encoding import base64url
from tests.wallet.account.test_vault import dump
from tests.wallet.conftest import ANA
from wallet.account import accounts
from wallet.account.vault import Vault
from wallet.models import Account
from wallet.pages import session

NAME, PASSPHRASE = ANA


def sign_in(client: Client, **extra: str) -> None:
    response = client.post("/wallet/sign-in", {"name": NAME, "passphrase": PASSPHRASE, **extra})
    assert response.status_code == 302


def test_signing_up_signs_in(client: Client, db: None) -> None:
    response = client.post(
        "/wallet/sign-up", {"name": "Bruno", "passphrase": PASSPHRASE, "again": PASSPHRASE}, follow=True
    )
    assert b"There are no cards here yet" in response.content
    assert response.headers["Cache-Control"] == "no-store"


def test_passphrases_that_differ_are_not_taken(client: Client, db: None) -> None:
    response = client.post("/wallet/sign-up", {"name": "Bruno", "passphrase": PASSPHRASE, "again": "x" * 12})
    assert b"The two passphrases differ." in response.content
    assert not Account.objects.exists()


def test_the_second_half_is_out_of_reach_for_scripts_and_other_sites(client: Client, vault: Vault) -> None:
    sign_in(client)
    cookie = client.cookies["wallet_key"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == "/wallet/"
    assert not cookie["max-age"]


def test_the_second_half_is_secure_on_https(client: Client, vault: Vault, settings: object) -> None:
    settings.SESSION_COOKIE_SECURE = True  # type: ignore[attr-defined]
    sign_in(client)
    assert client.cookies["wallet_key"]["secure"]


def test_database_and_sessions_together_do_not_hold_the_key(client: Client, vault: Vault) -> None:
    sign_in(client)
    kept = dict(client.session.items())
    half = client.cookies["wallet_key"].value
    everything = dump() + str(kept).encode()
    for secret in (vault.key, base64url.encode(vault.key).encode(), half.encode(), base64url.decode(half)):
        assert secret not in everything


@pytest.mark.parametrize("name", ["wallet_key", "sessionid"])
def test_one_half_alone_opens_nothing(client: Client, vault: Vault, name: str) -> None:
    sign_in(client)
    del client.cookies[name]
    assert client.get("/wallet/account").status_code == 302


def test_another_browsers_half_opens_nothing(client: Client, vault: Vault) -> None:
    sign_in(client)
    client.cookies["wallet_key"] = base64url.encode(bytes(32))
    assert client.get("/wallet/account").status_code == 302


def test_a_session_named_before_signing_in_is_not_the_one_after(client: Client, vault: Vault) -> None:
    client.get("/wallet/sign-in")
    before = client.session
    before["planted"] = True
    before.save()
    planted = before.session_key
    assert planted is not None
    client.cookies["sessionid"] = planted
    sign_in(client)
    assert client.cookies["sessionid"].value != planted
    thief = Client()
    thief.cookies["sessionid"] = planted
    assert thief.get("/wallet/account").status_code == 302


def test_signing_out_forgets(client: Client, vault: Vault) -> None:
    sign_in(client)
    first, half = client.cookies["sessionid"].value, client.cookies["wallet_key"].value
    assert client.get("/wallet/sign-out").status_code == 405
    client.post("/wallet/sign-out")
    assert client.cookies["wallet_key"].value == ""
    assert b"Create a wallet" in client.get("/wallet/").content
    later = Client()
    later.cookies["sessionid"], later.cookies["wallet_key"] = first, half
    assert later.get("/wallet/account").status_code == 302


def test_forms_need_their_token(vault: Vault) -> None:
    strict = Client(enforce_csrf_checks=True)
    response = strict.post("/wallet/sign-in", {"name": NAME, "passphrase": PASSPHRASE})
    assert response.status_code == 403


def test_brute_force_is_stopped_by_name(client: Client, vault: Vault) -> None:
    for _ in range(accounts.FREE_ATTEMPTS):
        client.post("/wallet/sign-in", {"name": NAME, "passphrase": "a wrong guess"})
    response = client.post("/wallet/sign-in", {"name": NAME, "passphrase": PASSPHRASE})
    assert b"Too many wrong passphrases" in response.content
    assert "wallet_key" not in client.cookies


def test_brute_force_is_stopped_by_address(client: Client, vault: Vault, settings: object) -> None:
    settings.RATE_LIMITS = {"sign-in": 2}  # type: ignore[attr-defined]
    for number in range(2):
        client.post("/wallet/sign-in", {"name": f"name {number}", "passphrase": "a wrong guess"})
    response = client.post("/wallet/sign-in", {"name": NAME, "passphrase": PASSPHRASE})
    assert response.status_code == 429


def test_the_way_back_after_signing_in_stays_in_the_wallet(client: Client, vault: Vault) -> None:
    guarded = client.get("/wallet/authorize?client_id=x&request_uri=y")
    assert guarded.headers["Location"] == (
        "/wallet/sign-in?next=%2Fwallet%2Fauthorize%3Fclient_id%3Dx%26request_uri%3Dy"
    )
    page = client.get(guarded.headers["Location"])
    assert b'value="/wallet/authorize?client_id=x&amp;request_uri=y"' in page.content
    for evil in (
        "https://evil.example/wallet/",
        "//evil.example",
        "/office/",
        "javascript:x",
    ):
        response = client.post("/wallet/sign-in", {"name": NAME, "passphrase": PASSPHRASE, "next": evil})
        assert response.headers["Location"] == "/wallet/", evil


def test_changing_the_passphrase_and_leaving(client: Client, vault: Vault) -> None:
    sign_in(client)
    new = "quite another passphrase"
    fields = {"current": "wrong", "passphrase": new, "again": new}
    assert b"The passphrase is wrong." in client.post("/wallet/account/passphrase", fields).content
    response = client.post("/wallet/account/passphrase", {**fields, "current": PASSPHRASE}, follow=True)
    assert b"Your passphrase was changed." in response.content
    assert (
        b"The passphrase is wrong."
        in client.post("/wallet/account/delete", {"passphrase": PASSPHRASE}).content
    )
    response = client.post("/wallet/account/delete", {"passphrase": new})
    assert b"Your wallet was deleted" in response.content
    assert not Account.objects.exists()
    assert client.get("/wallet/account").status_code == 302


def test_a_new_passphrase_ends_other_sessions(client: Client, vault: Vault) -> None:
    other = Client()
    sign_in(client)
    sign_in(other)
    new = "quite another passphrase"
    client.post("/wallet/account/passphrase", {"current": PASSPHRASE, "passphrase": new, "again": new})
    assert client.get("/wallet/account").status_code == 200
    assert other.get("/wallet/account").status_code == 302


def test_nobody_stays_signed_in_for_ever(
    client: Client, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "LONGEST", timedelta(0))
    sign_in(client)
    assert client.get("/wallet/account").status_code == 302


def test_guarded_pages_lead_to_the_sign_in(client: Client, db: None) -> None:
    some = "5f0c0f0e-0000-4000-8000-000000000000"
    for path in ("account", "add", "activity", f"cards/{some}", f"accept/{some}",
                 f"authorize/{some}", f"authorize/{some}/done", f"activity/{some}/delete"):  # fmt: skip
        assert client.get(f"/wallet/{path}").status_code == 302, path


def test_what_is_not_there_is_said_plainly(client: Client, vault: Vault) -> None:
    sign_in(client)
    some = "5f0c0f0e-0000-4000-8000-000000000000"
    for path in (f"cards/{some}", f"accept/{some}", f"authorize/{some}", f"activity/{some}/delete"):
        assert client.get(f"/wallet/{path}").status_code == 404, path
