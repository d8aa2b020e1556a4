"""The vault opens to its passphrase alone, each row only in its own place."""

from typing import Any

import pytest
from django.db import connection

from tests.tampering import flip
from tests.wallet.conftest import ANA
from wallet.account import accounts
from wallet.account import vault as vaults
from wallet.account.vault import Vault, VaultClosedError
from wallet.models import Account, Card, HistoryEntry

SAID = {"issuer": "did:web:civil-registry.example", "claims": {"given_name": "Ana Wayra"}}


def _kept(vault: Vault, value: dict[str, Any] = SAID) -> Card:
    card = Card()
    vault.seal(card, value)
    card.save()
    return Card.objects.get(id=card.id)


def test_a_row_opens_again(vault: Vault) -> None:
    assert vault.open(_kept(vault)) == SAID


def test_a_wrong_passphrase_opens_nothing(vault: Vault) -> None:
    with pytest.raises(VaultClosedError):
        vaults.unwrap_vault(vault.account, "correct horse battery stapler")


def test_a_tampered_row_does_not_open(vault: Vault) -> None:
    card = _kept(vault)
    card.sealed = flip(bytes(card.sealed))
    with pytest.raises(VaultClosedError):
        vault.open(card)


def test_a_cut_row_does_not_open(vault: Vault) -> None:
    card = _kept(vault)
    card.sealed = b"short"
    with pytest.raises(VaultClosedError):
        vault.open(card)


def test_swapped_rows_do_not_open(vault: Vault) -> None:
    first, second = _kept(vault), _kept(vault, {"other": 1})
    first.sealed, second.sealed = second.sealed, first.sealed
    for card in (first, second):
        with pytest.raises(VaultClosedError):
            vault.open(card)


def test_a_row_moved_to_another_table_does_not_open(vault: Vault) -> None:
    card = _kept(vault)
    with pytest.raises(VaultClosedError):
        vault.open(HistoryEntry(id=card.id, account=card.account, sealed=card.sealed))


def test_a_row_moved_to_another_account_does_not_open(vault: Vault) -> None:
    other = accounts.create_wallet_account("Mallory", "another passphrase altogether")
    card = _kept(vault)
    with pytest.raises(VaultClosedError):
        Vault(other.account, vault.key).open(card)
    with pytest.raises(VaultClosedError):
        other.open(card)


def test_a_wrapped_key_moved_to_another_account_does_not_open(vault: Vault) -> None:
    stolen = Account(
        handle="x", salt=vault.account.salt, operations=vault.account.operations,
        memory=vault.account.memory, wrapped_key=vault.account.wrapped_key,
    )  # fmt: skip
    with pytest.raises(VaultClosedError):
        vaults.unwrap_vault(stolen, ANA[1])


def test_without_the_sites_key_the_passphrase_opens_nothing(vault: Vault, settings: object) -> None:
    settings.KEY_ENCRYPTION_KEY = "A" * 43  # type: ignore[attr-defined]
    with pytest.raises(VaultClosedError):
        vaults.unwrap_vault(vault.account, ANA[1])


def test_sizes_are_whole_pages(vault: Vault) -> None:
    sizes = {len(_kept(vault, {"text": "x" * length}).sealed) for length in (1, 100, 4000)}
    assert len(sizes) == 1


def test_the_vault_key_does_not_show_when_printed(vault: Vault) -> None:
    assert repr(vault.key) not in repr(vault)


def dump() -> bytes:
    """Every value of every column of every table, as the thief of a database would have it."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                found += [bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode() for v in row]
    return b"\n".join(found)


def test_the_database_alone_reveals_nothing(vault: Vault) -> None:
    _kept(vault)
    everything = dump().lower()
    for text in (
        b"ana quispe",
        b"ana wayra",
        b"did:web",
        b"given_name",
        b"quispe",
        ANA[1].encode(),
        vault.key,
    ):
        assert text.lower() not in everything
