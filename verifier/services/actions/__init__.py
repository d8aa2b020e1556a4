"""What a verified presentation unlocks: one dict of parts, and how a service of each may be set up."""

from typing import Any, Final

from common.errors import SelloError, UnknownPartError
from common.parameters import check_parameters
from verifier.errors import ServiceSetupError
from verifier.models import Service
from verifier.services.actions import account, admission, payment, registry
from verifier.services.actions.base import SERVICE_PARAMETERS, Action

ACTIONS: Final[dict[str, Action]] = {
    "registry": Action(registry.unlock, registry.PARAMETERS, atomic=False),
    "payment": Action(payment.unlock, payment.PARAMETERS),
    "account": Action(account.unlock, account.PARAMETERS),
    "admission": Action(admission.unlock, admission.PARAMETERS),
}


def check_action(action: str, parameters: Any) -> None:
    """Raise, in words for the operator, unless a service can be set up with that action and `parameters`.

    Raises `UnknownPartError` for an action or parameter that is not known, `InvalidParameterError` for one
    that is missing, and what a parameter's own check has to say of its value.
    """
    if action not in ACTIONS:
        raise UnknownPartError("action", action, ACTIONS)
    declared = {**SERVICE_PARAMETERS, **ACTIONS[action].parameters}
    check_parameters(parameters, declared, of=f"a service of the action {action}")


def action_of(service: Service) -> Action:
    """What a service unlocks; raises `ServiceSetupError` where its row is wrong and would open nothing."""
    try:
        check_action(service.action, service.parameters)
    except SelloError as error:
        raise ServiceSetupError(
            "This service is not set up as it should be, and opens nothing now. Its provider has to mend it.",
            detail=f"{service.slug}: {error.public}",
        ) from error
    return ACTIONS[service.action]
