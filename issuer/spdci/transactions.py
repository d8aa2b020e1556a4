"""What became of a partner's requests, for `txn/status`: by request, never what was found."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q

from common.adapters.exchange.partners import Partner
from common.exchange.envelope import timestamp
from common.exchange.errors import ExchangeError
from common.exchange.header import PENDING, REJECTED, SUCCEEDED
from common.registries.spdci.search import Found
from common.registries.spdci.status import StatusQuestion
from common.registries.spdci.subscription import SubscriptionResult
from issuer.models import Transaction
from issuer.spdci.served_registry import ServedRegistry


def begin_transaction(
    served: ServedRegistry,
    partner: Partner,
    txn_type: str,
    transaction_id: str,
    references: Sequence[str],
    *,
    now: datetime,
) -> Transaction:
    """A transaction of which nothing is known yet, under a correlation_id of its own."""
    return Transaction.objects.create(
        registry=served.registry,
        partner=partner,
        txn_type=txn_type,
        transaction_id=transaction_id,
        correlation_id=str(uuid.uuid4()),
        outcome=[{"reference_id": name, "status": PENDING} for name in references],
        at=now,
    )


def conclude_transaction(found: Transaction, answers: Sequence[Found] | Sequence[SubscriptionResult]) -> None:
    """Note how each request of a batch ended."""
    outcome = []
    for answer in answers:
        entry: dict[str, Any] = {"reference_id": answer.reference_id, "status": SUCCEEDED}
        if answer.refusal is not None:
            entry |= {"status": REJECTED, "status_reason_code": answer.refusal.reason}
        if isinstance(answer, SubscriptionResult) and answer.code:
            entry["codes"] = [answer.code]
        outcome.append(entry)
    found.outcome = outcome
    found.save(update_fields=["outcome"])


def transaction_outcomes(
    served: ServedRegistry, partner: Partner, asked: StatusQuestion, *, now: datetime
) -> dict[str, Any]:
    """What is known of the request that a partner means; of its own requests alone."""
    own = Transaction.objects.filter(registry=served.registry, partner=partner, txn_type=asked.txn_type)
    named = {
        "transaction_id": Q(transaction_id__in=asked.values),
        "correlation_id": Q(correlation_id__in=asked.values),
    }
    if asked.attribute_type in named:
        meant = list(own.filter(named[asked.attribute_type]).order_by("-id")[:100])
    else:  # reference ids and codes stand within the outcome
        member = "codes" if asked.attribute_type == "subscription_code_list" else "reference_id"
        meant = [row for row in own.order_by("-id")[:1_000] if _tells(row, member, asked.values)]
    if not meant:
        raise ExchangeError("No such request is known here.", code="err.request.not_found")
    return _answer(meant, asked, now=now)


def _tells(row: Transaction, member: str, values: tuple[str, ...]) -> bool:
    said = {
        name
        for entry in row.outcome
        for name in (entry.get("codes", []) if member == "codes" else [entry[member]])
    }
    return bool(said & set(values))


def _answer(meant: list[Transaction], asked: StatusQuestion, *, now: datetime) -> dict[str, Any]:
    """The response of that type, as far as it may be told again: how each request ended."""
    head = {"transaction_id": meant[0].transaction_id, "correlation_id": meant[0].correlation_id}
    entries = [entry for row in meant for entry in row.outcome]
    if asked.txn_type == "unsubscribe":
        return head | {
            "timestamp": timestamp(now),
            **{k: v for k, v in entries[0].items() if k in ("status", "status_reason_code")},
            "subscription_status": [
                {"code": code, "status": "unsubscribe"}
                for entry in entries
                for code in entry.get("codes", [])
            ],
        }
    told = [
        {"timestamp": timestamp(now), **{k: v for k, v in entry.items() if k != "codes"}} for entry in entries
    ]
    return head | {f"{asked.txn_type}_response": told}
