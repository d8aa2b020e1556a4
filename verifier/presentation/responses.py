"""Receiving an answer: once, for the request it belongs to, and checked before anything follows from it."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn, cast
from urllib.parse import urlencode

from django.conf import settings

from common.adapters.error_log import log_error
from common.errors import SelloError
from common.oid4vp import dc_api
from common.oid4vp.request import ResponseMode
from common.oid4vp.response import AuthorizationResponse, ReceivedForm, open_response
from common.verification import Verification
from verifier.errors import PresentationRefusedError, SessionNotFoundError
from verifier.models import PresentationSession
from verifier.presentation import requests, states
from verifier.presentation.pending_response import seal_response
from verifier.presentation.unlocking import unlock_session
from verifier.presentation.verify_response import verify_answer
from verifier.sealing import digest_secret, fresh_secret

log = logging.getLogger("sello.presentation")

Status = states.Status


@dataclass(frozen=True, slots=True)
class ReceivedResponse:
    """What the wallet is told: where to lead the person, empty where they look at another device."""

    session: PresentationSession
    redirect_uri: str = ""


def receive_response(slug: str, form: ReceivedForm, *, now: datetime) -> ReceivedResponse:
    """Take an answer in.

    1 find the request by its key or state · 2 open the answer · 3 SUBMITTED: from here on nobody answers
    again · 4 the procedure · 5 VERIFIED or REJECTED · 6 unlock, or wait for the browser that began.

    Raises `SessionNotFoundError` (1), `SessionTimedOutError` or `AlreadyAnsweredError` (1, 3), what
    `open_response` raises (2), and `PresentationRefusedError` for an answer that is not accepted (5). That a
    service then opens nothing is no error for the wallet: it is kept for the page.
    """
    session = _find(slug, form)  # 1
    _require_waiting(session, now=now)
    answer = open_response(  # 2
        form,
        state=session.state,
        response_mode=cast(ResponseMode, session.response_mode),
        key=requests.encryption_key(session),
    )
    return _take(session, answer, now=now, led_back=session.same_device)


def receive_from_api(session: PresentationSession, data: object, *, now: datetime) -> ReceivedResponse:
    """Take an answer in that the browser itself hands over (OpenID4VP A.4); whoever calls knows that browser.

    It is bound to this site's origin, so that nobody leads anybody back, and it unlocks at once. Raises like
    `receive_response`.
    """
    _require_waiting(session, now=now)
    mode = dc_api.MODE_OF[session.response_mode]
    answer = dc_api.open_answer(data, response_mode=mode, key=requests.encryption_key(session))
    parameters = {**session.parameters, "response_mode": mode}
    return _take(session, answer, now=now, led_back=False, response_mode=mode, parameters=parameters)


def _require_waiting(session: PresentationSession, *, now: datetime) -> None:
    states.time_out(session, now=now)
    if session.status not in states.CAME_FROM[Status.SUBMITTED]:
        states.move_presentation(session, Status.SUBMITTED, now=now)  # raises, in the words that fit


def _take(
    session: PresentationSession,
    answer: AuthorizationResponse,
    *,
    now: datetime,
    led_back: bool,
    **fields: Any,
) -> ReceivedResponse:
    """Steps 3 to 6; `led_back` where the wallet leads the person back to the browser that began."""
    states.move_presentation(
        session, Status.SUBMITTED, now=now, submitted_at=now, sealed_key=None, **fields
    )  # 3
    if answer.error:
        outcome = {"verified": False, "reason": "The person did not agree, or holds no such document."}
        states.move_presentation(session, Status.REJECTED, now=now, detail=answer.error, outcome=outcome)
        return ReceivedResponse(session)
    try:
        checked = verify_answer(session, answer.presentations, now=now)  # 4
    except SelloError as error:
        _reject(session, {"verified": False, "reason": error.public}, failed="query", now=now)
    verification, outcome = checked.verification, _outcome(checked.verification)
    if not verification.verified:  # 5
        failed = next((one.check for one in verification.checks if one.result != "passed"), "format")
        _reject(session, outcome, failed=failed, now=now)
    code = fresh_secret() if led_back else ""
    states.move_presentation(
        session,
        Status.VERIFIED,
        now=now,
        outcome=outcome,
        sealed_answer=seal_response(session, answer.presentations),
        response_code=digest_secret(code) if code else "",
    )
    if led_back:  # 6
        query = urlencode({"response_code": code})
        return ReceivedResponse(
            session, f"{settings.BASE_URL}/services/sessions/{session.poll_id}/finish?{query}"
        )
    try:
        unlock_session(session, checked, now=now)
    except SelloError as error:
        note_problem(session, error)
    return ReceivedResponse(session)


def note_problem(session: PresentationSession, error: SelloError) -> None:
    """Keep, for the page and the operator, why a verified answer has opened nothing."""
    log_error(log, error)
    session.refresh_from_db()
    session.outcome = {**session.outcome, "problem": error.public, "code": error.code}
    PresentationSession.objects.filter(pk=session.pk).update(outcome=session.outcome)


def _find(slug: str, form: ReceivedForm) -> PresentationSession:
    known = {"request_id": form.kid} if form.encrypted else {"state": form.state}
    found = PresentationSession.objects.select_related("service").filter(service__slug=slug, **known).first()
    if found is None:
        raise SessionNotFoundError("This answers no request that was made here.", status=400)
    return found


def _outcome(verification: Verification) -> dict[str, Any]:
    """What is kept: the checks and their results, the issuer, the format. No claim."""
    kept = {name: value for name, value in verification.as_json().items() if name != "claims"}
    reasons = [each.detail for each in verification.checks if each.result in ("failed", "undetermined")]
    return {**kept, "reason": reasons[0] if reasons else ""}


def _reject(
    session: PresentationSession, outcome: Mapping[str, Any], *, failed: str, now: datetime
) -> NoReturn:
    states.move_presentation(session, Status.REJECTED, now=now, detail=failed, outcome=outcome)
    raise PresentationRefusedError(outcome["reason"] or "What was presented is not accepted.", detail=failed)
