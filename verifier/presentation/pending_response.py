"""An answer between VERIFIED and UNLOCKED: sealed in its row, and gone with the next state."""

import json

from common.formats.base import Secured
from verifier.errors import SessionNotFoundError
from verifier.models import PresentationSession
from verifier.presentation.verify_response import Answer
from verifier.sealing import seal_value, unseal_value


def seal_response(session: PresentationSession, answer: Answer) -> bytes:
    """The presentations as they arrived, for this row alone."""
    return seal_value(json.dumps(answer).encode(), name=f"answer {session.request_id}")


def open_pending_response(session: PresentationSession) -> dict[str, list[Secured]]:
    """What was presented and not unlocked yet."""
    if session.sealed_answer is None:
        raise SessionNotFoundError("There is nothing to open here any more. Start again at the service.")
    answer: dict[str, list[Secured]] = json.loads(
        unseal_value(session.sealed_answer, name=f"answer {session.request_id}")
    )
    return answer
