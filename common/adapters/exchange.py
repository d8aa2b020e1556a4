"""Messages with partners: taken in once, sent signed, logged at this end under the id that both ends know."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

from django.db import IntegrityError, transaction

from common.adapters import fetch
from common.adapters.exchange_tokens import access_token
from common.adapters.partner_keys import partner_key
from common.adapters.partners import ExchangeLog, Partner
from common.encoding import jcs, strict_json
from common.errors import SelloError
from common.exchange.acknowledgement import Acknowledgement, parse_ack
from common.exchange.envelope import create_message, parse_message
from common.exchange.errors import ExchangeError, SignatureRefused
from common.exchange.header import PENDING, RECEIVED, REJECTED, SUCCEEDED, Envelope, Header
from common.exchange.signature import verify_signature
from common.keys import PublicKey, Signer

Answer = TypeVar("Answer")
DUPLICATE: Final = "rjct.message_id.duplicate"


@dataclass(frozen=True, slots=True)
class Party:
    """Who we are in an exchange: the name that partners registered, and the key that speaks for it."""

    sender_id: str
    signer: Signer


@dataclass(frozen=True, slots=True)
class Received:
    """A message whose sender was seen to have signed it, and which was not here before."""

    partner: Partner
    envelope: Envelope
    log: ExchangeLog

    @property
    def header(self) -> Header:
        """Who says what to whom."""
        return self.envelope.header

    @property
    def message(self) -> Mapping[str, Any]:
        """What it says."""
        return self.envelope.message


def receive(
    namespace: str,
    body: object,
    *,
    action: str | tuple[str, ...],
    receiver_id: str,
    now: datetime,
    bearer: Partner | None = None,
    sender_id: str = "",
) -> Received:
    """Take a message in: its shape, its sender, its signature, its receiver, and that it is new.

    `bearer` is the partner whose access token came along, `sender_id` who is expected where the header of
    an answer may leave it out. Everything after this belongs into one transaction with it: see `handle`.
    """
    envelope = parse_message(body, action=action)
    partner = _partner(envelope.header.sender_id or sender_id, namespace)
    if bearer is not None and bearer != partner:
        raise ExchangeError("The access token is another's.", code="err.sender_id.invalid")
    if not envelope.signature and bearer is None:  # nothing else would say who sent it
        raise SignatureRefused("This message is not signed.", code="err.signature.missing")
    verify(envelope, partner, namespace=namespace, now=now)
    if envelope.header.receiver_id not in ("", receiver_id):
        raise ExchangeError("This message is meant for somebody else.", code="err.receiver_id.invalid")
    return Received(partner, envelope, _log(partner, "received", namespace, envelope, RECEIVED, now=now))


def handle(
    namespace: str,
    body: object,
    process: Callable[[Received], Answer],
    *,
    action: str | tuple[str, ...],
    receiver_id: str,
    now: datetime,
    bearer: Partner | None = None,
) -> Answer:
    """Receive a message and do what it asks, both or neither.

    Where `process` raises an `ExchangeError`, what it did is undone and the refusal is logged; where it
    fails otherwise the message counts as never received, so that it may be sent again.
    """
    with transaction.atomic():
        received = receive(namespace, body, action=action, receiver_id=receiver_id, now=now, bearer=bearer)
        try:
            with transaction.atomic():
                answer = process(received)
        except ExchangeError as error:
            close(received.log, REJECTED, error.reason or error.code)
            failure = error
        else:
            close(received.log, SUCCEEDED)
            return answer
    raise failure


def close(log: ExchangeLog, status: str, reason: str = "") -> None:
    """Say in the log how a message ended."""
    log.status, log.reason = status, reason[:60]
    log.save(update_fields=["status", "reason"])


def compose(
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


def reply(
    partner: Partner | None,
    namespace: str,
    header: Header,
    message: Mapping[str, Any] | None,
    *,
    party: Party,
    now: datetime,
) -> dict[str, Any]:
    """The signed answer that goes back at once: both ends have logged what it answers."""
    receiver = partner.sender_id if partner is not None else ""
    named = replace(header, sender_id=party.sender_id, receiver_id=receiver)
    return create_message(namespace, named, message, signer=party.signer, now=now)


def new_message_id() -> str:
    """An identifier that no other message has."""
    return str(uuid.uuid4())


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
    body = compose(partner, namespace, header, message, party=party, now=now)
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
    body = compose(partner, namespace, header, message, party=party, now=now)
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


def verify(envelope: Envelope, partner: Partner, *, namespace: str, now: datetime) -> None:
    """Raise unless the partner signed the envelope; who need not sign must not sign wrongly."""
    if not envelope.signature and not partner.signature_required:
        return

    def key_of(sender_id: str, key_id: str) -> PublicKey:
        if sender_id != partner.sender_id:
            raise ExchangeError("Another signed this message.", code="err.sender_id.invalid")
        return partner_key(partner, key_id)

    verify_signature(envelope, namespace=namespace, key_of=key_of, now=now)


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


def transaction_id(message: Mapping[str, Any]) -> str:
    """The identifier of the transaction that a message belongs to, for the log."""
    value = message.get("transaction_id", "")
    return value[:99] if isinstance(value, str) and "\0" not in value else ""


def _partner(sender_id: str, namespace: str) -> Partner:
    partner = Partner.objects.filter(sender_id=sender_id, active=True).first()
    if partner is None or namespace not in partner.namespaces:
        raise ExchangeError("This sender is not known here.", code="err.sender_id.invalid")
    return partner


def _log(
    partner: Partner, direction: str, namespace: str, envelope: Envelope, status: str, *, now: datetime
) -> ExchangeLog:
    try:
        with transaction.atomic():
            return ExchangeLog.objects.create(
                partner=partner,
                direction=direction,
                namespace=namespace,
                action=envelope.header.action,
                message_id=envelope.header.message_id,
                transaction_id=transaction_id(envelope.message),
                status=status,
                at=now,
            )
    except IntegrityError as error:
        raise ExchangeError("This message was here before.", reason=DUPLICATE) from error


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
