"""The state machine of a presentation, in one place.

    REQUESTED → REQUEST_RETRIEVED → SUBMITTED → VERIFIED → UNLOCKED
                                              ↘ REJECTED
    TIMED_OUT from any state in which something is still awaited. UNLOCKED → VERIFIED only by `give_back`.

A move is one UPDATE that names the states it may start from, so that of two that race one wins.
"""

from datetime import datetime
from typing import Any, Final

from django.db import models

from common.adapters.storage.transitions import transition
from verifier.errors import AlreadyAnsweredError, SessionTimedOutError
from verifier.models import AuditEvent, PresentationSession

Status = PresentationSession.Status
CAME_FROM: Final[dict[str, tuple[str, ...]]] = {
    Status.REQUEST_RETRIEVED: (Status.REQUESTED, Status.REQUEST_RETRIEVED),
    Status.SUBMITTED: (Status.REQUESTED, Status.REQUEST_RETRIEVED),
    Status.VERIFIED: (Status.SUBMITTED,),
    Status.REJECTED: (Status.SUBMITTED,),
    Status.UNLOCKED: (Status.VERIFIED,),
    Status.TIMED_OUT: (Status.REQUESTED, Status.REQUEST_RETRIEVED, Status.SUBMITTED, Status.VERIFIED),
}
GIVEN_BACK: Final[dict[str, tuple[str, ...]]] = {Status.VERIFIED: (Status.UNLOCKED,)}
SECRETS_GONE: Final[dict[str, Any]] = {"sealed_key": None, "sealed_answer": None}


def move_presentation(
    session: PresentationSession, to: str, *, now: datetime, detail: str = "", **fields: Any
) -> None:
    """Move `session` on and store `fields` with it.

    Raises `SessionTimedOutError` where its time is over, `AlreadyAnsweredError` where another was first.
    """
    if to != Status.TIMED_OUT:
        time_out(session, now=now)
    if not transition(session, to, ways=CAME_FROM, state="status", **fields):
        if session.status == Status.TIMED_OUT:
            raise SessionTimedOutError("This took too long. Start again at the service.")
        raise AlreadyAnsweredError("This request was answered already. Start again at the service.")
    AuditEvent.objects.create(session=session, at=now, event=to, detail=detail[:200])


def give_back(session: PresentationSession, *, expires_at: datetime) -> None:
    """UNLOCKED back to VERIFIED: nothing was opened, because somebody who was asked did not answer."""
    session.refresh_from_db()
    if session.sealed_answer is not None:
        transition(
            session, Status.VERIFIED, ways=GIVEN_BACK, state="status", unlocked_at=None, expires_at=expires_at
        )


def time_out(session: PresentationSession, *, now: datetime) -> None:
    """End a session whose time is over, and forget what it held."""
    if session.expires_at <= now:
        sweep(PresentationSession.objects.filter(pk=session.pk), now=now)
        session.refresh_from_db()


def sweep(sessions: models.QuerySet[PresentationSession], *, now: datetime) -> int:
    """End those of `sessions` whose time is over; results that nobody may see any more are erased."""
    sessions.filter(expires_at__lte=now, sealed_result__isnull=False).update(sealed_result=None)
    over = list(
        sessions.filter(expires_at__lte=now, status__in=CAME_FROM[Status.TIMED_OUT]).values_list(
            "pk", flat=True
        )
    )
    ended = 0
    for pk in over:
        if PresentationSession.objects.filter(pk=pk, status__in=CAME_FROM[Status.TIMED_OUT]).update(
            status=Status.TIMED_OUT, **SECRETS_GONE
        ):
            AuditEvent.objects.create(session_id=pk, at=now, event=Status.TIMED_OUT)
            ended += 1
    return ended
