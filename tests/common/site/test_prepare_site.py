"""The sign-ins of the sample world: one for each desk, and nobody but the operator is a superuser."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client

pytestmark = pytest.mark.django_db


def test_each_sign_in_opens_its_own_desk(settings: object, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path  # type: ignore[attr-defined]
    settings.WALLET_PROVIDER_CA_FILE = str(tmp_path / "provider.pem")  # type: ignore[attr-defined]
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # type: ignore[attr-defined]
    User.objects.create_superuser("officer", password="of an earlier version")
    out = StringIO()
    call_command("prepare_site", as_json=True, stdout=out)
    prepared = json.loads(out.getvalue())
    assert list(User.objects.filter(is_superuser=True).values_list("username", flat=True)) == ["operator"]
    desks = {each["username"]: each for each in prepared["sign_ins"]}
    assert set(desks) == {"farm-officer", "clinic-staff", "agency-staff", "operator"}
    for username, page, forms in (
        ("officer", "/office/registries/births/", "/office/sign-in"),
        ("farm-officer", "/office/registries/farmers/", "/office/sign-in"),
        ("clinic-staff", "/services/staff/records", "/services/staff/sign-in"),
        ("agency-staff", "/services/staff/programmes/subsidy", "/services/staff/sign-in"),
        ("operator", "/admin/", "/admin/login/"),
    ):
        desk, client = desks.get(username, prepared["officer"]), Client()
        client.post(forms, {"username": username, "password": desk["password"]})
        assert client.get(page).status_code == 200, username
        if username != "operator":
            assert client.get("/admin/").status_code == 302
        if username == "farm-officer":
            assert client.get("/office/registries/births/").status_code == 404
        if username == "agency-staff":
            assert client.get("/services/staff/records").text.count("<td") < 2
