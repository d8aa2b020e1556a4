"""Accounts of citizens: a name, a passphrase, and the vault behind them.

Names are kept as keyed digests alone. Wrong passphrases slow down the name they were tried under, whether
or not an account has it, so that neither answer nor delay tells who is a customer here.
"""

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from math import ceil
from typing import Final
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F

from common.adapters.limits.turns import BusyError
from common.errors import SelloError
from wallet.account import vault as vaults
from wallet.account.vault import Vault, VaultClosedError
from wallet.models import Account, FailedSignIns

MAX_NAME: Final = 80
MAX_PASSPHRASE: Final = 1024
FREE_ATTEMPTS: Final = 5
FIRST_DELAY: Final = timedelta(seconds=15)
LONGEST_DELAY: Final = timedelta(minutes=15)
FORGOTTEN_AFTER: Final = timedelta(days=1)


class NotSignedInError(SelloError):
    """No account opens with this name and passphrase."""

    code = "access_denied"
    status = 403


class TooManyAttemptsError(SelloError):
    """Too many wrong passphrases under this name."""

    code = "slow_down"
    status = 429


class AccountInputError(SelloError):
    """A name or passphrase that cannot be taken; `field` says which."""

    code = "invalid_request"

    def __init__(self, public: str, *, field: str) -> None:
        super().__init__(public)
        self.field = field


def create_wallet_account(name: str, passphrase: str) -> Vault:
    """A new account with an empty vault."""
    if not _normal(name) or len(name) > MAX_NAME:
        raise AccountInputError(f"Enter a name of at most {MAX_NAME} characters.", field="name")
    _check_passphrase(passphrase)
    account = Account(handle=_handle(name))
    vault = vaults.create_vault(account, _normal_passphrase(passphrase))
    try:
        with transaction.atomic():
            account.save(force_insert=True)
    except IntegrityError as error:
        raise AccountInputError("This name is taken; choose another.", field="name") from error
    return vault


def unlock_account(name: str, passphrase: str, *, now: datetime) -> Vault:
    """The open vault behind a name and passphrase; each attempt counts until one succeeds."""
    handle = _handle(name)
    with _counted(handle, now):
        account = Account.objects.filter(handle=handle).first()
        if account is None or len(passphrase) > MAX_PASSPHRASE:
            vaults.spend_derivation(passphrase[:MAX_PASSPHRASE])
            raise NotSignedInError("The name or the passphrase is wrong.")
        try:
            vault = vaults.unwrap_vault(account, _normal_passphrase(passphrase))
        except VaultClosedError as error:
            raise NotSignedInError("The name or the passphrase is wrong.") from error
    FailedSignIns.objects.filter(handle=handle).delete()
    return vault


def find_account(id: UUID) -> Account:
    """The account of this identifier; raises `NotSignedInError` where it is gone."""
    account = Account.objects.filter(id=id).first()
    if account is None:
        raise NotSignedInError("This account was deleted.")
    return account


def change_passphrase(vault: Vault, *, current: str, new: str, now: datetime) -> None:
    """Wrap the vault key anew once the current passphrase has opened it; no row is touched."""
    confirm_passphrase(vault, current, now=now)
    _check_passphrase(new)
    vaults.wrap_vault_key(vault, _normal_passphrase(new))
    vault.account.save()


def delete_account(vault: Vault, *, passphrase: str, now: datetime) -> None:
    """Forget the person: account, keys, cards, history, all of it, at once."""
    confirm_passphrase(vault, passphrase, now=now)
    vault.account.delete()


def confirm_passphrase(vault: Vault, passphrase: str, *, now: datetime) -> None:
    """Ask for the passphrase again before a step that cannot be undone; guesses count as at sign-in."""
    handle = vault.account.handle
    with _counted(handle, now):
        try:
            vaults.unwrap_vault(vault.account, _normal_passphrase(passphrase[:MAX_PASSPHRASE]))
        except VaultClosedError as error:
            raise NotSignedInError("The passphrase is wrong.") from error
    FailedSignIns.objects.filter(handle=handle).delete()


@contextmanager
def _counted(handle: str, now: datetime) -> Iterator[None]:
    """An attempt, counted before it is made; one that found no turn was none, and is taken back."""
    before, after = _count_attempt(handle, now)
    try:
        yield
    except BusyError:
        made = FailedSignIns.objects.filter(handle=handle)
        made.update(count=F("count") - 1)
        made.filter(blocked_until=after).update(blocked_until=before)
        raise


def _count_attempt(handle: str, now: datetime) -> tuple[datetime, datetime]:
    """Count first, derive afterwards: guesses side by side cannot slip past the limit.

    Until when this name was blocked before, and is now.
    """
    with transaction.atomic():
        FailedSignIns.objects.filter(blocked_until__lt=now - FORGOTTEN_AFTER).delete()
        FailedSignIns.objects.get_or_create(handle=handle, defaults={"blocked_until": now})
        failures = FailedSignIns.objects.select_for_update().get(handle=handle)
        if failures.blocked_until > now:
            wait = ceil((failures.blocked_until - now).total_seconds())
            raise TooManyAttemptsError(
                f"Too many wrong passphrases for this name. Try again in {_spoken(wait)}."
            )
        before = failures.blocked_until
        failures.count += 1
        excess = failures.count - FREE_ATTEMPTS
        delay = FIRST_DELAY * 2 ** min(excess, 6) if excess >= 0 else timedelta(0)
        failures.blocked_until = now + min(delay, LONGEST_DELAY)
        failures.save()
        return before, failures.blocked_until


def _check_passphrase(passphrase: str) -> None:
    if len(passphrase) > MAX_PASSPHRASE:
        raise AccountInputError(f"A passphrase has at most {MAX_PASSPHRASE} characters.", field="passphrase")
    try:
        validate_password(passphrase)
    except ValidationError as error:
        raise AccountInputError(" ".join(error.messages), field="passphrase") from error


def _spoken(seconds: int) -> str:
    return f"{seconds} seconds" if seconds < 90 else f"{-(-seconds // 60)} minutes"


def _normal(name: str) -> str:
    """One spelling of a name: compatibility forms, case and white space do not tell people apart."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _normal_passphrase(passphrase: str) -> str:
    """One spelling of a passphrase, whichever keyboard composed its letters (RFC 8265 §4.2)."""
    return unicodedata.normalize("NFC", passphrase)


def _handle(name: str) -> str:
    return vaults.site_digest("name", _normal(name)).hex()
