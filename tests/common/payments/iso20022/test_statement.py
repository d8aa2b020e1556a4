from datetime import UTC, datetime
from decimal import Decimal
from types import ModuleType
from typing import Any

import pytest
from pyiso20022.camt import camt_053_001_08 as statements
from pyiso20022.camt import camt_054_001_08 as notifications
from xsdata.formats.dataclass.serializers import XmlSerializer
from xsdata.models.datatype import XmlDate, XmlDateTime

from common.payments.errors import PaymentMessageError
from common.payments.iso20022.statement import parse_statement

NOW = XmlDateTime.from_string("2026-11-25T03:00:00")


def written(version: ModuleType, *entries: Any) -> bytes:
    """A statement as a library writes it that was generated from the same schemas by others."""
    other = version.GenericAccountIdentification1(id="7001")
    account = version.CashAccount39(id=version.AccountIdentification4Choice(othr=other))
    header = version.GroupHeader81(msg_id="STMT1", cre_dt_tm=NOW)
    if version is notifications:
        held = version.AccountNotification17(id="N1", cre_dt_tm=NOW, acct=account, ntry=list(entries))
        body = version.BankToCustomerDebitCreditNotificationV08(grp_hdr=header, ntfctn=[held])
        document = version.Document(bk_to_cstmr_dbt_cdt_ntfctn=body)
    else:
        amount = version.ActiveOrHistoricCurrencyAndAmount(value=Decimal(1), ccy="USD")
        balance = version.CashBalance8(
            tp=version.BalanceType13(cd_or_prtry=version.BalanceType10Choice(cd="CLBD")),
            amt=amount,
            cdt_dbt_ind=version.CreditDebitCode.CRDT,
            dt=version.DateAndDateTime2Choice(dt=XmlDate(2026, 11, 25)),
        )
        held = version.AccountStatement9(
            id="S1", cre_dt_tm=NOW, acct=account, bal=[balance], ntry=list(entries)
        )
        document = version.Document(
            bk_to_cstmr_stmt=version.BankToCustomerStatementV08(grp_hdr=header, stmt=[held])
        )
    return XmlSerializer().render(document).encode()


def entry(
    version: ModuleType,
    *ids: str,
    way: str = "DBIT",
    status: str = "BOOK",
    reason: str = "",
    value: str = "150.00",
) -> Any:
    amount = version.ActiveOrHistoricCurrencyAndAmount(value=Decimal(value), ccy="USD")
    back = version.PaymentReturnReason5(rsn=version.ReturnReason5Choice(cd=reason)) if reason else None
    details = [
        version.EntryTransaction10(
            refs=version.TransactionReferences6(end_to_end_id=id, acct_svcr_ref="BANK-7"),
            amt=amount if len(ids) > 1 else None,
            cdt_dbt_ind=version.CreditDebitCode[way] if len(ids) > 1 else None,
            rtr_inf=back,
        )
        for id in ids
    ]
    return version.ReportEntry10(
        amt=version.ActiveOrHistoricCurrencyAndAmount(value=Decimal(value) * len(ids), ccy="USD"),
        cdt_dbt_ind=version.CreditDebitCode[way],
        sts=version.EntryStatus1Choice(cd=status),
        bookg_dt=version.DateAndDateTime2Choice(dt=XmlDate(2026, 11, 25)),
        bk_tx_cd=version.BankTransactionCodeStructure4(
            prtry=version.ProprietaryBankTransactionCodeStructure1(cd="X")
        ),
        ntry_dtls=[version.EntryDetails9(tx_dtls=details)],
    )


@pytest.mark.parametrize("version", [statements, notifications])
def test_what_left_and_what_came_back(version: ModuleType) -> None:
    read = parse_statement(
        written(
            version,
            entry(version, "A1", "A2"),
            entry(version, "A1", way="CRDT", reason="AC04"),
            entry(version, "A3", status="PDNG"),
            entry(version, "A4", way="CRDT"),
        )
    )
    assert read.message_id == "STMT1"
    assert [(each.id, each.state, each.amount, each.reason) for each in read.movements] == [
        ("a1", "settled", Decimal("150.00"), ""),
        ("a2", "settled", Decimal("150.00"), ""),
        ("a1", "returned", Decimal("150.00"), "AC04"),
        ("a4", "returned", Decimal("150.00"), ""),
    ]
    assert {each.reference for each in read.movements} == {"BANK-7"}


def test_days_with_a_zone() -> None:
    data = written(notifications, entry(notifications, "A1"))
    assert b"Dt>2026-11-25</" in data
    for said in (b"2026-11-25Z", b"2026-11-25+04:00"):
        [movement] = parse_statement(data.replace(b"Dt>2026-11-25</", b"Dt>" + said + b"</")).movements
        assert movement.at == datetime(2026, 11, 25, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "moment"),
    [
        (b"2026-11-25T24:00:00", datetime(2026, 11, 26, tzinfo=UTC)),
        (b"2026-11-25T23:59:59.1234567Z", datetime(2026, 11, 25, 23, 59, 59, 123456, tzinfo=UTC)),
        (b"-0001-11-25T10:00:00", None),
        (b"12026-11-25T10:00:00", None),
    ],
)
def test_hours_at_the_edges_are_read_or_left_open(said: bytes, moment: datetime | None) -> None:
    data = written(notifications, entry(notifications, "A1"))
    late = data.replace(b"Dt>2026-11-25</ns0:Dt>", b"DtTm>" + said + b"</ns0:DtTm>")
    assert late != data
    [movement] = parse_statement(late).movements
    assert movement.at == moment


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"/>',
        b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"/>',
        b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"/>',
        b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>',
    ],
)
def test_what_is_no_statement(data: bytes) -> None:
    with pytest.raises(PaymentMessageError):
        parse_statement(data)
