from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.utils import timezone

from common.adapters.command import Command as BaseCommand
from common.errors import SelloError
from verifier.services.bank_files import question, read_file
from verifier.services.payments.asking import take_in


class Command(BaseCommand):
    help = "Reads what a bank says of our payment files (pain.002): one file, or every .xml of a folder."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, help="FILE or FOLDER; the files stay where they are")

    def run(self, **options: Any) -> Mapping[str, Any]:
        path: Path = options["path"]
        found = sorted(path.glob("*.xml")) if path.is_dir() else [path]
        return {"files": [_read(each) for each in found]}

    def exit_status(self, result: Mapping[str, Any]) -> int:
        """1 where something needs a person's eyes."""
        return 1 if any(each["problem"] or each["look_at"] for each in result["files"]) else 0


def _read(path: Path) -> dict[str, Any]:
    try:
        reading = read_file(path)
    except SelloError as error:
        return {"file": path.name, "problem": error.public, "look_at": []}
    now = timezone.now()
    question(reading, now=now)
    counts = take_in(reading.receipts, source="statement", now=now)
    return {
        "file": path.name,
        "message": reading.message_id,
        "said": len(reading.receipts),
        "new": dict(counts),
        "problem": "",
        "look_at": reading.look_at,
    }
