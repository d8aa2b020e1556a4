"""What an operator may say of a gateway, by its kind, and how each setting is checked before it is kept."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from common.adapters.exchange.partners import Partner
from common.errors import SelloError, UnknownPartError
from common.payments.address import parse_address
from common.payments.g2p.actions import NAMESPACE
from common.payments.iso20022.accounts import is_bic
from verifier.payments.addresses.payees import OWN

_FOLDER: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)*\Z")


class GatewaySettingError(SelloError):
    """A set-up that cannot be."""

    code = "invalid_request"


def check_settings(kind: str, given: Mapping[str, Any], whole: Mapping[str, Any]) -> None:
    """Raise unless each setting that is `given` is one of the kind's, and the `whole` has what it needs."""
    known, needed = SETTINGS[kind]
    for name in given:
        if name not in known:
            raise UnknownPartError("setting", name, known)
    for name in needed:
        if whole.get(name) in (None, ""):
            raise GatewaySettingError(
                f"A gateway of the kind {kind} needs --set {name}=…; see docs/payments.md."
            )
    for name, value in whole.items():
        if name in known:
            known[name](name, value)


def check_partner(sender_id: str) -> None:
    """Raise unless that partner is registered, speaks G2P Connect, and is reached somewhere."""
    known = Partner.objects.filter(active=True)
    partner = known.filter(sender_id=sender_id).first()
    if partner is None:
        raise UnknownPartError("partner", sender_id, known.values_list("sender_id", flat=True))
    if NAMESPACE not in partner.namespaces:
        raise GatewaySettingError(
            f"{sender_id} does not speak G2P Connect: register_partner … --namespace g2p."
        )


def _partner(name: str, value: Any) -> None:
    check_partner(value if isinstance(value, str) else "")
    if not Partner.objects.get(sender_id=value).address:
        raise GatewaySettingError(f"Nobody knows where {value} is reached: register_partner … --address URL.")


def _text(name: str, value: Any) -> None:
    if not isinstance(value, str) or not 0 < len(value) <= 140:
        raise GatewaySettingError(f"{name} is a text of 1 to 140 characters.")


def _address(name: str, value: Any) -> None:
    parse_address(value)


def _folder(name: str, value: Any) -> None:
    if not isinstance(value, str) or not _FOLDER.match(value):
        raise GatewaySettingError(f"{name} is a folder below VAR_DIR, such as outbox/bank.")


def _bic(name: str, value: Any) -> None:
    if value != "" and not is_bic(value):
        raise GatewaySettingError(f"{name} is a BIC in capitals, 8 or 11 of them.")


def _bics(name: str, value: Any) -> None:
    if not isinstance(value, Mapping) or not all(isinstance(each, str) for each in value):
        raise GatewaySettingError(f'{name} has BICs by provider: {{"national-bank": "NABOBOLL"}}.')
    for each in value.values():
        _bic(name, each or None)


def _resolve(name: str, value: Any) -> None:
    if not isinstance(value, Mapping):
        raise GatewaySettingError(
            f'{name} says by provider who maps its people: {{"farmer-registry": "self"}}.'
        )
    for who in value.values():
        if who != OWN:
            _partner(name, who)


def _one_of(*words: Any) -> Callable[[str, Any], None]:
    def check(name: str, value: Any) -> None:
        if value not in words or type(value) is not type(words[0]):
            raise GatewaySettingError(f"{name} is {' or '.join(map(str, words))}.")

    return check


def _days(name: str, value: Any) -> None:
    if type(value) is not int or not 0 < value <= 3_650:
        raise GatewaySettingError(f"{name} is a number of days.")


_PAYING: Final = {"payer": _address, "payer_name": _text, "resolve": _resolve}
SETTINGS: Final[Mapping[str, tuple[Mapping[str, Callable[[str, Any], None]], tuple[str, ...]]]] = {
    "file": ({"folder": _folder}, ()),
    "iso20022": (
        {**_PAYING, "bic": _bic, "bics": _bics, "purpose": _text, "folder": _folder, "reports": _folder},
        ("payer", "payer_name"),
    ),
    "g2p-connect": (
        {**_PAYING, "partner": _partner, "mode": _one_of("sync", "async"), "names": _one_of(True, False)},
        ("partner", "payer"),
    ),
    "voucher": ({"days": _days}, ()),
}
