"""Accounts: one name, one passphrase, and guesses that get slower."""

from datetime import datetime, timedelta

import pytest

from common.adapters.limits.turns import BusyError, Turns
from tests.wallet.conftest import ANA
from wallet.account import accounts
from wallet.account import vault as vaults
from wallet.account.accounts import AccountInputError, NotSignedInError, TooManyAttemptsError
from wallet.account.vault import Vault
from wallet.models import Account, Card, FailedSignIns, HistoryEntry, Pending

NAME, PASSPHRASE = ANA


def test_signing_in_opens_the_same_vault(vault: Vault, now: datetime) -> None:
    assert accounts.unlock_account("  ana   QUISPE ", PASSPHRASE, now=now).key == vault.key


def test_accented_letters_are_one_however_typed(db: None, now: datetime) -> None:
    made = accounts.create_wallet_account("Íñigo", "contraseña muy larga")
    assert accounts.unlock_account("Íñigo", "contraseña muy larga", now=now).key == made.key


@pytest.mark.parametrize(("name", "passphrase"), [(NAME, "wrong passphrase"), ("Nobody", PASSPHRASE)])
def test_wrong_name_and_wrong_passphrase_sound_the_same(
    vault: Vault, now: datetime, name: str, passphrase: str
) -> None:
    with pytest.raises(NotSignedInError, match=r"The name or the passphrase is wrong\."):
        accounts.unlock_account(name, passphrase, now=now)


@pytest.mark.parametrize(
    ("name", "passphrase", "field"),
    [
        ("ANA QUISPE", "another passphrase", "name"),
        ("  ", "another passphrase", "name"),
        ("x" * 81, "another passphrase", "name"),
        ("Bruno", "short", "passphrase"),
        ("Bruno", "password1234", "passphrase"),
        ("Bruno", "x" * 1025, "passphrase"),
    ],
)
def test_what_cannot_be_taken(vault: Vault, name: str, passphrase: str, field: str) -> None:
    with pytest.raises(AccountInputError) as refused:
        accounts.create_wallet_account(name, passphrase)
    assert refused.value.field == field


@pytest.mark.parametrize("name", [NAME, "Nobody at all"])
def test_guesses_get_slower_whether_or_not_the_account_exists(vault: Vault, now: datetime, name: str) -> None:
    for _ in range(accounts.FREE_ATTEMPTS):
        with pytest.raises(NotSignedInError):
            accounts.unlock_account(name, "a wrong guess", now=now)
    with pytest.raises(TooManyAttemptsError, match="15 seconds"):
        accounts.unlock_account(name, PASSPHRASE, now=now)
    later = now + timedelta(seconds=16)
    with pytest.raises(NotSignedInError):
        accounts.unlock_account(name, "a wrong guess", now=later)
    with pytest.raises(TooManyAttemptsError):
        accounts.unlock_account(name, PASSPHRASE, now=later + timedelta(seconds=20))
    assert FailedSignIns.objects.get().blocked_until - later == timedelta(seconds=30)


def test_the_right_passphrase_ends_the_count(vault: Vault, now: datetime) -> None:
    with pytest.raises(NotSignedInError):
        accounts.unlock_account(NAME, "a wrong guess", now=now)
    accounts.unlock_account(NAME, PASSPHRASE, now=now)
    assert not FailedSignIns.objects.exists()


def test_the_delay_never_exceeds_its_limit(vault: Vault, now: datetime) -> None:
    moment = now
    for _ in range(20):
        with pytest.raises(NotSignedInError):
            accounts.unlock_account(NAME, "a wrong guess", now=moment)
        moment = FailedSignIns.objects.get().blocked_until + timedelta(seconds=1)
    assert accounts.unlock_account(NAME, PASSPHRASE, now=moment).key == vault.key


def test_changing_the_passphrase_rewraps_and_keeps_the_rows(vault: Vault, now: datetime) -> None:
    card = Card()
    vault.seal(card, {"a": 1})
    card.save()
    accounts.change_passphrase(vault, current=PASSPHRASE, new="a brand new passphrase", now=now)
    again = accounts.unlock_account(NAME, "a brand new passphrase", now=now)
    assert again.open(Card.objects.get()) == {"a": 1}
    with pytest.raises(NotSignedInError):
        accounts.unlock_account(NAME, PASSPHRASE, now=now)


def test_changing_the_passphrase_asks_for_the_current_one(vault: Vault, now: datetime) -> None:
    before = bytes(Account.objects.get().wrapped_key)
    with pytest.raises(NotSignedInError):
        accounts.change_passphrase(vault, current="not it", new="a brand new passphrase", now=now)
    assert bytes(Account.objects.get().wrapped_key) == before


def test_deleting_an_account_leaves_nothing(vault: Vault, now: datetime) -> None:
    for row in (Card(), HistoryEntry(), Pending(last_day=now.date())):
        vault.seal(row, {"a": 1})
        row.save()
    with pytest.raises(NotSignedInError):
        accounts.delete_account(vault, passphrase="not it", now=now)
    accounts.delete_account(vault, passphrase=PASSPHRASE, now=now)
    assert not any(model.objects.exists() for model in (Account, Card, HistoryEntry, Pending, FailedSignIns))


def test_who_found_no_turn_has_not_guessed(
    vault: Vault, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(accounts.FREE_ATTEMPTS - 1):
        with pytest.raises(NotSignedInError):
            accounts.unlock_account(NAME, "a wrong guess", now=now)
    before = FailedSignIns.objects.values().get()
    with monkeypatch.context() as full:
        turns = Turns(at_once=1, waiting=0, patience=0)
        full.setattr(vaults, "DEAR", turns)
        with turns.taken():
            for name in (NAME, "Nobody"):
                with pytest.raises(BusyError):
                    accounts.unlock_account(name, PASSPHRASE, now=now)
            with pytest.raises(BusyError):
                accounts.confirm_passphrase(vault, PASSPHRASE, now=now)
            with pytest.raises(BusyError):
                accounts.create_wallet_account("Bruno", "another passphrase")
    assert before in FailedSignIns.objects.values()
    assert accounts.unlock_account(NAME, PASSPHRASE, now=now).key == vault.key
