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


class MalformedInput(SelloError):
    """Bytes that do not have the shape they claim."""

    code = "invalid_request"


class UnknownPart(SelloError):
    """A format, suite, method or purpose that no dict lists; the text names what is known."""

    code = "invalid_request"

    def __init__(self, kind: str, name: object, known: Iterable[str]) -> None:
        super().__init__(f"Unknown {kind} {name!r}; known: {', '.join(sorted(known))}.")


class InvalidKey(SelloError):
    """A key that is not what its type or algorithm says."""

    code = "invalid_request"


class InvalidSignature(SelloError):
    """A signature that this key did not make over these bytes."""

    code = "invalid_request"


class Undetermined(SelloError):
    """Something that nobody here can say: no fault of what was shown."""

    code = "server_error"
    status = 502


class FetchFailed(Undetermined):
    """Something outside did not answer as it should; says nothing about what was asked for."""


class NotReached(FetchFailed):
    """Nobody was there to take the request: nothing of it was sent."""
