"""Handing queued notices to their channels: retried, later each time, and never twice.

1 what a dead process held is given back or given up · 2 a notice is claimed by one process for a while · 3 it
is handed over · 4 what became of it is written down.

A process may die between 3 and 4. Where the other side takes one id twice for one message, the notice is sent
again; where it does not (e-mail, most SMS gateways), it may have arrived, and is given up instead: an officer
sees it and decides. A message less is a visit to the office; a message twice is somebody who stops believing.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import F, QuerySet

from common.errors import SelloError
from common.notices import texts
from common.notices.channels import CHANNELS
from common.notices.channels.base import DeliveryUncertainError, Message, UndeliverableError
from common.notices.models import Notice
from common.notices.notify import Recipient, open_notice, readdress

LEASE: Final = timedelta(minutes=2)  # longer than any channel takes
MOST_ATTEMPTS: Final = 8
FIRST_PAUSE: Final = timedelta(minutes=1)
LONGEST_PAUSE: Final = timedelta(hours=6)
KEPT: Final = timedelta(days=365)
BATCH: Final = 500
INTERRUPTED: Final = "Interrupted while it was handed over; it may have arrived."


def deliver_notices(*, clock: Callable[[], datetime]) -> dict[str, int]:
    """Deliver everything that is due; any number of processes may do so at once."""
    counts = {"sent": 0, "postponed": 0, "failed": _recover(clock())}
    for number in _due(clock):
        now = clock()
        if _waiting(now).filter(pk=number).update(leased_until=now + LEASE, attempts=F("attempts") + 1):  # 2
            counts[_hand_over(Notice.objects.get(pk=number), clock)] += 1
    Notice.objects.filter(created_at__lt=clock() - KEPT).exclude(state=Notice.State.QUEUED).delete()
    return counts


def retry_notice(notice: Notice, *, now: datetime, to: Recipient | None = None) -> bool:
    """Queue a failed notice once more, because somebody decided so; whether there was one, with an address.

    `to` is whom it is for by now, where that may have changed.
    """
    if to is not None:
        readdress(notice, to)
    if not CHANNELS[notice.channel].valid(open_notice(notice).address):
        return False
    failed = Notice.objects.filter(pk=notice.pk, state=Notice.State.FAILED)
    return bool(
        failed.update(
            state=Notice.State.QUEUED,
            recipient=notice.recipient,
            attempts=0,
            next_attempt_at=now,
            leased_until=None,
            problem="",
        )
    )


def _recover(now: datetime) -> int:
    """Give back what a dead process held, or give it up (1); how many were given up."""
    dead = Notice.objects.filter(state=Notice.State.QUEUED, leased_until__lte=now)
    again = [name for name, channel in CHANNELS.items() if channel.repeats()]
    dead.filter(channel__in=again).update(leased_until=None)
    return dead.update(state=Notice.State.FAILED, problem=INTERRUPTED, leased_until=None, done_at=now)


def _waiting(now: datetime) -> QuerySet[Notice]:
    return Notice.objects.filter(
        state=Notice.State.QUEUED, next_attempt_at__lte=now, leased_until__isnull=True
    )


def _due(clock: Callable[[], datetime]) -> Iterator[UUID]:
    """What is due, the longest waiting first; whatever was taken meanwhile is due no longer."""
    while batch := list(_waiting(clock()).order_by("next_attempt_at").values_list("pk", flat=True)[:BATCH]):
        yield from batch


def _hand_over(notice: Notice, clock: Callable[[], datetime]) -> str:
    """Deliver one claimed notice (3) and write down what became of it (4)."""
    channel = CHANNELS[notice.channel]
    try:
        channel.deliver(_message(notice))
    except SelloError as error:
        lost = isinstance(error, DeliveryUncertainError) and not channel.repeats()
        final = lost or isinstance(error, UndeliverableError) or notice.attempts >= MOST_ATTEMPTS
        pause = min(FIRST_PAUSE * 2 ** (notice.attempts - 1), LONGEST_PAUSE)
        state, problem = (Notice.State.FAILED if final else Notice.State.QUEUED), str(error)
        _release(notice, state, problem=problem, now=clock(), pause=pause)
        return "failed" if final else "postponed"
    _release(notice, Notice.State.SENT, now=clock())
    return "sent"


def _release(
    notice: Notice, state: str, *, now: datetime, problem: str = "", pause: timedelta = timedelta(0)
) -> None:
    """Give the claim back, unless it was taken from us because we were too slow."""
    Notice.objects.filter(pk=notice.pk, leased_until=notice.leased_until).update(
        state=state,
        leased_until=None,
        next_attempt_at=now + pause,
        problem=problem[:200],
        done_at=None if state == Notice.State.QUEUED else now,
    )


def _message(notice: Notice) -> Message:
    language, text = texts.render(notice.kind, notice.language, notice.facts)
    return Message(
        id=str(notice.id),
        kind=notice.kind,
        sender=notice.sender,
        address=open_notice(notice).address,
        language=language,
        title=text.title,
        text=text.text,
        facts=notice.facts,
    )
