"""pain.001.001.09, CustomerCreditTransferInitiation: what a payer asks its bank to pay.

One message holds a group (`PmtInf`) for each account, day and currency. `EndToEndId` is the instruction's
own identifier, which comes back in every report of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from common.encoding import plain_text
from common.payments.address import Address
from common.payments.amount import parse_amount, parse_currency
from common.payments.errors import PaymentMessageError
from common.payments.iso20022 import document
from common.payments.iso20022.accounts import read_account, read_agent, write_account, write_agent

VERSION: Final = "pain.001.001.09"
MAX_ID: Final = 35


@dataclass(frozen=True, slots=True)
class Payer:
    """An account that is debited: its owner's name, its address, its bank's BIC where that is needed."""

    name: str
    account: Address
    bic: str = ""


@dataclass(frozen=True, slots=True)
class Transfer:
    """One credit transfer; `purpose` is an external purpose code (GOVT, SSBE) or Sello's own word."""

    id: str
    amount: str
    currency: str
    payer: Payer
    payee: Address = field(repr=False)
    day: date
    payee_name: str = field(default="", repr=False)
    payee_bic: str = ""  # where it is known that the payee's bank has one
    purpose: str = ""
    remittance: str = ""


@dataclass(frozen=True, slots=True)
class Initiation:
    """A pain.001 as its bank reads it: its transfers, by the group in which each stands."""

    message_id: str
    created: str
    groups: Mapping[str, tuple[Transfer, ...]]


def create_initiation(
    transfers: Sequence[Transfer], *, message_id: str, initiator: str, now: datetime
) -> bytes:
    """The file; each identifier stands once in it."""
    if not transfers or len({each.id for each in transfers}) != len(transfers):
        raise PaymentMessageError("A payment file holds transfers, each of them once.")
    make = document.maker(VERSION)
    header = make.GrpHdr(
        make.MsgId(message_id),
        make.CreDtTm(now.replace(microsecond=0).isoformat()),
        make.NbOfTxs(str(len(transfers))),
        make.CtrlSum(_total(transfers)),
        make.InitgPty(make.Nm(_text(initiator, 140))),
    )
    groups = grouped(transfers, message_id=message_id)
    body = [_group(make, name, group) for name, group in groups.items()]
    return document.serialize_xml(make.Document(make.CstmrCdtTrfInitn(header, *body)), version=VERSION)


def grouped(transfers: Sequence[Transfer], *, message_id: str) -> dict[str, tuple[Transfer, ...]]:
    """The transfers by the group in which they stand: one account, one day, one currency."""
    by_key: dict[tuple[Payer, date, str], list[Transfer]] = {}
    for each in transfers:
        by_key.setdefault((each.payer, each.day, each.currency), []).append(each)
    prefix = message_id[: MAX_ID - 5]
    return {f"{prefix}-{number:04}": tuple(group) for number, group in enumerate(by_key.values(), start=1)}


def parse_initiation(data: bytes) -> Initiation:
    """A file as the bank reads it, once its sums are what it says they are."""
    _, root = document.parse_xml(data, message="pain.001")
    (initiation,) = document.children(root, "CstmrCdtTrfInitn")
    groups: dict[str, tuple[Transfer, ...]] = {}
    for node in document.children(initiation, "PmtInf"):
        group = tuple(_transfer(node, each) for each in document.children(node, "CdtTrfTxInf"))
        _check_sums(node, group)
        groups[document.text_at(node, "PmtInfId")] = group
    everything = [each for group in groups.values() for each in group]
    (header,) = document.children(initiation, "GrpHdr")
    _check_sums(header, everything)
    if len({each.id for each in everything}) != len(everything):
        raise PaymentMessageError("An EndToEndId stands twice in this file.")
    return Initiation(document.text_at(header, "MsgId"), document.text_at(header, "CreDtTm"), groups)


def _group(make: Any, name: str, group: Sequence[Transfer]) -> Any:
    payer = group[0].payer
    return make.PmtInf(
        make.PmtInfId(name),
        make.PmtMtd("TRF"),
        make.BtchBookg("false"),  # each by itself on the statement, so that each is found there
        make.NbOfTxs(str(len(group))),
        make.CtrlSum(_total(group)),
        make.ReqdExctnDt(make.Dt(group[0].day.isoformat())),
        make.Dbtr(make.Nm(_text(payer.name, 140))),
        write_account(make, "DbtrAcct", payer.account, currency=group[0].currency),
        write_agent(make, "DbtrAgt", payer.account, bic=payer.bic),
        make.ChrgBr("SLEV"),
        *(_write_transfer(make, each) for each in group),
    )


def _write_transfer(make: Any, transfer: Transfer) -> Any:
    amount = parse_amount(transfer.amount)
    parts = [
        make.PmtId(make.InstrId(transfer.id), make.EndToEndId(transfer.id)),
        make.Amt(make.InstdAmt(f"{amount:f}", Ccy=parse_currency(transfer.currency))),
        write_agent(make, "CdtrAgt", transfer.payee, bic=transfer.payee_bic),
        *([make.Cdtr(make.Nm(_text(transfer.payee_name, 140)))] if transfer.payee_name else []),
        write_account(make, "CdtrAcct", transfer.payee),
    ]
    if transfer.purpose:
        coded = len(transfer.purpose) == 4 and transfer.purpose.isupper()
        parts.append(
            make.Purp(make.Cd(transfer.purpose) if coded else make.Prtry(_text(transfer.purpose, 35)))
        )
    if transfer.remittance:
        parts.append(make.RmtInf(make.Ustrd(_text(transfer.remittance, 140))))
    return make.CdtTrfTxInf(*(part for part in parts if part is not None))


def _transfer(group: Any, node: Any) -> Transfer:
    (amount,) = document.children(node, "Amt", "InstdAmt") or [None]
    accounts = document.children(node, "CdtrAcct")
    if amount is None or not accounts:
        raise PaymentMessageError("A transfer names an amount and an account.")
    day = document.text_at(group, "ReqdExctnDt", "Dt") or document.text_at(group, "ReqdExctnDt", "DtTm")
    (debtor,) = document.children(group, "DbtrAcct")
    return Transfer(
        id=document.text_at(node, "PmtId", "EndToEndId"),
        amount=amount.text,
        currency=amount.get("Ccy"),
        payer=Payer(
            document.text_at(group, "Dbtr", "Nm"),
            read_account(debtor, provider=read_agent(group, "DbtrAgt")),
            document.text_at(group, "DbtrAgt", "FinInstnId", "BICFI"),
        ),
        payee=read_account(accounts[0], provider=read_agent(node, "CdtrAgt")),
        day=date.fromisoformat(day[:10]),
        payee_name=document.text_at(node, "Cdtr", "Nm"),
        payee_bic=document.text_at(node, "CdtrAgt", "FinInstnId", "BICFI"),
        purpose=document.text_at(node, "Purp", "Cd") or document.text_at(node, "Purp", "Prtry"),
        remittance=document.text_at(node, "RmtInf", "Ustrd"),
    )


def _check_sums(node: Any, transfers: Sequence[Transfer]) -> None:
    number, total = document.text_at(node, "NbOfTxs"), document.text_at(node, "CtrlSum")
    if (number and int(number) != len(transfers)) or (total and Decimal(total) != Decimal(_total(transfers))):
        raise PaymentMessageError("The number or the sum of the transfers is not what the file says.")


def _total(transfers: Sequence[Transfer]) -> str:
    return f"{sum((parse_amount(each.amount) for each in transfers), Decimal()):f}"


def _text(value: str, limit: int) -> str:
    """A text for people, in one line and cut to its place, without what XML cannot carry."""
    return plain_text.plain_line(value)[:limit].strip()
