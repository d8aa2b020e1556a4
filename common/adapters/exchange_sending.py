"""Messages to partners: signed, sent under an id of their own, logged with what the partner said to them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from common.adapters import fetch
from common.adapters.exchange import DUPLICATE, Party, reply, transaction_id, verify
from common.adapters.exchange_tokens import access_token
from common.adapters.partners import ExchangeLog, Partner
from common.encoding import jcs, strict_json
from common.errors import SelloError
from common.exchange.acknowledgement import Acknowledgement, parse_ack
from common.exchange.envelope import parse_message
from common.exchange.errors import ExchangeError
from common.exchange.header import PENDING, REJECTED, SUCCEEDED, Envelope, Header


def send(
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
    ack = parse_ack(_post(partner, url, body, now=now))
    taken = ack.status != "ERR" or ack.reason == DUPLICATE  # an earlier attempt arrived
    _close_sent(partner, header.message_id, SUCCEEDED if taken else REJECTED, "" if taken else ack.code)
    if not taken:
        raise ExchangeError(
            "The partner refused this message.", code="err.service.unavailable", detail=ack.code
        )
    return ack


def ask(
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
    envelope = parse_message(_post(partner, url, body, now=now), action=answer)
    verify(envelope, partner, namespace=namespace, now=now)
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
        allowed = fetch.allowed_url(sender_uri)
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
    written = reply(partner, namespace, header, message, party=party, now=now)
    ExchangeLog.objects.get_or_create(
        partner=partner,
        direction="sent",
        message_id=header.message_id,
        defaults={
            "namespace": namespace,
            "action": header.action,
            "transaction_id": transaction_id(message),
            "status": header.status or PENDING,
            "at": now,
        },
    )
    return written


def _close_sent(partner: Partner, message_id: str, status: str, reason: str) -> None:
    sent = ExchangeLog.objects.filter(partner=partner, direction="sent", message_id=message_id)
    sent.update(status=status, reason=reason[:60])


def _post(partner: Partner, url: str, body: Mapping[str, Any], *, now: datetime) -> Any:
    """The JSON that a partner answers, whatever its status; an error of its own is ours to report."""
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    if partner.token_url:
        headers["Authorization"] = f"Bearer {access_token(partner, now=now)}"
    reply = fetch.request("POST", url, headers=headers, body=jcs.canonicalize(dict(body)))
    try:
        answer = strict_json.loads(reply.body, max_bytes=fetch.MAX_BYTES, floats=True)
    except SelloError as error:
        raise ExchangeError(
            "The partner's answer cannot be read.",
            code="err.service.unavailable",
            detail=f"status {reply.status}",
        ) from error
    if reply.status in (401, 403, 404, 429) or reply.status >= 500:
        raise ExchangeError(
            "The partner does not take this message.",
            code="err.service.unavailable",
            detail=f"status {reply.status} {_first_code(answer)}",
        )
    return answer


def _first_code(answer: object) -> str:
    errors = answer.get("errors") if isinstance(answer, Mapping) else None
    first = errors[0] if isinstance(errors, list) and errors else {}
    return str(first.get("code", ""))[:60] if isinstance(first, Mapping) else ""


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc
