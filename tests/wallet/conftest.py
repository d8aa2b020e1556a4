"""A cheap passphrase derivation, vaults that stand open, and who offers cards or asks for them."""

from datetime import datetime

import pytest

from common.adapters.network import http
from tests.wallet.fakes import Network, Office, Service, sd_query
from wallet.account import accounts
from wallet.account.vault import Vault
from wallet.issuance import accept_offer

ANA = ("Ana Quispe", "correct horse battery staple")


@pytest.fixture(autouse=True)
def _cheap_passphrases(settings: object) -> None:
    settings.WALLET_PASSPHRASE_COST = "minimal"  # type: ignore[attr-defined]


@pytest.fixture
def vault(db: None) -> Vault:
    """Ana's open vault."""
    return accounts.create_wallet_account(*ANA)


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Network:
    """The door to the network leads to whoever a test lets live there."""
    found = Network()
    monkeypatch.setattr(http, "transport", found)
    return found


@pytest.fixture
def office(network: Network, now: datetime) -> Office:
    """The civil registry, which offers birth certificates."""
    return Office(network, now)


@pytest.fixture
def holder(vault: Vault, office: Office, now: datetime) -> Vault:
    """Ana's vault with her birth certificate in it."""
    accept_offer.accept(vault, accept_offer.receive_offer(vault, office.link, now=now), tx_code=None, now=now)
    return vault


@pytest.fixture
def clinic(network: Network, now: datetime) -> Service:
    return Service(network, now, query={"credentials": [sd_query("birth_date")]})
