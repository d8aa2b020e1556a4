"""A cheap passphrase derivation, and vaults that stand open."""

import pytest

from wallet.services import accounts
from wallet.services.vault import Vault

ANA = ("Ana Quispe", "correct horse battery staple")


@pytest.fixture(autouse=True)
def _cheap_passphrases(settings: object) -> None:
    settings.WALLET_PASSPHRASE_COST = "minimal"  # type: ignore[attr-defined]


@pytest.fixture
def vault(db: None) -> Vault:
    """Ana's open vault."""
    return accounts.sign_up(*ANA)
