"""Kinds of settings that gateways share: each raises for a value that cannot be, before anything is kept."""

import re
from collections.abc import Mapping
from typing import Any, Final

from common.adapters.exchange.partners import Partner
from common.errors import SelloError, UnknownPartError
from common.parameters import Parameter, text
from common.payments.address import parse_address
from common.payments.g2p.actions import NAMESPACE
from common.payments.iso20022.accounts import is_bic
from verifier.payments.addresses.payees import OWN

_FOLDER: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)*\Z")


class GatewaySettingError(SelloError):
    """A set-up that cannot be."""

    code = "invalid_request"


def check_partner(sender_id: str) -> None:
    """Raise unless that partner is registered and speaks G2P Connect."""
    known = Partner.objects.filter(active=True)
    partner = known.filter(sender_id=sender_id).first()
    if partner is None:
        raise UnknownPartError("partner", sender_id, known.values_list("sender_id", flat=True))
    if NAMESPACE not in partner.namespaces:
        raise GatewaySettingError(
            f"{sender_id} does not speak G2P Connect: register_partner … --namespace g2p."
        )


def partner_sender_id(name: str, value: Any) -> None:
    """The `sender_id` of a partner that is reached somewhere."""
    check_partner(value if isinstance(value, str) else "")
    if not Partner.objects.get(sender_id=value).address:
        raise GatewaySettingError(f"Nobody knows where {value} is reached: register_partner … --address URL.")


def account_address(name: str, value: Any) -> None:
    """A financial address, such as account:7001@national-bank, or an IBAN."""
    parse_address(value)


def folder_below_var(name: str, value: Any) -> None:
    """A folder below VAR_DIR."""
    if not isinstance(value, str) or not _FOLDER.match(value):
        raise GatewaySettingError(f"{name} is a folder below VAR_DIR, such as outbox/bank.")


def bic(name: str, value: Any) -> None:
    """A BIC (ISO 9362)."""
    if not is_bic(value):
        raise GatewaySettingError(f"{name} is a BIC in capitals, 8 or 11 of them.")


def bics(name: str, value: Any) -> None:
    """BICs by the provider of an address."""
    if not isinstance(value, Mapping) or not all(isinstance(each, str) for each in value):
        raise GatewaySettingError(f'{name} has BICs by provider: {{"national-bank": "NABOBOLL"}}.')
    for each in value.values():
        bic(name, each)


def mapper_by_provider(name: str, value: Any) -> None:
    """Who maps people to accounts, by the provider of their addresses: a partner, or this verifier itself."""
    if not isinstance(value, Mapping):
        raise GatewaySettingError(
            f'{name} says by provider who maps its people: {{"farmer-registry": "self"}}.'
        )
    for who in value.values():
        if who != OWN:
            partner_sender_id(name, who)


PAYING: Final = {  # of every gateway that pays from an account
    "payer": Parameter(account_address, required=True),
    "payer_name": Parameter(text),
    "resolve": Parameter(mapper_by_provider),
}
