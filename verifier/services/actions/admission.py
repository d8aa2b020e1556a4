"""Admission: whoever shows that one claim is true may enter."""

from datetime import datetime
from typing import Final

from common.parameters import Parameter, text
from verifier.errors import UnlockRefusedError
from verifier.models import PresentationSession
from verifier.services.actions.base import Unlocked, VerifiedAnswer

PARAMETERS: Final = {"claim": Parameter(text, required=True)}


def unlock(presentation: VerifiedAnswer, *, session: PresentationSession, now: datetime) -> Unlocked:
    """Let in whoever shows that the one asked claim is true; nothing of it is remembered.

    Raises `UnlockRefusedError` where it is not.
    """
    claim = session.service.parameters["claim"]
    if presentation.one().claim(claim) is not True:
        raise UnlockRefusedError("What was shown does not say that you may enter.")
    return Unlocked(
        title="You may enter",
        text="This service learned that one fact, and nothing else about you.",
        outcome={"unlocked": "service"},
    )
