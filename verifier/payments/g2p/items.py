"""Items of partners' requests: each counts once under its `reference_id`, and is asked about later."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from common.adapters.exchange.messages import ReceivedMessage
from common.encoding import base64url, jcs
from common.exchange.errors import ExchangeError
from common.payments.g2p.status import StatusQuery
from verifier.models import ReceivedItem

DUPLICATE: Final = "rjct.reference_id.duplicate"
NOT_HERE: Final = "rjct.reference_id.invalid"


def by_reference(message: Mapping[str, Any], *names: str) -> dict[str, str]:
    """A digest of each item as it came, by its reference."""
    listed = next(message[name] for name in names if message.get(name))
    return {
        each["reference_id"]: base64url.encode(hashlib.sha256(jcs.canonicalize(each)).digest())
        for each in listed
    }


def check_count(received: ReceivedMessage, number: int) -> None:
    """The header's `total_count` is the number of items."""
    if received.header.total_count != number:
        raise ExchangeError("total_count is not the number of items.", reason="rjct.total_count.invalid")


def take_item(
    received: ReceivedMessage,
    kind: str,
    *,
    transaction_id: str,
    reference_id: str,
    content: str,
    correlation_id: str,
    now: datetime,
) -> tuple[ReceivedItem, bool]:
    """The row of an item, and whether there is something to do: it is new, or was refused before.

    Sent again as it was, it stands as it stood; another item under the same name is refused by the caller,
    who sees that `content` differs. Of two at once, one is told to come again.
    """
    rows = ReceivedItem.objects.select_for_update(of=("self",)).select_related("instruction")
    found = rows.filter(partner=received.partner, kind=kind, reference_id=reference_id).first()
    if found is not None and (found.instruction_id or found.status != "rjct"):
        return found, False
    row = found or ReceivedItem(partner=received.partner, kind=kind, reference_id=reference_id)
    row.transaction_id, row.correlation_id, row.content = transaction_id, correlation_id, content
    row.status, row.reason, row.at = "", "", now
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise ExchangeError(
            "This item is being taken in at this moment.", code="err.service.unavailable"
        ) from error
    return row, True


def close_item(row: ReceivedItem, status: str, reason: str, *, now: datetime) -> ReceivedItem:
    """Say how an item ended."""
    row.status, row.reason, row.at = status, reason, now
    row.save()
    return row


def queried_items(received: ReceivedMessage, query: StatusQuery, *, kind: str) -> QuerySet[ReceivedItem]:
    """The items that a partner asks about; its own alone."""
    rows = ReceivedItem.objects.filter(partner=received.partner, kind=kind).select_related("instruction")
    if query.attribute == "reference_id_list":
        return rows.filter(reference_id__in=query.values)
    return rows.filter(**{query.attribute: query.values[0]})


def missing_references(query: StatusQuery, rows: Sequence[ReceivedItem]) -> list[str]:
    """The references that a partner asks about, and never sent."""
    if query.attribute != "reference_id_list":
        return []
    known = {row.reference_id for row in rows}
    return [each for each in dict.fromkeys(query.values) if each not in known]
