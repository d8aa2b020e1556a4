"""Disbursements (schemas DisburseRequest, DisburseResponse, SearchRequest, SearchResponse).

The text requires a member `disburemsents` that it nowhere describes, and describes `disbursements`: what is
written has both, alike; what is read may have either.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from common.exchange.envelope import parse_timestamp, timestamp
from common.exchange.header import STATUSES
from common.payments.address import Address, parse_address
from common.payments.amount import parse_amount, parse_currency
from common.payments.errors import PaymentMessageError
from common.payments.g2p import members
from common.payments.g2p.members import DisbursementItemError

_READ: Final = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,5})?\Z")
_AMOUNT: Final = re.compile(r"[0-9]{1,13}\.[0-9]{1,2}\Z")
REASONS: Final = frozenset({
    "rjct.reference_id.invalid", "rjct.reference_id.duplicate", "rjct.timestamp.invalid",
    "rjct.payer_fa.invalid", "rjct.payee_fa.invalid", "rjct.amount.invalid", "rjct.schedule_ts.invalid",
    "rjct.currency_code.invalid",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Disbursement:
    """One payment from `payer` to `payee`; `amount` a decimal text."""

    reference_id: str
    payer: Address
    payee: Address = field(repr=False)
    amount: str
    currency: str = ""
    purpose: str = ""
    note: str = ""
    payer_name: str = ""
    payee_name: str = field(default="", repr=False)
    scheduled: datetime | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """An item that cannot be carried out, and the text's reason."""

    reference_id: str
    code: str


@dataclass(frozen=True, slots=True)
class DisbursementStatus:
    """What became of one: rcvd, pdng, succ or rjct; the amount where it is repeated.

    Not `legible` where an amount or a currency is there that cannot be read: it confirms nothing.
    """

    reference_id: str
    status: str
    at: datetime
    reason: str = ""
    amount: str = ""
    currency: str = ""
    legible: bool = True


@dataclass(frozen=True, slots=True)
class Unread:
    """An item of an answer that does not say what became of its disbursement, or says two things."""

    reference_id: str


def create_disburse_request(transaction_id: str, disbursements: Sequence[Disbursement]) -> dict[str, Any]:
    """The message of a DisburseRequest."""
    written = [_write(each) for each in disbursements]
    return {"transaction_id": transaction_id, "disbursements": written, "disburemsents": written}


def parse_disburse_request(message: Mapping[str, Any]) -> tuple[str, tuple[Disbursement | Refusal, ...]]:
    """The transaction and its disbursements; one that is not right is told apart, not the whole refused."""
    items = members.items(message, "disbursements", "disburemsents")
    return members.require_transaction_id(message), tuple(_read(each) for each in items)


def create_disburse_response(transaction_id: str, statuses: Sequence[DisbursementStatus]) -> dict[str, Any]:
    """The message of a DisburseResponse, which is that of a SearchResponse too."""
    return {
        "transaction_id": transaction_id,
        "disbursements_status": [
            members.known({
                "reference_id": each.reference_id,
                "timestamp": timestamp(each.at),
                "status": each.status,
                "status_reason_code": each.reason,
                "amount": decimals(each.amount) if each.amount else "",
                "currency_code": each.currency,
            })
            for each in statuses
        ],
    }  # fmt: skip


def parse_disburse_response(
    message: Mapping[str, Any],
) -> tuple[str, tuple[DisbursementStatus | Unread, ...]]:
    """The transaction and what became of its disbursements; one that cannot be read is told apart."""
    found = members.heard(message, "disbursements_status")
    return members.require_transaction_id(message), tuple(
        _read_status(id, each) for id, each in found.items()
    )


def decimals(amount: str) -> str:
    """An amount as the text's pattern wants it, with a point and one or two decimals."""
    text = f"{Decimal(amount):.2f}"
    if Decimal(text) != Decimal(amount) or not _AMOUNT.match(text):
        raise PaymentMessageError("G2P Connect has amounts of two decimals.")
    return text


def _write(disbursement: Disbursement) -> dict[str, Any]:
    scheduled = disbursement.scheduled
    return members.known({
        "reference_id": disbursement.reference_id,
        "payer_fa": disbursement.payer.written,
        "payee_fa": disbursement.payee.written,
        "amount": decimals(disbursement.amount),
        "currency_code": disbursement.currency,
        "scheduled_timestamp": timestamp(scheduled) if scheduled else "",
        "payer_name": disbursement.payer_name,
        "payee_name": disbursement.payee_name,
        "purpose": disbursement.purpose[:99],
        "note": disbursement.note[:99],
    })  # fmt: skip


def _read(item: Mapping[str, Any]) -> Disbursement | Refusal:
    reference_id = str(item["reference_id"])
    try:
        amount = item.get("amount")
        if not isinstance(amount, str) or not _AMOUNT.match(amount):
            raise DisbursementItemError("rjct.amount.invalid")
        _or_refuse(lambda: parse_amount(amount), "rjct.amount.invalid")
        currency = item.get("currency_code") or ""
        if currency != "":
            _or_refuse(lambda: parse_currency(currency), "rjct.currency_code.invalid")
        return Disbursement(
            reference_id=reference_id,
            payer=_or_refuse(lambda: parse_address(item.get("payer_fa")), "rjct.payer_fa.invalid"),
            payee=_or_refuse(lambda: parse_address(item.get("payee_fa")), "rjct.payee_fa.invalid"),
            amount=amount,
            currency=currency,
            purpose=members.remark(item, "purpose", limit=99),
            note=members.remark(item, "note", limit=99),
            payer_name=members.optional_name(item, "payer_name", limit=140, refusal="rjct.payer_fa.invalid"),
            payee_name=members.optional_name(item, "payee_name", limit=140, refusal="rjct.payee_fa.invalid"),
            scheduled=members.optional_time(
                item, "scheduled_timestamp", refusal="rjct.schedule_ts.invalid", required=False
            ),
        )
    except DisbursementItemError as refused:
        return Refusal(reference_id, refused.code)


def _read_status(reference_id: str, item: Mapping[str, Any] | None) -> DisbursementStatus | Unread:
    status, at = (item or {}).get("status"), parse_timestamp((item or {}).get("timestamp"))
    if item is None or status not in STATUSES or at is None:
        return Unread(reference_id)
    reason, amount, currency = (item.get(name) for name in ("status_reason_code", "amount", "currency_code"))
    text = "" if amount is None else _amount(amount)
    named = isinstance(currency, str) and len(currency) == 3 and currency.isalpha()
    return DisbursementStatus(
        reference_id=reference_id,
        status=str(status),
        at=at,
        reason=reason if isinstance(reason, str) and members.is_text(reason) else "",
        amount=text,
        currency=str(currency) if named else "",
        legible=(amount is None or text != "") and (currency is None or named),
    )


def _amount(value: object) -> str:
    """An amount as others repeat it, text or number, as a decimal text; empty where it is none."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = f"{Decimal(repr(value)):f}"
    return value if isinstance(value, str) and _READ.match(value) else ""


def _or_refuse(read: Any, code: str) -> Any:
    try:
        return read()
    except PaymentMessageError as error:
        raise DisbursementItemError(code) from error
