"""What became of somebody's payments, as they see it: the answer to a request signed with their holder key.

The request is that of the log of readings (common/registries/record_access/holder.py), for another audience.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Final, Literal, cast, get_args

from common.payments.errors import PaymentMessageError

State = Literal["on its way", "sent", "settled", "rejected", "returned"]
MAX_ENTRIES: Final = 500


@dataclass(frozen=True, slots=True)
class PaymentEntry:
    """One payment: `at` is when it was booked, `changed_at` when its `state` began (RFC 3339).

    `payer` is the organisation that pays: several may answer at one address. Empty where it is not said.
    """

    reference: str
    amount: str
    currency: str
    programme: str
    state: State
    at: str
    changed_at: str
    payer: str = ""


def create_payment_log(entries: Iterable[PaymentEntry]) -> dict[str, Any]:
    """The payments, newest first."""
    return {"payments": [asdict(entry) for entry in entries]}


def parse_payment_log(source: Mapping[str, Any]) -> tuple[PaymentEntry, ...]:
    """The payments of an answer."""
    found = source.get("payments")
    if not isinstance(found, list) or len(found) > MAX_ENTRIES:
        raise PaymentMessageError("The agency did not answer with payments.")
    return tuple(_entry(each) for each in found)


def _entry(source: Any) -> PaymentEntry:
    names = [field.name for field in fields(PaymentEntry)]
    values = {name: source.get(name) if isinstance(source, Mapping) else None for name in names}
    values["payer"] = values["payer"] or ""
    if not all(isinstance(value, str) and len(value) <= 200 for value in values.values()):
        raise PaymentMessageError("A payment of the answer is not whole.")
    if values["state"] not in get_args(State):
        raise PaymentMessageError("A payment of the answer is in no state that is known.")
    return PaymentEntry(**cast(dict[str, Any], values))
