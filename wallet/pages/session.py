"""Staying signed in: the vault key rests in two halves, one with the server and one with the browser.

The session row holds the vault key sealed under a random key that only a second HttpOnly cookie carries.
Neither the database (its session table included) nor the cookie opens anything alone; signing out forgets
both.
"""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Concatenate, Final, ParamSpec
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import rotate_token
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from common.encoding import base64url
from common.errors import MalformedInputError
from wallet.account import accounts
from wallet.account import vault as vaults
from wallet.account.accounts import NotSignedInError
from wallet.account.vault import Vault, VaultClosedError
from wallet.models import Account

COOKIE: Final = "wallet_key"
SESSION: Final = "wallet"
LONGEST: Final = timedelta(hours=8)
P = ParamSpec("P")


def open_session(request: HttpRequest, response: HttpResponse, vault: Vault) -> None:
    """Stay signed in from here on, under a session identifier that nobody could have planted before."""
    request.session.cycle_key()
    rotate_token(request)
    half = secrets.token_bytes(vaults.KEY_BYTES)
    until = datetime.now(UTC) + LONGEST
    account = str(vault.account.id)
    sealed = vaults.seal_bytes(half, vault.key, bound_to=_bound(vault.account, until.isoformat()))
    request.session[SESSION] = {
        "account": account,
        "until": until.isoformat(),
        "sealed": base64url.encode(sealed),
    }
    response.set_cookie(
        COOKIE,
        base64url.encode(half),
        path=reverse("wallet:cards"),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def close_session(request: HttpRequest, response: HttpResponse) -> None:
    """Sign out: both halves are forgotten, and the session identifier with them."""
    request.session.pop(SESSION, None)
    request.session.cycle_key()
    response.delete_cookie(COOKIE, path=reverse("wallet:cards"), samesite="Lax")


def vault_of(request: HttpRequest) -> Vault | None:
    """The open vault of whoever is signed in, or None."""
    kept, half = request.session.get(SESSION), request.COOKIES.get(COOKIE)
    if not isinstance(kept, dict) or not half:
        return None
    try:
        account = accounts.find_account(UUID(kept["account"]))
        key = vaults.open_sealed(
            base64url.decode(half),
            base64url.decode(kept["sealed"]),
            bound_to=_bound(account, kept["until"]),
        )
    except (NotSignedInError, VaultClosedError, MalformedInputError):
        return None
    if datetime.fromisoformat(kept["until"]) <= datetime.now(UTC):
        return None
    return Vault(account, key)


def signed_in(
    view: Callable[Concatenate[HttpRequest, Vault, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    """A page that needs the open vault; whoever is not signed in is led there and back."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        vault = vault_of(request)
        if vault is None:
            after = request.get_full_path() if request.method == "GET" else reverse("wallet:cards")
            return HttpResponseRedirect(f"{reverse('wallet:sign-in')}?{urlencode({'next': after})}")
        return view(request, vault, *args, **kwargs)

    return guarded


def next_page(request: HttpRequest) -> str:
    """Where `next` leads, if that is a page of this wallet; else the cards."""
    home = reverse("wallet:cards")
    after = request.POST.get("next") or request.GET.get("next", "")
    own = after.startswith(home) and url_has_allowed_host_and_scheme(after, allowed_hosts=None)
    return after if own else home


def _bound(account: Account, until: str) -> bytes:
    """The salt is renewed with the passphrase, so that a new one ends what an old one opened."""
    return f"sello wallet session {account.id} {bytes(account.salt).hex()} {until}".encode()
