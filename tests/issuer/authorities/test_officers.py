"""Officers whom the operator makes: of their own authority, without being anybody's superuser."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from issuer.registries.spreadsheet_import import import_spreadsheet

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def site(settings: Settings, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path
    import_spreadsheet("farms", b"id,name\nF-1,Ana\n", title="Farms", authority="farm-office")
    import_spreadsheet("births", b"id,name\nB-1,Ana\n", title="Births", authority="civil-office")


def create(*authorities: str, **options: bool) -> dict[str, Any]:
    out = StringIO()
    call_command("create_officer", "fatima", authority=list(authorities), as_json=True, stdout=out, **options)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def test_an_officer_signs_in_and_sees_their_own_registries() -> None:
    made, client = create("farm-office"), Client()
    assert client.post("/office/sign-in", made).status_code == 302
    page = client.get("/office/").text
    assert "Farms" in page
    assert "Births" not in page
    assert client.get("/office/registries/births/").status_code == 404
    assert client.get("/admin/").status_code == 302
    user = User.objects.get()
    assert (user.is_staff, user.is_superuser) == (False, False)


def test_an_account_keeps_its_password_until_a_new_one_is_drawn() -> None:
    first = create("farm-office")
    assert create("civil-office") == {"username": "fatima", "authorities": ["civil-office"]}
    client = Client()
    assert client.post("/office/sign-in", first).status_code == 302
    assert "Births" in client.get("/office/").text
    renewed = create("farm-office", new_password=True)["password"]
    assert client.get("/office/").status_code == 302  # signed out by it
    assert client.post("/office/sign-in", {"username": "fatima", "password": renewed}).status_code == 302


def test_an_authority_that_is_not_there_is_named() -> None:
    with pytest.raises(CommandError, match="there are: civil-office, farm-office"):
        create("bank")
    assert not User.objects.exists()
