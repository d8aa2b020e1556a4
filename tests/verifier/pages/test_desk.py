"""A provider's staff: a page of ours to sign in and out, and the rights of their own service alone."""

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from verifier.models import Programme, ReadingConsent, Service, TrustedIssuer
from verifier.services.staff import programmes_of, services_of

pytestmark = pytest.mark.usefixtures("site")
PAGES = ("programmes", "programmes/subsidy", "records", "vouchers", "issuers")
HOME = "/services/staff/"


def staff(*services: str, trust: bool = False) -> tuple[Client, str]:
    """Somebody whom the operator made, signed in on our page; with the password that was printed."""
    out = StringIO()
    options: dict[str, Any] = {"service": list(services), "trust": trust, "as_json": True}
    call_command("create_staff", "rosa", **options, stdout=out)
    made = json.loads(out.getvalue())
    client = Client()
    answer = client.post(f"{HOME}sign-in", {"username": "rosa", "password": made["password"]})
    assert (answer.status_code, answer.headers["Location"]) == (302, HOME)
    return client, made["password"]


def consent_at(slug: str) -> ReadingConsent:
    now = timezone.now()
    return ReadingConsent.objects.create(
        service=Service.objects.get(slug=slug), reference=f"REF-{slug}", consent_id=slug, attributes=["x"],
        given_at=now, valid_until=now + timedelta(days=1),
    )  # fmt: skip


def test_whoever_is_not_signed_in_comes_to_our_own_page(client: Client) -> None:
    for page in ("", *PAGES):
        answer = client.get(f"{HOME}{page}")
        assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, f"{HOME}sign-in")
    assert "admin" not in client.get(f"{HOME}sign-in").text


def test_signing_in_leads_back_to_the_page_and_nowhere_else() -> None:
    _, password = staff("subsidy")
    for after, to in ((f"{HOME}programmes", f"{HOME}programmes"), ("https://evil.example/", HOME)):
        said = {"username": "rosa", "password": password, "next": after}
        assert Client().post(f"{HOME}sign-in", said).headers["Location"] == to


def test_a_wrong_password_is_said_and_signs_nobody_in(client: Client) -> None:
    staff("subsidy")
    answer = client.post(f"{HOME}sign-in", {"username": "rosa", "password": "guess"})
    assert "There is a problem" in answer.text
    assert client.get(HOME).status_code == 302


def test_signing_out_ends_it() -> None:
    rosa, _ = staff("subsidy")
    assert rosa.get(f"{HOME}sign-out").status_code == 405
    assert rosa.post(f"{HOME}sign-out").headers["Location"] == f"{HOME}sign-in"
    assert rosa.get(f"{HOME}programmes").status_code == 302


def test_each_sees_the_programmes_of_their_own_service() -> None:
    rosa, _ = staff("subsidy")
    page = rosa.get(f"{HOME}programmes").text
    assert "subsidy" in page
    assert "widows-pension" not in page
    assert rosa.get(f"{HOME}programmes/subsidy").status_code == 200
    assert rosa.get(f"{HOME}programmes/widows-pension").status_code == 404


def test_each_sees_the_consents_of_their_own_service() -> None:
    mine, theirs = consent_at("clinic"), consent_at("clinic-care")
    rosa, _ = staff("clinic")
    page = rosa.get(f"{HOME}records").text
    assert mine.reference in page
    assert theirs.reference not in page
    assert rosa.get(f"{HOME}records/{mine.pk}").status_code == 200
    for method in (rosa.get, rosa.post):
        assert method(f"{HOME}records/{theirs.pk}").status_code == 404


def test_the_list_of_trust_needs_the_operators_word() -> None:
    line = {"name": "U", "issuer": "did:web:uni.example", "type": "*"}
    rosa, _ = staff("clinic")
    assert rosa.post(f"{HOME}issuers", line).status_code == 403
    trusted, _ = staff_again("clinic")
    assert trusted.post(f"{HOME}issuers", line).status_code == 302
    assert TrustedIssuer.objects.filter(name="U").exists()


def staff_again(service: str) -> tuple[Client, str]:
    User.objects.all().delete()
    return staff(service, trust=True)


def test_who_works_for_nobody_finds_nothing(client: Client) -> None:
    client.force_login(User.objects.create_user("visitor", is_staff=True))
    assert "staff of no service" in client.get(HOME).text
    assert [client.get(f"{HOME}{page}").status_code for page in PAGES] == [403] * len(PAGES)


def test_staff_are_no_operators() -> None:
    rosa, _ = staff("clinic", trust=True)
    assert rosa.get("/admin/").status_code == 302
    user = User.objects.get()
    assert (user.is_staff, user.is_superuser) == (False, False)


def test_the_operator_gives_more_and_takes_it_back() -> None:
    rosa, _ = staff("clinic")
    call_command("create_staff", "rosa", service=["subsidy"], stdout=StringIO())
    user = User.objects.get()
    assert {service.slug for service in services_of(user)} == {"clinic", "subsidy"}
    assert [programme.slug for programme in programmes_of(user)] == ["subsidy"]
    Service.objects.get(slug="subsidy").staff.remove(user)
    assert rosa.get(f"{HOME}programmes/subsidy").status_code == 404
    User.objects.update(is_active=False)
    assert rosa.get(HOME).status_code == 302


def test_a_service_that_is_not_there_is_named() -> None:
    with pytest.raises(CommandError, match="No service is called 'bank'"):
        call_command("create_staff", "rosa", service=["bank"], stdout=StringIO())
    assert not User.objects.exists()
    assert Programme.objects.exists()
