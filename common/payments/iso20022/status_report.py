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
class TransferStatus:
    """What a bank says of one transfer; `amount` only where the bank repeats it."""

    state: State
    code: str
    reason: str = ""
    reference: str = ""
    amount: Decimal | None = None
    currency: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReportedStatus:
    """A status where it stands in the report: of a transfer, or of all that `of` names.

    `also` is a transfer's other name, its InstrId, where it has both.
    """

    of: str
    status: TransferStatus | None
    code: str
    also: str = ""


@dataclass(frozen=True, slots=True)
class StatusReport:
    """A report as it came: `whole` of the file, `groups` by PmtInfId, `single` by EndToEndId."""

    message_id: str
    original: str
    whole: ReportedStatus
    groups: tuple[ReportedStatus, ...]
    single: tuple[ReportedStatus, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A report held against the file that was sent.

    `unknown` counts transfers that were not in it; `contradicted` names those of which the report says two
    things that cannot both be; `unread` lists codes that are not known here.
    """

    statuses: Mapping[str, TransferStatus]
    unknown: int
    contradicted: tuple[str, ...]
    unread: tuple[str, ...]


def parse_report(data: bytes) -> StatusReport:
    """A pain.002 of a version whose schema is here."""
    _, root = document.parse_xml(data, message="pain.002")
    (body,) = document.children(root, "CstmrPmtStsRpt")
    (original,) = document.children(body, "OrgnlGrpInfAndSts")
    at = document.parse_iso_time(document.text_at(body, "GrpHdr", "CreDtTm"))
    groups = document.children(body, "OrgnlPmtInfAndSts")
    return StatusReport(
        message_id=document.text_at(body, "GrpHdr", "MsgId"),
        original=document.text_at(original, "OrgnlMsgId"),
        whole=_said(document.text_at(original, "OrgnlMsgId"), original, "GrpSts", at),
        groups=tuple(
            _said(document.text_at(node, "OrgnlPmtInfId"), node, "PmtInfSts", at) for node in groups
        ),
        single=tuple(
            replace(
                _said(document.text_at(node, "OrgnlEndToEndId"), node, "TxSts", at),
                also=document.text_at(node, "OrgnlInstrId"),
            )
            for group in groups
            for node in document.children(group, "TxInfAndSts")
        ),
    )


def outcome(report: StatusReport, *, groups: Mapping[str, Sequence[str]]) -> Outcome:
    """What the report says of each transfer; `groups` has the EndToEndIds of the file by PmtInfId.

    Identifiers are compared without regard to capitals and spaces, which banks add.
    """
    own = {document.comparable_id(id): id for ids in groups.values() for id in ids}
    named = {document.comparable_id(name): ids for name, ids in groups.items()}
    said: dict[str, list[TransferStatus]] = {id: [] for ids in groups.values() for id in ids}
    broad: dict[str, TransferStatus] = {}
    if report.whole.status:
        broad.update(dict.fromkeys(said, report.whole.status))
    unknown = 0
    for group in report.groups:
        unknown += document.comparable_id(group.of) not in named
        if group.status:
            broad.update(dict.fromkeys(named.get(document.comparable_id(group.of), ()), group.status))
    for each in report.single:
        meant = {own[name] for name in map(document.comparable_id, (each.of, each.also)) if name in own}
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
    return document.serialize_xml(
        make.Document(make.CstmrPmtStsRpt(header, make.OrgnlGrpInfAndSts(*head), *body)), version=VERSION
    )


def _said(of: str, node: Any, name: str, at: datetime | None) -> ReportedStatus:
    code = document.text_at(node, name)
    state = STATES.get(code)
    if state is None:
        return ReportedStatus(of, None, code)
    reasons = document.children(node, "StsRsnInf", "Rsn")
    reason = (document.text_at(reasons[0], "Cd") or document.text_at(reasons[0], "Prtry")) if reasons else ""
    (amount,) = document.children(node, "OrgnlTxRef", "Amt", "InstdAmt")[:1] or [None]
    status = TransferStatus(
        state=state,
        code=code,
        reason=reason if state in {"rejected", "pending"} else "",
        reference=document.text_at(node, "AcctSvcrRef") or document.text_at(node, "StsId"),
        amount=None if amount is None else Decimal(amount.text),
        currency="" if amount is None else amount.get("Ccy"),
        at=document.parse_iso_time(document.text_at(node, "AccptncDtTm")) or at,
    )
    return ReportedStatus(of, status, code)


def _no(status: TransferStatus) -> bool:
    return status.state == "rejected"


def _furthest(status: TransferStatus) -> int:
    return -1 if _no(status) else _ORDER.index(status.state)
