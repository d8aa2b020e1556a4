"""From a row to the gateway that it names."""

from verifier.models import GatewayAccount
from verifier.payments.gateways import create_gateway
from verifier.payments.instructions.gateway import Gateway, GatewayConfig


def gateway_of(account: GatewayAccount) -> Gateway:
    """The gateway of a row."""
    return create_gateway(account.kind, GatewayConfig(account.name, account.config))
