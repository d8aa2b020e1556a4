"""Whether a credential still stands: valid, revoked, suspended, or honestly undetermined."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from common.did import Fetch, Fetched
from common.errors import SelloError
from common.status import bitstring, token, token_cwt
from common.status.errors import StatusError
from common.status.status_list import DecodedStatusList, ListCache
from common.vcdm.credential import StatusReference

Status = Literal["valid", "revoked", "suspended", "undetermined"]
VerifyList = Callable[[Fetched], bitstring.ListCredential]
TOKENS: Final = f"{token.MEDIA_TYPE}, {token_cwt.MEDIA_TYPE};q=0.5"  # an issuer of mdocs may have CWTs alone
_GRAVEST_FIRST: Final[tuple[Status, ...]] = ("revoked", "suspended", "undetermined", "valid")
MAX_ENTRIES: Final = 8  # of one credential: each list may be a journey
_KEPT_UNTOLD: Final = 60  # seconds for which a list without a ttl is kept
_KEPT_AT_MOST: Final = 3600


@dataclass(frozen=True, slots=True)
class StatusOutcome:
    """A status and, in a sentence, where it comes from."""

    status: Status
    reason: str


def determine_status(
    references: Sequence[StatusReference],
    *,
    issuer: str,
    fetch: Fetch,
    issuer_key: token.IssuerKey,
    verify_list: VerifyList,
    lists: ListCache,
    now: datetime,
) -> StatusOutcome:
    """The gravest answer among the credential's entries; whatever goes wrong makes one undetermined.

    `issuer` is the credential's: a list counts only if the same issuer signed it. `issuer_key` finds the key
    of a token list, `verify_list` verifies a bitstring list's proof and times, `lists` keeps what held.
    """
    if not references:
        return StatusOutcome("valid", "The issuer keeps no status of this credential.")
    if len(references) > MAX_ENTRIES:
        return StatusOutcome("undetermined", f"More than {MAX_ENTRIES} status lists are not asked.")
    outcomes = []
    for reference in references:
        try:
            key = f"{reference.kind} {issuer} {reference.uri}"
            found = lists.get(key)
            if found is None or not found.covers(now):
                found = _fetch_list(
                    reference,
                    issuer=issuer,
                    fetch=fetch,
                    issuer_key=issuer_key,
                    verify_list=verify_list,
                    now=now,
                )
                lists.put(key, found, seconds=_lifetime(found, now=now))
            outcomes.append(_read(reference, found))
        except SelloError as error:
            outcomes.append(StatusOutcome("undetermined", error.public))
    return gravest(outcomes)


def gravest(outcomes: Sequence[StatusOutcome]) -> StatusOutcome:
    """The outcome that decides where there are several; none at all says nothing."""
    none = StatusOutcome("undetermined", "There is nothing whose status could be asked.")
    return min(outcomes, key=lambda outcome: _GRAVEST_FIRST.index(outcome.status), default=none)


def _fetch_list(
    reference: StatusReference,
    *,
    issuer: str,
    fetch: Fetch,
    issuer_key: token.IssuerKey,
    verify_list: VerifyList,
    now: datetime,
) -> DecodedStatusList:
    if reference.kind == "TokenStatusList":
        fetched = fetch(reference.uri, accept=TOKENS)
        if fetched.content_type == token_cwt.MEDIA_TYPE:
            return token_cwt.verify(
                fetched.body, uri=reference.uri, issuer=issuer, issuer_key=issuer_key, now=now
            )
        text = fetched.body.decode("ascii", errors="replace").strip()
        return token.verify(text, uri=reference.uri, issuer=issuer, issuer_key=issuer_key, now=now)
    fetched = fetch(reference.uri, accept=bitstring.ACCEPT)
    return bitstring.read(verify_list(fetched), uri=reference.uri, issuer=issuer)


def _read(reference: StatusReference, found: DecodedStatusList) -> StatusOutcome:
    if reference.kind == "TokenStatusList":
        value = found.statuses[reference.index]  # the draft wants no least length
        names: dict[int, Status] = {
            token.VALID: "valid",
            token.INVALID: "revoked",
            token.SUSPENDED: "suspended",
        }
        if value not in names:
            raise StatusError("The status list gives a status that is not understood.")
        status = names[value]
    elif not bitstring.validate(reference, found):
        status = "valid"
    elif reference.purpose == "revocation":
        status = "revoked"
    else:
        status = "suspended"
    return StatusOutcome(status, f"The issuer's status list says: {status}.")


def _lifetime(found: DecodedStatusList, *, now: datetime) -> int:
    """Seconds for which a list may be kept: its ttl, not beyond its end, within bounds."""
    kept = min(_KEPT_UNTOLD if found.ttl is None else found.ttl, _KEPT_AT_MOST)
    if found.valid_until is None:
        return kept
    return min(kept, int((found.valid_until - now).total_seconds()))
