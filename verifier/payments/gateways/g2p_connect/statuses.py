"""What a status of G2P Connect means for an instruction."""

from decimal import Decimal
from typing import Final

from common.payments.g2p.disburse import DisbursementStatus
from verifier.payments.instructions.gateway import PaymentReceipt, ReceiptState

DUPLICATE: Final = "rjct.reference_id.duplicate"
NOT_HERE: Final = "rjct.reference_id.invalid"
OTHER_AMOUNT: Final = "other amount"
NO_AMOUNT: Final = "an amount that cannot be read"
UNREAD: Final = "an answer that cannot be read"
DOUBTFUL: Final = (OTHER_AMOUNT, NO_AMOUNT)  # reasons for which a person has to look
STATES: Final[dict[str, ReceiptState]] = {
    "rcvd": "accepted",
    "pdng": "pending",
    "succ": "settled",
    "rjct": "rejected",
}


def receipt_for(
    said: DisbursementStatus, *, amount: str, currency: str, asked: bool
) -> PaymentReceipt | None:
    """What a status means for an instruction; None where it says nothing that counts.

    A duplicate is one that the partner has already: what became of that one is asked. Where `asked`, an
    unknown reference is one that never arrived. Another amount than was sent confirms nothing, and
    neither does one that cannot be read.
    """
    if said.reason == DUPLICATE:
        return None
    if said.status == "rjct" and said.reason == NOT_HERE and asked:
        return PaymentReceipt("absent", at=said.at)
    if not said.legible:
        return PaymentReceipt("pending", reason=NO_AMOUNT, at=said.at)
    wrong = said.amount and Decimal(said.amount) != Decimal(amount)
    if wrong or (said.currency and said.currency != currency):
        return PaymentReceipt("pending", reason=OTHER_AMOUNT, at=said.at)
    return PaymentReceipt(
        STATES[said.status], reason=said.reason if said.status == "rjct" else "", at=said.at
    )
