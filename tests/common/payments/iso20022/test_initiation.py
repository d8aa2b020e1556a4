from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from pyiso20022.pain import pain_001_001_09 as peer
from xsdata.formats.dataclass.parsers import XmlParser

from common.payments.address import parse_address
from common.payments.errors import InvalidAddressError, PaymentMessageError
from common.payments.iso20022.document import MAX_BYTES
from common.payments.iso20022.initiation import Payer, Transfer, create_initiation, parse_initiation

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
AGENCY = Payer("National Paying Agency", parse_address("account:7001@national-bank"))
OTHER = Payer("Other fund", parse_address("iban:DE89370400440532013000@cobadeffxxx"), "COBADEFFXXX")


def transfer(id: str, **more: object) -> Transfer:
    fields = {
        "amount": "150.00",
        "currency": "USD",
        "payer": AGENCY,
        "payee": parse_address("account:998@national-bank"),
        "day": date(2026, 11, 22),
    }
    return Transfer(id=id, **{**fields, **more})  # type: ignore[arg-type]


def created(*transfers: Transfer) -> bytes:
    return create_initiation(transfers, message_id="SELLO1", initiator="Agency", now=NOW)


def peers(data: bytes) -> peer.CustomerCreditTransferInitiationV09:
    """The message as a library reads it that was generated from the same schema by others."""
    return XmlParser().from_bytes(data, peer.Document).cstmr_cdt_trf_initn


MANY = (
    transfer("A1", payee=parse_address("mobile:+59171234567@chaska"), purpose="GOVT", remittance="SUBSIDY"),
    transfer("A2", day=date(2026, 11, 23)),
    transfer("A3", payer=OTHER, payee=parse_address("DE02120300000000202051"), payee_name="Ana Ñandú"),
    transfer("A4", amount="0.5", purpose="subsidy"),
    transfer("A5", currency="BOB", payee=parse_address("account:5@bnkabo22"), payee_bic="BNKABO22"),
)


def test_a_file_is_read_as_it_was_written() -> None:
    read = parse_initiation(created(*MANY))
    assert {each for group in read.groups.values() for each in group} == set(MANY)


def test_transfers_stand_by_account_day_and_currency() -> None:
    read = parse_initiation(created(*MANY))
    assert [[each.id for each in group] for group in read.groups.values()] == [
        ["A1", "A4"], ["A2"], ["A3"], ["A5"],
    ]  # fmt: skip


def test_a_peer_reads_what_was_meant() -> None:
    read = peers(created(*MANY))
    assert (read.grp_hdr.nb_of_txs, read.grp_hdr.ctrl_sum) == ("5", Decimal("600.5"))
    first, second, third, fourth = read.pmt_inf
    assert (first.nb_of_txs, first.ctrl_sum) == ("2", Decimal("150.5"))
    one = first.cdt_trf_tx_inf[0]
    assert (one.pmt_id.end_to_end_id, one.amt.instd_amt.value, one.amt.instd_amt.ccy) == (
        "A1", Decimal("150.00"), "USD",
    )  # fmt: skip
    assert (one.cdtr_acct.prxy.tp.cd, one.cdtr_acct.prxy.id) == ("TELE", "+59171234567")
    assert one.purp.cd == "GOVT"
    assert one.cdtr is None, "no name leaves that nobody asked for"
    assert first.cdt_trf_tx_inf[1].purp.prtry == "subsidy"
    assert second.dbtr_acct.id.othr.id == "7001"
    assert third.dbtr_agt.fin_instn_id.bicfi == "COBADEFFXXX"
    assert third.cdt_trf_tx_inf[0].cdtr_acct.id.iban == "DE02120300000000202051"
    assert fourth.cdt_trf_tx_inf[0].cdtr_agt.fin_instn_id.bicfi == "BNKABO22"


def test_the_same_transfer_twice_is_refused() -> None:
    with pytest.raises(PaymentMessageError):
        created(transfer("A1"), transfer("A1"))
    with pytest.raises(PaymentMessageError):
        created()


@pytest.mark.parametrize("payee", [f"account:{'9' * 35}@bank", f"account:1@{'b' * 36}"])
def test_an_account_number_is_never_cut(payee: str) -> None:
    with pytest.raises(InvalidAddressError):
        created(transfer("A1", payee=parse_address(payee)))


@pytest.mark.parametrize(
    "more", [{"id": "A" * 36}, {"amount": "1e3"}, {"amount": "-5"}, {"currency": "usd"}, {"amount": "0.00"}]
)
def test_what_the_schema_does_not_allow_never_leaves(more: dict[str, object]) -> None:
    with pytest.raises(PaymentMessageError):
        created(transfer(**{"id": "A1", **more}))  # type: ignore[arg-type]


def test_a_sum_that_is_wrong_is_seen() -> None:
    data = created(transfer("A1"))
    for wrong in (
        data.replace(b"<CtrlSum>150.00", b"<CtrlSum>151.00"),
        data.replace(b"<NbOfTxs>1", b"<NbOfTxs>2"),
        data.replace(b">150.00</InstdAmt>", b">1500.00</InstdAmt>"),
    ):
        with pytest.raises(PaymentMessageError):
            parse_initiation(wrong)


BOMB = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09">&b;</Document>"""


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not XML",
        b"<Document/>",
        b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"/>',
        b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.99"/>',
        b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"/>',
        BOMB,
        BOMB.decode().encode("utf-16"),
        b'<?xml version="1.0"?><!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>',
        b"<a>" * 100_000,
        b"<a/>" + b" " * MAX_BYTES,
        b"\xff\xfe\x00",
    ],
)
def test_bombs_and_other_files_are_refused(data: bytes) -> None:
    with pytest.raises(PaymentMessageError):
        parse_initiation(data)


def test_a_refusal_quotes_nothing_of_the_file() -> None:
    data = created(transfer("A1", payee_name="Ana")).replace(b"<Nm>Ana<", b"<Nm>" + b"Ana" * 60 + b"<")
    with pytest.raises(PaymentMessageError) as refused:
        parse_initiation(data)
    assert "Ana" not in str(refused.value)
