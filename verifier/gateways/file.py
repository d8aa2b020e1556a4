"""Instructions as files under `VAR_DIR/outbox`, for a bank that fetches them."""

import json
import os
from collections.abc import Mapping
from typing import Any

from django.conf import settings


def deliver(instruction: Mapping[str, Any]) -> None:
    """One file an instruction, whole or not at all; the same instruction again is the same file."""
    folder = settings.VAR_DIR / "outbox"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = folder / f".{instruction['id']}.{os.getpid()}"
    with open(draft, "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
        json.dump(instruction, file, ensure_ascii=False, indent=1)
    draft.replace(folder / f"{instruction['id']}.json")
