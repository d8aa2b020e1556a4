"""Writing down that somebody has to be told, in the very transaction in which it happened.

One row a channel; the same event told again adds nothing, whoever tells it and however often.
"""

import hashlib
import json
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

from django.conf import settings

from common.adapters.storage import sealing
from common.encoding import base64url
from common.errors import SelloError, UnknownPartError
from common.notices.channels import CHANNELS, INBOX
from common.notices.languages import language_code
from common.notices.models import Notice
from common.notices.texts import KINDS

FACTS: Final = frozenset({"document", "authority", "date", "reference"})
LONGEST_FACT: Final = 200
_HIDDEN: Final = ("Cc", "Cf", "Cs", "Zl", "Zp")  # controls, directions, halves of letters, ends of lines


class ForbiddenFactError(SelloError):
    """Facts that a notice must not carry."""

    code = "server_error"
    status = 500


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom to tell: a holder key's thumbprint (RFC 7638), and addresses by their kind, as channels name it.

    `about` is for whoever keeps the notice: what an officer opens when it could not be delivered. `note` is
    for the person alone, in the wallet's inbox and nowhere else, such as the reason for a withdrawal. `offer`
    is what the wallet may fetch on the strength of the notice, in the sender's own words.
    """

    holder: str = field(default="", repr=False)
    addresses: Mapping[str, str] = field(default_factory=dict, repr=False)
    language: str = "en"
    about: str = field(default="", repr=False)
    note: str = field(default="", repr=False)
    offer: str = field(default="", repr=False)


class NoticeContent(NamedTuple):
    """What stands sealed in a notice."""

    address: str
    about: str
    note: str
    offer: str = ""


def create_notices(
    kind: str, *, key: str, to: Recipient, facts: Mapping[str, str], now: datetime, sender: str = ""
) -> int:
    """Queue one notice a channel and return how many are new; call it inside the event's own transaction.

    `key` names the event: the same one is told once. `facts` are some of `document`, `authority`, `date` and
    `reference`, never a claim. `sender` is `issuer/{authority}` or `verifier/{service}`; without it no
    webhook can be signed, and every inbox of this site answers.

    Raises `UnknownPartError` for a kind of notice or of address that is not known, `ForbiddenFactError` for
    any other fact.
    """
    if kind not in KINDS:
        raise UnknownPartError("kind of notice", kind, KINDS)
    if set(facts) - FACTS:
        raise ForbiddenFactError(f"A notice says {', '.join(sorted(FACTS))}, and nothing else.")
    event = address_digest("notice", kind, key)
    said = {name: one_line(value) for name, value in facts.items()}
    rows = {}
    for channel, address in _addresses(to).items():
        inbox = inbox_of(address) if channel == INBOX or CHANNELS[channel].several else ""
        row = Notice(
            kind=kind, key=event, channel=channel, inbox=inbox, sender=sender, facts=said,
            language=language_code(to.language), next_attempt_at=now, created_at=now,
        )  # fmt: skip
        if channel == INBOX:
            row.state = Notice.State.SENT
        elif not CHANNELS[channel].valid(address):
            row.state, row.problem = Notice.State.FAILED, "The address is none."
        here = channel == INBOX
        sealed = NoticeContent(address, to.about, one_line(to.note) if here else "", to.offer if here else "")
        row.recipient = sealing.seal(json.dumps(sealed).encode(), name=_place(row))
        rows[channel, inbox] = row
    for known in Notice.objects.filter(kind=kind, key=event).values_list("channel", "inbox"):
        rows.pop(known, None)
    # Another process may tell the same event at this moment: the first to commit has told it.
    Notice.objects.bulk_create(rows.values(), ignore_conflicts=True)
    return len(rows)


def open_notice(notice: Notice) -> NoticeContent:
    """Whom a notice is for, and what it is about."""
    return NoticeContent(*json.loads(sealing.unseal(notice.recipient, name=_place(notice))))


def readdress(notice: Notice, to: Recipient) -> None:
    """Let a notice go to the address that its recipient has by now; it is not saved yet."""
    address = _addresses(to).get(notice.channel)
    if address:
        sealed = open_notice(notice)._replace(address=address)
        notice.recipient = sealing.seal(json.dumps(sealed).encode(), name=_place(notice))


def require_address_kinds(kinds: Iterable[str]) -> None:
    """Raise `UnknownPartError` unless some channel sends to each of these kinds of address."""
    known = {channel.address for channel in CHANNELS.values()}
    for kind in kinds:
        if kind not in known:
            raise UnknownPartError("kind of address", kind, known)


def inbox_of(address: str) -> str:
    """Under what a holder's key or a webhook is found again."""
    return address_digest("inbox", address)


def address_digest(*parts: str) -> str:
    """How something guessable is found again without standing anywhere: 43 characters."""
    key, text = base64url.decode(settings.KEY_ENCRYPTION_KEY), "\x1f".join(parts).encode()
    return base64url.encode(hashlib.blake2b(text, digest_size=32, key=key, person=b"sello-notices").digest())


def one_line(text: str) -> str:
    """One line without control or direction characters, cut at its longest."""
    shown = "".join(" " if c.isspace() else c for c in str(text))
    shown = "".join(c for c in shown if unicodedata.category(c) not in _HIDDEN)
    return " ".join(shown.split())[:LONGEST_FACT]


def _addresses(to: Recipient) -> dict[str, str]:
    """The address for each channel that the recipient has."""
    require_address_kinds(to.addresses)
    found = {INBOX: to.holder}
    for name, channel in CHANNELS.items():
        found[name] = channel.written(to.addresses.get(channel.address, ""))
    return {name: address for name, address in found.items() if address}


def _place(notice: Notice) -> str:
    return f"notice {notice.id} {notice.channel}"
