"""Errors of both texts: `err.…` where a message is not taken, `rjct.…` where its content is refused."""

from typing import Final

from common.errors import SelloError

# The schema `Error`, with the HTTP status under which each leaves.
STATUSES: Final = {
    "err.request.bad": 400,
    "err.request.unauthorized": 401,
    "err.request.forbidden": 403,
    "err.request.not_found": 404,
    "err.request.timeout": 408,
    "err.version.not_supported": 400,
    "err.request.too_many_requests": 429,
    "err.sender_id.invalid": 401,
    "err.sender_uri.invalid": 400,
    "err.receiver_id.invalid": 400,
    "err.signature.missing": 401,
    "err.signature.invalid": 401,
    "err.encryption.invalid": 400,
    "err.service.unavailable": 503,
}
# The schema `MsgHeaderStatusReasonCode`.
REASONS: Final = frozenset({
    "rjct.version.invalid", "rjct.message_id.duplicate", "rjct.message_ts.invalid", "rjct.action.invalid",
    "rjct.action.not_supported", "rjct.total_count.invalid", "rjct.total_count.limit_exceeded",
    "rjct.errors.too_many",
})  # fmt: skip
MAX_SENTENCE: Final = 999  # of every text for people in these messages


class ExchangeError(SelloError):
    """A message that is not taken; `code` is one of the schema `Error`, `reason` an `rjct.…` or nothing."""

    def __init__(
        self, public: str, *, code: str = "err.request.bad", reason: str = "", detail: str = ""
    ) -> None:
        super().__init__(public, code=code, detail=detail, status=STATUSES[code])
        self.reason = reason


class SignatureRefusedError(ExchangeError):
    """A signature that is missing, does not hold, or is not of this hour."""

    def __init__(self, public: str, *, code: str = "err.signature.invalid", detail: str = "") -> None:
        super().__init__(public, code=code, detail=detail)
