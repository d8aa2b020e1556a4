"""Checking an answer against the request that it answers, by the one procedure of `common.verification`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from common.adapters.documents.credential_types import ancestors
from common.adapters.documents.references import check_credential_references
from common.adapters.documents.sources import check_credential_status, sources
from common.formats.base import Binding, Secured, VerifiedCredential, VerifiedPresentation
from common.oid4vp.errors import QueryNotSatisfiedError
from common.oid4vp.matching import check_counts, check_satisfied, requested_claims
from common.oid4vp.request import AuthorizationRequest
from common.oid4vp.session_transcript import session_transcript
from common.oid4vp.transaction_data import DataAccess, Payment
from common.status.check import StatusOutcome
from common.verification import Verification, verify_response
from common.verification.procedure import Submission
from verifier.models import PresentationSession
from verifier.presentation.requests import request_of
from verifier.presentation.trust import trust_list
from verifier.services.actions.base import DisclosedCredential, VerifiedAnswer

Answer = Mapping[str, Sequence[Secured]]
T = TypeVar("T", Payment, DataAccess)


@dataclass(frozen=True, slots=True)
class CheckedAnswer:
    """An answer beside the request that it answers, and what the procedure says of it.

    `assigned` has, by query, the entries of the transaction data that its presentation had to sign.
    """

    request: AuthorizationRequest
    answer: Answer
    assigned: Mapping[str, tuple[str, ...]]
    verification: Verification


def verify_answer(
    session: PresentationSession, answer: Answer, *, now: datetime, arrived: datetime | None = None
) -> CheckedAnswer:
    """What the procedure says of an answer, for the nonce, audience and query of this session alone.

    An answer that `arrived` a while ago is judged as of then, but for its status: lists have no history, and
    one that was signed since would be of a later time.

    Raises `QueryNotSatisfiedError` for an answer that has more presentations than were asked for; whatever
    else is wrong stands in the verification.
    """
    request = request_of(session)
    check_counts(request.query, {name: len(presentations) for name, presentations in answer.items()})
    trust = trust_list()
    assigned, transcript = _assigned(request, answer), session_transcript(request)
    submissions = [
        Submission(
            query=name,
            format=request.query.credential(name).format,
            secured=secured,
            binding=Binding(str(request.client_id), session.nonce, assigned.get(name, ()), transcript),
            holder_bound=request.query.credential(name).require_cryptographic_holder_binding,
        )
        for name, presentations in answer.items()
        for secured in presentations
    ]

    def satisfied(presentations: Mapping[str, tuple[VerifiedPresentation, ...]]) -> None:
        credentials = {
            name: [one for each in group for one in each.credentials] for name, group in presentations.items()
        }
        if any(len(each.credentials) != 1 for group in presentations.values() for each in group):
            raise QueryNotSatisfiedError("A presentation holds one credential.")
        check_satisfied(request.query, credentials, ancestors=ancestors)
        signed = {
            entry for group in presentations.values() for each in group for entry in each.transaction_data
        }
        if not {entry.encoded for entry in request.transaction_data} <= signed:
            raise QueryNotSatisfiedError("The person has not signed what this service was about to do.")

    def status_now(credential: VerifiedCredential, **_: datetime) -> StatusOutcome:
        return check_credential_status(credential, now=now)

    verification = verify_response(
        submissions,
        satisfied=satisfied,
        sources=sources(trust=trust),
        status=status_now,
        references=check_credential_references,
        trust=trust,
        now=arrived or now,
    )
    return CheckedAnswer(request, answer, assigned, verification)


def verified_answer(checked: CheckedAnswer) -> VerifiedAnswer:
    """What an action sees of a verified answer: the requested claims, and what was signed with them.

    Raises `SelloError` where the answer was not verified.
    """
    request, verification = checked.request, checked.verification
    verification.require_verified()
    shown: dict[str, tuple[DisclosedCredential, ...]] = {}
    for name, group in verification.presentations.items():
        query = request.query.credential(name)
        shown[name] = tuple(
            DisclosedCredential(
                query_id=name,
                format=query.format,
                issuer=each.credentials[0].issuer,
                holder=each.holder,
                requested=requested_claims(query, each.credentials[0], ancestors=ancestors),
                evidence=secured,
            )
            for each, secured in zip(group, checked.answer[name], strict=True)
        )
    return VerifiedAnswer(
        shown=shown,
        payments=_contents(request, Payment),
        consents=_contents(request, DataAccess),
        transaction_data=checked.assigned,
    )


def _contents(request: AuthorizationRequest, kind: type[T]) -> tuple[T, ...]:
    return tuple(entry.content for entry in request.transaction_data if isinstance(entry.content, kind))


def _assigned(request: AuthorizationRequest, answer: Answer) -> dict[str, tuple[str, ...]]:
    """Which entries of the transaction data each presentation must sign: one credential authorises each."""
    result: dict[str, tuple[str, ...]] = {}
    for entry in request.transaction_data:
        name = next((each for each in entry.credential_ids if each in answer), None)
        if name is not None:
            result[name] = (*result.get(name, ()), entry.encoded)
    return result
