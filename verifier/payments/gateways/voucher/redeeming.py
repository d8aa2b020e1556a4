"""Cashing a voucher at an agent: looked at first, paid out once."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from common.encoding.money import to_text
from common.payments.voucher import VoucherContent, VoucherRefusedError, verify_voucher
from common.site import time_zone
from verifier.identity import organisation
from verifier.models import PaymentInstruction, Programme, Voucher
from verifier.payments.gateways.voucher.vouchers import identifier_digest, voucher_receipt
from verifier.payments.instructions import states
from verifier.payments.instructions.binding import is_altered
from verifier.payments.instructions.disputes import dispute_payment
from verifier.payments.instructions.errors import UnknownInstructionError
from verifier.payments.instructions.receipts import apply_receipt

State = Voucher.State


def look_up_voucher(text: str, *, programmes: QuerySet[Programme] | None = None, now: datetime) -> Voucher:
    """The voucher of a text, as it stands; `VoucherRefusedError` where these programmes do not pay it out."""
    key = organisation.organisation_signer(organisation.VOUCHERS).public_key
    content = verify_voucher(text, key=key, now=now)
    key_of = identifier_digest(content.identifier)
    number = Voucher.objects.filter(identifier=key_of).values_list("number", flat=True).first()
    try:
        with states.locked(number or "") as order:  # so that voucher and order are of one moment
            row = Voucher.objects.filter(identifier=key_of, number=order.number).first()
            if row is None:
                raise VoucherRefusedError("This voucher was not issued here.")
            if programmes is not None and order.programme not in programmes:
                raise VoucherRefusedError("This voucher is of another programme, whose own staff pay it out.")
            altered = is_altered(order) or not _is_worth(content, row, order)
    except UnknownInstructionError as error:
        raise VoucherRefusedError("This voucher was not issued here.") from error
    if altered or (row.state == State.ISSUED and order.state not in states.AWAITED):
        dispute_payment(row.number, why="the voucher is not what was signed", source="voucher", now=now)
        raise VoucherRefusedError("This voucher is not what it was when it was issued. Do not pay it out.")
    if row.state == State.REDEEMED:
        when = f", on {time_zone.local_moment(row.ended_at)}" if row.ended_at else ""
        raise VoucherRefusedError(f"This voucher was paid out before{when}.")
    if row.state == State.EXPIRED:
        raise VoucherRefusedError("This voucher has expired.")
    return row


def _is_worth(content: VoucherContent, row: Voucher, order: PaymentInstruction) -> bool:
    """Whether text, row and order of a voucher are of one sum: of the three, the text alone is signed."""
    currency = order.programme.currency
    ordered = (to_text(order.amount, currency), currency)
    return (content.amount, content.currency) == (row.amount, row.currency) == ordered


def redeem_voucher(
    text: str, *, agent: str, programmes: QuerySet[Programme] | None = None, now: datetime
) -> Voucher:
    """Cash a voucher: of all who try, one alone. The books know of it before money leaves the counter.

    Raises `VoucherRefusedError`, in words for the agent.
    """
    found = look_up_voucher(text, programmes=programmes, now=now)
    with transaction.atomic():
        open_ = Voucher.objects.filter(pk=found.pk, state=State.ISSUED)
        if not open_.update(state=State.REDEEMED, ended_at=now, agent=agent[:200], sealed=None, told=True):
            raise VoucherRefusedError("This voucher was paid out before.")
        found.refresh_from_db()
        apply_receipt(found.number, voucher_receipt(found), source="voucher", now=now)
    return found
