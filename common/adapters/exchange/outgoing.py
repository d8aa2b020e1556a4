"""Messages to partners: signed, sent under an id of their own, logged with what the partner said to them."""

import re
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from common.adapters.exchange.messages import (
    DUPLICATE,
    Party,
    logged_transaction_id,
    reply_to_message,
    verify_sender,
)
from common.adapters.exchange.partners import ExchangeLog, Partner
from common.adapters.exchange.tokens import access_token, forget_token
from common.adapters.network import http
from common.encoding import jcs, strict_json
from common.errors import SelloError
from common.exchange.acknowledgement import Acknowledgement, parse_ack
from common.exchange.envelope import parse_message
from common.exchange.errors import ExchangeError
from common.exchange.header import PENDING, REJECTED, SUCCEEDED, Envelope, Header

_CODE: Final = re.compile(r"[A-Za-z0-9_.:-]{1,60}\Z")


def send_message(
    partner: Partner,
    namespace: str,
    header: Header,
    message: Mapping[str, Any],
    *,
    party: Party,
    url: str,
    now: datetime,
) -> Acknowledgement:
    """Send a message that is answered later; its acknowledgement, or an error where nobody took it.

    Sent again under the same `message_id`, it is taken once: a partner that has it already counts as one
    that took it.
    """
    body = _compose(partner, namespace, header, message, party=party, now=now)
    ack = parse_ack(_post(partner, url, body, now=now, members=("message",)))
    taken = ack.status != "ERR" or ack.reason == DUPLICATE  # an earlier attempt arrived
    _close_sent(partner, header.message_id, SUCCEEDED if taken else REJECTED, "" if taken else ack.code)
    if not taken:
        raise ExchangeError(
            "The partner refused this message.", code="err.service.unavailable", detail=ack.code
        )
    return ack


def request_partner(
    partner: Partner,
    namespace: str,
    header: Header,
    message: Mapping[str, Any],
    *,
    party: Party,
    url: str,
    answer: str | tuple[str, ...],
    now: datetime,
) -> Envelope:
    """Send a message that is answered at once by an `answer` action; what the partner signed."""
    body = _compose(partner, namespace, header, message, party=party, now=now)
    envelope = parse_message(_post(partner, url, body, now=now, members=("header",)), action=answer)
    verify_sender(envelope, partner, namespace=namespace, now=now)
    if envelope.header.receiver_id not in ("", party.sender_id):
        raise ExchangeError("This answer is meant for somebody else.", code="err.receiver_id.invalid")
    refused = envelope.header.status == REJECTED
    reason = envelope.header.status_reason_code
    _close_sent(partner, header.message_id, REJECTED if refused else SUCCEEDED, reason)
    if refused:
        raise ExchangeError("The partner refused this request.", detail=reason)
    return envelope


def callback_url(partner: Partner, sender_uri: str, *, path: str) -> str:
    """Where a partner awaits an answer: its `sender_uri` where that lies at an origin that it registered."""
    registered = [url for url in (partner.callback_url, partner.address) if url]
    if not sender_uri:
        if not registered:
            raise ExchangeError("No address for answers is known.", code="err.sender_uri.invalid")
        return f"{registered[0].rstrip('/')}/{path}"
    try:
        allowed = http.allowed_url(sender_uri)
    except SelloError as error:
        raise ExchangeError(
            "Answers are not sent to this address.", code="err.sender_uri.invalid", detail=error.public
        ) from error
    if _origin(allowed) not in {_origin(url) for url in registered}:
        raise ExchangeError("This address was not registered for answers.", code="err.sender_uri.invalid")
    return sender_uri


def _compose(
    partner: Partner,
    namespace: str,
    header: Header,
    message: Mapping[str, Any],
    *,
    party: Party,
    now: datetime,
) -> dict[str, Any]:
    """The signed message to a partner, logged as sent; one `message_id` is one message."""
    written = reply_to_message(partner, namespace, header, message, party=party, now=now)
    ExchangeLog.objects.get_or_create(
        partner=partner,
        direction="sent",
        message_id=header.message_id,
        defaults={
            "namespace": namespace,
            "action": header.action,
            "transaction_id": logged_transaction_id(message),
            "status": header.status or PENDING,
            "at": now,
        },
    )
    return written


def _close_sent(partner: Partner, message_id: str, status: str, reason: str) -> None:
    sent = ExchangeLog.objects.filter(partner=partner, direction="sent", message_id=message_id)
    sent.update(status=status, reason=reason[:60])


def _post(
    partner: Partner, url: str, body: Mapping[str, Any], *, now: datetime, members: Collection[str]
) -> Any:
    """The JSON that a partner answers, whatever its status, where it has the `members` of an answer.

    Any other answer that is no success is told as it is: its status, and the partner's own code.
    """
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    if partner.token_url:
        headers["Authorization"] = f"Bearer {access_token(partner, now=now)}"
    reply = http.request("POST", url, headers=headers, body=jcs.canonicalize(dict(body)))
    if reply.status == 401 and partner.token_url:
        forget_token(partner)
    answer, unreadable = None, ""
    try:
        answer = strict_json.loads(reply.body, max_bytes=http.MAX_BYTES)
    except SelloError as error:
        unreadable = error.public
    speaks = isinstance(answer, Mapping) and all(isinstance(answer.get(name), Mapping) for name in members)
    if reply.status in (401, 403, 404, 429) or reply.status >= 500 or (reply.status >= 300 and not speaks):
        said = f"status {reply.status} {_code(answer)}".strip()
        raise ExchangeError(
            f"The partner does not take this message: it answers with {said}.",
            code="err.service.unavailable",
            detail=said,
        )
    if unreadable:
        raise ExchangeError(
            "The partner's answer cannot be read.", code="err.service.unavailable", detail=unreadable
        )
    return answer


def _code(answer: object) -> str:
    """What a partner calls its error: of `HttpErrorResponse`, of RFC 6749, or FastAPI's; never a sentence."""
    said = answer if isinstance(answer, Mapping) else {}
    for name in ("errors", "detail"):
        first = said[name][0] if isinstance(said.get(name), list) and said[name] else None
        if isinstance(first, Mapping):
            said = first
            break
    found = [said.get(name) for name in ("code", "error", "type", "detail")]
    return next((each for each in found if isinstance(each, str) and _CODE.match(each)), "")


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc
