"""The mapper: which financial address belongs to which person (Link-, Update-, Unlink-, ResolveRequest).

The text lets an update answer with an `fa` that it requires and nowhere describes; it is written.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from common.exchange.envelope import parse_timestamp, timestamp
from common.exchange.header import STATUSES
from common.payments.address import Address, parse_address
from common.payments.errors import PaymentMessageError
from common.payments.g2p import members
from common.payments.g2p.disburse import Refusal, Unread
from common.payments.g2p.members import DisbursementItemError

VERBS: Final = ("link", "update", "unlink", "resolve")
_NO_NAME: Final = {  # how each verb's own list of reasons says that a name is not one
    "link": "rjct.name.invalid",
    "update": "rjct.beneficiary_name.invalid",
    "unlink": "rjct.beneficiary_name.invalid",
    "resolve": "rjct.id.invalid",
}
_NO_ID: Final = {"link": "rjct.id.invalid", "resolve": "rjct.id.invalid"}
_NO_FA: Final = {"link": "rjct.fa.invalid", "resolve": "rjct.fa.invalid"}
INVALID: Final = "rjct.reference_id.invalid"  # what the other two have for everything


@dataclass(frozen=True, slots=True)
class MapperItem:
    """One item of a request; who it is about, and the address where one is said."""

    reference_id: str
    at: datetime
    id: Address | None = field(default=None, repr=False)
    fa: Address | None = field(default=None, repr=False)
    name: str = field(default="", repr=False)
    details: bool = False  # whether a resolution asks for the address, or only whether there is one


@dataclass(frozen=True, slots=True)
class MapperStatus:
    """What became of one item."""

    reference_id: str
    status: str
    at: datetime
    reason: str = ""
    id: str = field(default="", repr=False)
    fa: str = field(default="", repr=False)


def create_mapper_request(verb: str, transaction_id: str, items: Sequence[MapperItem]) -> dict[str, Any]:
    """The message of a request; a resolution asks for the address where its item says so."""
    return {"transaction_id": transaction_id, f"{verb}_request": [_write(verb, each) for each in items]}


def parse_mapper_request(
    verb: str, message: Mapping[str, Any]
) -> tuple[str, tuple[MapperItem | Refusal, ...]]:
    """The transaction and its items; one that is not right is told apart."""
    items = members.items(message, f"{verb}_request")
    return members.require_transaction_id(message), tuple(_read(verb, each) for each in items)


def create_mapper_response(
    verb: str, transaction_id: str, statuses: Sequence[MapperStatus], *, correlation_id: str
) -> dict[str, Any]:
    """The message of a response."""
    return {
        "transaction_id": transaction_id,
        "correlation_id": correlation_id,
        f"{verb}_response": [_write_status(verb, each) for each in statuses],
    }


def parse_mapper_response(verb: str, message: Mapping[str, Any]) -> tuple[MapperStatus | Unread, ...]:
    """What became of the items of our request; one that cannot be read is told apart."""
    return tuple(_heard(id, each) for id, each in members.heard(message, f"{verb}_response").items())


def _heard(reference_id: str, item: Mapping[str, Any] | None) -> MapperStatus | Unread:
    status, at = (item or {}).get("status"), parse_timestamp((item or {}).get("timestamp"))
    if item is None or status not in STATUSES or at is None:
        return Unread(reference_id)
    reason, person, address = (item.get(name, "") for name in ("status_reason_code", "id", "fa"))
    if not isinstance(address, str):
        return Unread(reference_id)
    return MapperStatus(
        reference_id,
        str(status),
        at,
        reason if isinstance(reason, str) else "",
        person if isinstance(person, str) else "",
        address,
    )


def _write(verb: str, item: MapperItem) -> dict[str, Any]:
    return members.known({
        "reference_id": item.reference_id,
        "timestamp": timestamp(item.at),
        "id": str(item.id or ""),
        "fa": item.fa.written if item.fa else "",
        "name": item.name,
        "scope": ("details" if item.details else "yes_no") if verb == "resolve" else "",
    })  # fmt: skip


def _write_status(verb: str, status: MapperStatus) -> dict[str, Any]:
    written = members.known({
        "reference_id": status.reference_id,
        "timestamp": timestamp(status.at),
        "status": status.status,
        "status_reason_code": status.reason,
        "id": "" if verb == "link" else status.id,
        "fa": "" if verb == "unlink" else status.fa,
    })  # fmt: skip
    return {**written, "fa": status.fa} if verb == "update" else written


def _read(verb: str, item: Mapping[str, Any]) -> MapperItem | Refusal:
    reference_id = str(item["reference_id"])
    try:
        at = members.optional_time(item, "timestamp", refusal="rjct.timestamp.invalid")
        assert at is not None
        person = _address(item, "id", refusal=_NO_ID.get(verb, INVALID), required=verb != "resolve")
        fa = _address(item, "fa", refusal=_NO_FA.get(verb, INVALID), required=verb in ("link", "update"))
        if person is None and fa is None:
            raise DisbursementItemError(_NO_ID.get(verb, INVALID))
        scope = item.get("scope") or "yes_no"
        if verb == "resolve" and scope not in ("yes_no", "details"):
            raise DisbursementItemError("rjct.resolve_type.not_supported")
        name = members.optional_name(item, "name", limit=200, refusal=_NO_NAME[verb])
        return MapperItem(reference_id, at, person, fa, name, details=scope == "details")
    except DisbursementItemError as refused:
        return Refusal(reference_id, refused.code)


def _address(item: Mapping[str, Any], name: str, *, refusal: str, required: bool) -> Address | None:
    if item.get(name) in (None, "") and not required:
        return None
    try:
        return parse_address(item.get(name))
    except PaymentMessageError as error:
        raise DisbursementItemError(refusal) from error
