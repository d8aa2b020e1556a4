"""`greeting`: an action that greets whoever shows their name, in the words of the service."""

from datetime import datetime
from typing import Final

from common.parameters import Parameter, text
from verifier.models import PresentationSession
from verifier.services.actions.base import Unlocked, VerifiedAnswer

PARAMETERS: Final = {
    "words": Parameter(text, required=True),
    "name": Parameter(text, required=True),  # the claim that says it
}


def unlock(presentation: VerifiedAnswer, *, session: PresentationSession, now: datetime) -> Unlocked:
    """Greet the person; `UnlockRefusedError` where what was shown does not say their name."""
    parameters = session.service.parameters
    name = presentation.one().text(parameters["name"])
    return Unlocked(title=f"{parameters['words']}, {name}!", outcome={"unlocked": "greeting"})
