from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.utils import timezone

from common.adapters.command import Command as BaseCommand
from common.errors import SelloError
from verifier.payments.delivery.polling import receive_receipts
from verifier.payments.gateways.iso20022 import inbox
from verifier.payments.gateways.iso20022.bank_reports import BankReport, read_bank_files
from verifier.payments.gateways.iso20022.payment_files import dispute_contradicted


class Command(BaseCommand):
    help = "Reads what a bank says of payments (pain.002, camt.053, camt.054): a file, or a folder's."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, help="FILE or FOLDER; the files stay where they are")

    def run(self, **options: Any) -> Mapping[str, Any]:
        path: Path = options["path"]
        found = inbox.inbox_files(path, now=timezone.now()) if path.is_dir() else [path]
        return {"files": [_read(name, reading) for each in found for name, reading in read_bank_files(each)]}

    def exit_status(self, result: Mapping[str, Any]) -> int:
        """1 where something needs a person's eyes."""
        return 1 if any(each["problem"] or each["look_at"] for each in result["files"]) else 0


def _read(name: str, reading: BankReport | SelloError) -> dict[str, Any]:
    if isinstance(reading, SelloError):
        return {"file": name, "problem": reading.public, "look_at": []}
    now = timezone.now()
    dispute_contradicted(reading, now=now)
    counts = receive_receipts(reading.receipts, source="statement", now=now)
    return {
        "file": name,
        "message": reading.message_id,
        "said": len(reading.receipts),
        "new": dict(counts),
        "problem": "",
        "look_at": reading.look_at,
    }
