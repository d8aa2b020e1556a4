"""What `make run` does before it serves: the sample world of each role, and a sign-in it prints each time."""

import os
import secrets
from typing import Any, Final, TextIO

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.core.management import call_command

from common.adapters.command import Command as BaseCommand
from common.errors import SelloError
from common.site import accounts

DESKS: Final = {"issuer": "/office/", "verifier": "/services/staff/"}
PEOPLE: Final = (
    (
        "issuer", "farm-officer", "create_officer", ("--authority", "farmer-registry"),
        "An officer of the farmer registry",
    ),
    (
        "verifier", "clinic-staff", "create_staff", ("--service", "clinic", "--service", "clinic-care"),
        "Staff of the clinic",
    ),
    (
        "verifier", "agency-staff", "create_staff", ("--service", "subsidy", "--service", "widows-pension"),
        "Staff of the paying agency",
    ),
)  # fmt: skip


class NotForProductionError(SelloError):
    """Sample people and a printed password have no place there."""


class Command(BaseCommand):
    """`manage.py prepare_site`."""

    help = "Load the sample world and print a sign-in for the officer's desk (never in production)."

    def run(self, **options: Any) -> dict[str, Any]:
        """`{site, officer, sign_ins}`; the passwords are kept under var/ with mode 0600.

        `officer` keeps every registry of the sample world; each of `sign_ins` has the rights of one desk.
        """
        if settings.PRODUCTION:
            raise NotForProductionError(
                "Samples are not for production; create users with `createsuperuser`."
            )
        result: dict[str, Any] = {"site": settings.BASE_URL}
        with open(os.devnull, "w") as silence:
            if "issuer" in settings.ROLES:
                password = _kept_password("officer")
                call_command("load_samples", officer_password=password, stdout=silence)
                result["officer"] = {"username": "officer", "password": password}
            if "verifier" in settings.ROLES:
                call_command("load_services", stdout=silence)
            result["sign_ins"] = [
                _sign_in(*each, stdout=silence) for each in PEOPLE if each[0] in settings.ROLES
            ]
            result["sign_ins"].append(_operator())
            if "wallet" in settings.ROLES:
                call_command("load_verifiers", stdout=silence)
        return result


def _sign_in(
    role: str, username: str, command: str, options: tuple[str, ...], what: str, *, stdout: TextIO
) -> dict[str, str]:
    """Somebody with the rights of one desk, and where they sign in."""
    call_command(command, username, *options, stdout=stdout)
    user, _ = accounts.create_account(username, password=_kept_password(username))
    return {"who": what, "at": f"{settings.BASE_URL}{DESKS[role]}", **_shown(user)}


def _operator() -> dict[str, str]:
    """Whoever runs the site, for Django's own pages."""
    user, _ = accounts.create_account("operator", password=_kept_password("operator"))
    get_user_model().objects.filter(pk=user.pk).update(is_staff=True, is_superuser=True)
    return {"who": "Whoever runs this site", "at": f"{settings.BASE_URL}/admin/", **_shown(user)}


def _shown(user: User) -> dict[str, str]:
    return {"username": user.username, "password": _kept_password(user.username)}


def _kept_password(username: str) -> str:
    path = settings.VAR_DIR / f"{username}-password"
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(12))
    return str(path.read_text())
