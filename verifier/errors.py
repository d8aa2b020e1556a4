"""What a verifier says no to."""

from common.errors import SelloError


class NotHereError(SelloError):
    """Something that is not here, or that this person has nothing to do with."""

    code = "invalid_request"
    status = 404


class SessionNotFoundError(NotHereError):
    """No such request, or none that this browser began."""


class AlreadyAnsweredError(SelloError):
    """The request was answered before, or is in no state to be answered."""

    code = "invalid_request"


class SessionTimedOutError(SelloError):
    """The request was not answered in time."""

    code = "invalid_request"


class WrongBrowserError(SelloError):
    """The answer came back to another browser than the one that began (OpenID4VP §14.2)."""

    code = "access_denied"
    status = 403


class PresentationRefusedError(SelloError):
    """What was presented is not accepted; `result` is `failed` or `undetermined`."""

    code = "invalid_presentation"


class ServiceSetupError(SelloError):
    """A service whose row is not what its action needs: a fault of whoever set it up, never of the person."""

    code = "server_error"
    status = 503


class UnlockRefusedError(SelloError):
    """What was presented holds, but opens nothing here."""

    code = "access_denied"
    status = 403
