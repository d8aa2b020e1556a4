"""The inbox of a holder's key: opened by that key alone, whoever keeps it."""

from datetime import datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Q

from common.notices import texts
from common.notices.channels import INBOX
from common.notices.languages import direction
from common.notices.messages import MAX_NOTICES, InboxNotice, NoticeRefusedError, verify_inbox_request
from common.notices.models import Notice, SeenRequest
from common.notices.notify import address_digest, inbox_of, open_notice
from common.vcdm import times

REMEMBERED: Final = timedelta(minutes=15)  # longer than any request could still be used


def read_inbox(token: str, *, audience: str, sender: str, now: datetime) -> list[InboxNotice]:
    """What `sender` (`issuer/{authority}`, or `verifier` for all services) has for the key that asks.

    Marked as read when the person says so; the answer still tells what was new.
    """
    asked = verify_inbox_request(token, audience=audience, now=now)
    once(asked.thumbprint, asked.jti, now=now)
    ours = Q(sender="") | Q(sender=sender) | Q(sender__startswith=f"{sender}/")
    rows = Notice.objects.filter(ours, channel=INBOX, inbox=inbox_of(asked.thumbprint))[:MAX_NOTICES]
    found = [_shown(row) for row in rows]
    if asked.read:
        new = [row.pk for row in rows if row.state == Notice.State.SENT]
        Notice.objects.filter(pk__in=new).update(state=Notice.State.READ, done_at=now)
    return found


def find_offered(token: str, id: str, *, audience: str, sender: str, now: datetime) -> str:
    """What the notice `id` in the inbox of the key that asks lets it fetch, as its sender wrote it down."""
    asked = verify_inbox_request(token, audience=audience, now=now)
    once(asked.thumbprint, asked.jti, now=now)
    row = Notice.objects.filter(
        channel=INBOX, inbox=inbox_of(asked.thumbprint), key=id, sender=sender
    ).first()
    offer = open_notice(row).offer if row else ""
    if not offer:
        raise NoticeRefusedError("There is nothing to fetch here.", status=404)
    return offer


def _shown(row: Notice) -> InboxNotice:
    language, text = texts.render(row.kind, row.language, row.facts)
    sealed = open_notice(row)
    return InboxNotice(
        id=row.key,
        kind=row.kind,
        at=times.write(row.created_at),
        language=language,
        direction=direction(language),
        title=text.title,
        text=text.text,
        note=sealed.note,
        read=row.state == Notice.State.READ,
        sender=row.facts.get("authority", ""),
        offered=bool(sealed.offer),
    )


def once(thumbprint: str, jti: str, *, now: datetime) -> None:
    """Take a request of a holder's key, or raise where it was made before."""
    SeenRequest.objects.filter(expires_at__lt=now).delete()
    try:
        with transaction.atomic():
            SeenRequest.objects.create(
                digest=address_digest("asked", thumbprint, jti), expires_at=now + REMEMBERED
            )
    except IntegrityError as error:
        raise NoticeRefusedError("This request was made before.") from error
