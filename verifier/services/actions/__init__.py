"""What a verified presentation unlocks: one dict of parts."""

from typing import Final

from verifier.services.actions import payment, registry, service
from verifier.services.actions.base import Action

ACTIONS: Final[dict[str, Action]] = {
    "registry": Action(registry.unlock, atomic=False),
    "payment": Action(payment.unlock),
    "account": Action(service.open_account),
    "admission": Action(service.admit),
}
