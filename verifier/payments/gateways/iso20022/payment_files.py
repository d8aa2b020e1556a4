"""Payment files for a bank, and what the bank says of them.

A transfer is first written down as being in a file (`BankFileEntry`, once and for ever), then the file is
laid where the bank fetches it. Whoever dies between the two leaves a file that is laid later, as it was.
"""

import logging
import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.db import transaction

from common.payments.address import Address, parse_address
from common.payments.errors import PaymentMessageError
from common.payments.iso20022.initiation import Payer, Transfer, create_initiation, grouped
from verifier.models import BankFile, BankFileEntry
from verifier.payments.gateways.iso20022 import inbox
from verifier.payments.gateways.iso20022.bank_reports import BankReport, read_bank_files
from verifier.payments.instructions.disputes import dispute_payment
from verifier.payments.instructions.gateway import Instruction, PaymentReceipts, ReviewNeededError
from verifier.sealing import seal_value, unseal_value

OUT: Final = "outbox/pain.001"
IN: Final = "inbox/pain.002"
log = logging.getLogger("sello.payments")


def enter_transfers(
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
            payee_bic=config.get("bics", {}).get(address.provider, ""),
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
            message_id=message_id, account=account, sealed=seal_value(text, name=message_id), created_at=now
        )
        BankFileEntry.objects.bulk_create(
            BankFileEntry(
                file=file, end_to_end_id=each.id, group=group, amount=each.amount, currency=each.currency
            )
            for group, members in grouped(transfers, message_id=message_id).items()
            for each in members
        )


def write_files(*, account: str, config: Mapping[str, Any], now: datetime) -> None:
    """Lay every file that is not there yet where the bank fetches it, whole or not at all."""
    folder = settings.VAR_DIR / config.get("folder", OUT)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for file in BankFile.objects.filter(account=account, written_at=None).exclude(sealed=None):
        assert file.sealed is not None
        draft = folder / f".{file.message_id}.{os.getpid()}"
        with open(draft, "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as out:
            out.write(unseal_value(file.sealed, name=file.message_id))
            out.flush()
            os.fsync(out.fileno())
        draft.replace(folder / f"{file.message_id}.xml")
        BankFile.objects.filter(pk=file.pk).update(written_at=now, sealed=None)


def written_numbers(numbers: Sequence[str]) -> set[str]:
    """Those of these transfers whose file lies where the bank fetches it, or lay there."""
    return _known(numbers, file__written_at__isnull=False)


def read_reports(config: Mapping[str, Any], *, now: datetime) -> Iterator[PaymentReceipts]:
    """What the bank's files say, a file at a time; each is put away once the next one is asked for.

    Ends with `ReviewNeededError` where something needs a person's eyes.
    """
    folder = settings.VAR_DIR / config.get("reports", IN)
    look_at: dict[str, list[str]] = {}
    for path in inbox.inbox_files(folder, now=now):
        where = inbox.REFUSED
        for name, reading in read_bank_files(path):
            if isinstance(reading, PaymentMessageError):
                log.warning("bank file %s refused: %s", name, reading)
                look_at[name] = [reading.public]
                if isinstance(reading, inbox.NotAFileError):
                    where = ""
                continue
            if reading.look_at:
                log.warning(
                    "bank file %s: %d unknown, %d contradicted, %d with another amount, %d unclear, codes %s",
                    name, reading.unknown, len(reading.contradicted), len(reading.wrong_amount),
                    len(reading.unclear), ",".join(reading.unread) or "all known",
                )  # fmt: skip
                look_at[name] = reading.look_at
            dispute_contradicted(reading, now=now)
            where = inbox.READ
            yield reading.receipts
        if where:
            inbox.archive_file(path, where)
    if look_at:
        raise ReviewNeededError(look_at)


def dispute_contradicted(reading: BankReport, *, now: datetime) -> None:
    """Mark the payments of which a report says what cannot be right."""
    for number in reading.contradicted:
        dispute_payment(number, why="settled and rejected in one report", source="statement", now=now)
    for number in reading.wrong_amount:
        dispute_payment(number, why="another amount", source="statement", now=now)


def _known(numbers: Sequence[str], **more: Any) -> set[str]:
    entries = BankFileEntry.objects.filter(end_to_end_id__in=numbers, **more)
    return set(entries.values_list("end_to_end_id", flat=True))
