"""`txn-status` and `txn-on-status`: what became of an earlier request."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from common.exchange.errors import ExchangeError
from common.registries.spdci import members
from common.registries.spdci.mapping import LISTS, RecordMapping

TYPES: Final = {
    "search": "search",
    "subscribe": "subscribe",
    "subscibe": "subscribe",
    "unsubscribe": "unsubscribe",
}
ATTRIBUTES: Final = ("transaction_id", "reference_id_list", "correlation_id", "subscription_code_list")


@dataclass(frozen=True, slots=True)
class StatusQuestion:
    """Which earlier request is meant: of which type, by which of its identifiers."""

    transaction_id: str
    reference_id: str
    txn_type: str
    attribute_type: str
    values: tuple[str, ...]


def parse_status(message: Mapping[str, Any]) -> StatusQuestion:
    """A TxnStatusRequest; one text writes `subscibe`, which is read too."""
    transaction_id, source = (
        members.parse_identifier(message, "transaction_id"),
        message.get("txnstatus_request"),
    )
    if not isinstance(source, Mapping):
        raise ExchangeError("txnstatus_request is an object.")
    kind, attribute, value = (
        source.get("txn_type"),
        source.get("attribute_type"),
        source.get("attribute_value"),
    )
    if not isinstance(kind, str) or kind not in TYPES:
        raise ExchangeError("txn_type is search, subscribe or unsubscribe.")
    if attribute not in ATTRIBUTES:
        raise ExchangeError(f"attribute_type is one of {', '.join(ATTRIBUTES)}.")
    values = [members.short(v, limit=99) for v in (value if isinstance(value, list) else [value])]
    if not 0 < len(values) <= members.MAX_BATCH or not all(values):
        raise ExchangeError("attribute_value is a text, or a list of texts.")
    return StatusQuestion(
        transaction_id,
        members.parse_identifier(source, "reference_id"),
        TYPES[kind],
        str(attribute),
        tuple(values),
    )


def create_status(
    transaction_id: str,
    correlation_id: str,
    *,
    txn_type: str,
    answer: Mapping[str, Any],
    mapping: RecordMapping,
) -> dict[str, Any]:
    """A TxnStatusResponse; the texts with lists name the type as it was asked, the others `on-…`."""
    return {
        "transaction_id": transaction_id,
        "correlation_id": correlation_id,
        "txnstatus_response": {
            "txn_type": txn_type if LISTS[mapping.kind] else f"on-{txn_type}",
            "txn_status": dict(answer),
        },
    }
