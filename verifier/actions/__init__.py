"""What a verified presentation unlocks: one dict of parts."""

from typing import Final

from verifier.actions import payment, registry, service
from verifier.actions.base import Action

ACTIONS: Final[dict[str, Action]] = {
    "registry": Action(registry.unlock, atomic=False),
    "payment": Action(payment.unlock),
    "account": Action(service.open_account),
    "admission": Action(service.admit),
}
