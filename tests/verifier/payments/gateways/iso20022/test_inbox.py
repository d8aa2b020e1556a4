"""The folder of a bank's files: by any name, in any writing, packed, broken, twice; none of them unseen."""

import gzip
import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.verifier.payments.conftest import Rail
from tests.verifier.payments.gateways.iso20022.bank_texts import (
    ACCOUNT,
    entry,
    group_of,
    lay,
    report,
    sent,
    statement,
    status,
    transfer,
)
from verifier.models import PaymentInstruction
from verifier.payments.gateways.iso20022 import payment_files


@pytest.fixture
def bank(rail: Callable[..., Rail]) -> Rail:
    return rail("iso20022")


def archive(*members: tuple[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members:
            file.writestr(name, data)
    return packed.getvalue()


def booked(payment: PaymentInstruction) -> bytes:
    return statement(entry(transfer(payment.number))).encode()


@pytest.mark.parametrize("name", ["R.XML", "report.c53", "p002.p02", "report", "a b.Xml", "x.zip", "é.txt"])
def test_a_file_of_any_name_is_read(bank: Rail, tmp_path: Path, name: str) -> None:
    [payment] = sent(bank)
    path = lay(tmp_path, name, booked(payment))
    assert bank.reconcile()["look_at"] == {}
    assert bank.state(payment) == "SETTLED"
    assert not path.exists()
    assert (path.parent / "read" / name).exists()


@pytest.mark.parametrize("pack", [gzip.compress, lambda data: archive(("c53/s.xml", data))])
def test_a_packed_file_is_read(bank: Rail, tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    [payment] = sent(bank)
    lay(tmp_path, "statement.bin", pack(booked(payment)))
    assert bank.reconcile()["look_at"] == {}
    assert bank.state(payment) == "SETTLED"


def test_one_broken_file_of_an_archive_spoils_itself_alone(bank: Rail, tmp_path: Path) -> None:
    one, two = sent(bank, 2)
    members = [("1.xml", booked(one)), ("2.xml", b"no XML"), ("3.xml", booked(two))]
    lay(tmp_path, "all.zip", archive(*members))
    assert bank.reconcile()["look_at"] == {"rail": {"all.zip/2.xml": ["This file is not XML."]}}
    assert [bank.state(one), bank.state(two)] == ["SETTLED", "SETTLED"]


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04 broken",
        b"\x1f\x8b broken",
        gzip.compress(b"x" * 100)[:-4],
        b"",
        b"\0" * 100,
        b":20:MT940\r\n:25:7001",
        archive(("inner.zip", archive(("a.xml", b"")))),
        archive(*((f"{n}.xml", b"") for n in range(201))),
    ],
    ids=["zip", "gzip", "cut", "empty", "zeros", "MT940", "nested", "many"],
)
def test_a_file_that_cannot_be_read_is_put_aside_and_said(bank: Rail, tmp_path: Path, data: bytes) -> None:
    path = lay(tmp_path, "broken.zip", data)
    assert bank.reconcile()["look_at"]["rail"]
    assert (path.parent / "refused" / "broken.zip").read_bytes() == data
    assert bank.reconcile()["look_at"] == {}


@pytest.mark.parametrize(
    ("encoding", "codec"),
    [("ISO-8859-1", "latin-1"), ("iso-8859-15", "iso8859-15"), ("windows-1252", "cp1252"),
     ("UTF-16", "utf-16"),
     ("UTF-16LE", "utf-16-le"), ("UTF-16BE", "utf-16-be"), ("UTF-8", "utf-8-sig"), ("utf8", "utf-8")],
)  # fmt: skip
def test_a_file_in_the_encoding_that_it_names(bank: Rail, tmp_path: Path, encoding: str, codec: str) -> None:
    [payment] = sent(bank)
    text = report(payment, status(payment.number), encoding=encoding, message="Ré1").replace("\n", "\r\n")
    lay(tmp_path, "r.xml", text.encode(codec))
    assert bank.reconcile()["look_at"] == {}
    assert bank.state(payment) == "SETTLED"


@pytest.mark.parametrize(
    ("encoding", "codec"), [("UTF-8", "latin-1"), ("UTF-7", "utf-8"), ("klingon", "utf-8")]
)
def test_a_file_in_another_encoding_is_said(bank: Rail, tmp_path: Path, encoding: str, codec: str) -> None:
    [payment] = sent(bank)
    text = report(payment, status(payment.number), encoding=encoding, message="Ré1")
    lay(tmp_path, "r.xml", text.encode(codec))
    assert "encoding" in str(bank.reconcile()["look_at"])
    assert bank.state(payment) == "SENT"


def test_no_document_type_in_any_encoding(bank: Rail, tmp_path: Path) -> None:
    [payment] = sent(bank)
    text = report(payment, status(payment.number), encoding="UTF-16")
    lay(tmp_path, "r.xml", text.replace("?>", '?><!DOCTYPE x [<!ENTITY a "b">]>').encode("utf-16"))
    assert "declares no document type" in str(bank.reconcile()["look_at"])


def test_what_is_no_file_holds_up_nothing(bank: Rail, tmp_path: Path) -> None:
    [payment] = sent(bank)
    path = lay(tmp_path, "1.xml", booked(payment))
    (path.parent / "00.xml").mkdir()
    (path.parent / "01.xml").symlink_to(path.parent / "nowhere")
    os.mkfifo(path.parent / "02.xml")
    said = bank.reconcile()
    assert set(said["look_at"]["rail"]) == {"00.xml", "01.xml", "02.xml"}
    assert said["unreachable"] == []
    assert bank.state(payment) == "SETTLED"


@pytest.mark.parametrize("name", [".report.xml", "report.xml.part", "report.tmp", "report.xml~"])
def test_what_is_being_laid_there_is_waited_for_and_then_said(bank: Rail, tmp_path: Path, name: str) -> None:
    [payment] = sent(bank)
    path = lay(tmp_path, name, booked(payment))
    hour = bank.now.timestamp()
    os.utime(path, (hour, hour))
    assert bank.reconcile()["look_at"] == {}
    bank.later(hours=2)
    assert name in bank.reconcile()["look_at"]["rail"]
    assert path.exists()


def test_a_second_file_of_a_name_keeps_both(bank: Rail, tmp_path: Path) -> None:
    numbers = []
    for _ in range(3):
        [payment] = sent(bank)
        path = lay(tmp_path, "same.xml", booked(payment))
        assert bank.reconcile()["look_at"] == {}
        numbers.append(payment.number)
    kept = {each.name: each.read_text() for each in (path.parent / "read").iterdir()}
    assert sorted(kept) == ["same.2.xml", "same.3.xml", "same.xml"]
    assert all(any(number in text for text in kept.values()) for number in numbers)


def test_the_same_file_twice_changes_nothing(bank: Rail, tmp_path: Path) -> None:
    [payment] = sent(bank)
    data = booked(payment)
    for count in (1, 0):
        lay(tmp_path, "s.xml", data)
        assert bank.reconcile()["settled"] == count
    assert bank.state(payment) == "SETTLED"
    assert not payment.disputed


def test_the_command_reads_a_folder_of_any_files_and_moves_none(
    bank: Rail, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    [payment] = sent(bank)
    path = lay(tmp_path, "S.C53", booked(payment))
    lay(tmp_path, "notes.txt", b"hello")
    with pytest.raises((SystemExit, CommandError)):
        call_command("read_bank_file", str(path.parent), "--json")
    assert "This file is not XML." in capsys.readouterr().out
    assert path.exists()
    assert bank.state(payment) == "SETTLED"


@pytest.mark.parametrize(
    "when", ["2026-11-28T24:00:00", "2026-11-28T24:00:00Z", "2026-11-28T10:00:00.123456789"]
)
def test_hours_at_the_end_of_a_day(bank: Rail, tmp_path: Path, when: str) -> None:
    [payment] = sent(bank)
    lay(tmp_path, "r.xml", report(payment, status(payment.number), when=when))
    assert bank.reconcile()["look_at"] == {}
    assert bank.state(payment) == "SETTLED"


def test_a_report_may_name_the_instruction_or_write_our_names_otherwise(bank: Rail, tmp_path: Path) -> None:
    one, two, three = sent(bank, 3)
    file, group = group_of(one)
    said = (
        status("NOTPROVIDED", instruction=one.number)
        + status(two.number.upper())
        + status(f"{three.number[:16]} {three.number[16:]}")
    )
    lay(tmp_path, "r.xml", report(one, said, original=f"{file.lower()} ", group=f" {group.lower()}"))
    assert bank.reconcile()["look_at"] == {}
    assert [bank.state(each) for each in (one, two, three)] == ["SETTLED"] * 3


@pytest.mark.parametrize("id", ["", "NOTPROVIDED", "OTHER"])
def test_a_status_that_names_none_of_ours_is_said(bank: Rail, tmp_path: Path, id: str) -> None:
    [payment] = sent(bank)
    lay(tmp_path, "r.xml", report(payment, status(id)))
    assert bank.reconcile()["look_at"] == {"rail": {"r.xml": ["1 that we never sent"]}}
    assert bank.state(payment) == "SENT"


def test_a_status_that_names_two_of_ours_is_said(bank: Rail, tmp_path: Path) -> None:
    one, two = sent(bank, 2)
    lay(tmp_path, "r.xml", report(one, status(one.number, instruction=two.number)))
    assert bank.reconcile()["look_at"]
    assert [bank.state(one), bank.state(two)] == ["SENT", "SENT"]


@pytest.mark.parametrize("version", ["04", "11", "13", "14"])
def test_a_report_of_another_version_is_said(bank: Rail, tmp_path: Path, version: str) -> None:
    [payment] = sent(bank)
    text = report(payment, status(payment.number)).replace("pain.002.001.10", f"pain.002.001.{version}")
    lay(tmp_path, "r.xml", text)
    assert "Versions known" in str(bank.reconcile()["look_at"])
    assert bank.state(payment) == "SENT"


@pytest.mark.parametrize("provider", ["national", "bancasol", "farmbank", "bnkabo22"])
def test_a_name_of_eight_letters_is_no_bic(bank: Rail, tmp_path: Path, provider: str) -> None:
    bank.book(f"account:998@{provider}")
    bank.deliver()
    [path] = (tmp_path / payment_files.OUT).glob("*.xml")
    assert "<BICFI>" not in path.read_text().split("<CdtrAgt>")[1]


def test_a_bic_that_was_declared_is_written(rail: Callable[..., Rail], tmp_path: Path) -> None:
    bank = rail("iso20022", bics={"national-bank": "NABOBOLL"})
    bank.book(ACCOUNT)
    bank.deliver()
    [path] = (tmp_path / payment_files.OUT).glob("*.xml")
    assert "<BICFI>NABOBOLL</BICFI>" in path.read_text().split("<CdtrAgt>")[1]


def test_an_account_keeps_its_letters(bank: Rail, tmp_path: Path) -> None:
    bank.book("account:AbC998@tigo-bo")
    bank.deliver()
    [path] = (tmp_path / payment_files.OUT).glob("*.xml")
    assert ">AbC998<" in path.read_text()
