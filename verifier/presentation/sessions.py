"""The session of a name, whoever asks for it."""

from datetime import datetime

from verifier.errors import SessionNotFoundError
from verifier.models import PresentationSession
from verifier.presentation import states


def presentation_session(poll_id: str, *, now: datetime) -> PresentationSession:
    """The session of that name as it is `now`; raises `SessionNotFoundError` where there is none."""
    found = PresentationSession.objects.select_related("service").filter(poll_id=poll_id).first()
    if found is None:
        raise SessionNotFoundError("No such request. Start again at the service.")
    states.time_out(found, now=now)
    return found
