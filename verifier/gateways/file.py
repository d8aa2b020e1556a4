"""Instructions as files under `VAR_DIR/outbox`, for a bank that fetches them and moves them to `taken/`."""

import json
import os
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from django.conf import settings

from verifier.gateways.base import Account, Instruction, Receipt, Receipts

TAKEN = "taken"


class FileGateway:
    """One file an instruction, whole or not at all; the same instruction again is the same file."""

    max_batch = 100

    def __init__(self, account: Account) -> None:
        self._folder: Path = settings.VAR_DIR / account.config.get("folder", "outbox")

    def send(self, instructions: Sequence[Instruction], *, now: datetime) -> Receipts:
        """Write what is not here yet."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for each in instructions:
            if self._is_here(each):
                continue
            draft = self._folder / f".{each.id}.{os.getpid()}"
            with open(draft, "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
                json.dump(each.to_json(), file, ensure_ascii=False, indent=1)
            draft.replace(self._folder / f"{each.id}.json")
        return self.status(instructions, now=now)

    def status(self, instructions: Sequence[Instruction], *, now: datetime) -> Receipts:
        """Accepted where the file stands, whether the bank has taken it or not."""
        return {
            each.id: Receipt("accepted" if self._is_here(each) else "absent", at=now) for each in instructions
        }

    def statements(self, *, now: datetime) -> Iterator[Receipts]:
        """None: this bank only takes."""
        yield from ()

    def _is_here(self, instruction: Instruction) -> bool:
        name = f"{instruction.id}.json"
        return (self._folder / name).exists() or (self._folder / TAKEN / name).exists()
