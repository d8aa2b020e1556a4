"""What an operator's log says of an error that left through a page or an endpoint."""

import logging
from typing import Final

from common.errors import SelloError

MAX_LENGTH: Final = 500  # of a line: a detail may quote what strangers sent


def log_error(log: logging.Logger, error: SelloError, *, reference: str = "") -> None:
    """One line: its code, its class, its public sentence and its private detail; neither holds a claim.

    What whoever asked did wrong is a warning; what the site, or those behind it, did (5xx) is an error, as
    with Django: the default level shows both. `reference` is the number on the page by which a person asks.
    """
    level = logging.ERROR if error.status >= 500 else logging.WARNING
    said = " ".join(str(error).split())[:MAX_LENGTH]
    code = f"{reference} {error.code}".strip()
    log.log(level, "%s %s: %s", code, type(error).__name__, said)
