"""Whether a card still stands: its seal verified again, and its issuer's lists asked, at this moment."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final, Literal

from common.adapters.documents.sources import check_credential_status, sources
from common.errors import SelloError
from common.formats import FORMATS
from common.formats.base import ExpiredError
from wallet.credentials.stored_credentials import StoredCredential

CardStatus = Literal["valid", "undetermined", "suspended", "expired", "revoked"]
BEST_FIRST: Final[tuple[CardStatus, ...]] = ("valid", "undetermined", "suspended", "expired", "revoked")
USABLE: Final = frozenset({"valid", "undetermined"})  # worth showing to anybody at this moment


def status_of(copies: Iterable[StoredCredential], *, now: datetime) -> CardStatus:
    """The gravest status among the copies of a card; undetermined where nobody could be asked."""
    return max((_status(copy, now) for copy in copies), key=BEST_FIRST.index)


def _status(copy: StoredCredential, now: datetime) -> CardStatus:
    if copy.valid_until is not None and copy.valid_until <= now:
        return "expired"
    try:
        verified = FORMATS[copy.format].verify_credential(copy.secured, sources=sources(), now=now)
    except ExpiredError:
        return "expired"
    except SelloError:
        return "undetermined"
    return check_credential_status(verified, now=now).status
