from datetime import UTC, datetime
from decimal import Decimal
from types import ModuleType
from typing import Any

import pytest
from pyiso20022.pain import pain_002_001_03 as old
from pyiso20022.pain import pain_002_001_10 as ten
from pyiso20022.pain import pain_002_001_12 as twelve
from xsdata.formats.dataclass.serializers import XmlSerializer
from xsdata.models.datatype import XmlDateTime

from common.payments.errors import PaymentMessageError
from common.payments.iso20022.status_report import (
    STATES,
    Outcome,
    create_report,
    outcome,
    parse_report,
)

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
GROUPS = {"SELLO1-0001": ("A1", "A2", "A3"), "SELLO1-0002": ("B1",)}


def report(data: bytes) -> Outcome:
    return outcome(parse_report(data), groups=GROUPS)


def said(whole: str = "", reason: str = "", **codes: str) -> bytes:
    """A report with a status for each transfer named."""
    groups: dict[str, dict[str, tuple[str, str]]] = {}
    for id, code in codes.items():
        name = "SELLO1-0002" if id.startswith("B") else "SELLO1-0001"
        groups.setdefault(name, {})[id] = (code, "AC04" if code == "RJCT" else "")
    return create_report("SELLO1", groups=groups, message_id="R1", now=NOW, whole=whole, reason=reason)


@pytest.mark.parametrize(("code", "state"), STATES.items())
def test_each_status_of_a_transfer_means_one_thing(code: str, state: str) -> None:
    found = report(said(A1=code))
    assert {id: each.state for id, each in found.statuses.items()} == {"A1": state}
    assert found.statuses["A1"].reason == ("AC04" if code == "RJCT" else "")


def test_a_status_of_the_file_stands_for_each_transfer() -> None:
    found = report(said("RJCT", "FF01"))
    assert set(found.statuses) == {"A1", "A2", "A3", "B1"}
    assert {(each.state, each.reason) for each in found.statuses.values()} == {("rejected", "FF01")}


def test_a_partial_file_says_nothing_of_transfers_that_it_does_not_name() -> None:
    found = report(said("PART", A1="ACSC", A2="RJCT"))
    assert {id: each.state for id, each in found.statuses.items()} == {"A1": "settled", "A2": "rejected"}
    assert not found.unread


def test_the_nearer_status_counts() -> None:
    found = report(said("ACCP", A1="ACSC"))
    assert {id: each.state for id, each in found.statuses.items()} == {
        "A1": "settled", "A2": "accepted", "A3": "accepted", "B1": "accepted",
    }  # fmt: skip


def test_a_file_accepted_may_have_a_transfer_refused() -> None:
    found = report(said("ACCP", A1="RJCT"))
    assert found.statuses["A1"].state == "rejected"
    assert not found.contradicted


def test_a_file_refused_cannot_have_a_transfer_settled() -> None:
    found = report(said("RJCT", A1="ACSC"))
    assert found.contradicted == ("A1",)
    assert found.statuses["A2"].state == "rejected"


def doubled(first: str, second: str) -> bytes:
    data = said(A1=first)
    start, end = data.index(b"<TxInfAndSts>"), data.index(b"</TxInfAndSts>") + len(b"</TxInfAndSts>")
    again = data[start:end].replace(first.encode(), second.encode())
    return data[:end] + again + data[end:]


def test_a_transfer_that_came_further_is_where_it_came_last() -> None:
    assert report(doubled("ACSC", "ACCP")).statuses["A1"].state == "settled"


def test_a_transfer_settled_and_refused_at_once_is_neither() -> None:
    found = report(doubled("ACSC", "CANC"))
    assert found.contradicted == ("A1",)
    assert not found.statuses


def test_unknown_transfers_and_groups_are_counted() -> None:
    data = create_report("SELLO1", groups={"X": {"Z9": ("ACSC", "")}}, message_id="R1", now=NOW)
    assert (report(data).unknown, dict(report(data).statuses)) == (2, {})


def test_a_code_that_nobody_knows_moves_nothing() -> None:
    found = report(said(A1="ABCD"))
    assert (dict(found.statuses), found.unread) == ({}, ("ABCD",))


def kind(version: ModuleType, prefix: str) -> Any:
    """A peer's class, whose number grows with the version."""
    return next(
        getattr(version, name) for name in dir(version) if prefix in (name, name.rstrip("0123456789V"))
    )


def written(version: ModuleType, groups: list[Any], **original: Any) -> bytes:
    """A report as a library writes it that was generated from the same schemas by others."""
    header = kind(version, "GroupHeader")(
        msg_id="R7", cre_dt_tm=XmlDateTime.from_string("2026-11-22T03:00:00")
    )
    about = "OriginalGroupInformation" if version is old else "OriginalGroupHeader"
    message = kind(version, "CustomerPaymentStatusReport")(
        grp_hdr=header,
        orgnl_grp_inf_and_sts=kind(version, about)(
            orgnl_msg_id="SELLO1", orgnl_msg_nm_id="pain.001.001.09", **original
        ),
        orgnl_pmt_inf_and_sts=groups,
    )
    return XmlSerializer().render(version.Document(cstmr_pmt_sts_rpt=message)).encode()


@pytest.mark.parametrize("version", [ten, twelve])
def test_a_report_of_a_peer_with_amount_and_reference(version: ModuleType) -> None:
    amount = version.ActiveOrHistoricCurrencyAndAmount(value=Decimal("150.00"), ccy="USD")
    transaction = kind(version, "PaymentTransaction")(
        orgnl_end_to_end_id="A1",
        tx_sts="ACSC",
        acct_svcr_ref="BANK-77",
        orgnl_tx_ref=kind(version, "OriginalTransactionReference")(
            amt=kind(version, "AmountType4Choice")(instd_amt=amount)
        ),
    )
    group = kind(version, "OriginalPaymentInstruction")(
        orgnl_pmt_inf_id="SELLO1-0001", tx_inf_and_sts=[transaction]
    )
    one = report(written(version, [group])).statuses["A1"]
    assert (one.state, one.reference, one.amount, one.currency) == (
        "settled", "BANK-77", Decimal("150.00"), "USD",
    )  # fmt: skip


def test_an_old_report_of_a_peer() -> None:
    reason = kind(old, "StatusReasonInformation")(rsn=kind(old, "StatusReason6Choice")(cd="DU01"))
    status = old.TransactionGroupStatus3Code.RJCT
    found = report(written(old, [], grp_sts=status, sts_rsn_inf=[reason]))
    assert {(each.state, each.reason) for each in found.statuses.values()} == {("rejected", "DU01")}
    assert len(found.statuses) == 4


@pytest.mark.parametrize(
    "data",
    [
        b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.07"/>',
        said(A1="ACSC").replace(b"<GrpHdr>", b"<GrpHdr><Nm>x</Nm>"),
        said(A1="ACSC").replace(b"ACSC", b"TOOLONG"),
        said(A1="ACSC").replace(b"<CreDtTm>2026-11-22", b"<CreDtTm>yesterday"),
    ],
)
def test_a_report_that_its_schema_refuses_is_refused(data: bytes) -> None:
    with pytest.raises(PaymentMessageError):
        parse_report(data)
