"""`signature`, `header`, `message`: made, and taken apart without being believed (see signature.py).

Clauses are the schemas `MsgHeader_V1.0.0` and `MsgCallbackHeader_V1.0.0`, which both texts share.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from common.encoding import moments
from common.exchange import optional_members
from common.exchange.errors import MAX_SENTENCE, ExchangeError
from common.exchange.header import STATUSES, Envelope, Header
from common.exchange.signature import LIFETIME, create_signature
from common.keys import Signer

VERSION: Final = "1.0.0"
MAX_ID: Final = 200
MAX_COUNT: Final = 1_000_000
_TEXT: Final = re.compile(r"[^\x00-\x1f\x7f]+\Z")


def create_message(
    namespace: str,
    header: Header,
    message: Mapping[str, Any] | None,
    *,
    signer: Signer,
    now: datetime,
    lifetime: timedelta = LIFETIME,
) -> dict[str, Any]:
    """The signed envelope; the key is named to the receiver by its thumbprint, as `jwks.json` names it."""
    signed: dict[str, Any] = {"header": _written(header, now=now)}
    if message is not None:  # an answer that only says why there is none
        signed["message"] = dict(message)
    signature = create_signature(
        namespace, signed, sender_id=header.sender_id, signer=signer, now=now, lifetime=lifetime
    )
    return {"signature": signature, **signed}


def parse_message(body: object, *, action: str | tuple[str, ...]) -> Envelope:
    """The envelope of a request or answer called `action`, or one of them; not to be believed yet."""
    if not isinstance(body, Mapping) or not isinstance(body.get("header"), Mapping):
        raise ExchangeError("A message has a header and a message.")
    told = optional_members.without_empty(body)
    message, signature = told.get("message", {}), told.get("signature", "")
    if not isinstance(message, Mapping) or not isinstance(signature, str):
        raise ExchangeError("A message is an object, its signature a text.")
    source = told["header"]
    header = _read(source)
    if source.get("version", VERSION) != VERSION:
        raise ExchangeError(
            f"Version {VERSION} is spoken here.",
            code="err.version.not_supported",
            reason="rjct.version.invalid",
        )
    if header.action not in ((action,) if isinstance(action, str) else action):
        raise ExchangeError("This address takes another action.", reason="rjct.action.invalid")
    if source.get("is_msg_encrypted", False) is not False:
        raise ExchangeError("Encrypted messages are not read here.", code="err.encryption.invalid")
    signed = {name: body[name] for name in ("header", "message") if name in body}
    return Envelope(header, message, signature, signed)


def timestamp(moment: datetime) -> str:
    """A moment as both texts write it: ISO 8601 with its time zone."""
    return moment.isoformat(timespec="milliseconds")


def parse_timestamp(value: object) -> datetime | None:
    """The moment of an ISO 8601 text with a time zone, None where it is none."""
    moment = moments.parse_moment(value) if isinstance(value, str) else None
    return moment if moment is not None and moment.tzinfo is not None else None


def _written(header: Header, *, now: datetime) -> dict[str, Any]:
    """A header as it travels; what is not known is left out."""
    written: dict[str, Any] = {
        "version": VERSION,
        "message_id": header.message_id,
        "message_ts": timestamp(header.message_ts or now),
        "action": header.action,
        "status": header.status,
        "status_reason_code": header.status_reason_code,
        "status_reason_message": header.status_reason_message,
        "sender_id": header.sender_id,
        "sender_uri": header.sender_uri,
        "receiver_id": header.receiver_id,
        "total_count": header.total_count,
        "completed_count": header.completed_count,
        "is_msg_encrypted": False,
        "meta": dict(header.meta),
    }
    return {name: value for name, value in written.items() if value not in ("", None, {})}


def _read(source: Mapping[str, Any]) -> Header:
    moment = parse_timestamp(source.get("message_ts"))
    if moment is None:
        raise ExchangeError(
            "message_ts is a moment in ISO 8601 with its time zone.", reason="rjct.message_ts.invalid"
        )
    status, meta = _text(source, "status", required=False), source.get("meta", {})
    if status and status not in STATUSES:
        raise ExchangeError("This status is not known.")
    if not status and not _text(source, "sender_id", required=False):
        raise ExchangeError("A request names its sender.", code="err.sender_id.invalid")
    total = _count(source, "total_count")
    if total is None and not status:  # of a request; nothing hangs on that of an answer
        raise ExchangeError("total_count is a whole number.", reason="rjct.total_count.invalid")
    return Header(
        message_id=_text(source, "message_id"),
        action=_text(source, "action"),
        sender_id=_text(source, "sender_id", required=False),
        receiver_id=_text(source, "receiver_id", required=False),
        message_ts=moment,
        total_count=1 if total is None else total,
        sender_uri=_text(source, "sender_uri", required=False, limit=2_000),
        status=status,
        status_reason_code=_text(source, "status_reason_code", required=False),
        status_reason_message=_sentence(source.get("status_reason_message")),
        completed_count=_count(source, "completed_count"),
        meta=meta if isinstance(meta, Mapping) else {},
    )


def _text(source: Mapping[str, Any], name: str, *, required: bool = True, limit: int = MAX_ID) -> str:
    value = source.get(name, "")
    if not isinstance(value, str) or len(value) > limit or (value and not _TEXT.match(value)):
        raise ExchangeError(f"{name} is a text of at most {limit} characters.")
    if required and not value:
        raise ExchangeError(f"{name} is missing.")
    return value


def _sentence(value: object) -> str:
    """A text for people, in one line; nothing where it is none, for nothing hangs on it."""
    return " ".join(value.split())[:MAX_SENTENCE] if isinstance(value, str) else ""


def _count(source: Mapping[str, Any], name: str) -> int | None:
    """A whole number, which JSON may write as 5.0; None where there is none."""
    value = source.get(name)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if type(value) is int and 0 <= value <= MAX_COUNT else None
