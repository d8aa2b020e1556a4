"""Ways in which a payment instruction leaves the house: one dict of parts, by kind.

A `GatewayAccount` row names a kind and how it is set up; `gateway` makes the part of it.
"""

from collections.abc import Callable
from typing import Final

from common.errors import SelloError
from verifier.payments.gateways.file import gateway as file
from verifier.payments.gateways.g2p_connect import gateway as g2p_connect
from verifier.payments.gateways.iso20022 import gateway as iso20022
from verifier.payments.gateways.voucher import gateway as voucher
from verifier.payments.instructions.gateway import Gateway, GatewayConfig

GATEWAYS: Final[dict[str, Callable[[GatewayConfig], Gateway]]] = {
    "file": file.FileGateway,
    "g2p-connect": g2p_connect.G2PConnect,
    "iso20022": iso20022.BankFiles,
    "voucher": voucher.Vouchers,
}


def needs_address(kind: str) -> bool:
    """Whether money that goes by that kind needs an account to go to, and not just a word."""
    return kind in ("g2p-connect", "iso20022")


def needs_person(kind: str) -> bool:
    """Whether money that goes by that kind is handed to whoever signed for it, on their own page."""
    return kind == "voucher"


class UnknownGatewayError(SelloError):
    """An account of a kind that nobody built."""

    code = "server_error"
    status = 500


def create_gateway(kind: str, account: GatewayConfig) -> Gateway:
    """The gateway of an account."""
    if kind not in GATEWAYS:
        raise UnknownGatewayError(f"A gateway is one of {', '.join(GATEWAYS)}.", detail=kind)
    return GATEWAYS[kind](account)
