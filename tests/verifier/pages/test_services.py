"""The pages of a service, and the same-device path that a fixated session does not get through."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from common.encoding import base64url
from common.errors import FetchError
from common.keys import jws
from common.payments.errors import InvalidAddressError
from common.status.check import StatusOutcome
from tests.verifier.holders import Person, post
from verifier.identity.service_identity import service_signer
from verifier.models import PaymentInstruction, PresentationSession, Service, TrustedIssuer
from verifier.presentation import unlocking, verify_response
from verifier.presentation.requests import create_request
from verifier.services.actions import ACTIONS
from verifier.services.actions.base import Action
from verifier.services.catalogue import find_service

pytestmark = pytest.mark.usefixtures("site")
Status = PresentationSession.Status


def begin(client: Client, slug: str, way: str, **more: str) -> tuple[str, PresentationSession]:
    """Press a button on the service's page; the path that follows, and its session."""
    reply = client.post(f"/services/{slug}", {"way": way, **more})
    assert reply.status_code == 302, reply.content
    path = reply.headers["Location"]
    return path, PresentationSession.objects.get(poll_id=path.rsplit("/", 1)[1])


def link_on(page: str) -> str:
    """The request as the page shows it."""
    found = re.search(r"openid4vp://[^\"<]+", page)
    assert found
    return found[0].replace("&amp;", "&")


def answer(client: Client, person: Person, page: str, now: datetime) -> Any:
    return post(client, person.answer(person.ask(client, link_on(page), now=now), now=now))


def test_every_page_says_what_it_asks(client: Client) -> None:
    page = client.get("/services/").content.decode()
    for service in Service.objects.all():
        assert service.title.replace("'", "&#x27;") in page
        own = client.get(f"/services/{service.slug}").content.decode()
        assert service.purpose.replace("'", "&#x27;") in own
    assert "Whether you are 18 or over" in client.get("/services/over-18").content.decode()
    assert "USD 150.00" in client.get("/services/subsidy").content.decode()
    assert client.get("/services/nothing").status_code == 404


def test_nothing_is_inline_and_nothing_from_elsewhere(client: Client) -> None:
    path, _ = begin(client, "over-18", "elsewhere")
    for url in ("/services/", "/services/subsidy", path):
        page = client.get(url).content.decode()
        assert not re.search(r"\sstyle=|\son\w+=|<style|<script(?! src=\"/)", page)
        assert not re.search(
            r"(?:src|href)=\"(?:https?:)?//", page.replace('href="http://localhost:8000/', "")
        )


def test_a_payment_asks_where_the_money_goes(client: Client) -> None:
    reply = client.post("/services/subsidy", {"way": "here", "payee": ""})
    assert reply.status_code == 200
    assert "Fill in: Where should the money go?" in reply.content.decode()


@pytest.mark.parametrize("payee", ["DE88370400440532013000", "+0712345678", "mobile:12@tigo", "my aunt"])
def test_what_is_no_account_is_said_beside_the_field(payee: str, client: Client) -> None:
    reply = client.post("/services/subsidy", {"way": "here", "payee": payee})
    assert reply.status_code == 200
    assert 'id="id_payee_error"' in reply.content.decode()
    assert not PresentationSession.objects.exists()
    with pytest.raises(InvalidAddressError):
        create_request(find_service("subsidy"), same_device=False, now=timezone.now(), payee=payee)


def test_a_browser_that_asked_for_a_payment_is_told_before_it_asks_again(
    client: Client, wayra: Person, today: datetime
) -> None:
    path, _ = begin(client, "subsidy", "elsewhere", payee="+59171234567")
    assert "already paid" not in client.get("/services/subsidy").content.decode()
    answer(client, wayra, client.get(path).content.decode(), today)
    assert "This was already paid on" in client.get("/services/subsidy").content.decode()
    assert "already paid" not in Client().get("/services/subsidy").content.decode()
    assert "already paid" not in client.get("/services/over-18").content.decode()
    PaymentInstruction.objects.update(state="REJECTED")
    assert "already paid" not in client.get("/services/subsidy").content.decode()


def test_without_a_way_nothing_begins(client: Client) -> None:
    assert client.post("/services/over-18", {}).status_code == 200
    assert not PresentationSession.objects.exists()


def test_cross_device(client: Client, wayra: Person, today: datetime) -> None:
    path, session = begin(client, "mobile-money", "elsewhere")
    page = client.get(path).content.decode()
    assert "<svg" in page
    assert "Only scan this code if you opened this page yourself" in page
    phone = Client()
    reply = answer(phone, wayra, page, today)
    assert reply.json() == {}  # nobody is led anywhere on the phone
    done = client.get(path).content.decode()
    assert "Your account is open" in done
    assert "Ana Wayra Quispe Ñahui" in done
    receipt = client.get(f"{path}/document")
    claims = jws.verify(
        receipt.content.decode(), key=service_signer(session.service).public_key, typ="receipt+jwt"
    ).claims()
    assert claims["iss"] == "did:web:localhost%3A8000:services:mobile-money"
    assert claims["account"] in done
    assert "attachment" in receipt.headers["Content-Disposition"]
    for stranger in (phone, Client()):
        assert stranger.get(path).status_code == 403
        assert stranger.get(f"{path}/document").status_code == 403


def test_what_was_unlocked_is_shown_for_a_short_while(client: Client, wayra: Person, today: datetime) -> None:
    path, session = begin(client, "mobile-money", "elsewhere")
    answer(Client(), wayra, client.get(path).content.decode(), today)
    PresentationSession.objects.filter(pk=session.pk).update(expires_at=today - timedelta(seconds=1))
    page = client.get(path).content.decode()
    assert "not shown any more" in page
    assert client.get(f"{path}/document").status_code == 404
    session.refresh_from_db()
    assert (session.status, session.sealed_result) == (Status.UNLOCKED, None)


def test_same_device(client: Client, wayra: Person, today: datetime) -> None:
    path, session = begin(client, "over-18", "here")
    page = client.get(path).content.decode()
    assert "http://localhost:8000/wallet/authorize?client_id=" in page
    wallet = Client()  # a wallet's own server, which has no cookie of the service
    redirect_uri = answer(wallet, wayra, page, today).json()["redirect_uri"]
    session.refresh_from_db()
    assert session.status == Status.VERIFIED  # checked, and closed until the person comes back
    assert "it leads you on" in client.get(path).content.decode()
    followed = client.get(redirect_uri.removeprefix("http://localhost:8000"))
    assert (followed.status_code, followed.headers["Location"]) == (302, path)
    assert "You may enter" in client.get(path).content.decode()
    assert client.get(redirect_uri.removeprefix("http://localhost:8000")).status_code == 302  # pressed twice
    session.refresh_from_db()
    assert (session.status, session.sealed_answer) == (Status.UNLOCKED, None)


def test_the_status_counts_when_the_door_opens(
    client: Client, wayra: Person, today: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The signature is judged as of its arrival; the status as it stands when the person is back."""
    asked = []

    def status(credential: Any, *, now: datetime) -> StatusOutcome:
        asked.append(now)
        return StatusOutcome("valid", "")

    monkeypatch.setattr(verify_response, "check_credential_status", status)
    path, session = begin(client, "over-18", "here")
    answer(Client(), wayra, client.get(path).content.decode(), today)
    session.refresh_from_db()
    later = today + timedelta(minutes=6)  # beyond the age of any signature
    unlocking.retry_unlock(session, now=later)
    assert session.status == Status.UNLOCKED
    assert len(asked) == 2
    assert asked[1] == later


def test_session_fixation(wayra: Person, today: datetime) -> None:
    """Mallory begins, and lures Ana into answering: neither Mallory's browser nor Ana's opens anything."""
    mallory, ana = Client(), Client()
    path, session = begin(mallory, "mobile-money", "here")
    redirect_uri = answer(Client(), wayra, mallory.get(path).content.decode(), today).json()["redirect_uri"]
    finish = redirect_uri.removeprefix("http://localhost:8000")
    code = parse_qs(urlsplit(finish).query)["response_code"][0]
    assert len(base64url.decode(code)) >= 16
    assert ana.get(finish).status_code == 403  # Ana's browser has the code, and did not begin
    begin(ana, "over-18", "here")
    assert ana.get(finish).status_code == 403  # nor does a cookie of her own help
    for guess in ("", "?response_code=", f"?response_code={session.poll_id}", "?response_code=" + "A" * 32):
        assert mallory.get(f"{path}/finish{guess}").status_code == 403  # Mallory's has no code
    assert mallory.post(f"{path}/again").status_code == 302
    session.refresh_from_db()
    assert session.status == Status.VERIFIED
    assert "it leads you on" in mallory.get(path).content.decode()
    assert "account" not in session.outcome


def test_a_code_of_another_request_opens_nothing(client: Client, wayra: Person, today: datetime) -> None:
    first, _ = begin(client, "over-18", "here")
    second, session = begin(client, "mobile-money", "here")
    code = (
        answer(Client(), wayra, client.get(first).content.decode(), today)
        .json()["redirect_uri"]
        .split("=")[1]
    )
    answer(Client(), wayra, client.get(second).content.decode(), today)
    assert client.get(f"{second}/finish?response_code={code}").status_code == 403
    session.refresh_from_db()
    assert session.status == Status.VERIFIED


def test_a_refusal_is_said_in_words(client: Client, wayra: Person, today: datetime) -> None:
    TrustedIssuer.objects.all().delete()
    path, _ = begin(client, "over-18", "elsewhere")
    answer(Client(), wayra, client.get(path).content.decode(), today)
    page = client.get(path).content.decode()
    assert "Not accepted" in page
    assert "nobody is trusted" in page


def test_who_did_not_answer_is_asked_again(
    client: Client, wayra: Person, today: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An action that asks others gives the session back when they do not answer."""
    admission = ACTIONS["admission"]

    def unreachable(*args: Any, **more: Any) -> Any:
        raise FetchError("The registry does not answer.")

    monkeypatch.setitem(ACTIONS, "admission", Action(unreachable, admission.parameters, atomic=False))
    path, session = begin(client, "over-18", "elsewhere")
    assert answer(Client(), wayra, client.get(path).content.decode(), today).status_code == 200
    session.refresh_from_db()
    assert (session.status, session.outcome["problem"]) == (Status.VERIFIED, "The registry does not answer.")
    assert "The registry does not answer." in client.get(path).content.decode()
    monkeypatch.setitem(ACTIONS, "admission", replace(admission, atomic=False))
    assert Client().post(f"{path}/again").status_code == 403
    client.post(f"{path}/again")
    session.refresh_from_db()
    assert (session.status, session.sealed_answer) == (Status.UNLOCKED, None)
    assert "You may enter" in client.get(path).content.decode()


def test_a_page_of_nobody(client: Client) -> None:
    assert client.get("/services/sessions/nobody").status_code == 404
    assert client.get("/services/sessions/nobody/finish").status_code == 404


def test_the_page_waits_with_and_without_a_script(client: Client) -> None:
    path, _ = begin(client, "over-18", "elsewhere")
    page = client.get(path).content.decode()
    assert f'data-status-url="{path}/status"' in page
    assert f'<a href="{path}">Look now</a>' in page


def test_the_did_document_and_the_authority_are_published(client: Client) -> None:
    document = client.get("/services/clinic/did.json").json()
    assert document["id"] == "did:web:localhost%3A8000:services:clinic"
    assert unquote(document["authentication"][0]) == "did:web:localhost:8000:services:clinic#p256-1"
    assert client.get("/services/clinic/did.json").json() == document
    assert client.get("/services/authority.pem").content.startswith(b"-----BEGIN CERTIFICATE-----\n")


def test_the_list_of_trusted_issuers_is_for_staff(client: Client) -> None:
    assert client.get("/services/staff/issuers").status_code == 302
    assert (
        client.post(
            "/services/staff/issuers", {"name": "Mallory", "issuer": "did:key:z", "type": "*"}
        ).status_code
        == 302
    )
    assert not TrustedIssuer.objects.filter(name="Mallory").exists()
    staff = User.objects.create_user("staff", is_staff=True)  # may enter /admin/, which alone grants nothing
    client.force_login(staff)
    line = {"name": "Mallory", "issuer": "did:web:mallory.example", "type": "*"}
    for reply in (
        client.get("/services/staff/issuers"),
        client.post("/services/staff/issuers", line),
        client.post(
            f"/services/staff/issuers/{TrustedIssuer.objects.get(name__startswith='The tests').pk}/remove"
        ),
    ):
        assert reply.status_code == 403
    assert TrustedIssuer.objects.filter(name="The tests' issuer").exists()
    assert not TrustedIssuer.objects.filter(name="Mallory").exists()
    may = Permission.objects.filter(codename__in=["add_trustedissuer", "delete_trustedissuer"])
    staff.user_permissions.set(may)
    assert "Every authority of this site" in client.get("/services/staff/issuers").content.decode()
    client.post(
        "/services/staff/issuers", {"name": "A University", "issuer": "did:web:uni.example", "type": "*"}
    )
    added = TrustedIssuer.objects.get(issuer="did:web:uni.example")
    reply = client.post("/services/staff/issuers", {"name": "X", "issuer": "uni.example", "type": "*"})
    assert "An issuer is named by a DID or an https address." in reply.content.decode()
    client.post(f"/services/staff/issuers/{added.pk}/remove")
    assert not TrustedIssuer.objects.filter(pk=added.pk).exists()
