"""Paying for partners: their disbursements go into the same books and the same outbox as those of services.

A partner pays out of a programme that it was given (`PayingPartner`), which it names as the payer:
`programme:SLUG@HOST`. What became of a disbursement is what became of its instruction.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction

from common.adapters.exchange.messages import ReceivedMessage
from common.adapters.exchange.partners import Partner
from common.encoding.money import to_minor, to_text
from common.errors import MalformedInputError
from common.exchange.header import REJECTED, SUCCEEDED
from common.payments.g2p import disburse, status
from common.payments.g2p.disburse import Disbursement, DisbursementStatus, Refusal
from common.payments.g2p.members import MAX_ITEMS, DisbursementItemError
from verifier.errors import UnlockRefusedError
from verifier.models import PayingPartner, PaymentInstruction, Programme, ReceivedItem
from verifier.payments.g2p import items
from verifier.payments.gateways import gateway_kind
from verifier.payments.instructions.booking import PaymentDue, book_payment
from verifier.payments.instructions.errors import BudgetExhaustedError
from verifier.sealing import pseudonym

DISBURSE: Final = "disburse"
PROGRAMME: Final = "programme"
State = PaymentInstruction.State
STATUSES: Final[dict[str, str]] = {
    **dict.fromkeys((State.BOOKED, State.SENDING, State.UNKNOWN, State.PARKED, State.SENT), "pdng"),
    State.SETTLED: "succ",
    **dict.fromkeys((State.REJECTED, State.RETURNED, State.RELEASED), "rjct"),
}


def receive_disbursements(received: ReceivedMessage, *, correlation_id: str, now: datetime) -> dict[str, Any]:
    """Book what a partner asks for; the message of the DisburseResponse.

    Raises `ExchangeError` for a message that is refused as a whole; an item that is refused stands in the
    response with its reason.
    """
    transaction_id, wanted = disburse.parse_disburse_request(received.message)
    items.check_count(received, len(wanted))
    contents = items.by_reference(received.message, "disbursements", "disburemsents")
    statuses = [
        _one(received, each, transaction_id, contents[each.reference_id], correlation_id, now=now)
        for each in wanted
    ]
    return disburse.create_disburse_response(transaction_id, statuses)


def disbursement_status(received: ReceivedMessage, *, now: datetime) -> dict[str, Any]:
    """`/disburse/txn/status`: the message of the TxnStatusResponse."""
    query = status.parse_status_request(received.message, kinds=(DISBURSE,))
    rows = list(items.queried_items(received, query, kind=DISBURSE)[:MAX_ITEMS])
    unknown = [
        DisbursementStatus(each, "rjct", now, items.NOT_HERE)
        for each in items.missing_references(query, rows)
    ]
    response = disburse.create_disburse_response(query.transaction_id, [*map(_status, rows), *unknown])
    correlation_id = rows[0].correlation_id if rows else received.header.message_id[:99]
    return status.create_status_response(
        query.transaction_id, correlation_id=correlation_id, kind=DISBURSE, status=response
    )


def search_disbursements(received: ReceivedMessage, *, now: datetime) -> dict[str, Any]:
    """`/disburse/search`: the partner's own disbursements from a programme, or on their way to an address."""
    transaction_id, criteria = status.parse_disbursement_search(received.message)
    items.check_count(received, len(criteria))
    found: list[DisbursementStatus] = []
    for each in criteria:
        if isinstance(each, Refusal):
            found.append(DisbursementStatus(each.reference_id, "rjct", now, each.code))
            continue
        rows = ReceivedItem.objects.filter(partner=received.partner, kind=DISBURSE)
        rows = rows.exclude(instruction=None).select_related("instruction")
        if each.attribute == "payer_fa":
            rows = rows.filter(instruction__programme__slug=_slug(str(each.address)))
        else:
            rows = rows.filter(instruction__payee__iexact=str(each.address))
        hits = list(rows[: MAX_ITEMS + 1])
        if len(hits) > MAX_ITEMS:
            found.append(
                DisbursementStatus(each.reference_id, "rjct", now, "rjct.srch.too_many_records_found")
            )
            continue
        found += [_found(row) for row in hits]
    return disburse.create_disburse_response(transaction_id, found)


def received_answer(correlation_id: str) -> Mapping[str, Any] | None:
    """What was taken in under a correlation_id, as a message; None where that was nothing."""
    rows = list(ReceivedItem.objects.filter(correlation_id=correlation_id, kind=DISBURSE))
    statuses = [_status(row) for row in rows]
    return disburse.create_disburse_response(rows[0].transaction_id, statuses) if rows else None


def compose_answer(partner: Partner, said: Mapping[str, Any]) -> tuple[Mapping[str, Any], int] | None:
    """The message of an answer that a partner awaits, and how many it speaks of; None while some are open.

    `said` is what each was when the request was taken in: whatever was refused then stays so in its answer;
    the others, new or here before, are what has become of them.
    """
    transaction_id, statuses = disburse.parse_disburse_response(said)
    found = []
    for each in statuses:
        assert isinstance(each, DisbursementStatus)
        row = ReceivedItem.objects.filter(
            partner=partner, kind=DISBURSE, reference_id=each.reference_id
        ).first()
        found.append(_status(row) if row is not None and each.status != REJECTED else each)
    if not all(each.status in (SUCCEEDED, REJECTED) for each in found):
        return None
    return disburse.create_disburse_response(transaction_id, found), len(found)


def _one(
    received: ReceivedMessage,
    wanted: Disbursement | Refusal,
    transaction_id: str,
    content: str,
    correlation_id: str,
    *,
    now: datetime,
) -> DisbursementStatus:
    row, fresh = items.take_item(
        received, DISBURSE, transaction_id=transaction_id, reference_id=wanted.reference_id, content=content,
        correlation_id=correlation_id, now=now,
    )  # fmt: skip
    if not fresh:
        if row.content != content:
            return DisbursementStatus(wanted.reference_id, "rjct", now, items.DUPLICATE)
        return _status(row)
    try:
        if isinstance(wanted, Refusal):
            raise DisbursementItemError(wanted.code)
        row.instruction = _book(received, wanted, now=now)
    except DisbursementItemError as refused:
        return _status(items.close_item(row, "rjct", refused.code, now=now))
    return _status(items.close_item(row, "pdng", "", now=now))


def _book(received: ReceivedMessage, wanted: Disbursement, *, now: datetime) -> PaymentInstruction:
    programme = _programme(received, str(wanted.payer), now=now)
    if wanted.currency and wanted.currency != programme.currency:
        raise DisbursementItemError("rjct.currency_code.invalid")
    if wanted.scheduled is not None and wanted.scheduled > now:
        raise DisbursementItemError("rjct.schedule_ts.invalid")  # nothing is kept here for a later day
    try:
        amount = to_minor(_plain(wanted.amount), programme.currency)
    except MalformedInputError as error:
        raise DisbursementItemError("rjct.amount.invalid") from error
    due = PaymentDue(
        key=pseudonym("g2p", received.partner.sender_id, wanted.reference_id),
        period=f"{now:%Y-%m}",
        amount=amount,
        payee=wanted.payee.written,
        reference=wanted.note or wanted.reference_id,
        purpose=wanted.purpose or programme.title,
    )
    try:
        with transaction.atomic():
            return book_payment(programme, due, now=now)[0]
    except (BudgetExhaustedError, UnlockRefusedError) as error:
        raise DisbursementItemError("rjct.amount.invalid") from error


def _programme(received: ReceivedMessage, payer: str, *, now: datetime) -> Programme:
    given = PayingPartner.objects.filter(partner=received.partner, programme__slug=_slug(payer))
    found = given.select_related("programme__gateway").first()
    if found is None or found.programme.status != Programme.Status.OPEN:
        raise DisbursementItemError("rjct.payer_fa.invalid")
    if gateway_kind(found.programme.gateway.kind).needs_person:  # nobody would ever see it
        raise DisbursementItemError("rjct.payer_fa.invalid")
    opens, closes = found.programme.opens_at, found.programme.closes_at
    if (opens is not None and now < opens) or (closes is not None and now >= closes):
        raise DisbursementItemError("rjct.payer_fa.invalid")
    return found.programme


def _slug(payer: str) -> str:
    """The programme of an address `programme:SLUG@HOST` with this site's host; empty for any other."""
    kind, _, rest = payer.partition(":")
    slug, _, host = rest.partition("@")
    return slug if (kind, host) == (PROGRAMME, urlsplit(settings.BASE_URL).hostname) else ""


def _plain(amount: str) -> str:
    """The decimals that the text always has, without those that say nothing: a currency may not have them."""
    whole, _, fraction = amount.partition(".")
    whole = whole.lstrip("0") or "0"
    return whole if not fraction.strip("0") else f"{whole}.{fraction}"


def _found(row: ReceivedItem) -> DisbursementStatus:
    """A hit of a search, whose reasons are a list of their own."""
    each = _status(row)
    return DisbursementStatus(each.reference_id, each.status, each.at)


def _status(row: ReceivedItem) -> DisbursementStatus:
    payment = row.instruction
    if payment is None:
        return DisbursementStatus(row.reference_id, row.status, row.at, row.reason)
    currency = payment.programme.currency
    said = STATUSES[payment.state]
    reason = payment.problem if said == "rjct" and payment.problem in disburse.REASONS else ""
    return DisbursementStatus(
        row.reference_id, said, payment.changed_at, reason, to_text(payment.amount, currency), currency
    )
