"""Accounts of people who work here: made by the operator, or by a command that the operator types."""

import secrets
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse

from common.adapters.limits import rate_limit


class AccountSignIn(LoginView):
    """A page to sign in; guesses are counted, by where they come from and by whom they are at."""

    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Check the name and password, once the guesses of this address and at this name are counted."""
        rate_limit.check_rate(request, "sign-in")
        rate_limit.check_account_rate("account", request.POST.get("username", ""))
        return super().post(request, *args, **kwargs)


class AccountSignOut(LogoutView):
    """The way out, by POST alone."""


def create_account(
    username: str, *, password: str | None = None, renew: bool = False
) -> tuple[User, str | None]:
    """The person's account, made where there is none, and the password where it was just drawn.

    An account that exists keeps its password, unless one is given or it is to be drawn anew.
    """
    user, created = get_user_model().objects.get_or_create(username=username)
    if not (created or renew or password):
        return user, None
    drawn = password or secrets.token_urlsafe(12)
    user.set_password(drawn)
    user.is_active = True
    user.save()
    return user, None if password else drawn


def account_summary(username: str, drawn: str | None) -> dict[str, str]:
    """What a command says of an account: the password once, when it was drawn."""
    return {"username": username, "password": drawn} if drawn else {"username": username}
