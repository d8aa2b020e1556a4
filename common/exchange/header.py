"""The members of a message between organisations, as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

RECEIVED, PENDING, SUCCEEDED, REJECTED = "rcvd", "pdng", "succ", "rjct"  # the schema RequestStatus
STATUSES: Final = (RECEIVED, PENDING, SUCCEEDED, REJECTED)


@dataclass(frozen=True, slots=True)
class Header:
    """Who says what to whom. A request has no `status`; an answer (callback) always has one.

    `message_ts` is filled in by `create_message` where it is None.
    """

    message_id: str
    action: str
    sender_id: str = ""
    receiver_id: str = ""
    message_ts: datetime | None = None
    total_count: int = 1
    sender_uri: str = ""
    status: str = ""
    status_reason_code: str = ""
    status_reason_message: str = ""
    completed_count: int | None = None
    meta: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Envelope:
    """A message as it came. `signed` is what the signature covers, member by member as it was received."""

    header: Header
    message: Mapping[str, Any] = field(repr=False)
    signature: str
    signed: Mapping[str, Any] = field(repr=False)
