"""From a row to the gateway that it names."""

from verifier.models import GatewayAccount
from verifier.payments.gateways import gateway
from verifier.payments.instructions.gateway import Account, Gateway


def part_of(account: GatewayAccount) -> Gateway:
    """The gateway of a row."""
    return gateway(account.kind, Account(account.name, account.config))
