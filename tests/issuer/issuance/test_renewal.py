"""A registry changes: the wallet renews, the old credential ends then; a death ends renewal altogether."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from common.formats.base import Secured
from common.keys import PrivateKey
from common.oid4vci.credential import CredentialRequest, create_credential_request
from common.oid4vci.offer import PRE_AUTHORIZED
from common.registries.connector import RegistryError
from issuer.configurations.eligibility import RecordNotEligibleError
from issuer.issuance import credential
from issuer.issuance.batch_issuance import issue_batches
from issuer.models import Configuration, IssuedCredential, Session, StatusChange
from tests.client_response import ClientResponse
from tests.issuer.haip import CodeWallet
from tests.issuer.protocol import offer_now
from tests.issuer.rules_fixture import AT, country, death, did, go, issued, person, store

pytestmark = pytest.mark.django_db


@pytest.fixture
def farmer() -> Configuration:
    return country()


@pytest.fixture
def wallet(farmer: Configuration, ana: PrivateKey) -> CodeWallet:
    found = CodeWallet(farmer.authority, ana, Client())
    found.fresh_nonce()
    return found


def token(wallet: CodeWallet, farmer: Configuration) -> dict[str, Any]:
    code = offer_now(farmer, "F-1").document["grants"][PRE_AUTHORIZED]["pre-authorized_code"]
    form = {"grant_type": PRE_AUTHORIZED, "pre-authorized_code": code}
    answer = wallet.form("token", form, wallet.dpop("token"))
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


def fetch(wallet: CodeWallet, access_token: str) -> ClientResponse:
    body = create_credential_request(CredentialRequest((wallet.proof(wallet.nonce()),), "farmer.dc+sd-jwt"))
    found: ClientResponse = wallet.bound(
        "credential", access_token, body, wallet.dpop("credential", access_token)
    )
    return found


def accept(wallet: CodeWallet, access_token: str, answer: ClientResponse) -> None:
    told = {"notification_id": answer.json()["notification_id"], "event": "credential_accepted"}
    assert wallet.bound("notification", access_token, told).status_code == 204


def refresh(wallet: CodeWallet, given: dict[str, Any]) -> ClientResponse:
    form = {"grant_type": "refresh_token", "refresh_token": given["refresh_token"]}
    found: ClientResponse = wallet.form("token", form, wallet.dpop("token"))
    return found


def states() -> list[str]:
    return list(IssuedCredential.objects.order_by("delivery__created_at").values_list("state", flat=True))


@pytest.fixture
def given(wallet: CodeWallet, farmer: Configuration) -> dict[str, Any]:
    """A wallet with a credential of F-1 and a refresh token."""
    found = token(wallet, farmer)
    accept(wallet, found["access_token"], fetch(wallet, found["access_token"]))
    return found


def outdate(crop: str = "oca") -> None:
    """The registry says otherwise; the sync is before anything that the wallet does next."""
    store("farmers", person(1, crop=crop))
    assert did(go("farmers", now=datetime.now(UTC))) == [("reissue", "F-1")]


def test_the_old_one_ends_when_the_wallet_holds_the_new_one(
    wallet: CodeWallet, given: dict[str, Any]
) -> None:
    for crop in ("oca", "quinoa"):  # and again: what was superseded does not keep the wallet from renewing
        outdate(crop)
        assert states()[-1] == "valid"
        renewed = refresh(wallet, given)
        assert renewed.status_code == 200, renewed.content
        answer = fetch(wallet, renewed.json()["access_token"])
        assert states()[-2:] == ["valid", "valid"]
        accept(wallet, renewed.json()["access_token"], answer)
        assert states()[-2:] == ["revoked", "valid"]
    assert states() == ["revoked", "revoked", "valid"]
    assert set(StatusChange.objects.values_list("reason", "actor")) == {
        ("Renewed: its record had changed.", "the wallet's renewal")
    }


def test_what_was_not_outdated_stays(wallet: CodeWallet, given: dict[str, Any]) -> None:
    renewed = refresh(wallet, given).json()
    accept(wallet, renewed["access_token"], fetch(wallet, renewed["access_token"]))
    assert states() == ["valid", "valid"]


def test_a_wallet_that_says_nothing_has_a_day(wallet: CodeWallet, given: dict[str, Any]) -> None:
    outdate()
    answer = fetch(wallet, refresh(wallet, given).json()["access_token"])
    assert answer.status_code == 200
    delivery = IssuedCredential.objects.latest("delivery__created_at").delivery
    assert delivery is not None
    at = delivery.created_at
    assert go("farmers", now=at + timedelta(hours=23)).superseded == 0
    assert go("farmers", now=at + timedelta(hours=25)).superseded == 1
    assert go("farmers", now=at + timedelta(hours=26)).superseded == 0
    assert states() == ["revoked", "valid"]


def test_a_death_ends_tokens_renewal_and_offers(
    wallet: CodeWallet, given: dict[str, Any], farmer: Configuration
) -> None:
    pending = offer_now(farmer, "F-1")
    other = token(wallet, farmer)
    store("deaths", death(1, of=1))
    synced = go("deaths")
    assert (synced.ended_sessions, synced.counts) == (3, {"revoke": 1})
    assert refresh(wallet, given).json()["error"] == "invalid_grant"
    assert refresh(wallet, other).json()["error"] == "invalid_grant"
    assert fetch(wallet, other["access_token"]).status_code == 401
    code = pending.document["grants"][PRE_AUTHORIZED]["pre-authorized_code"]
    form = {"grant_type": PRE_AUTHORIZED, "pre-authorized_code": code}
    assert wallet.form("token", form, wallet.dpop("token")).json()["error"] == "invalid_grant"
    assert states() == ["revoked"]
    assert Session.objects.filter(ended_at=AT).count() == 3


def test_what_is_being_signed_while_the_death_arrives_is_not_handed_over(
    wallet: CodeWallet, farmer: Configuration, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = token(wallet, farmer)
    sign = credential.secure_credential

    def dies(*arguments: Any) -> Secured:
        store("deaths", death(1, of=1))
        go("deaths")
        return sign(*arguments)

    monkeypatch.setattr(credential, "secure_credential", dies)
    answer = fetch(wallet, found["access_token"])
    assert (answer.status_code, answer.json()["error"]) == (400, "credential_request_denied")
    assert IssuedCredential.objects.count() == 0


def test_nor_is_it_kept_where_no_session_was(farmer: Configuration, monkeypatch: pytest.MonkeyPatch) -> None:
    sign = credential.secure_credential

    def dies(*arguments: Any) -> Secured:
        store("deaths", death(1, of=1))
        go("deaths")
        return sign(*arguments)

    monkeypatch.setattr(credential, "secure_credential", dies)
    with pytest.raises(RecordNotEligibleError):
        issued(farmer)
    assert IssuedCredential.objects.count() == 0


def test_nor_minted_in_the_meantime(
    farmer: Configuration, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    sign = credential.secure_credential

    def dies(*arguments: Any) -> Secured:
        store("deaths", death(1, of=1))
        go("deaths")
        return sign(*arguments)

    def run() -> int:
        *_, progress = issue_batches(farmer, "dc+sd-jwt", out=tmp_path, workers=1, now=AT)
        return progress.minted

    with monkeypatch.context() as dying:
        dying.setattr(credential, "secure_credential", dies)
        with pytest.raises(RegistryError, match="go on with the same command"):
            run()
    assert IssuedCredential.objects.count() == 0
    assert run() == 2
    assert set(IssuedCredential.objects.values_list("record_key", flat=True)) == {"F-2", "F-3"}


def test_a_death_that_nobody_synced_yet_is_refused_at_issuance(
    wallet: CodeWallet, farmer: Configuration
) -> None:
    found = token(wallet, farmer)
    store("deaths", death(1, of=1))
    answer = fetch(wallet, found["access_token"])
    assert (answer.status_code, answer.json()["error"]) == (400, "credential_request_denied")
    assert IssuedCredential.objects.count() == 0


def test_a_withdrawal_wins_over_a_renewal_under_way(
    wallet: CodeWallet, given: dict[str, Any], farmer: Configuration
) -> None:
    outdate()
    renewed = refresh(wallet, given).json()
    answer = fetch(wallet, renewed["access_token"])
    store("deaths", death(1, of=1))
    assert go("deaths").counts == {"revoke": 2}
    told = {"notification_id": answer.json()["notification_id"], "event": "credential_accepted"}
    assert wallet.bound("notification", renewed["access_token"], told).status_code == 401
    assert states() == ["revoked", "revoked"]
    assert StatusChange.objects.count() == 2
