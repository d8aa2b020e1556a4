"""From VERIFIED to UNLOCKED, exactly once, and what was unlocked shown to the browser that began."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Final

from django.db import transaction

from verifier.errors import SessionNotFoundError, WrongBrowserError
from verifier.models import PresentationSession
from verifier.presentation import states
from verifier.presentation.pending_response import open_pending_response
from verifier.presentation.verify_response import CheckedAnswer, verified_answer, verify_answer
from verifier.sealing import digest_secret, seal_value, unseal_value
from verifier.services.actions import action_of
from verifier.services.actions.base import Unlocked, UnlockedDocument

RESULT_LIFETIME: Final = timedelta(minutes=10)
Status = states.Status


def unlock_session(session: PresentationSession, checked: CheckedAnswer, *, now: datetime) -> Unlocked:
    """Run the service's action for a verified answer; of several at once, one does it.

    Raises `ServiceSetupError` while the session is VERIFIED still, `AlreadyAnsweredError` or
    `SessionTimedOutError` where it is no longer, and whatever the action refuses with.
    """
    action = action_of(session.service)
    presentation = verified_answer(checked)
    with transaction.atomic() if action.atomic else _returned_on_failure(session):
        states.move_presentation(
            session, Status.UNLOCKED, now=now, unlocked_at=now, expires_at=now + RESULT_LIFETIME
        )
        unlocked = action.unlock(presentation, session=session, now=now)
        session.outcome = {**session.outcome, **unlocked.outcome, "problem": ""}
        session.sealed_result = _sealed(session, unlocked) if session.browser else None
        PresentationSession.objects.filter(pk=session.pk).update(
            outcome=session.outcome, sealed_result=session.sealed_result, **states.SECRETS_GONE
        )
    return unlocked


def finish_in_browser(
    session: PresentationSession, *, response_code: str, browser: str, now: datetime
) -> Unlocked:
    """End a same-device request in the browser that began it (OpenID4VP §14.2).

    That browser alone has the cookie, and whoever the wallet led here alone has the code; both are needed.
    Raises `WrongBrowserError` where one is missing, and else like `retry_unlock`.
    """
    require_browser(session, browser)
    if not session.response_code or not compare_digest(digest_secret(response_code), session.response_code):
        raise WrongBrowserError("This link does not belong to this request. Start again at the service.")
    return retry_unlock(session, now=now)


def retry_unlock(session: PresentationSession, *, now: datetime) -> Unlocked:
    """Unlock what was verified before: it is checked again, as of the moment when it arrived.

    Raises `SessionNotFoundError` where nothing is kept any more, and else like `unlock_session`.
    """
    answer = open_pending_response(session)
    checked = verify_answer(session, answer, now=now, arrived=session.submitted_at)
    return unlock_session(session, checked, now=now)


def require_browser(session: PresentationSession, browser: str) -> None:
    """Raise `WrongBrowserError` unless `browser` is the cookie of the browser that began."""
    if not session.browser or not browser or not compare_digest(digest_secret(browser), session.browser):
        raise WrongBrowserError("This was begun in another browser. Start again at the service.")


def unlocked_result(session: PresentationSession, *, browser: str, now: datetime) -> Unlocked:
    """What was unlocked, for the browser that began and for a short while.

    Raises `WrongBrowserError` for any other, `SessionNotFoundError` where that while is over.
    """
    require_browser(session, browser)
    states.time_out(session, now=now)
    if session.sealed_result is None:
        raise SessionNotFoundError("This is not shown any more.")
    kept = json.loads(unseal_value(session.sealed_result, name=f"result {session.request_id}"))
    document = UnlockedDocument(**kept.pop("document")) if kept["document"] else None
    return Unlocked(**{**kept, "rows": tuple(map(tuple, kept["rows"])), "document": document})


@contextmanager
def _returned_on_failure(session: PresentationSession) -> Iterator[None]:
    """Where an action that asks others fails, the session is VERIFIED again and may be tried once more."""
    before = session.expires_at
    try:
        yield
    except Exception:
        if session.status == Status.UNLOCKED:
            states.give_back(session, expires_at=before)
        raise


def _sealed(session: PresentationSession, unlocked: Unlocked) -> bytes:
    return seal_value(
        json.dumps({**asdict(unlocked), "outcome": {}}).encode(), name=f"result {session.request_id}"
    )
