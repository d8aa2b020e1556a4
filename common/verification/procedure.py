"""The one procedure that every verifier runs, for a file as for an OpenID4VP response.

1. format: each thing is of a known format, the one that was asked for, and there is something at all.
2. signature and binding: the issuer's own key signed it; its holder made the presentation for this
   request, this verifier, now.
3. validity: now lies within its validity period.
4. trust: its issuer is trusted for every type that it claims.
5. references: related resources and schemas, where a credential names some, are as its issuer says.
6. status: its issuer's list says valid; revoked, suspended and *undetermined* are three other answers.
7. query: what was asked for is satisfied by verified claims.

The first check that fails ends the procedure: nobody's server is asked for a status before its issuer is
known to be trusted, and where `sources` know the trust list, none for a key or a context either. Where a key
or a schema cannot be had or read, the answer is *undetermined* as well. Each `check_…` step raises;
`verify_…` turns what was raised into a `Verification`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from common.errors import MalformedInputError, SelloError, UnknownPartError
from common.formats import FORMATS
from common.formats.base import (
    Binding,
    BindingMismatchError,
    ExpiredError,
    NotYetValidError,
    Secured,
    Sources,
    VerifiedCredential,
    VerifiedPresentation,
)
from common.formats.data_integrity.disclosure import is_selective, require_derived
from common.formats.detect import find_format
from common.formats.w3c.envelopes import unwrap_envelope
from common.status.check import StatusOutcome, gravest
from common.trust import TrustList
from common.verification.references import has_references
from common.verification.result import Verification
from common.verification.run import CredentialStatusError, VerificationRun

BASE_PROOF: Final = (
    "Its proof is for its holder alone. It was verified as the holder does, by deriving another that shows it"
    " all. No verifier accepts the credential as it is: show what is derived from it."
)
Presentations = Mapping[str, tuple[VerifiedPresentation, ...]]


class StatusOf(Protocol):
    """How a verifier learns a credential's status; fetch, keys and caches are inside."""

    def __call__(self, credential: VerifiedCredential, *, now: datetime) -> StatusOutcome:
        """The status at `now`."""


class ReferencesOf(Protocol):
    """How a verifier checks what a credential refers to; `UndeterminedError` where nobody can say."""

    def __call__(self, credential: VerifiedCredential) -> None:
        """Nothing where every reference holds."""


@dataclass(frozen=True, slots=True)
class Submission:
    """One presentation of a response: for which query, in which format, and bound to what.

    Only where the query says `require_cryptographic_holder_binding: false` is `holder_bound` False: then the
    credential alone will do (OpenID4VP §5.3). What its holder signed all the same is checked as ever.
    """

    query: str
    format: str
    secured: Secured
    binding: Binding
    holder_bound: bool = True

    @property
    def is_bare(self) -> bool:
        """Whether this is a credential without its holder's signature, where that was asked for."""
        return not self.holder_bound and find_format(self.secured)[2] == "credential"


def verify_response(
    submissions: Sequence[Submission],
    *,
    satisfied: Callable[[Presentations], None],
    sources: Sources,
    status: StatusOf,
    references: ReferencesOf,
    trust: TrustList,
    now: datetime,
) -> Verification:
    """Verify all that came in answer to one request; `satisfied` raises unless the query is (step 7)."""
    run = VerificationRun(formats={one.format for one in submissions})
    try:
        run.begin("format")  # 1
        check_format(submissions)
        bound = not all(one.is_bare for one in submissions)
        run.begin("signature", *(("binding",) if bound else ()))  # 2
        for one in submissions:
            verified = check_signature_and_binding(one, sources=sources, now=now)
            run.presentations[one.query] = (*run.presentations.get(one.query, ()), verified)
            run.credentials += verified.credentials
        if not bound:
            run.skip("binding", "The request asks for no holder's signature: anybody may have shown this.")
        run.begin("validity")  # 3
        check_validity(run.credentials, now=now)
        run.begin("trust")  # 4
        check_trust(run.credentials, trust=trust)
        _check_references(run, references)  # 5
        run.begin("status")  # 6
        check_status(run.credentials, status=status, now=now)
        run.begin("query")  # 7
        satisfied(run.presentations)
        run.begin()
    except SelloError as error:
        run.fail(error)
    return run.result()


def verify_one(
    secured: Secured,
    *,
    sources: Sources,
    status: StatusOf,
    references: ReferencesOf,
    trust: TrustList,
    now: datetime,
    binding: Binding | None = None,
    as_holder: bool = False,
) -> Verification:
    """Verify a credential, or a presentation, of any known format (steps 1 to 6).

    A credential with a base proof of ecdsa-sd-2023 is verified where it is `as_holder` to keep: as its holder
    does, by deriving what would show it all. Shown by somebody else it is refused.

    A presentation without `binding` was found, not asked for: its holder's signature is checked as of the
    time it names, and the check "binding" is skipped, since nobody can tell for whom it was made. Where that
    signature covers what only the request has, such as transaction data, the check is undetermined.
    """
    run = VerificationRun()
    try:
        run.begin("format")  # 1
        secured = unwrap_envelope(secured)
        name, format_, kind = find_format(secured)
        run.formats = {name}
        if kind == "credential":
            run.begin("signature")  # 2
            if not as_holder:
                require_derived(secured)
            elif isinstance(secured, Mapping) and is_selective(secured):
                run.remark = BASE_PROOF
            run.credentials = (format_.verify_credential(secured, sources=sources, now=now),)
        elif binding is not None:
            run.begin("signature", "binding")  # 2
            shown = format_.verify_presentation(secured, binding=binding, sources=sources, now=now)
            run.credentials = shown.credentials
        else:
            run.begin("signature")  # 2
            run.credentials, signed = _found_presentation(secured, sources=sources, now=now)
            if signed:
                run.skip("binding", "Without the request, nobody can tell for whom this was made.")
            else:
                run.leave_open(
                    "binding", "Without the request, nobody can tell whether its holder signed this."
                )
        run.begin("validity")  # 3
        check_validity(run.credentials, now=now)
        run.begin("trust")  # 4
        check_trust(run.credentials, trust=trust)
        _check_references(run, references)  # 5
        run.begin("status")  # 6
        check_status(run.credentials, status=status, now=now)
        run.begin()
    except SelloError as error:
        run.fail(error)
    return run.result()


def check_format(submissions: Sequence[Submission]) -> None:
    """Step 1: something was submitted, and each submission has the shape of the format it was asked in."""
    if not submissions:
        raise MalformedInputError("Nothing was presented.")
    for one in submissions:
        if one.format not in FORMATS:
            raise UnknownPartError("format", one.format, FORMATS)
        name, _, kind = find_format(one.secured)
        if name != one.format:
            raise MalformedInputError("A presentation has another format than was asked for.")
        if kind != "presentation" and one.holder_bound:
            raise BindingMismatchError("This presentation lacks its holder's signature.")


def check_signature_and_binding(one: Submission, *, sources: Sources, now: datetime) -> VerifiedPresentation:
    """Step 2: the only source of verified credentials; `ExpiredError`, `NotYetValidError` belong to step 3.

    A bare credential has no holder, and authorises no transaction.
    """
    if one.is_bare and not one.binding.transaction_data:
        require_derived(one.secured)
        credential = FORMATS[one.format].verify_credential(one.secured, sources=sources, now=now)
        return VerifiedPresentation((credential,), holder="", transaction_data=())
    verified = FORMATS[one.format].verify_presentation(
        one.secured, binding=one.binding, sources=sources, now=now
    )
    if not verified.credentials:
        raise MalformedInputError("A presentation holds no credential.")
    if set(verified.transaction_data) != set(one.binding.transaction_data):
        raise BindingMismatchError("The holder did not sign these transaction data.")
    return verified


def check_validity(credentials: Iterable[VerifiedCredential], *, now: datetime) -> None:
    """Step 3: each validity period holds now, whatever the format looked at."""
    for credential in credentials:
        if credential.valid_from is not None and now < credential.valid_from:
            raise NotYetValidError("This credential is not valid yet.")
        if credential.valid_until is not None and credential.valid_until < now:
            raise ExpiredError("This credential has expired.")


def check_trust(credentials: Iterable[VerifiedCredential], *, trust: TrustList) -> None:
    """Step 4: the issuer that was proven in step 2, and no other name, is looked up."""
    for credential in credentials:
        trust.require_issuer(credential.issuer, types=credential.types)


def check_status(credentials: Iterable[VerifiedCredential], *, status: StatusOf, now: datetime) -> None:
    """Step 6: raise `NotStanding` with the gravest status among the credentials, unless all are valid."""
    outcome = gravest([status(credential, now=now) for credential in credentials])
    if outcome.status != "valid":
        raise CredentialStatusError(outcome)


def _check_references(run: VerificationRun, references: ReferencesOf) -> None:
    """Step 5, which most credentials give no reason for."""
    found = [credential for credential in run.credentials if has_references(credential)]
    if found:
        run.begin("references")
    for credential in found:
        references(credential)


def _found_presentation(
    secured: Secured, *, sources: Sources, now: datetime
) -> tuple[tuple[VerifiedCredential, ...], bool]:
    """The credentials, valid now, of a presentation that its holder made at its own time.

    And whether the holder's signature was checked: it cannot be where it covers what is not here.
    """
    _, format_, _ = find_format(secured)
    told = format_.parse_presentation(secured)
    signed = told.binding is not None and told.made is not None
    if told.binding is not None and told.made is not None:
        format_.verify_presentation(secured, binding=told.binding, sources=sources, now=told.made)
    within = []
    for one in map(unwrap_envelope, told.credentials):
        _, inner, kind = find_format(one)
        if kind != "credential":
            raise MalformedInputError("A presentation holds credentials alone.")
        require_derived(one)
        within.append(inner.verify_credential(one, sources=sources, now=now))
    return tuple(within), signed
