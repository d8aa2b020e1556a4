"""What a bank's files say of payments: reports held against the file of which they speak, and statements.

What they say of other payments is passed over; what names one that was sent from here and cannot be
understood never is.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

from common.payments.errors import PaymentMessageError
from common.payments.iso20022.document import comparable_id, message_of
from common.payments.iso20022.statement import BookedBatch, BookedEntry, Movement, parse_statement
from common.payments.iso20022.status_report import Outcome, outcome, parse_report
from verifier.models import BankFileEntry, PaymentInstruction
from verifier.payments.gateways.iso20022 import inbox
from verifier.payments.instructions.gateway import PaymentReceipt, PaymentReceipts

_NUMBER: Final = re.compile(r"(?=([0-9a-f]{32}))")  # of an instruction, wherever a bank repeats it
_CUT: Final = re.compile(r"[0-9a-f]{12,31}\Z")
_FILE: Final = re.compile(r"sello[0-9]{14}[0-9a-f]{8}(?:-[0-9]{4})?")  # or of a group in it


@dataclass(frozen=True, slots=True)
class BankReport:
    """What a bank's file says: `receipts` count; the rest is for a person to look at."""

    message_id: str
    receipts: PaymentReceipts
    unknown: int
    contradicted: tuple[str, ...]
    wrong_amount: tuple[str, ...]
    unread: tuple[str, ...]
    unclear: tuple[str, ...] = ()

    @property
    def look_at(self) -> list[str]:
        """What needs a person's eyes, a sentence each."""
        return [
            *([f"{self.unknown} that we never sent"] if self.unknown else []),
            *(f"{number}: settled and rejected at once" for number in self.contradicted),
            *(f"{number}: another amount than ours" for number in self.wrong_amount),
            *(f"status {code} is not known here" for code in self.unread),
            *self.unclear,
        ]


def read_bank_report(data: bytes) -> BankReport:
    """What a file of the bank says of payments: a pain.002, or an account statement (camt.053, camt.054)."""
    return _status_report(data) if message_of(data) == "pain.002" else _statement(data)


def _status_report(data: bytes) -> BankReport:
    """Held against the file of which it speaks; amounts that differ are no confirmation."""
    report = parse_report(data)
    entries = list(BankFileEntry.objects.filter(file__message_id__iexact=comparable_id(report.original)))
    groups: dict[str, list[str]] = {}
    for entry in entries:
        groups.setdefault(entry.group, []).append(entry.end_to_end_id)
    found = outcome(report, groups=groups)
    wrong = tuple(entry.end_to_end_id for entry in entries if _differs(entry, found))
    receipts = {
        id: PaymentReceipt(each.state, each.reference, each.reason, each.at)
        for id, each in found.statuses.items()
        if id not in wrong
    }
    unknown = found.unknown + (not entries)
    return BankReport(report.message_id, receipts, unknown, found.contradicted, wrong, found.unread)


def _statement(data: bytes) -> BankReport:
    """What left and what came back; a statement also has movements that were not sent from here."""
    statement = parse_statement(data)
    said = _StatementReader(statement.entries)
    for entry in statement.entries:  # in their order: what came back had left before
        said.take(entry)
    return BankReport(
        statement.message_id, said.receipts, 0, (), tuple(said.wrong), (), tuple(dict.fromkeys(said.unclear))
    )


class _StatementReader:
    """What a statement says of transfers that were sent, entry by entry."""

    def __init__(self, entries: Sequence[BookedEntry]) -> None:
        named = {id for entry in entries for each in entry.movements for id in each.ids}
        for text in {text for entry in entries for text in entry.texts}:
            named.update(_NUMBER.findall(text))
        self.sent = _sent_transfers(named)
        self.receipts: dict[str, PaymentReceipt] = {}
        self.wrong: list[str] = []
        self.unclear: list[str] = []

    def take(self, entry: BookedEntry) -> None:
        """One entry; where it names a sent transfer and nothing of it is understood, that is said."""
        heard = {number for each in entry.movements for number in self._movement(each)}
        for batch in entry.batches:
            heard |= self._batch(batch)
        for text in dict.fromkeys(entry.texts):
            named = [each for each in _NUMBER.findall(text) if each in self.sent]
            self.unclear += [
                f"{each}: an entry that cannot be understood" for each in named if each not in heard
            ]
            if not heard and not named:
                self.unclear += _resembling(text)

    def _movement(self, each: Movement) -> set[str]:
        numbers = {id for id in each.ids if id in self.sent}
        if len(numbers) != 1:  # none that was sent; two at once are said by `take`
            return set()
        [number] = numbers
        entry = self.sent[number]
        moved = {each.amount, each.amount - each.charges} if each.state == "settled" else {each.amount}
        if Decimal(entry.amount) not in moved or each.currency != entry.currency:
            self.wrong.append(number)
        else:
            self._receive(number, PaymentReceipt(each.state, each.reference, each.reason, each.at))
        return numbers

    def _receive(self, number: str, receipt: PaymentReceipt) -> None:
        """Once it came back, it has come back; that it left twice is a matter for the bank."""
        known = self.receipts.get(number)
        if known is None or receipt.state == "returned":
            self.receipts[number] = receipt
        elif known.state == "settled" and not receipt.reference == known.reference != "":
            self.unclear.append(f"{number}: booked twice")

    def _batch(self, batch: BookedBatch) -> set[str]:
        """The transfers of a group, or a file, where they are what was booked, or all but those rejected."""
        rows = BankFileEntry.objects.select_related("file")
        if batch.group:
            rows = rows.filter(group__iexact=batch.group)
        if batch.file:
            rows = rows.filter(file__message_id__iexact=batch.file)
        everything = list(rows)
        numbers = {row.end_to_end_id for row in everything}
        if not numbers:
            return set()
        rejected = PaymentInstruction.objects.filter(
            number__in=numbers, state=PaymentInstruction.State.REJECTED
        )
        dead = set(rejected.values_list("number", flat=True))
        for part in (everything, [row for row in everything if row.end_to_end_id not in dead]):
            if part and _adds_up(part, batch):
                for row in part:
                    self._receive(row.end_to_end_id, PaymentReceipt("settled", batch.reference, "", batch.at))
                return numbers
        self.unclear.append(f"{batch.group or batch.file}: a sum that is not that of its transfers")
        return numbers


def _sent_transfers(names: set[str]) -> dict[str, BankFileEntry]:
    """Of these names, those of transfers that were sent."""
    found: dict[str, BankFileEntry] = {}
    wanted = sorted(names)
    for start in range(0, len(wanted), 500):
        for row in BankFileEntry.objects.filter(end_to_end_id__in=wanted[start : start + 500]):
            found[row.end_to_end_id] = row
    return found


def _adds_up(rows: Sequence[BankFileEntry], batch: BookedBatch) -> bool:
    total = sum((Decimal(row.amount) for row in rows), Decimal())
    alike = {row.currency for row in rows} == {batch.currency}
    return alike and total == batch.amount and batch.count in (None, len(rows))


def _resembling(text: str) -> Iterator[str]:
    """A file or group that was sent, in an entry that tells nothing of it; and a number that was cut."""
    for name in _FILE.findall(text):
        if BankFileEntry.objects.filter(group__iexact=name).exists() or _is_file(name):
            yield f"{name}: an entry that cannot be understood"
    if _CUT.match(text) and BankFileEntry.objects.filter(end_to_end_id__startswith=text).exists():
        yield f"{text}: the beginning of a number that was sent"


def _is_file(name: str) -> bool:
    return BankFileEntry.objects.filter(file__message_id__iexact=name).exists()


def read_bank_files(path: Path) -> Iterator[tuple[str, BankReport | PaymentMessageError]]:
    """What a file of the bank says, or each file of an archive, by its name; or why it cannot be read."""
    try:
        for name, data in inbox.file_documents(path):
            try:
                yield name, data if isinstance(data, PaymentMessageError) else read_bank_report(data)
            except PaymentMessageError as error:
                yield name, error
    except PaymentMessageError as error:
        yield path.name, error


def _differs(entry: BankFileEntry, found: Outcome) -> bool:
    status = found.statuses.get(entry.end_to_end_id)
    if status is None or status.amount is None:
        return False
    return (status.amount, status.currency) != (Decimal(entry.amount), entry.currency)
