"""Messages from partners: taken in once, answered signed, logged under the id that both ends know."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, TypeVar

from django.db import IntegrityError, transaction

from common.adapters.exchange.partner_keys import partner_key
from common.adapters.exchange.partners import ExchangeLog, Partner
from common.exchange.envelope import create_message, parse_message
from common.exchange.errors import ExchangeError, SignatureRefusedError
from common.exchange.header import RECEIVED, REJECTED, SUCCEEDED, Envelope, Header
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
class ReceivedMessage:
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


def receive_message(
    namespace: str,
    body: object,
    *,
    action: str | tuple[str, ...],
    receiver_id: str,
    now: datetime,
    bearer: Partner | None = None,
) -> ReceivedMessage:
    """Take a message in: its shape, its sender, its signature, its receiver, and that it is new.

    `bearer` is the partner whose access token came along: the sender, where the header of an answer leaves
    it out. Everything after this belongs into one transaction with it: see `handle`.
    """
    envelope = parse_message(body, action=action)
    partner = _partner(envelope.header.sender_id or (bearer.sender_id if bearer else ""), namespace)
    if bearer is not None and bearer != partner:
        raise ExchangeError("The access token is another's.", code="err.sender_id.invalid")
    if not envelope.signature and bearer is None:  # nothing else would say who sent it
        raise SignatureRefusedError("This message is not signed.", code="err.signature.missing")
    verify_sender(envelope, partner, namespace=namespace, now=now)
    if envelope.header.receiver_id not in ("", receiver_id):
        raise ExchangeError(
            f"This message is meant for somebody else: receiver_id is {receiver_id} here, or left out.",
            code="err.receiver_id.invalid",
        )
    return ReceivedMessage(partner, envelope, _log(partner, namespace, envelope, now=now))


def handle_message(
    namespace: str,
    body: object,
    process: Callable[[ReceivedMessage], Answer],
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
        received = receive_message(
            namespace, body, action=action, receiver_id=receiver_id, now=now, bearer=bearer
        )
        try:
            with transaction.atomic():
                answer = process(received)
        except ExchangeError as error:
            close_log(received.log, REJECTED, error.reason or error.code)
            failure = error
        else:
            close_log(received.log, SUCCEEDED)
            return answer
    raise failure


def close_log(log: ExchangeLog, status: str, reason: str = "") -> None:
    """Say in the log how a message ended."""
    log.status, log.reason = status, reason[:60]
    log.save(update_fields=["status", "reason"])


def reply_to_message(
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


def verify_sender(envelope: Envelope, partner: Partner, *, namespace: str, now: datetime) -> None:
    """Raise unless the partner signed the envelope; who need not sign must not sign wrongly."""
    if not envelope.signature and not partner.signature_required:
        return

    def key_of(sender_id: str, key_id: str) -> PublicKey:
        if sender_id != partner.sender_id:
            raise ExchangeError("Another signed this message.", code="err.sender_id.invalid")
        return partner_key(partner, key_id)

    verify_signature(envelope, namespace=namespace, key_of=key_of, now=now)


def logged_transaction_id(message: Mapping[str, Any]) -> str:
    """The identifier of the transaction that a message belongs to, for the log."""
    value = message.get("transaction_id", "")
    return value[:99] if isinstance(value, str) and "\0" not in value else ""


def _partner(sender_id: str, namespace: str) -> Partner:
    partner = Partner.objects.filter(sender_id=sender_id, active=True).first()
    if partner is None:
        raise ExchangeError("This sender is not known here.", code="err.sender_id.invalid")
    if namespace not in partner.namespaces:
        raise ExchangeError(
            f"This sender was registered for {' and '.join(partner.namespaces)}, not for {namespace}.",
            code="err.sender_id.invalid",
        )
    return partner


def _log(partner: Partner, namespace: str, envelope: Envelope, *, now: datetime) -> ExchangeLog:
    try:
        with transaction.atomic():
            return ExchangeLog.objects.create(
                partner=partner,
                direction="received",
                namespace=namespace,
                action=envelope.header.action,
                message_id=envelope.header.message_id,
                transaction_id=logged_transaction_id(envelope.message),
                status=RECEIVED,
                at=now,
            )
    except IntegrityError as error:
        raise ExchangeError("This message was here before.", reason=DUPLICATE) from error
