"""Writing down that somebody has to be told, in the very transaction in which it happened.

One row a channel; the same event told again adds nothing, whoever tells it and however often.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from common.adapters import sealing
from common.encoding import base64url
from common.errors import SelloError, UnknownPart
from common.notices.languages import language_code
from common.notices.models import Notice
from common.notices.texts import KINDS

FACTS: Final = frozenset({"document", "authority", "date", "reference"})
LONGEST_FACT: Final = 200
_PHONE: Final = re.compile(r"\+?[0-9]{6,15}")


class NotToBeTold(SelloError):
    """Facts that a notice must not carry."""

    code = "server_error"
    status = 500


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom to tell: any of a holder key's thumbprint (RFC 7638), an address, a number, a webhook.

    `about` is for whoever keeps the notice: what an officer opens when it could not be delivered.
    """

    holder: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    webhook: str = field(default="", repr=False)
    language: str = "en"
    about: str = field(default="", repr=False)


def tell(
    kind: str, *, key: str, to: Recipient, facts: Mapping[str, str], now: datetime, sender: str = ""
) -> int:
    """Queue one notice a channel and return how many are new; call it inside the event's own transaction.

    `key` names the event: the same one is told once. `facts` are some of `document`, `authority`, `date` and
    `reference`, never a claim. `sender` is `issuer/{authority}` or `verifier/{service}`; empty, no webhook
    can be signed and every inbox of this house answers.
    """
    if kind not in KINDS:
        raise UnknownPart("kind of notice", kind, KINDS)
    if set(facts) - FACTS:
        raise NotToBeTold(f"A notice says {', '.join(sorted(FACTS))}, and nothing else.")
    said = {name: plain(value) for name, value in facts.items()}
    rows = []
    for channel, (address, problem) in _channels(to).items():
        waits = Notice.State.SENT if channel == "wallet" else Notice.State.QUEUED
        row = Notice(
            kind=kind,
            key=keyed_digest("notice", kind, key),
            channel=channel,
            inbox=inbox_of(address) if channel in ("wallet", "webhook") else "",
            sender=sender,
            language=language_code(to.language),
            facts=said,
            state=Notice.State.FAILED if problem else waits,
            problem=problem,
            next_attempt_at=now,
            created_at=now,
        )
        sealed = json.dumps({"address": address, "about": to.about}).encode()
        row.recipient = sealing.seal(sealed, name=_place(row))
        rows.append(row)
    keys = [(row.inbox, row.channel) for row in rows]
    known = set(
        Notice.objects.filter(kind=kind, key=rows[0].key).values_list("inbox", "channel") if rows else ()
    )
    Notice.objects.bulk_create(
        [row for row, place in zip(rows, keys, strict=True) if place not in known], ignore_conflicts=True
    )
    return sum(place not in known for place in keys)


def address_of(notice: Notice) -> str:
    """Where a notice goes."""
    return _opened(notice)["address"]


def about(notice: Notice) -> str:
    """What it is about, for whoever keeps it."""
    return _opened(notice)["about"]


def inbox_of(address: str) -> str:
    """Under what a holder's key or a webhook is found again."""
    return keyed_digest("inbox", address)


def plain(text: str) -> str:
    """One line without control or direction characters, cut at its longest."""
    spaced = " ".join(str(text).split())
    return "".join(c for c in spaced if unicodedata.category(c) not in ("Cc", "Cf", "Cs"))[:LONGEST_FACT]


def _opened(notice: Notice) -> dict[str, str]:
    opened: dict[str, str] = json.loads(sealing.unseal(notice.recipient, name=_place(notice)))
    return opened


def _channels(to: Recipient) -> dict[str, tuple[str, str]]:
    """The address for each channel that the recipient has, and what is wrong with it."""
    phone = re.sub(r"[\s()./-]", "", to.phone)
    channels = {
        "wallet": (to.holder, ""),
        "email": (to.email.strip(), "" if _is_email(to.email.strip()) else "not an e-mail address"),
        "sms": (phone, "" if _PHONE.fullmatch(phone) else "not a telephone number"),
        "webhook": (to.webhook, ""),
    }
    return {channel: found for channel, found in channels.items() if found[0]}


def _is_email(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return text.isascii()


def _place(notice: Notice) -> str:
    return f"notice {notice.id} {notice.channel}"


def keyed_digest(*parts: str) -> str:
    """How something guessable is found again without standing anywhere: 43 characters."""
    key, text = base64url.decode(settings.KEY_ENCRYPTION_KEY), "\x1f".join(parts).encode()
    return base64url.encode(hashlib.blake2b(text, digest_size=32, key=key, person=b"sello-notices").digest())
