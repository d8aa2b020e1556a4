"""The pages, as a citizen walks through them."""

from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from common.adapters import qr
from common.adapters.limits import cache_backends
from common.errors import MalformedInputError
from common.notices.messages import InboxNotice, create_inbox
from common.oid4vp.transaction_data import Payment, create_transaction_data
from tests.wallet.conftest import ANA
from tests.wallet.fakes import CLAIMS, ISSUER, Network, Office, Service, reply, sd_query
from wallet.account.vault import Vault
from wallet.models import Account, Card, HistoryEntry, RegisteredVerifier
from wallet.pages import links

SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def now() -> datetime:
    """Pages live in the present."""
    return datetime.now(UTC)


@pytest.fixture
def citizen(client: Client, vault: Vault) -> Client:
    """Ana's browser, signed in."""
    client.post("/wallet/sign-in", {"name": ANA[0], "passphrase": ANA[1]})
    return client


@pytest.fixture
def clinic(network: Network, now: datetime) -> Service:
    return Service(network, now, query={"credentials": [sd_query("birth_date")]})


def open_link(citizen: Client, path: str, link: str) -> str:
    """Follow what a QR code carries to the question it leads to."""
    response = citizen.get(f"/wallet/{path}?{urlsplit(link).query}")
    assert response.status_code == 302
    return response.headers["Location"]


def take(citizen: Client, office: Office) -> str:
    question = open_link(citizen, "accept", office.link)
    return citizen.post(question, {"decision": "accept"}).headers["Location"]


def test_from_link_to_card_to_gone(citizen: Client, office: Office) -> None:
    question = open_link(citizen, "accept", office.link)
    text = citizen.get(question).content.decode()
    assert "Do you want this card?" in text
    assert "Birth certificate" in text
    assert "Civil Registry" in text
    added = citizen.post(question, {"decision": "accept"}).headers["Location"]
    assert "In your wallet" in citizen.get(added).content.decode()
    overview = citizen.get("/wallet/").content.decode()
    assert overview.count('<li class="card') == 1
    assert "Given names" in overview
    assert ">Valid<" in overview
    card = Card.objects.get()
    detail = citizen.get(f"/wallet/cards/{card.id}").content.decode()
    assert "Quispe Ñahui" in detail
    assert "25 May 1990" in detail
    assert "Delete Birth certificate?" in citizen.get(f"/wallet/cards/{card.id}/delete").content.decode()
    assert Card.objects.exists()
    citizen.post(f"/wallet/cards/{card.id}/delete")
    assert not Card.objects.exists()


def test_the_code_has_a_page_of_its_own(citizen: Client, office: Office) -> None:
    office.tx_code = "4711"
    question = open_link(citizen, "accept", office.link)
    code = citizen.post(question, {"decision": "accept"}).headers["Location"]
    page = citizen.get(code).content.decode()
    assert "What is the code?" in page
    assert 'inputmode="numeric"' in page
    wrong = citizen.post(code, {"code": "0000"}).content.decode()
    assert "There is a problem" in wrong
    assert "This code was not accepted" in wrong
    assert "Wrong codes so far: 1" in citizen.get(code).content.decode()
    assert citizen.post(code, {"code": " 4711 "}).headers["Location"].endswith("/added")


def test_no_thank_you(citizen: Client, office: Office) -> None:
    question = open_link(citizen, "accept", office.link)
    assert citizen.post(question, {"decision": "decline"}).headers["Location"] == "/wallet/"
    assert citizen.get(question).status_code == 404
    assert not office.used


def test_errors_are_said_in_words(citizen: Client, office: Office) -> None:
    office.used = True
    response = citizen.get(f"/wallet/accept?{urlsplit(office.link).query}")
    assert response.status_code == 410
    assert "This offer has run out or was already used." in response.content.decode()
    office.network.handlers.clear()
    response = citizen.get(f"/wallet/accept?{urlsplit(office.link).query}")
    assert "cannot be reached at the moment" in response.content.decode()


def test_a_pasted_link_and_a_picture(citizen: Client, office: Office, clinic: Service) -> None:
    response = citizen.post("/wallet/add", {"text": f"  {office.link}\n"})
    citizen.post(response.headers["Location"], {"decision": "accept"})
    assert Card.objects.count() == 1
    picture = SimpleUploadedFile("code.png", qr.png(clinic.link), content_type="image/png")
    response = citizen.post("/wallet/add", {"picture": picture})
    assert response.headers["Location"].startswith("/wallet/authorize/")
    assert "There is a problem" not in citizen.get("/wallet/add").content.decode()
    for sent, said in (
        ({}, "Paste a link, or choose a picture."),
        ({"text": "hello"}, "neither an offer of a card nor a request"),
        ({"picture": SimpleUploadedFile("x.png", b"GIF89a")}, "not a picture that can be read"),
    ):
        assert said in citizen.post("/wallet/add", sent).content.decode()


def test_the_consent_screen(citizen: Client, office: Office, clinic: Service) -> None:
    take(citizen, office)
    question = open_link(citizen, "authorize", clinic.link)
    text = citizen.get(question).content.decode()
    for said in ("Clinic of the South asks", "did:web:clinic.example", "To register you as a patient",
                 "not on the public list", "Born on", "25 May 1990", "Yes, show it"):  # fmt: skip
        assert said in text
    assert "Ana Wayra" not in text
    assert clinic.answers == []
    answer = text.split('name="answer-0" value="')[1].split('"')[0]
    clinic.redirect = "https://clinic.example/done?response_code=1"
    done = citizen.post(question, {"answer-0": answer, "decision": "agree"}).headers["Location"]
    end = citizen.get(done)
    assert end.headers["Refresh"] == "0; url=https://clinic.example/done?response_code=1"
    assert 'id="continue" href="https://clinic.example/done?response_code=1"' in end.content.decode()
    assert clinic.verified("sd", "dc+sd-jwt").claims == {"birth_date": "1990-05-25"}
    again = citizen.post(question, {"answer-0": answer, "decision": "agree"})
    assert again.status_code == 404
    assert len(clinic.answers) == 1
    history = citizen.get("/wallet/activity").content.decode()
    assert "Clinic of the South" in history
    entry = HistoryEntry.objects.get()
    citizen.post(f"/wallet/activity/{entry.id}/delete")
    assert "Clinic of the South" not in citizen.get("/wallet/activity").content.decode()


def test_looking_at_the_question_shows_nothing_to_anybody(
    citizen: Client, office: Office, clinic: Service
) -> None:
    take(citizen, office)
    question = open_link(citizen, "authorize", clinic.link)
    for _ in range(2):
        citizen.get(question)
    response = citizen.post(question, {"decision": "agree"})
    assert "Choose what to show." in response.content.decode()
    assert clinic.answers == []


def test_several_cards_are_chosen_by_ticking_them(citizen: Client, office: Office, clinic: Service) -> None:
    clinic.query = {"credentials": [sd_query("birth_date", multiple=True)]}
    take(citizen, office)
    office.used, office.code = False, "code-2"
    take(citizen, office)
    question = open_link(citizen, "authorize", clinic.link)
    text = citizen.get(question).content.decode()
    assert "Choose what to show, one or several" in text
    assert text.count('type="checkbox" name="answer-0"') == 2
    ids = [part.split('"')[0] for part in text.split('type="checkbox" name="answer-0" value="')[1:]]
    assert "Choose what to show" in citizen.post(question, {"decision": "agree"}).content.decode()
    done = citizen.post(question, {"answer-0": ids, "decision": "agree"})
    assert "Shown" in citizen.get(done.headers["Location"]).content.decode()
    assert len(clinic.opened()["sd"]) == 2


@pytest.mark.parametrize(("status", "sentence"), [(1, "has withdrawn it"), (2, "has suspended it")])
def test_why_a_card_is_not_offered(
    citizen: Client, office: Office, clinic: Service, status: int, sentence: str
) -> None:
    office.with_status = True
    take(citizen, office)
    office.status = status
    cache_backends.forget_cached()
    question = open_link(citizen, "authorize", clinic.link)
    text = citizen.get(question).content.decode()
    assert "would answer this, and is not offered" in text
    assert sentence in text
    assert "Yes, show it" not in text
    citizen.post(question, {"decision": "decline"})
    assert clinic.answers[0]["error"] == "access_denied"
    office.status, office.used, office.code = 0, False, "code-2"
    office.with_status = False
    take(citizen, office)
    office.status = status
    cache_backends.forget_cached()
    text = citizen.get(open_link(citizen, "authorize", clinic.link)).content.decode()
    assert sentence in text
    assert "Yes, show it" in text


def test_consent_needs_the_forms_token(office: Office, clinic: Service, citizen: Client) -> None:
    take(citizen, office)
    question = open_link(citizen, "authorize", clinic.link)
    citizen.handler.enforce_csrf_checks = True
    assert citizen.post(question, {"decision": "agree"}).status_code == 403


def test_a_payment_stands_big_and_clear(citizen: Client, office: Office, clinic: Service) -> None:
    take(citizen, office)
    payment = Payment(("sd",), "Ana Wayra Quispe", "120.50", "PEN", "SUB-2026-7", "Seed subsidy 2026")
    clinic.transaction_data = (create_transaction_data(payment),)
    text = citizen.get(open_link(citizen, "authorize", clinic.link)).content.decode()
    for said in ('<p class="amount">PEN 120.50</p>', "Ana Wayra Quispe", "Confirm payment of PEN 120.50"):
        assert said in text


def test_a_known_service(citizen: Client, office: Office, clinic: Service) -> None:
    RegisteredVerifier.objects.create(client_id=str(clinic.client_id), name="Clínica del Sur")
    take(citizen, office)
    text = citizen.get(open_link(citizen, "authorize", clinic.link)).content.decode()
    assert "Clínica del Sur asks" in text
    assert "Warning:" not in text


def test_declining(citizen: Client, office: Office, clinic: Service) -> None:
    take(citizen, office)
    question = open_link(citizen, "authorize", clinic.link)
    end = citizen.post(question, {"decision": "decline"}).headers["Location"]
    assert "You said no" in citizen.get(end).content.decode()
    assert clinic.answers[0]["error"] == "access_denied"


def test_names_of_others_are_text(citizen: Client, office: Office, clinic: Service) -> None:
    office.names = {"card": f"Card {SCRIPT}", "office": f"Office {SCRIPT}"}
    office.claims = {"given_name": SCRIPT, "family_name": "javascript:alert(1)", "birth_date": "1990-05-25"}
    clinic.name, clinic.purpose = f"Clinic {SCRIPT}", f"Why {SCRIPT}"
    clinic.query = {"credentials": [sd_query("given_name")]}
    pages = [citizen.get(open_link(citizen, "accept", office.link)), citizen.get(take(citizen, office))]
    question = open_link(citizen, "authorize", clinic.link)
    pages += [
        citizen.get("/wallet/"),
        citizen.get(f"/wallet/cards/{Card.objects.get().id}"),
        citizen.get(question),
    ]
    pages.append(citizen.get(citizen.post(question, {"decision": "decline"}).headers["Location"]))
    pages += [citizen.get("/wallet/activity"), citizen.get("/wallet/activity")]
    for page in pages:
        text = page.content.decode()
        assert page.status_code == 200
        assert SCRIPT not in text
        assert "&lt;script&gt;" in text
        assert "script-src 'self'" in page.headers["Content-Security-Policy"]


def test_a_picture_is_shown_and_other_data_is_not(citizen: Client, office: Office) -> None:
    office.claims = {
        "given_name": "data:image/png;base64,iVBORw0KGgo=",
        "family_name": "data:image/svg+xml;base64,PHN2Zy8+",
        "birth_date": "1990-05-25",
    }
    take(citizen, office)
    text = citizen.get(f"/wallet/cards/{Card.objects.get().id}").content.decode()
    assert 'src="data:image/png;base64,iVBORw0KGgo="' in text
    assert "PHN2Zy8+" not in text


def test_pages_are_not_kept_by_caches(citizen: Client, office: Office) -> None:
    take(citizen, office)
    for path in ("", "history", "account", "add", f"cards/{Card.objects.get().id}"):
        assert citizen.get(f"/wallet/{path}").headers["Cache-Control"] == "no-store"


def test_deleting_the_account_deletes_its_cards(citizen: Client, office: Office) -> None:
    take(citizen, office)
    citizen.post("/wallet/account/delete", {"passphrase": ANA[1]})
    assert not Account.objects.exists()
    assert not Card.objects.exists()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("openid-credential-offer://?credential_offer_uri=https://a", "offer"),
        ("https://other-wallet.example/x?credential_offer=%7B%7D", "offer"),
        ("openid4vp://?client_id=a&request_uri=b", "request"),
        ("haip-vp://?client_id=a&request_uri=b", "request"),
    ],
)
def test_kinds_of_links(text: str, kind: str) -> None:
    assert links.kind(text) == kind


@pytest.mark.parametrize("text", ["", "hello", "https://example.org/", "http://[", "x?" + "a&" * 100])
def test_what_is_no_link(text: str) -> None:
    with pytest.raises(MalformedInputError):
        links.kind(text)


def test_notices_of_others_are_text_in_their_own_direction(
    citizen: Client, office: Office, now: datetime
) -> None:
    take(citizen, office)
    told = InboxNotice("1", "expiring", now.isoformat(), "ar", "rtl", "t", f"وثيقة {SCRIPT}", SCRIPT, False)
    office.network.handlers["GET", f"{ISSUER}/notices"] = lambda headers, body: reply(create_inbox([told]))
    assert "1 new notice" in citizen.get("/wallet/").content.decode()
    page = citizen.get("/wallet/activity").content.decode()
    assert '<div lang="ar" dir="rtl">وثيقة &lt;script&gt;' in page
    assert SCRIPT not in page
    assert "What they know is missing here: Civil Registry." in page  # its log does not answer
    assert "Nothing of this kind has happened." in citizen.get("/wallet/activity?show=paid").content.decode()
    for odd in ("?show=<b>", "?page=99999", "?page=x"):
        assert citizen.get(f"/wallet/activity{odd}").status_code == 200


def test_old_addresses_lead_to_the_one_page(citizen: Client) -> None:
    for path in ("history", "history/readers"):
        assert citizen.get(f"/wallet/{path}").headers["Location"] == "/wallet/activity"


def test_the_log_says_why_a_credential_was_not_kept_and_no_claim(
    citizen: Client, office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    office.with_status, office.status = True, 1
    question = open_link(citizen, "accept", office.link)
    assert citizen.post(question, {"decision": "accept"}, headers={"Accept": "text/html"}).status_code == 422
    [record] = [record for record in caplog.records if record.name.startswith("sello.")]
    assert "invalid_credential ReceivedCredentialError" in record.getMessage()
    assert not any(str(value) in caplog.text for value in CLAIMS.values())


def test_the_log_says_why_a_field_was_refused(citizen: Client, caplog: pytest.LogCaptureFixture) -> None:
    citizen.post("/wallet/add", {"text": "https://elsewhere.example/"})
    assert "MalformedInputError: This is neither an offer of a card nor a request" in caplog.text
