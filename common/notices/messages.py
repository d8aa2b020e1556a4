"""What crosses the wire: a wallet's question to an inbox and the answer, an event to an organisation.

Every verify function returns the `jti`; whoever calls it must refuse one that was seen before.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from common.errors import SelloError
from common.formats.base import Sources
from common.keys import Signer, holder_jwt, jwk, jws

INBOX_TYPE: Final = "notices+jwt"
EVENT_TYPE: Final = "notice+jwt"
MAX_NOTICES: Final = 200
MAX_TEXT: Final = 1_000


class NoticeRefusedError(SelloError):
    """A question or an event that does not hold."""

    code = "invalid_request"
    status = 401


@dataclass(frozen=True, slots=True)
class InboxRequest:
    """A holder's key that asks for its notices; `read` says that the person looks at them now."""

    thumbprint: str
    jti: str
    read: bool


@dataclass(frozen=True, slots=True)
class InboxNotice:
    """A notice as it lies in an inbox. `id` is the event's: the same in each inbox that it lies in.

    `note` is what the sender says to the person alone, such as the reason for a withdrawal. `sender` is what
    the sender calls itself: several organisations may have one inbox. Empty where it is not said. `offered`
    where the wallet can have an offer for it, at `{inbox}/{id}/offer`.
    """

    id: str
    kind: str
    at: str
    language: str
    direction: str
    title: str
    text: str
    note: str
    read: bool
    sender: str = ""
    offered: bool = False


@dataclass(frozen=True, slots=True)
class WebhookEvent:
    """What an organisation is told."""

    sender: str
    kind: str
    reference: str
    date: str
    jti: str


def create_inbox_request(*, audience: str, read: bool, jti: str, signer: Signer, now: datetime) -> str:
    """The person's question for what lies in the inbox of a holder key, signed with it."""
    return holder_jwt.sign({"read": read}, typ=INBOX_TYPE, audience=audience, jti=jti, signer=signer, now=now)


def verify_inbox_request(token: str, *, audience: str, now: datetime) -> InboxRequest:
    """The key that asks; it opens its own inbox and no other."""
    key, claims = holder_jwt.verify(
        token, typ=INBOX_TYPE, audience=audience, now=now, error=NoticeRefusedError
    )
    return InboxRequest(jwk.thumbprint(key), _text(claims, "jti"), claims.get("read") is True)


def create_inbox(notices: Iterable[InboxNotice]) -> dict[str, Any]:
    """What lies in an inbox, the newest first."""
    return {"notices": [asdict(notice) for notice in notices]}


def parse_inbox(source: Mapping[str, Any]) -> tuple[InboxNotice, ...]:
    """The notices of an answer; texts of an unknown party, to be shown as texts."""
    entries = source.get("notices")
    if not isinstance(entries, list) or not all(isinstance(entry, Mapping) for entry in entries):
        raise NoticeRefusedError("This is no inbox.", status=502)
    texts = [name for name in InboxNotice.__slots__ if name not in ("read", "sender", "offered")]
    return tuple(
        InboxNotice(
            **{name: _text(entry, name, empty=name == "note") for name in texts},
            read=entry.get("read") is True,
            sender=_text({"sender": entry.get("sender") or ""}, "sender", empty=True),
            offered=entry.get("offered") is True,
        )
        for entry in entries[:MAX_NOTICES]
    )


def create_webhook_event(
    *, audience: str, kind: str, reference: str, date: str, jti: str, signer: Signer, now: datetime
) -> str:
    """What happened to which of an organisation's references; `signer.key_id` is a DID URL of the sender."""
    claims = {
        "iss": signer.key_id.partition("#")[0],
        "aud": audience,
        "iat": int(now.timestamp()),
        "jti": jti,
        "kind": kind,
        "reference": reference,
        "date": date,
    }
    return jws.sign({"typ": EVENT_TYPE, "kid": signer.key_id}, claims, signer=signer)


def verify_webhook_event(
    token: str, *, audience: str, senders: Iterable[str], sources: Sources, now: datetime
) -> WebhookEvent:
    """The event, once one of `senders` (DIDs) is seen to have signed it for `audience` just now."""
    try:
        parsed = jws.parse(token, max_length=8_000)
        issuer, kid = parsed.claims().get("iss"), parsed.header.get("kid")
        if issuer not in set(senders) or not isinstance(kid, str) or kid.partition("#")[0] != issuer:
            raise NoticeRefusedError("The event is by nobody that we listen to.")
        method = sources.method(kid, purpose="authentication")
        claims = jws.verify(parsed, key=method.public_key, typ=EVENT_TYPE).claims()
    except NoticeRefusedError:
        raise
    except SelloError as error:
        raise NoticeRefusedError("The event does not hold.", detail=error.public) from error
    if claims.get("aud") != audience:
        raise NoticeRefusedError("This is meant for somebody else.")
    holder_jwt.check_time(claims, now=now, error=NoticeRefusedError)
    kind, reference, date, jti = (_text(claims, name) for name in ("kind", "reference", "date", "jti"))
    return WebhookEvent(issuer, kind, reference, date, jti)


def _text(source: Mapping[str, Any], name: str, *, empty: bool = False) -> str:
    value = source.get(name)
    if not isinstance(value, str) or len(value) > MAX_TEXT or "\0" in value or not (value or empty):
        raise NoticeRefusedError(f"{name} must be a text.")
    return value
