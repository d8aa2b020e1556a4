"""Account statements as banks write them: read right or said aloud, and nothing settled by a guess."""

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.verifier.payments.conftest import Rail
from tests.verifier.payments.gateways.iso20022.bank_texts import (
    entry,
    group_of,
    lay,
    money,
    report,
    sent,
    stated,
    statement,
    status,
    transfer,
)
from verifier.models import PaymentInstruction


@pytest.fixture
def bank(rail: Callable[..., Rail]) -> Rail:
    return rail("iso20022")


def heard(bank: Rail, tmp_path: Path, *entries: str, **more: Any) -> list[str]:
    """What needs a person's eyes of a statement with these entries."""
    lay(tmp_path, "s.xml", statement(*entries, **more))
    said: dict[str, Any] = bank.reconcile()["look_at"]
    return [line for lines in said.get("rail", {}).values() for line in lines]


def batch(message: str = "", group: str = "", count: str = "", total: str = "") -> str:
    parts = (("MsgId", message), ("PmtInfId", group), ("NbOfTxs", count))
    inner = "".join(f"<{name}>{value}</{name}>" for name, value in parts if value)
    ends = f'<TtlAmt Ccy="USD">{total}</TtlAmt><CdtDbtInd>DBIT</CdtDbtInd>' if total else ""
    return f"<Btch>{inner}{ends}</Btch>"


@pytest.mark.parametrize("named", ["both", "group", "file", "capitals"])
@pytest.mark.parametrize("count", ["2", ""])
def test_a_group_booked_in_one_sum(bank: Rail, tmp_path: Path, named: str, count: str) -> None:
    one, two = sent(bank, 2)
    file, group = group_of(one)
    names = {
        "both": {"message": file, "group": group},
        "group": {"group": group},
        "file": {"message": file},
        "capitals": {"group": group.lower()},
    }
    assert heard(bank, tmp_path, entry(batch(**names[named], count=count), "300.00")) == []
    assert [bank.state(one), bank.state(two)] == ["SETTLED", "SETTLED"]


def test_a_group_without_those_that_were_rejected(bank: Rail, tmp_path: Path) -> None:
    good, bad = sent(bank, 2)
    lay(tmp_path, "r.xml", report(good, status(bad.number, "RJCT")))
    bank.reconcile()
    assert heard(bank, tmp_path, entry(batch(group=group_of(good)[1], count="1"), "150.00")) == []
    assert [bank.state(good), bank.state(bad)] == ["SETTLED", "REJECTED"]


@pytest.mark.parametrize(
    ("amount", "count", "more"),
    [
        ("150.00", "1", {}), ("299.99", "2", {}), ("300.00", "3", {}), ("300.00", "2", {"currency": "EUR"}),
        ("300.00", "2", {"way": "CRDT"}), ("300.00", "2", {"reversal": "true"}),
    ],
)  # fmt: skip
def test_a_sum_that_is_not_the_groups_settles_nobody_and_is_said(
    bank: Rail, tmp_path: Path, amount: str, count: str, more: dict[str, str]
) -> None:
    one, two = sent(bank, 2)
    assert heard(bank, tmp_path, entry(batch(group=group_of(one)[1], count=count), amount, **more))
    assert [bank.state(one), bank.state(two)] == ["SENT", "SENT"]


def test_a_group_named_by_its_references_alone(bank: Rail, tmp_path: Path) -> None:
    one, two = sent(bank, 2)
    refs = f"<PmtInfId>{group_of(one)[1]}</PmtInfId>"
    assert heard(bank, tmp_path, entry(transfer("NOTPROVIDED", refs=refs), "300.00")) == []
    assert [bank.state(one), bank.state(two)] == ["SETTLED", "SETTLED"]


def test_single_bookings_are_asked_for(bank: Rail, tmp_path: Path) -> None:
    sent(bank)
    [path] = (tmp_path / "outbox/pain.001").glob("*.xml")
    assert b"<BtchBookg>false</BtchBookg>" in path.read_bytes()


@pytest.mark.parametrize("reason", ["", "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>"])
@pytest.mark.parametrize("reversal", ["", "true", "1", "false"])
def test_a_credit_under_our_name_is_a_return(bank: Rail, tmp_path: Path, reason: str, reversal: str) -> None:
    [payment] = sent(bank)
    assert heard(bank, tmp_path, entry(transfer(payment.number))) == []
    assert bank.state(payment) == "SETTLED"
    back = entry(transfer(payment.number, more=reason), way="CRDT", reversal=reversal)
    assert heard(bank, tmp_path, back) == []
    assert bank.state(payment) == "RETURNED"


def test_a_credit_alone_settles_nothing(bank: Rail, tmp_path: Path) -> None:
    [payment] = sent(bank)
    heard(bank, tmp_path, entry(transfer(payment.number, money("150.00", way="CRDT")), way="DBIT"))
    assert bank.state(payment) == "RETURNED"


@pytest.mark.parametrize(
    "odd",
    [
        {"reversal": "true"},
        {"more": "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>"},
    ],
)
def test_a_debit_that_is_undone_is_said(bank: Rail, tmp_path: Path, odd: dict[str, str]) -> None:
    [payment] = sent(bank)
    details = transfer(payment.number, more=odd.get("more", ""))
    assert heard(bank, tmp_path, entry(details, reversal=odd.get("reversal", "")))
    assert bank.state(payment) == "SENT"


@pytest.mark.parametrize(
    ("details", "whole"),
    [
        (stated("150.00", "150.00"), "150.00"),
        (stated("150.0", "150"), "152.50"),
        (money("150") + stated("150.00", "150.00"), "150.00"),
        (money("150.000"), "150.00"),
        ('<AmtDtls><TxAmt><Amt Ccy="USD">150.00</Amt></TxAmt></AmtDtls>', "151.00"),
        (stated("150.00", "150.00").replace('<TxAmt><Amt Ccy="USD">150', '<TxAmt><Amt Ccy="EUR">137'), "150"),
    ],
)
def test_amounts_in_details(bank: Rail, tmp_path: Path, details: str, whole: str) -> None:
    [payment] = sent(bank)
    assert heard(bank, tmp_path, entry(transfer(payment.number, details), whole)) == []
    assert bank.state(payment) == "SETTLED"
    assert not payment.disputed


def test_amounts_in_details_of_several(bank: Rail, tmp_path: Path) -> None:
    both = sent(bank, 2)
    details = "".join(transfer(each.number, stated("150.00", "150.00")) for each in both)
    assert heard(bank, tmp_path, entry(details, "300.00")) == []
    assert [bank.state(each) for each in both] == ["SETTLED", "SETTLED"]


CHARGED = '<Chrgs><Rcrd><Amt Ccy="USD">2.50</Amt><ChrgInclInd>true</ChrgInclInd></Rcrd></Chrgs>'


@pytest.mark.parametrize(
    "charges", [CHARGED, '<Chrgs><TtlChrgsAndTaxAmt Ccy="USD">2.50</TtlChrgsAndTaxAmt></Chrgs>']
)
@pytest.mark.parametrize("where", ["entry", "details"])
def test_charges_that_a_debit_includes(bank: Rail, tmp_path: Path, charges: str, where: str) -> None:
    [payment] = sent(bank)
    details = transfer(payment.number, money("152.50") if where == "details" else "",
                       charges if where == "details" else "")  # fmt: skip
    assert heard(bank, tmp_path, entry(details, "152.50", charges=charges if where == "entry" else "")) == []
    assert bank.state(payment) == "SETTLED"


@pytest.mark.parametrize(
    ("details", "whole", "more"),
    [
        (money("147.50"), "147.50", {}),  # taken from the payee
        (stated("150.00", "147.50"), "147.50", {}),
        (stated("150.00", "150.00"), "147.50", {}),
        (money("152.50"), "152.50", {}),  # nobody says why
        (money("150.00", currency="EUR"), "150.00", {"currency": "EUR"}),
        (money("147.50", way="CRDT"), "147.50", {"way": "CRDT", "charges": CHARGED}),  # less came back
    ],
)
def test_another_amount_than_ours_settles_nothing_and_is_said(
    bank: Rail, tmp_path: Path, details: str, whole: str, more: dict[str, str]
) -> None:
    [payment] = sent(bank)
    assert heard(bank, tmp_path, entry(transfer(payment.number, details), whole, **more))
    assert bank.state(payment) == "SENT"
    assert payment.disputed


def test_parts_that_are_more_than_the_whole_settle_nothing(bank: Rail, tmp_path: Path) -> None:
    both = sent(bank, 2)
    details = "".join(transfer(each.number, money("150.00")) for each in both)
    assert len(heard(bank, tmp_path, entry(details, "150.00"))) == 2
    assert [bank.state(each) for each in both] == ["SENT", "SENT"]


@pytest.mark.parametrize(
    "written", [str.upper, lambda n: f"{n[:16]} {n[16:]}", lambda n: f" {n} ", lambda n: f"{n[:8]}\n{n[8:]}"]
)
def test_our_number_in_other_writings(bank: Rail, tmp_path: Path, written: Callable[[str], str]) -> None:
    [payment] = sent(bank)
    assert heard(bank, tmp_path, entry(transfer(written(payment.number)))) == []
    assert bank.state(payment) == "SETTLED"


def test_our_number_as_the_instructions(bank: Rail, tmp_path: Path) -> None:
    [payment] = sent(bank)
    refs = f"<InstrId>{payment.number}</InstrId>"
    assert heard(bank, tmp_path, entry(transfer("NOTPROVIDED", refs=refs))) == []
    assert bank.state(payment) == "SETTLED"


@pytest.mark.parametrize(
    "details",
    [
        lambda n: transfer(n[:20]),
        lambda n: transfer(f"{n}XYZ"),
        lambda n: transfer("OTHER", more=f"<RmtInf><Ustrd>/EREF/{n}/SUBSIDY</Ustrd></RmtInf>"),
        lambda n: f"paid under {n}",
        lambda n: transfer("OTHER", more=f"<RmtInf><Ustrd>no {uuid.UUID(n)} pays</Ustrd></RmtInf>"),
        lambda n: transfer(
            "OTHER", more=f"<RmtInf><Ustrd>pays {n[:20]}</Ustrd><Ustrd>{n[20:]}</Ustrd></RmtInf>"
        ),
        lambda n: transfer("OTHER", more=f"<AddtlTxInf>add {n.upper()}</AddtlTxInf>"),
    ],
)
def test_an_entry_that_names_ours_and_is_not_understood_is_said(
    bank: Rail, tmp_path: Path, details: Callable[[str], str]
) -> None:
    [payment] = sent(bank)
    assert heard(bank, tmp_path, entry(details(payment.number)))
    assert bank.state(payment) == "SENT"


def test_two_numbers_of_ours_in_one_transfer_are_said(bank: Rail, tmp_path: Path) -> None:
    one, two = sent(bank, 2)
    assert heard(bank, tmp_path, entry(transfer(one.number, refs=f"<InstrId>{two.number}</InstrId>")))
    assert [bank.state(one), bank.state(two)] == ["SENT", "SENT"]


@pytest.mark.parametrize(
    ("status", "loud"), [("PDNG", False), ("INFO", False), ("FUTR", False), ("BOOKED", True)]
)
def test_what_is_not_booked_settles_nothing(bank: Rail, tmp_path: Path, status: str, loud: bool) -> None:
    [payment] = sent(bank)
    assert bool(heard(bank, tmp_path, entry(transfer(payment.number), status=status))) is loud
    assert bank.state(payment) == "SENT"


def test_a_transfer_booked_twice_is_said(bank: Rail, tmp_path: Path) -> None:
    [payment] = sent(bank)
    twice = [entry(transfer(payment.number), reference=reference) for reference in ("A", "B")]
    assert heard(bank, tmp_path, *twice) == [f"{payment.number}: booked twice"]
    assert bank.state(payment) == "SETTLED"


def test_one_booking_told_twice_is_one(bank: Rail, tmp_path: Path) -> None:
    [payment] = sent(bank)
    assert heard(bank, tmp_path, *[entry(transfer(payment.number), reference="A")] * 2) == []
    assert bank.state(payment) == "SETTLED"


def test_several_statements_in_one_file(bank: Rail, tmp_path: Path) -> None:
    both = sent(bank, 2)
    assert heard(bank, tmp_path, *(entry(transfer(each.number)) for each in both), several=True) == []
    assert [bank.state(each) for each in both] == ["SETTLED", "SETTLED"]


def test_what_is_none_of_ours_is_passed_over(bank: Rail, tmp_path: Path) -> None:
    sent(bank)
    others = [transfer("INVOICE-7"), transfer("f" * 32), batch(group="OTHER", count="9"), "Interest"]
    assert heard(bank, tmp_path, *map(entry, others)) == []
    assert PaymentInstruction.objects.filter(state="SENT").count() == 1


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b"camt.053.001.08", b"camt.052.001.08", "This is a camt.052"),
        (b"camt.053.001.08", b"camt.053.001.02", "Versions known"),
        (b"camt.053.001.08", b"camt.053.001.13", "Versions known"),
        (b"camt.053.001.08", b"camt.056.001.08", "This is a camt.056"),
        (b"urn:iso:std:iso:20022:tech:xsd:", b"urn:swift:xsd:", "no message of ISO 20022"),
        (b">150.00<", b">1,000.00<", "not a camt.053.001.08 as its schema has it"),
        (b">150.00<", b">1000.0<", "another amount than ours"),
    ],
)
def test_a_statement_of_another_kind_is_called_by_its_name(
    bank: Rail, tmp_path: Path, old: bytes, new: bytes, said: str
) -> None:
    [payment] = sent(bank)
    lay(tmp_path, "s.xml", statement(entry(transfer(payment.number))).encode().replace(old, new))
    assert said in str(bank.reconcile()["look_at"])
    assert bank.state(payment) == "SENT"
