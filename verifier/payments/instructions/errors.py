"""What the payment core says no to."""

from common.errors import SelloError
from verifier.errors import UnlockRefusedError


class UnknownInstructionError(SelloError):
    """An instruction that was not given here."""

    code = "invalid_request"
    status = 404


class PaymentTransitionError(SelloError):
    """A move that the state machine does not have; somebody else was faster."""

    code = "server_error"
    status = 409


class NotEligibleError(UnlockRefusedError):
    """The rules of the programme do not pay this person now; the sentences say why."""


class BudgetExhaustedError(UnlockRefusedError):
    """The programme has less left than this payment needs."""


class PaymentDisputedError(UnlockRefusedError):
    """What became of the last payment to this person is disputed; a person has to look."""
