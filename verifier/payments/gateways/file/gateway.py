"""Instructions as files under `VAR_DIR/outbox`, for a bank that fetches them and moves them to `taken/`."""

import json
import os
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from django.conf import settings

from common.encoding import strict_json
from common.errors import MalformedInputError
from common.parameters import Parameter
from verifier.payments.gateways.setting_kinds import folder_below_var
from verifier.payments.instructions.disputes import dispute_payment
from verifier.payments.instructions.gateway import (
    GatewayConfig,
    Instruction,
    PaymentReceipt,
    PaymentReceipts,
)

TAKEN = "taken"
SETTINGS: Final = {"folder": Parameter(folder_below_var)}
SIGNED: Final = ("id", "payee", "amount", "currency")


class FileGateway:
    """One file an instruction, whole or not at all; the same instruction again is the same file."""

    max_batch = 100

    def __init__(self, account: GatewayConfig) -> None:
        self._folder: Path = settings.VAR_DIR / account.config.get("folder", "outbox")

    def send(self, instructions: Sequence[Instruction], *, now: datetime) -> PaymentReceipts:
        """Write what is not here yet."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for each in instructions:
            if self._found(each) is not None:
                continue
            draft = self._folder / f".{each.id}.{os.getpid()}"
            with open(draft, "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
                json.dump(each.to_json(), file, ensure_ascii=False, indent=1)
            draft.replace(self._folder / f"{each.id}.json")
        return self.status(instructions, now=now)

    def status(self, instructions: Sequence[Instruction], *, now: datetime) -> PaymentReceipts:
        """Accepted where the file stands, whether the bank has taken it or not.

        One that says something else than what was signed is nobody's: a person has to look at it.
        """
        receipts = {}
        for each in instructions:
            path = self._found(each)
            if path is None or _says(path, each):
                receipts[each.id] = PaymentReceipt("absent" if path is None else "accepted", at=now)
            else:
                dispute_payment(each.id, why="its file is not what was signed", source="file", now=now)
        return receipts

    def statements(self, *, now: datetime) -> Iterator[PaymentReceipts]:
        """None: this bank only takes."""
        yield from ()

    def _found(self, instruction: Instruction) -> Path | None:
        name = f"{instruction.id}.json"
        places = (self._folder / name, self._folder / TAKEN / name)
        return next((path for path in places if path.exists()), None)


def _says(path: Path, instruction: Instruction) -> bool:
    """Whether a file gives this instruction, by what was signed of it."""
    try:
        found = strict_json.loads_object(path.read_bytes())
    except MalformedInputError:
        return False
    return all(found.get(name) == getattr(instruction, name) for name in SIGNED)
