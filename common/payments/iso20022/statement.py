"""camt.053 and camt.054: what was booked on the payer's account, and so what left and what came back.

A pain.002 knows of no return: money that came back from a closed account days later is a credit under the
EndToEndId of the transfer that it undoes, with return information (`RtrInf`) or without.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, Literal

from common.payments.errors import PaymentMessageError
from common.payments.iso20022 import document

BODIES: Final = {  # by message: the body, and what holds its entries
    "camt.053": ("BkToCstmrStmt", "Stmt"),
    "camt.054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn"),
}
NOT_YET: Final = frozenset({"PDNG", "INFO", "FUTR"})  # of an entry that is not booked, and tells nothing
BOOKED: Final = "BOOK"
DEBIT, CREDIT = "DBIT", "CRDT"
Left = Literal["settled", "returned"]
Money = tuple[Decimal, str]


@dataclass(frozen=True, slots=True)
class Movement:
    """One booked transfer that left, or came back for `reason`; `ids` are its names, the nearest first.

    `amount` is what arrived there or here: the least that is said of it. `charges` are what a debit includes.
    """

    ids: tuple[str, ...]
    state: Left
    amount: Decimal
    currency: str
    reason: str = ""
    reference: str = ""
    at: datetime | None = None
    charges: Decimal = Decimal()

    @property
    def id(self) -> str:
        """The nearest name."""
        return self.ids[0]


@dataclass(frozen=True, slots=True)
class BookedBatch:
    """Transfers booked in one sum: of a group (PmtInfId), or of a whole file; `count` where it is said."""

    file: str
    group: str
    count: int | None
    amount: Decimal
    currency: str
    reference: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class BookedEntry:
    """What a booked entry says; `texts` is all that stands in it, as identifiers are compared.

    An entry that is odd (a returned debit, parts that are more than the whole) has neither movements nor
    batches: whoever finds a name of theirs in its texts has to look.
    """

    movements: tuple[Movement, ...]
    batches: tuple[BookedBatch, ...]
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AccountStatement:
    """A statement as it came, in its own order."""

    message_id: str
    entries: tuple[BookedEntry, ...]

    @property
    def movements(self) -> tuple[Movement, ...]:
        """Those of all entries."""
        return tuple(each for entry in self.entries for each in entry.movements)


def parse_statement(data: bytes) -> AccountStatement:
    """The booked entries of a statement, or of several in one file."""
    message = document.message_of(data)
    if message not in BODIES:
        raise PaymentMessageError(f"This is a {message}; read are pain.002, {' and '.join(BODIES)}.")
    body, holder = BODIES[message]
    _, root = document.parse_xml(data, message=message)
    [head] = document.children(root, body)
    entries = (each for each in document.children(head, holder, "Ntry") if _is_booked(each))
    return AccountStatement(document.text_at(head, "GrpHdr", "MsgId"), tuple(map(_entry, entries)))


def _is_booked(entry: Any) -> bool:
    return document.text_at(entry, "Sts", "Cd") not in NOT_YET


def _entry(entry: Any) -> BookedEntry:
    texts = tuple(_texts(entry))
    if document.text_at(entry, "Sts", "Cd") != BOOKED:  # a status of the bank's own
        return BookedEntry((), (), texts)
    movements, batches = list[Movement](), list[BookedBatch]()
    for part in document.children(entry, "NtryDtls"):
        details = document.children(part, "TxDtls")
        found = [each for each in (_movement(entry, one) for one in details) if each is not None]
        movements += found
        if not found:
            batches += _batches(entry, part)
    whole = _money(entry, "Amt")[0]
    alike = {(each.state, each.currency) for each in movements}
    comparable = len(alike) == 1 and all(currency == whole[1] for _, currency in alike)
    if comparable and sum(each.amount for each in movements) > whole[0]:
        return BookedEntry((), (), texts)
    return BookedEntry(tuple(movements), tuple(batches), texts)


def _texts(entry: Any) -> Iterator[str]:
    """What stands in it; identifiers without the dashes that a bank sets, and put together where it cuts."""
    for each in entry.itertext():
        if text := document.comparable_id(each):
            yield text
            if "-" in text:
                yield text.replace("-", "")
    for remittance in entry.iter("{*}RmtInf"):
        lines = [each.text or "" for each in document.children(remittance, "Ustrd")]
        if len(lines) > 1:
            yield document.comparable_id("".join(lines))


def _movement(entry: Any, details: Any) -> Movement | None:
    """The transfer of one TxDtls; None where it has no name or no amount, or goes a way that is odd."""
    names = (document.text_at(details, "Refs", name) for name in ("EndToEndId", "InstrId", "TxId"))
    ids = tuple(
        dict.fromkeys(
            document.comparable_id(each) for each in names if each and each != document.NOT_PROVIDED
        )
    )
    alone = len(document.children(entry, "NtryDtls", "TxDtls")) == 1
    amounts = [
        *_money(details, "AmtDtls", "InstdAmt", "Amt"),
        *_money(details, "AmtDtls", "TxAmt", "Amt"),
        *_money(details, "Amt"),
        *(_money(entry, "Amt") if alone else ()),
    ]
    way = document.text_at(details, "CdtDbtInd") or document.text_at(entry, "CdtDbtInd")
    undone = bool(document.children(details, "RtrInf")) or _is_reversed(entry)
    if not ids or not amounts or (way == DEBIT and undone):
        return None
    (_, currency), reasons = amounts[0], document.children(details, "RtrInf", "Rsn")
    return Movement(
        ids=ids,
        state="returned" if way == CREDIT else "settled",
        amount=min(amount for amount, each in amounts if each == currency),
        currency=currency,
        reason=(document.text_at(reasons[0], "Cd") or document.text_at(reasons[0], "Prtry"))
        if reasons
        else "",
        reference=document.text_at(details, "Refs", "AcctSvcrRef") or document.text_at(entry, "AcctSvcrRef"),
        at=_booked_at(entry),
        charges=_charges(details, currency) or (_charges(entry, currency) if alone else Decimal()),
    )


def _batches(entry: Any, part: Any) -> Iterator[BookedBatch]:
    """The sums by which a part of an entry stands for a group or a file: `Btch`, or TxDtls that name one."""
    if document.text_at(entry, "CdtDbtInd") != DEBIT or _is_reversed(entry):
        return
    alone = len(document.children(entry, "NtryDtls")) == 1
    for batch in document.children(part, "Btch"):
        sums = _money(batch, "TtlAmt") or (_money(entry, "Amt") if alone else [])
        yield from _batch(entry, batch, sums, document.text_at(batch, "NbOfTxs"))
    if not document.children(part, "Btch"):
        details = document.children(part, "TxDtls")
        for one in details:
            sums = _money(one, "Amt") or (_money(entry, "Amt") if alone and len(details) == 1 else [])
            for references in document.children(one, "Refs"):
                yield from _batch(entry, references, sums, "")


def _batch(entry: Any, named: Any, sums: list[Money], count: str) -> Iterator[BookedBatch]:
    file, group = document.text_at(named, "MsgId"), document.text_at(named, "PmtInfId")
    if sums and (file or group):
        yield BookedBatch(
            file=document.comparable_id(file),
            group=document.comparable_id(group),
            count=int(count) if count else None,
            amount=sums[0][0],
            currency=sums[0][1],
            reference=document.text_at(entry, "AcctSvcrRef"),
            at=_booked_at(entry),
        )


def _money(node: Any, *path: str) -> list[Money]:
    return [(Decimal(each.text), each.get("Ccy")) for each in document.children(node, *path)]


def _charges(node: Any, currency: str) -> Decimal:
    """What a bank took for itself and counted in, in that currency."""
    records = document.children(node, "Chrgs", "Rcrd")
    included = [each for each in records if document.text_at(each, "ChrgInclInd") in ("true", "1")]
    taken = [money for each in included for money in _money(each, "Amt")]
    if not records:
        taken = _money(node, "Chrgs", "TtlChrgsAndTaxAmt")
    return sum((amount for amount, each in taken if each == currency), Decimal())


def _is_reversed(entry: Any) -> bool:
    return document.text_at(entry, "RvslInd") in ("true", "1")


def _booked_at(entry: Any) -> datetime | None:
    return document.parse_iso_time(
        document.text_at(entry, "BookgDt", "DtTm") or document.text_at(entry, "BookgDt", "Dt")
    )
