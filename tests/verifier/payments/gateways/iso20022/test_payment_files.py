"""Files for a bank, out and back: stopped in between, answered twice, late, wrongly and by strangers."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pyiso20022.camt import camt_054_001_08 as notifications

from common.payments.iso20022.initiation import Initiation, parse_initiation
from common.payments.iso20022.status_report import create_report
from tests.common.payments.iso20022.test_statement import entry, written
from tests.verifier.payments.conftest import Rail
from verifier.models import BankFile, BankFileEntry, GatewayAccount, PaymentInstruction, Programme
from verifier.payments.gateways.iso20022 import payment_files
from verifier.payments.gateways.iso20022.bank_reports import read_bank_report
from verifier.payments.gateways.iso20022.gateway import BankFiles
from verifier.payments.instructions.gateway import GatewayConfig
from verifier.payments.instructions.orders import instruction_of

PHONE, ACCOUNT = "mobile:+59171234567@chaska", "account:998@national-bank"


@pytest.fixture
def bank(rail: Callable[..., Rail]) -> Rail:
    return rail("iso20022")


def files(tmp_path: Path) -> list[Initiation]:
    return [
        parse_initiation(path.read_bytes()) for path in sorted((tmp_path / payment_files.OUT).glob("*.xml"))
    ]


def answer(
    tmp_path: Path,
    sent: Initiation,
    *,
    name: str = "1.xml",
    whole: str = "",
    payments: Mapping[str, tuple[str, str]],
) -> Path:
    """The bank's report in the folder that we read: a (code, reason) for the numbers named."""
    groups = {
        group: {each.id: payments[each.id] for each in transfers if each.id in payments}
        for group, transfers in sent.groups.items()
    }
    folder = tmp_path / payment_files.IN
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    said = {group: found for group, found in groups.items() if found}
    path.write_bytes(
        create_report(
            sent.message_id,
            groups=said,
            message_id=name,
            now=BankFile.objects.latest("id").created_at,
            whole=whole,
        )
    )
    return path


def test_a_batch_is_one_file_that_its_schema_allows(bank: Rail, tmp_path: Path) -> None:
    booked = [bank.book(PHONE), bank.book(ACCOUNT, amount=7_550)]
    assert bank.deliver()["delivered"] == 2
    [file] = files(tmp_path)
    [group] = file.groups.values()
    assert {each.id: (each.amount, str(each.payee)) for each in group} == {
        booked[0].number: ("150.00", PHONE),
        booked[1].number: ("75.50", ACCOUNT),
    }
    assert [bank.state(each) for each in booked] == ["SENT", "SENT"]
    assert BankFile.objects.get().sealed is None, "the file is at the bank's door and no longer here"


def test_no_file_is_for_the_world_to_read(bank: Rail, tmp_path: Path) -> None:
    bank.book(PHONE)
    bank.deliver()
    [path] = (tmp_path / payment_files.OUT).glob("*.xml")
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0


def test_the_bank_settles(bank: Rail, tmp_path: Path) -> None:
    good, bad = bank.book(PHONE), bank.book(ACCOUNT)
    bank.deliver()
    [sent] = files(tmp_path)
    said = {good.number: ("ACSC", ""), bad.number: ("RJCT", "AC04")}
    path = answer(tmp_path, sent, whole="PART", payments=said)
    bank.later(hours=1)
    report = bank.reconcile()
    assert (report["settled"], report["rejected"], report["strangers"]) == (1, 1, 0)
    assert (bank.state(good), bank.state(bad)) == ("SETTLED", "REJECTED")
    assert PaymentInstruction.objects.get(pk=bad.pk).problem == "AC04"
    assert not path.exists()
    assert (path.parent / "read" / path.name).exists()


def test_every_status_is_read_back(bank: Rail, tmp_path: Path) -> None:
    payment = bank.book(PHONE)
    bank.deliver()
    [sent] = files(tmp_path)
    for number, code in enumerate(("RCVD", "ACTC", "ACCP", "PDNG", "ACSP")):
        answer(tmp_path, sent, name=f"{number}.xml", payments={payment.number: (code, "")})
        bank.reconcile()
        assert bank.state(payment) == "SENT"
    answer(tmp_path, sent, name="6.xml", payments={payment.number: ("ACSC", "")})
    bank.reconcile()
    assert bank.state(payment) == "SETTLED"


def test_a_report_twice_and_late_changes_nothing(bank: Rail, tmp_path: Path) -> None:
    payment = bank.book(PHONE)
    bank.deliver()
    [sent] = files(tmp_path)
    for name, code in (("1.xml", "ACSC"), ("2.xml", "ACSC"), ("3.xml", "ACCP")):
        answer(tmp_path, sent, name=name, payments={payment.number: (code, "")})
    assert bank.reconcile()["settled"] == 1
    assert bank.state(payment) == "SETTLED"
    assert not payment.disputed


def test_a_bank_that_contradicts_itself_is_looked_at(bank: Rail, tmp_path: Path) -> None:
    payment = bank.book(PHONE)
    bank.deliver()
    [sent] = files(tmp_path)
    for name, code in (("1.xml", "ACSC"), ("2.xml", "RJCT")):
        answer(tmp_path, sent, name=name, payments={payment.number: (code, "")})
    bank.reconcile()
    assert bank.state(payment) == "SETTLED"
    assert payment.disputed


def test_a_report_with_another_amount_confirms_nothing(bank: Rail, tmp_path: Path) -> None:
    payment = bank.book(PHONE)
    bank.deliver()
    [sent] = files(tmp_path)
    path = answer(tmp_path, sent, payments={payment.number: ("ACSC", "")})
    reference = b'<OrgnlTxRef><Amt><InstdAmt Ccy="USD">1.00</InstdAmt></Amt></OrgnlTxRef></TxInfAndSts>'
    path.write_bytes(path.read_bytes().replace(b"</TxInfAndSts>", reference))
    assert read_bank_report(path.read_bytes()).wrong_amount == (payment.number,)
    bank.reconcile()
    assert bank.state(payment) == "SENT"
    assert payment.disputed


def test_a_report_of_a_file_that_we_never_wrote(bank: Rail, tmp_path: Path) -> None:
    payment = bank.book(PHONE)
    bank.deliver()
    [sent] = files(tmp_path)
    stranger = Initiation("OTHER", sent.created, sent.groups)
    path = answer(tmp_path, stranger, payments={payment.number: ("ACSC", "")})
    assert read_bank_report(path.read_bytes()).receipts == {}
    # The group and its transfer are strangers in that file, and the file is one itself.
    assert bank.reconcile()["look_at"] == {"rail": {"1.xml": ["3 that we never sent"]}}
    assert bank.state(payment) == "SENT"


def test_a_file_that_is_no_report_is_put_aside(bank: Rail, tmp_path: Path) -> None:
    folder = tmp_path / payment_files.IN
    folder.mkdir(parents=True)
    (folder / "x.xml").write_text("<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>")
    report = bank.reconcile()
    assert report["look_at"]["rail"] == {
        "x.xml": ["A payment file declares no document type and no entities."]
    }
    assert report["unreachable"] == []
    assert (folder / "refused" / "x.xml").exists()
    assert bank.reconcile()["look_at"] == {}


def test_what_needs_eyes_holds_up_nothing_and_is_told(
    bank: Rail, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    payment = bank.book(PHONE)
    bank.deliver()
    [sent] = files(tmp_path)
    answer(tmp_path, Initiation("OTHER", sent.created, sent.groups), payments={payment.number: ("ACSC", "")})
    answer(tmp_path, sent, name="2.xml", payments={payment.number: ("ACSC", "")})
    with pytest.raises((SystemExit, CommandError)):
        call_command("reconcile_payments", "--json")
    assert list(json.loads(capsys.readouterr().out)["look_at"]["rail"]) == ["1.xml"]
    assert bank.state(payment) == "SETTLED"


def test_who_has_no_account_is_rejected_and_the_others_are_paid(bank: Rail, tmp_path: Path) -> None:
    wrong = [bank.book("Cash at the counter"), bank.book(f"account:{'9' * 40}@bank")]
    right = bank.book(PHONE)
    bank.deliver()
    assert [bank.state(each) for each in (*wrong, right)] == ["REJECTED", "REJECTED", "SENT"]
    [sent] = files(tmp_path)
    assert [each.id for group in sent.groups.values() for each in group] == [right.number]


def test_no_transfer_is_ever_in_two_files(bank: Rail, tmp_path: Path) -> None:
    payment = bank.book(PHONE)
    gateway = BankFiles(GatewayConfig("rail", bank.account.config))
    instruction = instruction_of(PaymentInstruction.objects.select_related("programme", "gateway").get())
    for _ in range(3):
        assert gateway.send([instruction], now=bank.now)[payment.number].state == "accepted"
    assert len(files(tmp_path)) == 1
    for path in (tmp_path / payment_files.OUT).glob("*.xml"):
        path.unlink()  # the bank has fetched it
    assert gateway.send([instruction], now=bank.now)[payment.number].state == "accepted"
    assert files(tmp_path) == []


def test_a_process_that_dies_before_the_file_lies_there(
    bank: Rail, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Written down, and not laid out: the same file is laid out when the core asks."""
    payment = bank.book(PHONE)

    def die(**_: object) -> None:
        raise OSError("no space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(payment_files, "write_files", die)
        assert bank.deliver()["unknown"] == 1
        assert files(tmp_path) == []
    [row] = BankFile.objects.all()
    bank.later(minutes=5)
    bank.deliver()
    [sent] = files(tmp_path)
    assert sent.message_id == row.message_id
    assert bank.state(payment) == "SENT"
    assert BankFileEntry.objects.count() == 1


def test_a_process_that_dies_before_anything_was_written_down(
    bank: Rail, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment = bank.book(PHONE)

    def die(*_: object, **__: object) -> None:
        raise OSError("killed")

    with monkeypatch.context() as patched:
        patched.setattr(payment_files, "enter_transfers", die)
        bank.deliver()
        assert bank.state(payment) == "UNKNOWN"
    bank.later(minutes=5)
    bank.deliver()
    assert bank.state(payment) == "SENT"
    assert len(files(tmp_path)) == 1


def test_an_account_that_is_not_set_up_sends_nothing(rail: Callable[..., Rail]) -> None:
    bank = rail("iso20022", payer="nobody")
    payment = bank.book(PHONE)
    assert bank.deliver()["failed"] == 1
    assert bank.state(payment) == "BOOKED"


def test_the_page_asks_for_an_account_that_a_bank_can_pay_to(client: Client, site: None) -> None:
    account = GatewayAccount.objects.create(name="bank", kind="iso20022", config={})
    Programme.objects.filter(slug="subsidy").update(gateway=account)
    for wrong in ("Cash at the counter", "DE88370400440532013000", ""):
        answer = client.post("/services/subsidy", {"way": "here", "payee": wrong})
        assert answer.status_code == 200
        assert b"There is a problem" in answer.content
    assert client.post("/services/subsidy", {"way": "here", "payee": ACCOUNT}).status_code == 302


def statement(tmp_path: Path, *entries: object) -> None:
    folder = tmp_path / payment_files.IN
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "statement.xml").write_bytes(written(notifications, *entries))


def test_money_that_comes_back_days_later(bank: Rail, tmp_path: Path) -> None:
    payment, other = bank.book(PHONE), bank.book(ACCOUNT)
    bank.deliver()
    statement(tmp_path, entry(notifications, payment.number, other.number), entry(notifications, "STRANGER"))
    bank.reconcile()
    assert (bank.state(payment), bank.state(other)) == ("SETTLED", "SETTLED")
    bank.later(days=3)
    statement(tmp_path, entry(notifications, payment.number, way="CRDT", reason="AC04"))
    assert bank.reconcile()["returned"] == 1
    assert (bank.state(payment), bank.state(other)) == ("RETURNED", "SETTLED")


def test_a_statement_with_another_amount(bank: Rail, tmp_path: Path) -> None:
    payment = bank.book(PHONE)
    bank.deliver()
    statement(tmp_path, entry(notifications, payment.number, value="1.00"))
    bank.reconcile()
    assert bank.state(payment) == "SENT"
    assert payment.disputed
