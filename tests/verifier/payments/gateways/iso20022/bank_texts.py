"""What a bank writes: account statements and reports, each a text, laid into the folder that is read."""

from pathlib import Path

from tests.verifier.payments.conftest import Rail
from verifier.models import BankFileEntry, PaymentInstruction
from verifier.payments.gateways.iso20022 import payment_files

ACCOUNT = "account:998@national-bank"
DAY = "<BookgDt><Dt>2026-11-28</Dt></BookgDt>"
STATED = (
    '<AmtDtls><InstdAmt><Amt Ccy="USD">{}</Amt></InstdAmt><TxAmt><Amt Ccy="USD">{}</Amt></TxAmt></AmtDtls>'
)


def money(amount: str, *, currency: str = "USD", way: str = "DBIT") -> str:
    return f'<Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{way}</CdtDbtInd>'


def stated(instructed: str, moved: str) -> str:
    return STATED.format(instructed, moved)


def transfer(id: str, amounts: str = "", more: str = "", *, refs: str = "") -> str:
    named = f"<EndToEndId>{id}</EndToEndId>" if id else ""
    return f"<TxDtls><Refs>{refs}{named}</Refs>{amounts}{more}</TxDtls>"


def entry(
    details: str, amount: str = "150.00", *, way: str = "DBIT", reversal: str = "", status: str = "BOOK",
    charges: str = "", day: str = DAY, currency: str = "USD", reference: str = "",
) -> str:  # fmt: skip
    undone = f"<RvslInd>{reversal}</RvslInd>" if reversal else ""
    ref = f"<AcctSvcrRef>{reference}</AcctSvcrRef>" if reference else ""
    state = f"<Cd>{status}</Cd>" if len(status) == 4 else f"<Prtry>{status}</Prtry>"
    parts = f"<NtryDtls>{details}</NtryDtls>" if details.startswith("<") else ""
    info = "" if parts or not details else f"<AddtlNtryInf>{details}</AddtlNtryInf>"
    return (
        f'<Ntry><Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{way}</CdtDbtInd>{undone}<Sts>{state}</Sts>'
        f"{day}{ref}<BkTxCd><Prtry><Cd>X</Cd></Prtry></BkTxCd>{charges}{parts}{info}</Ntry>"
    )


def statement(*entries: str, encoding: str = "UTF-8", message: str = "M1", several: bool = False) -> str:
    balance = (
        '<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="USD">0</Amt><CdtDbtInd>CRDT</CdtDbtInd>'
        "<Dt><Dt>2026-11-28</Dt></Dt></Bal>"
    )
    parts = [[each] for each in entries] if several else [entries]
    held = "".join(
        f"<Stmt><Id>S{n}</Id><CreDtTm>2026-11-28T10:00:00</CreDtTm><Acct><Id><Othr><Id>7001</Id></Othr></Id>"
        f"</Acct>{balance}{''.join(part)}</Stmt>"
        for n, part in enumerate(parts)
    )
    return (
        f'<?xml version="1.0" encoding="{encoding}"?>\n'
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>'
        f"<GrpHdr><MsgId>{message}</MsgId><CreDtTm>2026-11-28T10:00:00</CreDtTm></GrpHdr>{held}"
        "</BkToCstmrStmt></Document>"
    )


def report(
    payment: PaymentInstruction, transactions: str, *, when: str = "2026-11-28T10:00:00",
    encoding: str = "UTF-8", message: str = "R1", original: str = "", group: str = "",
) -> str:  # fmt: skip
    row = BankFileEntry.objects.select_related("file").get(end_to_end_id=payment.number)
    return (
        f'<?xml version="1.0" encoding="{encoding}"?>\n'
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt>'
        f"<GrpHdr><MsgId>{message}</MsgId><CreDtTm>{when}</CreDtTm></GrpHdr>"
        f"<OrgnlGrpInfAndSts><OrgnlMsgId>{original or row.file.message_id}</OrgnlMsgId>"
        "<OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId></OrgnlGrpInfAndSts><OrgnlPmtInfAndSts>"
        f"<OrgnlPmtInfId>{group or row.group}</OrgnlPmtInfId>{transactions}</OrgnlPmtInfAndSts>"
        "</CstmrPmtStsRpt></Document>"
    )


def status(id: str, code: str = "ACSC", *, instruction: str = "") -> str:
    first = f"<OrgnlInstrId>{instruction}</OrgnlInstrId>" if instruction else ""
    named = f"<OrgnlEndToEndId>{id}</OrgnlEndToEndId>" if id else ""
    return f"<TxInfAndSts>{first}{named}<TxSts>{code}</TxSts></TxInfAndSts>"


def lay(tmp_path: Path, name: str, data: str | bytes) -> Path:
    folder = tmp_path / payment_files.IN
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def sent(bank: Rail, count: int = 1) -> list[PaymentInstruction]:
    """Payments that the bank has."""
    booked = [bank.book(ACCOUNT) for _ in range(count)]
    bank.deliver()
    return booked


def group_of(payment: PaymentInstruction) -> tuple[str, str]:
    """The file and the group in which a payment stands."""
    row = BankFileEntry.objects.select_related("file").get(end_to_end_id=payment.number)
    return row.file.message_id, row.group
