"""The officer's pages: what an officer sees and does, and what stays another authority's."""

import io
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from common.registries.claims.mapping import map_claims
from issuer.configurations import types
from issuer.configurations.types import create_configuration
from issuer.models import AccessLog, Authority, IssuedCredential, Record, Registry, Session, StatusList
from issuer.pages import office_forms
from issuer.registries.connectors.embedded import EmbeddedRegistry
from issuer.registries.spreadsheet_import import import_spreadsheet
from issuer.sync.rules import set_rules
from tests.client_response import ClientResponse

pytestmark = pytest.mark.django_db
PASSWORD = "a-long-password"
PNG = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUg=="
FARMS = (
    "id,name,crop,born,face\n"
    f'F-1,Ñusta Quispe,Maize,25/05/1990,"{PNG}"\n'
    "F-2,<script>alert(1)</script>,Quinoa,26/05/1990,\n"
    "2024/17,Íñigo Peña,Oca,,\n"
).encode()


@pytest.fixture(autouse=True)
def site(settings: Settings, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path
    settings.BASE_URL = "http://localhost:8000"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # quick, for tests alone
    import_spreadsheet("farms", FARMS, title="Farms", authority="farm-office")
    import_spreadsheet("births", b"id,name\nB-1,Ana\n", title="Births", authority="civil-office")
    create_configuration(Registry.objects.get(slug="farms"), type="FarmerCredential")
    create_configuration(Registry.objects.get(slug="births"), type="BirthCredential")


def sign_in(client: Client, username: str, authority: str | None = None, **flags: Any) -> User:
    user = get_user_model().objects.create_user(username, password=PASSWORD, **flags)
    if authority:
        Authority.objects.get(slug=authority).officers.add(user)
    client.force_login(user)
    return user


@pytest.fixture
def desk(client: Client) -> Client:
    """The client of the farm office's officer."""
    sign_in(client, "fatima", "farm-office")
    return client


def issued(registry: str, key: str, now: datetime) -> IssuedCredential:
    configuration = Registry.objects.get(slug=registry).configurations.get()
    status_list = StatusList.objects.create(authority=configuration.authority, kind="token", number=1)
    return IssuedCredential.objects.create(
        configuration=configuration, record_key=key, format="dc+sd-jwt", status_list=status_list,
        status_index=7, issued_at=now, expires_at=now + timedelta(days=365), holder_thumbprint="thumb",
    )  # fmt: skip


def at(page: str, key: str) -> str:
    """The address of a record's page: no key stands in it, and no key leads there."""
    return f"/office/registries/farms/{page}/{Record.objects.get(registry__slug='farms', key=key).pk}"


PAGES = (
    "/office/",
    "/office/registries/farms/",
    "/office/registries/farms/records/1",
    "/office/registries/farms/offers/1",
    "/office/registries/farms/import",
    "/office/registries/farms/import/report.csv",
    "/office/credentials/00000000-0000-4000-8000-000000000000",
)


@pytest.mark.parametrize("page", PAGES)
def test_nobody_enters_without_signing_in(client: Client, page: str) -> None:
    for answer in (client.get(page), client.post(page)):
        assert answer.status_code in (302, 405)
        assert answer.status_code == 405 or answer.headers["Location"].startswith("/office/sign-in?next=")


@pytest.mark.parametrize("page", PAGES)
def test_what_is_another_authoritys_is_not_there(client: Client, page: str, now: datetime) -> None:
    sign_in(client, "carlos", "civil-office")
    page = f"/office/credentials/{issued('farms', 'F-1', now).pk}" if "credentials" in page else page
    page = at(page.split("/")[-2], "F-1") if page.endswith("/1") else page
    answer = client.get(page)
    if page == "/office/":
        assert "Births" in answer.text
        assert "Farms" not in answer.text
    else:
        assert answer.status_code == 404
        assert client.post(page, {"state": "revoked", "reason": "spite"}).status_code in (404, 405)
    assert not IssuedCredential.objects.exclude(state="valid").exists()


def test_another_registrys_configuration_cannot_be_offered(desk: Client) -> None:
    answer = desk.post(at("offers", "F-1"), {"configuration": "birth"})
    assert answer.status_code == 200
    assert "birth is not one of the available choices" in answer.text
    assert not Session.objects.exists()


def test_a_staff_account_is_no_officer_and_a_superuser_is_everyones(client: Client) -> None:
    sign_in(client, "stefan", is_staff=True)
    assert "No registry is yours yet" in client.get("/office/").text
    assert client.get("/office/registries/farms/").status_code == 404
    sign_in(client, "root", is_staff=True, is_superuser=True)
    page = client.get("/office/").text
    assert "Farms" in page
    assert "Births" in page


def test_signing_in_and_out(client: Client) -> None:
    sign_in(client, "fatima", "farm-office")
    client.logout()
    wrong = client.post("/office/sign-in", {"username": "fatima", "password": "no"})
    assert "There is a problem" in wrong.text
    right = client.post("/office/sign-in", {"username": "fatima", "password": PASSWORD, "next": "/office/"})
    assert (right.status_code, right.headers["Location"]) == (302, "/office/")
    assert client.get("/office/sign-out").status_code == 405
    assert client.post("/office/sign-out").headers["Location"] == "/office/sign-in"
    assert client.get("/office/").status_code == 302


def test_sign_in_leads_to_this_site_alone(client: Client) -> None:
    sign_in(client, "fatima", "farm-office")
    client.logout()
    answer = client.post(
        "/office/sign-in", {"username": "fatima", "password": PASSWORD, "next": "https://evil.example/"}
    )
    assert answer.headers["Location"] == "/office/"


def test_guesses_at_a_password_are_counted(client: Client, settings: Settings) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "sign-in": 3}
    answers = [
        client.post("/office/sign-in", {"username": "x", "password": str(n)}).status_code for n in range(4)
    ]
    assert answers == [200, 200, 200, 429]


@pytest.mark.parametrize(
    ("typed", "keys"),
    [
        ("nusta", ["F-1"]), ("ÑUSTA quis", ["F-1"]), ("f-", ["F-1", "F-2"]), ("2024/17", ["2024/17"]),
        ("maize peña", []), ("iVBORw0KGgo", ["F-1"]), ("", ["2024/17", "F-1", "F-2"]), ("%", []),
        ("nu\0sta", ["F-1"]),
    ],
)  # fmt: skip
def test_records_are_found_as_people_type(desk: Client, typed: str, keys: list[str]) -> None:
    page = desk.post("/office/registries/farms/", {"q": typed})
    assert [record.key for record, _ in page.context["rows"]] == keys


def test_what_is_searched_for_stands_in_no_address(desk: Client) -> None:
    page = desk.post("/office/registries/farms/", {"q": "nusta"}).text
    assert 'value="nusta"' in page
    assert "nusta" not in " ".join(re.findall(r'(?:href|action|src)="([^"]*)"', page))
    assert 'method="get"' not in page
    assert len(desk.get("/office/registries/farms/", {"q": "nusta"}).context["rows"]) == 3


def test_many_records_come_in_pages(desk: Client) -> None:
    rows = "".join(f"G-{number:03d},Somebody\n" for number in range(60))
    import_spreadsheet("farms", f"id,name\n{rows}".encode())
    first = desk.post("/office/registries/farms/", {"q": "g-"})
    assert len(first.context["rows"]) == 25
    assert '<button class="secondary" name="page" value="2">' in first.text
    last = desk.post("/office/registries/farms/", {"q": "g-", "page": "3"})
    assert len(last.context["rows"]) == 10
    assert "?page=2" in desk.get("/office/registries/farms/").text
    assert desk.get("/office/registries/farms/?page=nonsense").status_code == 200


def test_a_record_is_shown_whole_and_never_as_markup(desk: Client, now: datetime) -> None:
    issued("farms", "F-1", now)
    AccessLog.objects.create(
        registry=Registry.objects.get(slug="farms"), record_key="F-1", client_id="x", client_name="A clinic",
        purpose="Care", attributes=["name"], holder_thumbprint="t", at=now,
    )  # fmt: skip
    page = desk.get(at("records", "F-1")).text
    assert f'<img src="{PNG}" alt="Face" width="120">' in page
    for words in ("Ñusta Quispe", "25 May 1990", "dc+sd-jwt", "A clinic: Care", "Offer a credential"):
        assert words in page
    page = desk.get(at("records", "F-2")).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "Not recorded" in page
    assert desk.get(at("records", "2024/17")).status_code == 200
    assert desk.get("/office/registries/farms/records/0").status_code == 404


def test_no_address_tells_a_record_s_key(desk: Client) -> None:
    for page in (desk.get("/office/registries/farms/"), desk.get(at("records", "F-1"))):
        assert not [line for line in page.text.split('href="')[1:] if "F-1" in line.split('"')[0]]
    for number in ("F-1", "2024/17"):
        assert desk.get(f"/office/registries/farms/records/{number}").status_code == 404


def test_a_picture_that_is_none_is_shown_as_text(desk: Client) -> None:
    record = Record.objects.get(key="F-1")
    record.data["face"] = 'data:image/svg+xml;base64,AA" onerror="x'
    record.save()
    assert "<img" not in desk.get(at("records", "F-1")).text


def test_an_offer_with_a_code_is_shown_once(desk: Client) -> None:
    page = desk.get(at("offers", "F-1")).text
    assert "Farmer" in page
    assert "Ask for a one-time code" in page
    answer = desk.post(at("offers", "F-1"), {"configuration": "farmer", "tx_code": "on"})
    session = Session.objects.get()
    assert session.tx_code_digest
    assert "<svg" in answer.text
    assert "openid-credential-offer://?credential_offer_uri=" in answer.text
    assert "/wallet/accept?credential_offer_uri=" in answer.text
    code = answer.context["offer"].tx_code
    assert f'<p class="code">{code}</p>' in answer.text
    assert code not in answer.context["offer"].uri
    assert "no-store" in answer.headers["Cache-Control"]
    assert "style=" not in answer.text
    assert "<script>" not in answer.text
    assert "Waiting to be collected" in desk.get(at("records", "F-1")).text


def test_an_offer_without_a_code(desk: Client) -> None:
    answer = desk.post(at("offers", "2024/17"), {"configuration": "farmer"})
    assert Session.objects.get().tx_code_digest == ""
    assert "One-time code" not in answer.text


def test_an_offer_reads_and_maps_its_record_once(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page has the record at hand: with a rule that looks at its claims, it is still mapped once."""
    configuration = Registry.objects.get(slug="farms").configurations.get()
    set_rules(
        configuration, [{"when": {"event": "ineligible"}, "do": "revoke", "reason": "No farm any more."}]
    )
    mapped: list[tuple[Any, ...]] = []

    def look(*args: Any, **options: Any) -> dict[str, Any]:
        mapped.append(args)
        return map_claims(*args, **options)

    monkeypatch.setattr(types, "map_claims", look)
    fetched: list[str] = []
    monkeypatch.setattr(EmbeddedRegistry, "fetch", lambda self, key: fetched.append(key))
    desk.post(at("offers", "F-1"), {"configuration": "farmer"})
    assert Session.objects.count() == 1
    assert (len(mapped), fetched) == (1, [])


def test_nothing_is_offered_that_the_record_does_not_support(desk: Client) -> None:
    configuration = Registry.objects.get(slug="farms").configurations.get()
    for claim in configuration.claims:
        claim["mandatory"] = claim["name"] == "born"
    configuration.save()
    answer = desk.post(at("offers", "2024/17"), {"configuration": "farmer"})
    assert "There is a problem" in answer.text
    assert "which this credential must say" in answer.text
    assert not Session.objects.exists()


def test_a_status_changes_with_its_reason(desk: Client, now: datetime) -> None:
    credential = issued("farms", "F-1", now)
    page = f"/office/credentials/{credential.pk}"
    assert "Suspend it for now" in desk.get(page).text
    assert "Fill in: Why?" in desk.post(page, {"state": "suspended", "reason": " "}).text
    assert "Fill in" in desk.post(page, {"reason": "no state"}).text
    assert desk.post(page, {"state": "suspended", "reason": "Parcel in dispute"}).headers["Location"] == page
    shown = desk.get(page).text
    assert "fatima: Parcel in dispute" in shown
    assert "Make it valid again" in shown
    assert "Suspend it for now" not in shown
    desk.post(page, {"state": "revoked", "reason": "Sold"})
    credential.refresh_from_db()
    assert credential.state == "revoked"
    assert "which is final" in desk.get(page).text
    assert "not one of the available" in desk.post(page, {"state": "valid", "reason": "x"}).text
    assert IssuedCredential.objects.get().state == "revoked"


def upload(desk: Client, data: bytes, **options: Any) -> ClientResponse:
    return desk.post(
        "/office/registries/farms/import", {"file": SimpleUploadedFile("x.csv", data)}, **options
    )


def test_an_import_is_shown_before_it_is_done(desk: Client, tmp_path: Path) -> None:
    data = b"id,name\nF-1,Nadia\nF-9,Gil\nF-9,Hugo\n,Ina\n"
    check = upload(desk, data)
    assert "Import 2 records" in check.text
    assert "Column id: row 3 has the same key." in check.text
    assert "Kept as they are: crop, born, face" in check.text
    assert Record.objects.filter(registry__slug="farms").count() == 3
    assert [path.stat().st_mode & 0o077 for path in (tmp_path / "uploads").iterdir()] == [0]
    done = desk.post("/office/registries/farms/import/confirm", follow=True)
    assert "1 records are new, 1 changed" in done.text
    assert "2 rows were left out" in done.text
    assert Record.objects.get(key="F-9").data == {"id": "F-9", "name": "Gil"}
    assert list((tmp_path / "uploads").iterdir()) == []
    report = desk.get("/office/registries/farms/import/report.csv")
    assert report.headers["Cache-Control"] == "no-store"
    assert report.getvalue().startswith(b"row,reason\r\n4,")
    assert desk.post("/office/registries/farms/import/confirm").status_code == 404


def test_the_page_takes_what_the_command_takes(desk: Client) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Farms"
    for row in (["id", "name", "born"], ["F-9", "Gil", "03/04/1990"], ["#REF!", "Hugo"]):
        book.active.append(row)
    book.create_sheet("More").append(["id", "x"])
    file = io.BytesIO()
    book.save(file)

    def send(**fields: str) -> ClientResponse:
        content = SimpleUploadedFile("x.xlsx", file.getvalue())
        return desk.post("/office/registries/farms/import", {"file": content, **fields})

    assert "several sheets: Farms, More" in send().text
    assert "not one of the available" in send(date_order="year").text
    check = send(sheet="Farms", date_order="month")
    assert "Import 1 record" in check.text
    assert "holds an error of a spreadsheet program" in check.text
    desk.post("/office/registries/farms/import/confirm")
    assert Record.objects.get(key="F-9").data["born"] == "1990-03-04"


def test_the_page_says_what_was_assumed(desk: Client) -> None:
    check = upload(desk, "id,name\nF-9,Peña\n".encode("cp1252"))
    assert "letters were read as cp1252" in check.text
    assert "The encoding of the file" in upload(desk, "id,name\nF-9,Пётр\n".encode("cp1251")).text


def test_an_upload_belongs_to_one_registry_and_one_session(
    desk: Client, client: Client, django_user_model: type[User]
) -> None:
    upload(desk, b"id,name\nF-9,Gil\n")
    Authority.objects.get(slug="civil-office").officers.add(django_user_model.objects.get())
    assert desk.post("/office/registries/births/import/confirm").status_code == 404
    assert not Record.objects.filter(key="F-9").exists()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The submitted file is empty."),
        (b"PK\x03\x04", "The archive or workbook is broken."),
        (b"name,crop\nx,y\n", "No column is called &#x27;id&#x27;"),
    ],
)
def test_a_file_that_is_no_table_is_explained(desk: Client, data: bytes, sentence: str) -> None:
    answer = upload(desk, data)
    assert "There is a problem" in answer.text
    assert sentence in answer.text


def test_a_large_file_is_refused(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office_forms, "MAX_UPLOAD", 10)
    assert "use the import_registry command" in upload(desk, b"id,name\nF-9,Gil\n").text


def test_the_operators_desk_shows_no_record(client: Client) -> None:
    sign_in(client, "root", "farm-office", is_staff=True, is_superuser=True)
    authority = Authority.objects.get(slug="farm-office")
    page = client.get(f"/admin/issuer/authority/{authority.pk}/change/").text
    assert authority.did in page
    assert authority.p256_key not in page
    for model in ("registry", "configuration", "dataagreement"):
        assert client.get(f"/admin/issuer/{model}/").status_code == 200
    assert client.get("/admin/issuer/record/").status_code == 404


def test_a_page_cannot_be_posted_from_elsewhere(client: Client) -> None:
    strict = client.__class__(enforce_csrf_checks=True)
    sign_in(strict, "fatima", "farm-office")
    assert strict.post(at("offers", "F-1"), {"configuration": "farmer"}).status_code == 403
