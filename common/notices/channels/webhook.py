"""A signed POST to an organisation: what kind of thing happened to which of its references, and when.

The body is a JWS by the sending party's own key (common/notices/messages.py); its `jti` is the same at each
try, so that whoever receives it twice knows.
"""

from datetime import UTC, datetime
from typing import Final

from django.conf import settings
from django.utils.module_loading import import_string

from common.adapters.network import http
from common.errors import FetchError, SelloError
from common.notices.channels.base import (
    Channel,
    DeliveryUncertainError,
    Message,
    NotDeliveredError,
    UndeliverableError,
)
from common.notices.messages import EVENT_TYPE, create_webhook_event

LATER: Final = (408, 425, 429)


def valid(address: str) -> bool:
    """Whether the network door would lead there."""
    try:
        http.allowed_url(address)
    except SelloError:
        return False
    return True


def deliver(message: Message) -> None:
    """Sign it for this address and post it."""
    role, _, name = message.sender.partition("/")
    if role not in settings.NOTICE_SIGNERS:
        raise UndeliverableError("Nobody signs for the sender of this notice.", detail=message.sender)
    event = create_webhook_event(
        audience=message.address,
        kind=message.kind,
        reference=message.facts.get("reference", ""),
        date=message.facts.get("date", ""),
        jti=message.id,
        signer=import_string(settings.NOTICE_SIGNERS[role])(name),
        now=datetime.now(UTC),
    )
    headers = {"Content-Type": f"application/{EVENT_TYPE}"}
    try:
        reply = http.request("POST", message.address, headers=headers, body=event.encode())
    except FetchError as error:
        raise DeliveryUncertainError("The organisation does not answer.") from error
    if 200 <= reply.status < 300:
        return
    if 400 <= reply.status < 500 and reply.status not in LATER:
        raise UndeliverableError("The organisation refused the notice.", detail=str(reply.status))
    raise NotDeliveredError("The organisation cannot take it now.", detail=str(reply.status))


def repeats() -> bool:
    """The receiver knows a `jti` that it has seen."""
    return True


CHANNEL: Final = Channel(
    address="webhook",
    valid=valid,
    deliver=deliver,
    repeats=repeats,
    written=str,
    several=True,
    settings=("NOTICE_SIGNERS",),
)
