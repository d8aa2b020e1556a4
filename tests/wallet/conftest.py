"""A cheap passphrase derivation, and vaults that stand open."""

from datetime import datetime

import pytest

from common.adapters import fetch as door
from tests.wallet.fakes import Network, Office
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


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Network:
    """The door to the network leads to whoever a test lets live there."""
    found = Network()
    monkeypatch.setattr(door, "transport", found)
    return found


@pytest.fixture
def office(network: Network, now: datetime) -> Office:
    """The civil registry, which offers birth certificates."""
    return Office(network, now)
