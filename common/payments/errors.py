"""What payment messages are refused for."""

from common.errors import SelloError


class PaymentMessageError(SelloError):
    """A message of a payment rail that cannot be read, or would not be understood."""

    code = "invalid_request"


class InvalidAddressError(PaymentMessageError):
    """A text that is no financial address, where one is needed."""
