"""Vouchers: issued for instructions, shown to whom they are for, cashed once (redeeming.py), or expired.

ISSUED → REDEEMED | EXPIRED
"""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from common.encoding import base64url
from common.encoding.display import amount
from common.payments.voucher import IDENTIFIER_BYTES, VoucherContent, create_voucher
from verifier.identity import organisation
from verifier.models import PaymentInstruction, Voucher
from verifier.payments.instructions.gateway import Instruction, PaymentReceipt, PaymentReceipts
from verifier.sealing import digest_secret, seal_value, unseal_value

DAYS: Final = 90
EXPIRED: Final = "expired"
COMING: Final = ("BOOKED", "SENDING", "UNKNOWN")
State = Voucher.State


def issue_vouchers(
    instructions: Sequence[Instruction], *, account: str, config: Mapping[str, Any], now: datetime
) -> None:
    """A voucher for each that has none yet."""
    known = set(_of(instructions).values_list("number", flat=True))
    expires = now + timedelta(days=int(config.get("days", DAYS)))
    signer = organisation.organisation_signer(organisation.VOUCHERS)
    for each in instructions:
        if each.id not in known:
            identifier = secrets.token_bytes(IDENTIFIER_BYTES)
            content = VoucherContent(identifier, each.amount, each.currency, each.programme, now, expires)
            Voucher.objects.get_or_create(
                number=each.id,
                defaults={
                    "account": account,
                    "identifier": identifier_digest(identifier),
                    "sealed": seal_value(
                        create_voucher(content, signer=signer).encode(), name=f"voucher {each.id}"
                    ),
                    "amount": each.amount,
                    "currency": each.currency,
                    "issued_at": now,
                    "expires_at": expires,
                },
            )


def voucher_receipts(instructions: Sequence[Instruction]) -> PaymentReceipts:
    """What became of each; absent where none was issued."""
    rows = {row.number: voucher_receipt(row) for row in _of(instructions)}
    return {each.id: rows.get(each.id, PaymentReceipt("absent")) for each in instructions}


def voucher_text(number: str) -> str:
    """The text of an instruction's voucher while it can be cashed, else empty."""
    row = Voucher.objects.filter(number=number, state=State.ISSUED).first()
    return (
        ""
        if row is None or row.sealed is None
        else unseal_value(row.sealed, name=f"voucher {number}").decode()
    )


@dataclass(frozen=True, slots=True)
class VoucherPage:
    """A voucher as its person sees it: `text` while it can be cashed; none of it yet where `coming`."""

    text: str
    amount: str = ""
    expires_at: datetime | None = None
    coming: bool = False


def voucher_page(number: str) -> VoucherPage | None:
    """What to show for a payment; None where it is no voucher, or is one no longer."""
    row = Voucher.objects.filter(number=number).first()
    if row is not None:
        text = voucher_text(number)
        return VoucherPage(text, amount(row.amount, row.currency), row.expires_at) if text else None
    waiting = PaymentInstruction.objects.filter(number=number, gateway__kind="voucher", state__in=COMING)
    return VoucherPage("", coming=True) if waiting.exists() else None


def end_vouchers(account: str, *, now: datetime) -> Iterator[PaymentReceipts]:
    """End what has expired, and tell of all that ended and was not told yet."""
    mine = Voucher.objects.filter(account=account)
    mine.filter(state=State.ISSUED, expires_at__lte=now).update(
        state=State.EXPIRED, ended_at=now, sealed=None
    )
    while rows := list(mine.filter(told=False).exclude(state=State.ISSUED)[:500]):
        yield {row.number: voucher_receipt(row) for row in rows}
        mine.filter(pk__in=[row.pk for row in rows]).update(told=True)


def _of(instructions: Sequence[Instruction]) -> Any:
    return Voucher.objects.filter(number__in=[each.id for each in instructions])


def voucher_receipt(row: Voucher) -> PaymentReceipt:
    """What the voucher's state means for its payment."""
    if row.state == State.REDEEMED:
        return PaymentReceipt("settled", reference=f"voucher {row.pk}", at=row.ended_at)
    if row.state == State.EXPIRED:
        return PaymentReceipt("rejected", reason=EXPIRED, at=row.ended_at)
    return PaymentReceipt("accepted", reference=f"voucher {row.pk}", at=row.issued_at)


def identifier_digest(identifier: bytes) -> str:
    """How a voucher is recognised by the identifier in its code."""
    return digest_secret(base64url.encode(identifier))
