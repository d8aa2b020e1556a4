"""Ways in which a payment instruction leaves: one dict of parts, by kind.

A `GatewayAccount` row names a kind and how it is set up; `create_gateway` makes the part of it.
"""

from typing import Final

from common.errors import UnknownPartError
from verifier.payments.gateways.file import gateway as file
from verifier.payments.gateways.g2p_connect import gateway as g2p_connect
from verifier.payments.gateways.iso20022 import gateway as iso20022
from verifier.payments.gateways.voucher import gateway as voucher
from verifier.payments.instructions.gateway import Gateway, GatewayConfig, GatewayKind

GATEWAYS: Final[dict[str, GatewayKind]] = {
    "file": GatewayKind(file.FileGateway, file.SETTINGS),
    "g2p-connect": GatewayKind(g2p_connect.G2PConnect, g2p_connect.SETTINGS, needs_address=True),
    "iso20022": GatewayKind(iso20022.BankFiles, iso20022.SETTINGS, needs_address=True),
    "voucher": GatewayKind(voucher.Vouchers, voucher.SETTINGS, needs_person=True),
}


def gateway_kind(kind: str) -> GatewayKind:
    """The kind of that name; raises `UnknownPartError`, which names those there are."""
    if kind not in GATEWAYS:
        raise UnknownPartError("kind of gateway", kind, GATEWAYS)
    return GATEWAYS[kind]


def create_gateway(kind: str, account: GatewayConfig) -> Gateway:
    """The gateway of an account; raises `UnknownPartError` for a kind that nobody built."""
    return gateway_kind(kind).create(account)
