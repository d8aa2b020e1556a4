"""Payment files for a bank, and what the bank says of them.

A transfer is first written down as being in a file (`BankFileEntry`, once and for ever), then the file is
laid where the bank fetches it. Whoever dies between the two leaves a file that is laid later, as it was.
"""

import logging
import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import transaction

from common.payments.address import Address, parse_address
from common.payments.errors import PaymentMessageError
from common.payments.iso20022.document import MAX_BYTES, message_of
from common.payments.iso20022.initiation import Payer, Transfer, create_initiation, grouped
from common.payments.iso20022.statement import parse_statement
from common.payments.iso20022.status_report import Outcome, outcome, parse_report
from verifier.gateways.base import Instruction, Questionable, Receipt, Receipts
from verifier.models import BankFile, BankFileEntry
from verifier.services.doubting import doubt
from verifier.services.sealing import seal, unseal

OUT: Final = "outbox/pain.001"
IN: Final = "inbox/pain.002"
READ, REFUSED = "read", "refused"  # where files of the bank go once they were looked at
log = logging.getLogger("sello.payments")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a bank's file says: `receipts` count; the rest is for a person to look at."""

    message_id: str
    receipts: Receipts
    unknown: int
    contradicted: tuple[str, ...]
    wrong_amount: tuple[str, ...]
    unread: tuple[str, ...]

    @property
    def look_at(self) -> list[str]:
        """What needs a person's eyes, a sentence each."""
        return [
            *([f"{self.unknown} that we never sent"] if self.unknown else []),
            *(f"{number}: settled and rejected at once" for number in self.contradicted),
            *(f"{number}: another amount than ours" for number in self.wrong_amount),
            *(f"status {code} is not known here" for code in self.unread),
        ]


def enter(
    payable: Sequence[tuple[Instruction, Address]], *, account: str, config: Mapping[str, Any], now: datetime
) -> None:
    """Put transfers that stand in no file yet into a new one; each stands in one file, or the call fails."""
    known = _known([each.id for each, _ in payable])
    payer = Payer(config["payer_name"], parse_address(config["payer"]), config.get("bic", ""))
    transfers = [
        Transfer(
            id=each.id,
            amount=each.amount,
            currency=each.currency,
            payer=payer,
            payee=address,
            day=now.date(),
            payee_name=each.payee_name,
            purpose=config.get("purpose", "GOVT"),
            remittance=f"{each.reference} {each.purpose}",
        )
        for each, address in payable
        if each.id not in known
    ]
    if not transfers:
        return
    message_id = f"SELLO{now:%Y%m%d%H%M%S}{secrets.token_hex(4).upper()}"
    text = create_initiation(transfers, message_id=message_id, initiator=payer.name, now=now)
    with transaction.atomic():
        file = BankFile.objects.create(
            message_id=message_id, account=account, sealed=seal(text, name=message_id), created_at=now
        )
        BankFileEntry.objects.bulk_create(
            BankFileEntry(
                file=file, end_to_end_id=each.id, group=group, amount=each.amount, currency=each.currency
            )
            for group, members in grouped(transfers, message_id=message_id).items()
            for each in members
        )


def lay_out(*, account: str, config: Mapping[str, Any], now: datetime) -> None:
    """Lay every file that is not there yet where the bank fetches it, whole or not at all."""
    folder = settings.VAR_DIR / config.get("folder", OUT)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for file in BankFile.objects.filter(account=account, written_at=None).exclude(sealed=None):
        assert file.sealed is not None
        draft = folder / f".{file.message_id}.{os.getpid()}"
        with open(draft, "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as out:
            out.write(unseal(file.sealed, name=file.message_id))
            out.flush()
            os.fsync(out.fileno())
        draft.replace(folder / f"{file.message_id}.xml")
        BankFile.objects.filter(pk=file.pk).update(written_at=now, sealed=None)


def laid_out(numbers: Sequence[str]) -> set[str]:
    """Those of these transfers whose file lies where the bank fetches it, or lay there."""
    return _known(numbers, file__written_at__isnull=False)


def read_report(data: bytes) -> Reading:
    """What a file of the bank says of ours: a pain.002, or an account statement (camt.053, camt.054)."""
    return _status_report(data) if message_of(data) == "pain.002" else _statement(data)


def _statement(data: bytes) -> Reading:
    """What left and what came back; a statement also has movements that are none of ours."""
    statement = parse_statement(data)
    numbers = {each.id for each in statement.movements}
    entries = {each.end_to_end_id: each for each in BankFileEntry.objects.filter(end_to_end_id__in=numbers)}
    receipts, wrong = {}, []
    for each in statement.movements:  # in their order: what came back had left before
        entry = entries.get(each.id)
        if entry is None:
            continue
        if (each.amount, each.currency) != (Decimal(entry.amount), entry.currency):
            wrong.append(each.id)
        elif each.state == "returned" or each.id not in receipts:
            receipts[each.id] = Receipt(each.state, each.reference, each.reason, each.at)
    return Reading(statement.message_id, receipts, 0, (), tuple(wrong), ())


def _status_report(data: bytes) -> Reading:
    """Held against the file of which it speaks; amounts that differ are no confirmation."""
    report = parse_report(data)
    entries = list(BankFileEntry.objects.filter(file__message_id=report.original))
    groups: dict[str, list[str]] = {}
    for entry in entries:
        groups.setdefault(entry.group, []).append(entry.end_to_end_id)
    found = outcome(report, groups=groups)
    wrong = tuple(entry.end_to_end_id for entry in entries if _differs(entry, found))
    receipts = {
        id: Receipt(each.state, each.reference, each.reason, each.at)
        for id, each in found.statuses.items()
        if id not in wrong
    }
    unknown = found.unknown + (not entries)
    return Reading(report.message_id, receipts, unknown, found.contradicted, wrong, found.unread)


def read_file(path: Path) -> Reading:
    """`read_report` of a file; OSError or PaymentMessageError where there is none."""
    with path.open("rb") as file:
        return read_report(file.read(MAX_BYTES + 1))


def reports(config: Mapping[str, Any], *, now: datetime) -> Iterator[Receipts]:
    """What the bank's files say, a file at a time; each is put away once the next one is asked for.

    Ends with `Questionable` where one needs a person's eyes.
    """
    folder = settings.VAR_DIR / config.get("reports", IN)
    look_at: dict[str, list[str]] = {}
    for path in sorted(folder.glob("*.xml")):
        try:
            reading = read_file(path)
        except PaymentMessageError as error:
            log.warning("bank file %s refused: %s", path.name, error)
            look_at[path.name] = [error.public]
            put_away(path, REFUSED)
            continue
        if reading.look_at:
            log.warning(
                "bank file %s: %d unknown, %d contradicted, %d with another amount, codes %s",
                path.name, reading.unknown, len(reading.contradicted), len(reading.wrong_amount),
                ",".join(reading.unread) or "all known",
            )  # fmt: skip
            look_at[path.name] = reading.look_at
        question(reading, now=now)
        yield reading.receipts
        put_away(path, READ)
    if look_at:
        raise Questionable(look_at)


def question(reading: Reading, *, now: datetime) -> None:
    """Mark the payments of which a report says what cannot be right."""
    for number in reading.contradicted:
        doubt(number, why="settled and rejected in one report", source="statement", now=now)
    for number in reading.wrong_amount:
        doubt(number, why="another amount", source="statement", now=now)


def put_away(path: Path, where: str) -> None:
    """Move a file that was looked at beside its fellows."""
    folder = path.parent / where
    folder.mkdir(mode=0o700, exist_ok=True)
    path.replace(folder / path.name)


def _known(numbers: Sequence[str], **more: Any) -> set[str]:
    entries = BankFileEntry.objects.filter(end_to_end_id__in=numbers, **more)
    return set(entries.values_list("end_to_end_id", flat=True))


def _differs(entry: BankFileEntry, found: Outcome) -> bool:
    status = found.statuses.get(entry.end_to_end_id)
    if status is None or status.amount is None:
        return False
    return (status.amount, status.currency) != (Decimal(entry.amount), entry.currency)
