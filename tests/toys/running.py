"""Commands as an operator types them."""

import io
import json
from contextlib import suppress
from typing import Any

from django.core.management import call_command


def run(*arguments: str) -> dict[str, Any]:
    """What a command prints with `--json`; a failure raises as it does for an operator."""
    out = io.StringIO()
    with suppress(SystemExit):  # `verify` says by its status what it has printed
        call_command(*arguments, "--json", stdout=out, stderr=io.StringIO())
    said: dict[str, Any] = json.loads(out.getvalue())
    return said
