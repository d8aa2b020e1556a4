"""pain.002, CustomerPaymentStatusReport: what became of a pain.001, in the versions that banks send.

A status stands for a transaction, for a group, or for the whole file; the nearest one counts. What a report
says of something that nobody asked for, or says in two ways, is told apart and never guessed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, Literal

from common.payments.iso20022 import document

VERSION: Final = "pain.002.001.10"
State = Literal["accepted", "pending", "settled", "rejected"]
# ExternalPaymentTransactionStatus1Code and its sibling for groups; codes that move nothing are absent.
STATES: Final[Mapping[str, State]] = {
    "RCVD": "accepted", "ACTC": "accepted", "ACCP": "accepted", "ACFC": "accepted", "ACWC": "accepted",
    "PDNG": "pending", "PATC": "pending", "ACWP": "pending", "ACSP": "pending", "BLCK": "pending",
    "ACSC": "settled", "ACCC": "settled",
    "RJCT": "rejected", "CANC": "rejected",
}  # fmt: skip
PARTIAL: Final = frozenset({"PART", "PRES"})  # of a group: each transaction says for itself
_ORDER: Final = ("accepted", "pending", "settled")


@dataclass(frozen=True, slots=True)
class Status:
    """What a bank says of one transfer; `amount` only where the bank repeats it."""

    state: State
    code: str
    reason: str = ""
    reference: str = ""
    amount: Decimal | None = None
    currency: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """A status where it stands in the report: of a transfer, or of all that `of` names.

    `also` is a transfer's other name, its InstrId, where it has both.
    """

    of: str
    status: Status | None
    code: str
    also: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """A report as it came: `whole` of the file, `groups` by PmtInfId, `single` by EndToEndId."""

    message_id: str
    original: str
    whole: Said
    groups: tuple[Said, ...]
    single: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A report held against the file that was sent.

    `unknown` counts transfers that were not in it; `contradicted` names those of which the report says two
    things that cannot both be; `unread` lists codes that are not known here.
    """

    statuses: Mapping[str, Status]
    unknown: int
    contradicted: tuple[str, ...]
    unread: tuple[str, ...]


def parse_report(data: bytes) -> Report:
    """A pain.002 of a version whose schema is here."""
    _, root = document.read(data, message="pain.002")
    (body,) = document.children(root, "CstmrPmtStsRpt")
    (original,) = document.children(body, "OrgnlGrpInfAndSts")
    at = document.moment(document.text(body, "GrpHdr", "CreDtTm"))
    groups = document.children(body, "OrgnlPmtInfAndSts")
    return Report(
        message_id=document.text(body, "GrpHdr", "MsgId"),
        original=document.text(original, "OrgnlMsgId"),
        whole=_said(document.text(original, "OrgnlMsgId"), original, "GrpSts", at),
        groups=tuple(_said(document.text(node, "OrgnlPmtInfId"), node, "PmtInfSts", at) for node in groups),
        single=tuple(
            replace(
                _said(document.text(node, "OrgnlEndToEndId"), node, "TxSts", at),
                also=document.text(node, "OrgnlInstrId"),
            )
            for group in groups
            for node in document.children(group, "TxInfAndSts")
        ),
    )


def outcome(report: Report, *, groups: Mapping[str, Sequence[str]]) -> Outcome:
    """What the report says of each transfer; `groups` has the EndToEndIds of the file by PmtInfId.

    Identifiers are compared without regard to capitals and spaces, which banks add.
    """
    own = {document.plain(id): id for ids in groups.values() for id in ids}
    named = {document.plain(name): ids for name, ids in groups.items()}
    said: dict[str, list[Status]] = {id: [] for ids in groups.values() for id in ids}
    broad: dict[str, Status] = {}
    if report.whole.status:
        broad.update(dict.fromkeys(said, report.whole.status))
    unknown = 0
    for group in report.groups:
        unknown += document.plain(group.of) not in named
        if group.status:
            broad.update(dict.fromkeys(named.get(document.plain(group.of), ()), group.status))
    for each in report.single:
        meant = {own[name] for name in map(document.plain, (each.of, each.also)) if name in own}
        if len(meant) != 1:  # none of ours, or two at once
            unknown += 1
        elif each.status:
            said[meant.pop()].append(each.status)
    found, contradicted = {}, []
    for id, statuses in said.items():
        # A refusal of the whole is a word on each part; anything else only fills silence.
        heard = [*statuses, *([broad[id]] if id in broad and (_no(broad[id]) or not statuses) else [])]
        if len({_no(each) for each in heard}) > 1:
            contradicted.append(id)
        elif heard:
            found[id] = max(heard, key=_furthest)
    everything = (report.whole, *report.groups, *report.single)
    unread = {each.code for each in everything if each.code and not each.status} - PARTIAL
    return Outcome(found, unknown, tuple(contradicted), tuple(sorted(unread)))


def create_report(
    original: str,
    *,
    groups: Mapping[str, Mapping[str, tuple[str, str]]],
    message_id: str,
    now: datetime,
    whole: str = "",
    reason: str = "",
) -> bytes:
    """The report that a bank writes: (code, reason) by EndToEndId, by PmtInfId; `whole` for the file."""
    make = document.maker(VERSION)
    head = [make.OrgnlMsgId(original), make.OrgnlMsgNmId("pain.001.001.09")]
    if whole:
        head.append(make.GrpSts(whole))
    if reason:
        head.append(make.StsRsnInf(make.Rsn(make.Cd(reason))))
    body = [
        make.OrgnlPmtInfAndSts(
            make.OrgnlPmtInfId(name),
            *(
                make.TxInfAndSts(
                    make.OrgnlInstrId(id),
                    make.OrgnlEndToEndId(id),
                    make.TxSts(code),
                    *([make.StsRsnInf(make.Rsn(make.Cd(why)))] if why else []),
                )
                for id, (code, why) in transfers.items()
            ),
        )
        for name, transfers in groups.items()
    ]
    header = make.GrpHdr(make.MsgId(message_id), make.CreDtTm(now.replace(microsecond=0).isoformat()))
    return document.write(
        make.Document(make.CstmrPmtStsRpt(header, make.OrgnlGrpInfAndSts(*head), *body)), version=VERSION
    )


def _said(of: str, node: Any, name: str, at: datetime | None) -> Said:
    code = document.text(node, name)
    state = STATES.get(code)
    if state is None:
        return Said(of, None, code)
    reasons = document.children(node, "StsRsnInf", "Rsn")
    reason = (document.text(reasons[0], "Cd") or document.text(reasons[0], "Prtry")) if reasons else ""
    (amount,) = document.children(node, "OrgnlTxRef", "Amt", "InstdAmt")[:1] or [None]
    status = Status(
        state=state,
        code=code,
        reason=reason if state in {"rejected", "pending"} else "",
        reference=document.text(node, "AcctSvcrRef") or document.text(node, "StsId"),
        amount=None if amount is None else Decimal(amount.text),
        currency="" if amount is None else amount.get("Ccy"),
        at=document.moment(document.text(node, "AccptncDtTm")) or at,
    )
    return Said(of, status, code)


def _no(status: Status) -> bool:
    return status.state == "rejected"


def _furthest(status: Status) -> int:
    return -1 if _no(status) else _ORDER.index(status.state)
