"""What answers a message at once: the response `Response` (an Ack), and `HttpErrorResponse`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from common.exchange.envelope import timestamp
from common.exchange.errors import MAX_SENTENCE, REASONS, STATUSES, ExchangeError

ACK, NACK, ERR = "ACK", "NACK", "ERR"
_KNOWN: Final = (ACK, NACK, ERR)
_REASON: Final = re.compile(r"rjct\.[a-z_.]+[a-z]")


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """ACK: taken, an answer follows. NACK: taken, none follows. ERR: not taken, `code` says why.

    `reason` is the `rjct.…` of the sentence, where it has one: the schema has no member for it.
    """

    status: str
    correlation_id: str = ""
    code: str = ""
    reason: str = ""


def create_ack(*, correlation_id: str, now: datetime, status: str = ACK) -> dict[str, Any]:
    """The acknowledgement of a message that was taken."""
    return {
        "message": {
            "ack_status": status,
            "timestamp": timestamp(now),
            "correlation_id": correlation_id,
        }
    }


def create_refusal(error: ExchangeError, *, correlation_id: str, now: datetime) -> dict[str, Any]:
    """The acknowledgement of a message that was not taken."""
    body = create_ack(correlation_id=correlation_id, now=now, status=ERR)
    body["message"]["error"] = {"code": error.code, "message": _sentence(error)}
    return body


def create_http_error(error: ExchangeError) -> dict[str, Any]:
    """`HttpErrorResponse`, for 401, 403 and 500."""
    return {"errors": [{"code": error.code, "message": _sentence(error)}]}


def parse_ack(body: object) -> Acknowledgement:
    """What the other side answers to our message; `ExchangeError` where it says nothing readable."""
    message = body.get("message") if isinstance(body, Mapping) else None
    status = message.get("ack_status") if isinstance(message, Mapping) else None
    if not isinstance(message, Mapping) or status not in _KNOWN:
        raise ExchangeError("The other side did not acknowledge.", code="err.service.unavailable")
    error, correlation_id = message.get("error"), message.get("correlation_id", "")
    code = error.get("code") if isinstance(error, Mapping) else ""
    said = (
        _REASON.search(str(error.get("message", ""))[:MAX_SENTENCE]) if isinstance(error, Mapping) else None
    )
    return Acknowledgement(
        status=str(status),
        correlation_id=correlation_id if isinstance(correlation_id, str) else "",
        code=code if isinstance(code, str) and code in STATUSES else "",
        reason=said[0] if said and said[0] in REASONS else "",
    )


def _sentence(error: ExchangeError) -> str:
    return (f"{error.public} ({error.reason})" if error.reason else error.public)[:MAX_SENTENCE]
