"""Asking what became of a transaction (TxnStatusRequest, TxnStatusResponse), and searching disbursements.

Of the three ways to ask, only the list of references is valid by the text as it stands: a text is a
TransactionId and a correlation_id at once, where `oneOf` allows one. It is what is written; all are read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from common.exchange.errors import ExchangeError
from common.payments.address import Address, parse_address
from common.payments.errors import PaymentMessageError
from common.payments.g2p import members
from common.payments.g2p.disburse import Refusal

ATTRIBUTES: Final = ("transaction_id", "reference_id_list", "correlation_id")


@dataclass(frozen=True, slots=True)
class StatusQuery:
    """What is asked about: `values` are identifiers of the kind `attribute`."""

    transaction_id: str
    reference_id: str
    kind: str
    attribute: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Search:
    """Disbursements from or to an address: `attribute` is payer_fa or payee_fa."""

    reference_id: str
    attribute: str
    address: Address


def create_status_request(
    transaction_id: str, *, reference_id: str, kind: str, references: Sequence[str]
) -> dict[str, Any]:
    """The message of a TxnStatusRequest about these references."""
    return {
        "transaction_id": transaction_id,
        "txnstatus_request": {
            "reference_id": reference_id,
            "txn_type": kind,
            "attribute_type": "reference_id_list",
            "attribute_value": list(references),
        },
    }


def parse_status_request(message: Mapping[str, Any], *, kinds: Sequence[str]) -> StatusQuery:
    """What is asked about; `kinds` are the transactions that are known here."""
    query = message.get("txnstatus_request")
    if not isinstance(query, Mapping) or not members.is_text(query.get("reference_id")):
        raise ExchangeError("A question about a transaction has a reference_id of its own.")
    kind, attribute, value = (query.get(name) for name in ("txn_type", "attribute_type", "attribute_value"))
    if kind not in kinds or attribute not in ATTRIBUTES:
        raise ExchangeError("This kind of transaction, or of its identifier, is not known here.")
    values = value if attribute == "reference_id_list" else [value]
    if not isinstance(values, list) or not 0 < len(values) <= members.MAX_ITEMS:
        raise ExchangeError("attribute_value names what is asked about.")
    if not all(members.is_text(each) for each in values):
        raise ExchangeError("An identifier is a short text.")
    return StatusQuery(
        members.require_transaction_id(message),
        query["reference_id"],
        str(kind),
        str(attribute),
        tuple(values),
    )


def create_status_response(
    transaction_id: str, *, correlation_id: str, kind: str, status: Mapping[str, Any]
) -> dict[str, Any]:
    """The message of a TxnStatusResponse; `status` is that transaction's own response."""
    return {
        "transaction_id": transaction_id,
        "correlation_id": correlation_id,
        "txnstatus_response": {"txn_type": f"on-{kind}", "txn_status": dict(status)},
    }


def parse_status_response(message: Mapping[str, Any]) -> Mapping[str, Any]:
    """The response within; the caller knows of what kind."""
    response = message.get("txnstatus_response")
    status = response.get("txn_status") if isinstance(response, Mapping) else None
    if not isinstance(status, Mapping):
        raise ExchangeError("The answer does not say what became of the transaction.")
    return status


def parse_disbursement_search(message: Mapping[str, Any]) -> tuple[str, tuple[Search | Refusal, ...]]:
    """The transaction and what is searched in it."""
    items = members.items(message, "search_criteria")
    return members.require_transaction_id(message), tuple(_criterion(each) for each in items)


def _criterion(item: Mapping[str, Any]) -> Search | Refusal:
    reference_id, attribute = str(item["reference_id"]), item.get("attribute_type")
    if item.get("request_type") != "disburse":
        return Refusal(reference_id, "rjct.request_type.invalid")
    if attribute not in ("payer_fa", "payee_fa"):
        return Refusal(reference_id, "rjct.attribute_type.invalid")
    try:
        return Search(reference_id, str(attribute), parse_address(item.get("attribute_value")))
    except PaymentMessageError:
        return Refusal(reference_id, f"rjct.srch_{attribute}.invalid")
