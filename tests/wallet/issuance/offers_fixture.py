"""Taking an office's offer in one step."""

from datetime import datetime

from tests.wallet.fakes import Office
from wallet.account.vault import Vault
from wallet.issuance import accept_offer


def take(vault: Vault, office: Office, now: datetime, tx_code: str | None = None) -> None:
    accept_offer.accept(
        vault, accept_offer.receive_offer(vault, office.link, now=now), tx_code=tx_code, now=now
    )
