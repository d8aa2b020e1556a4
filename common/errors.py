"""One error family: the specification's code, a sentence for the person, a detail for the log.

Every floor derives its own errors from `SelloError`; adapters render them (common/adapters/api/rest.py).
Neither `public` nor `detail` ever carries a claim, a key or a token.
"""

from collections.abc import Iterable


class SelloError(Exception):
    """An error whose `code` others rely upon, whose `public` text a person may read."""

    code = "server_error"
    status = 400  # HTTP status when it leaves through an endpoint

    def __init__(
        self, public: str, *, code: str | None = None, detail: str = "", status: int | None = None
    ) -> None:
        super().__init__(public)
        self.public = public
        self.detail = detail
        if code is not None:
            self.code = code
        if status is not None:
            self.status = status

    def __str__(self) -> str:
        return f"{self.public} ({self.detail})" if self.detail else self.public


class MalformedInputError(SelloError):
    """Bytes that do not have the shape they claim."""

    code = "invalid_request"


class UnknownPartError(SelloError):
    """A format, suite, method or purpose that no dict lists; the text names what is known."""

    code = "invalid_request"

    def __init__(self, kind: str, name: object, known: Iterable[str]) -> None:
        super().__init__(f"Unknown {kind} {name!r}; known: {', '.join(sorted(known))}.")


class InvalidKeyError(SelloError):
    """A key that is not what its type or algorithm says."""

    code = "invalid_request"


class InvalidSignatureError(SelloError):
    """A signature that this key did not make over these bytes."""

    code = "invalid_request"


class UndeterminedError(SelloError):
    """Something that nobody here can say: no fault of what was shown."""

    code = "server_error"
    status = 502


class FetchError(UndeterminedError):
    """Something outside did not answer as it should; says nothing about what was asked for."""


class NotReachedError(FetchError):
    """Nobody was there to take the request: nothing of it was sent."""
