"""One run of the verification procedure: what is kept of it while it lasts."""

from dataclasses import dataclass, field

from common.errors import SelloError, UndeterminedError
from common.formats.base import (
    BindingMismatchError,
    ExpiredError,
    NotYetValidError,
    VerifiedCredential,
    VerifiedPresentation,
)
from common.status.check import StatusOutcome
from common.trust.trust_list import UnknownIssuerError
from common.verification.result import Check, CheckName, Status, Verification


class CredentialStatusError(SelloError):
    """A credential that is revoked, suspended, or of which nobody can say."""

    code = "credential_status"

    def __init__(self, outcome: StatusOutcome) -> None:
        super().__init__(outcome.reason)
        self.outcome = outcome


@dataclass(slots=True)
class VerificationRun:
    """One run of the procedure: which checks passed, which are at work, and what came of them."""

    formats: set[str] = field(default_factory=set)
    credentials: tuple[VerifiedCredential, ...] = ()
    presentations: dict[str, tuple[VerifiedPresentation, ...]] = field(default_factory=dict)
    remark: str = ""  # on the check at work, once it has passed
    _checks: list[Check] = field(default_factory=list)
    _at_work: tuple[CheckName, ...] = ()
    _status: Status = "none"

    def begin(self, *names: CheckName) -> None:
        """The checks at work have passed; now it is the turn of `names`."""
        self._checks += [Check(name, "passed", self.remark) for name in self._at_work]
        self._at_work, self.remark = names, ""
        if "status" in {check.check for check in self._checks}:
            self._status = "valid"

    def skip(self, name: CheckName, detail: str) -> None:
        """The checks at work have passed; `name` is not asked."""
        self.begin()
        self._checks.append(Check(name, "skipped", detail))

    def leave_open(self, name: CheckName, detail: str) -> None:
        """The checks at work have passed; of `name` nobody can tell."""
        self.begin()
        self._checks.append(Check(name, "undetermined", detail))

    def fail(self, error: SelloError) -> None:
        """The check to which an error belongs: formats look at times and binding beside signatures."""
        if isinstance(error, CredentialStatusError):
            self._status = error.outcome.status
            undetermined = error.outcome.status == "undetermined"
            self._checks.append(Check("status", "undetermined" if undetermined else "failed", error.public))
        elif isinstance(error, UndeterminedError):  # no fault of what was shown
            self._status = "undetermined"
            self._checks.append(Check(self._at_work[0], "undetermined", error.public))
        elif isinstance(error, UnknownIssuerError):  # asked before its keys were fetched
            self._checks.append(Check("trust", "failed", error.public))
        elif isinstance(error, ExpiredError | NotYetValidError):
            self._checks.append(Check("validity", "failed", error.public))
        elif isinstance(error, BindingMismatchError):
            self._checks.append(Check("binding", "failed", error.public))
        else:
            self._checks.append(Check(self._at_work[0], "failed", error.public))

    def result(self) -> Verification:
        """What came of the run."""
        return Verification(
            checks=tuple(self._checks),
            status=self._status,
            format=min(self.formats) if len(self.formats) == 1 else None,
            credentials=self.credentials,
            presentations=self.presentations,
        )
