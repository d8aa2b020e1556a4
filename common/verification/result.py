"""What a verification leaves behind: each check by name, and one answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from common.errors import SelloError
from common.formats.base import VerifiedCredential, VerifiedPresentation

CheckName = Literal["format", "signature", "binding", "validity", "trust", "references", "status", "query"]
Outcome = Literal["passed", "failed", "undetermined", "skipped"]
Status = Literal["valid", "revoked", "suspended", "undetermined", "none"]


class VerificationError(SelloError):
    """A verification that did not end well; the text is that of its first check that did not pass."""

    code = "verification_failed"


@dataclass(frozen=True, slots=True)
class Check:
    """One step of the procedure; `detail` is a sentence that may be shown."""

    check: CheckName
    result: Outcome
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Verification:
    """The answer to "may this be relied upon?", with all that led to it.

    `status` is "none" where it was not asked, since an earlier check had failed. `presentations` are those of
    an OpenID4VP response, by query identifier.
    """

    checks: tuple[Check, ...]
    status: Status = "none"
    format: str | None = None
    credentials: tuple[VerifiedCredential, ...] = ()
    presentations: Mapping[str, tuple[VerifiedPresentation, ...]] = field(default_factory=dict)

    @property
    def verified(self) -> bool:
        """Every check that applies passed, the status among them; a list without checks proves nothing."""
        passed = [check for check in self.checks if check.result == "passed"]
        return bool(passed) and len(passed) == len([c for c in self.checks if c.result != "skipped"])

    @property
    def issuer(self) -> str | None:
        """The issuer, where the credentials have but one."""
        issuers = {credential.issuer for credential in self.credentials}
        return issuers.pop() if len(issuers) == 1 else None

    @property
    def claims(self) -> Mapping[str, Any]:
        """The verified claims of the one credential; several keep theirs apart in `credentials`."""
        return self.credentials[0].claims if len(self.credentials) == 1 else {}

    @property
    def exit_code(self) -> Literal[0, 1, 2, 3]:
        """0 verified and valid, 2 revoked or suspended, 3 undetermined, 1 anything else (the contract)."""
        if any(check.result == "failed" and check.check != "status" for check in self.checks):
            return 1
        if self.status in ("revoked", "suspended"):
            return 2
        if self.status == "undetermined" or any(check.result == "undetermined" for check in self.checks):
            return 3
        return 0 if self.verified and self.status == "valid" else 1

    def require_verified(self) -> "Verification":
        """Itself, or `VerificationError` with the first check that did not pass."""
        if self.verified:
            return self
        for check in self.checks:
            if check.result in ("failed", "undetermined"):
                raise VerificationError(check.detail or f"The check {check.check} did not pass.")
        raise VerificationError("Nothing was checked.")

    def as_json(self) -> dict[str, Any]:
        """The object that commands and endpoints print."""
        return {
            "verified": self.verified,
            "status": self.status,
            "format": self.format,
            "issuer": self.issuer,
            "claims": dict(self.claims),
            "checks": [
                {"check": check.check, "result": check.result, "detail": check.detail}
                for check in self.checks
            ],
        }
