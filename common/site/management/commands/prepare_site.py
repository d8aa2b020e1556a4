"""What `make run` does before it serves: the sample world of each role, and a sign-in it prints each time."""

import os
import secrets
from typing import Any

from django.conf import settings
from django.core.management import call_command

from common.adapters.command import Command as BaseCommand
from common.errors import SelloError


class NotForProduction(SelloError):
    """Sample people and a printed password have no place there."""


class Command(BaseCommand):
    help = "Load the sample world and print a sign-in for the officer's desk (never in production)."

    def run(self, **options: Any) -> dict[str, Any]:
        """`{site, officer: {username, password}}`; the password is kept under var/ with mode 0600."""
        if settings.PRODUCTION:
            raise NotForProduction("Samples are not for production; create users with `createsuperuser`.")
        result: dict[str, Any] = {"site": settings.BASE_URL}
        with open(os.devnull, "w") as silence:
            if "issuer" in settings.ROLES:
                password = _kept_password()
                call_command("load_samples", officer_password=password, stdout=silence)
                result["officer"] = {"username": "officer", "password": password}
            if "verifier" in settings.ROLES:
                call_command("load_services", stdout=silence)
            if "wallet" in settings.ROLES:
                call_command("load_verifiers", stdout=silence)
        return result


def _kept_password() -> str:
    path = settings.VAR_DIR / "officer-password"
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(12))
    return str(path.read_text())
