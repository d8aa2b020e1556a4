"""camt.053 and camt.054: what was booked on the payer's account, and so what left and what came back.

A pain.002 knows of no return: money that came back from a closed account days later is a credit with return
information (`RtrInf`) under the EndToEndId of the transfer that it undoes.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final, Literal

from common.payments.errors import PaymentMessageError
from common.payments.iso20022 import document

BODIES: Final = {  # by message: the body, and what holds its entries
    "camt.053": ("BkToCstmrStmt", "Stmt"),
    "camt.054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn"),
}
BOOKED: Final = "BOOK"  # other entries are pending, or for information
DEBIT, CREDIT = "DBIT", "CRDT"


@dataclass(frozen=True, slots=True)
class Movement:
    """One booked transfer of ours that left, or came back for `reason`."""

    id: str
    state: Literal["settled", "returned"]
    amount: Decimal
    currency: str
    reason: str = ""
    reference: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement as it came, in its own order."""

    message_id: str
    movements: tuple[Movement, ...]


def parse_statement(data: bytes) -> Statement:
    """The movements of a statement that name the transfer that they are of."""
    message = document.message_of(data)
    body, holder = BODIES.get(message, BODIES["camt.054"])
    _, root = document.read(data, message=message if message in BODIES else "camt.054")
    [head] = document.children(root, body)
    found = (
        _movement(entry, details)
        for entry in document.children(head, holder, "Ntry")
        for details in document.children(entry, "NtryDtls", "TxDtls")
    )
    return Statement(document.text(head, "GrpHdr", "MsgId"), tuple(each for each in found if each))


def _movement(entry: Any, details: Any) -> Movement | None:
    id = document.text(details, "Refs", "EndToEndId")
    amounts = document.children(details, "Amt")
    if not amounts and len(document.children(entry, "NtryDtls", "TxDtls")) == 1:
        amounts = document.children(entry, "Amt")
    way = document.text(details, "CdtDbtInd") or document.text(entry, "CdtDbtInd")
    back = bool(document.children(details, "RtrInf")) or document.text(entry, "RvslInd") in ("true", "1")
    if not id or not amounts or document.text(entry, "Sts", "Cd") != BOOKED or back != (way == CREDIT):
        return None
    reasons = document.children(details, "RtrInf", "Rsn")
    return Movement(
        id=id,
        state="returned" if back else "settled",
        amount=Decimal(amounts[0].text),
        currency=amounts[0].get("Ccy"),
        reason=(document.text(reasons[0], "Cd") or document.text(reasons[0], "Prtry")) if reasons else "",
        reference=document.text(details, "Refs", "AcctSvcrRef") or document.text(entry, "AcctSvcrRef"),
        at=_day(document.text(entry, "BookgDt", "DtTm") or document.text(entry, "BookgDt", "Dt")),
    )


def _day(text: str) -> datetime | None:
    """A day or a moment; without a zone it is taken as UTC."""
    if not text:
        return None
    # A day may have a zone of its own (2026-11-25+04:00), which is no hour.
    try:
        moment = datetime.fromisoformat(text.removesuffix("Z") if "T" in text else text[:10])
    except ValueError as error:
        raise PaymentMessageError("A moment of this statement cannot be read.") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
