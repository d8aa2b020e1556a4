"""What a log may hold of an address."""

import logging
from typing import Final

PARTS: Final = 3


class ShortPaths(logging.Filter):
    """Cuts the addresses that Django logs: a later part may be a record's key, and so a person's number."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Every record passes; those of Django lose the ends of their paths."""
        if record.name.startswith("django.") and isinstance(record.args, tuple):
            record.args = tuple(_short(arg) for arg in record.args)
        return True


def _short(arg: object) -> object:
    if not isinstance(arg, str) or not arg.startswith("/"):
        return arg
    parts = arg.split("/")
    return "/".join([*parts[: PARTS + 1], "…"]) if len(parts) > PARTS + 1 else arg
