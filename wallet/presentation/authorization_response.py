"""Answering a request: find what answers, ask the person, sign exactly what was shown, send it once.

1 find the ways in which held cards answer · 2 the person chooses and agrees, or declines · 3 present for this
audience and nonce, with the transaction data · 4 send, once · 5 write it into the history.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from common.adapters.documents.sources import sources
from common.adapters.network import http
from common.errors import FetchError, SelloError
from common.formats import FORMATS
from common.formats.base import Binding, Secured
from common.oid4vp import response as responses
from common.oid4vp.errors import AccessDeniedError
from common.oid4vp.session_transcript import session_transcript
from wallet.account import pending
from wallet.account.vault import Vault
from wallet.credentials import claim_display
from wallet.presentation import authorization_request, given_consents, history
from wallet.presentation.authorization_request import PendingRequest
from wallet.presentation.matching import Answer, AnswerPart, Question, merge_answers, questions

DONE: Final = "done"


class ChoiceError(SelloError):
    """The person has not said which card to show, or chose one that does not answer."""

    code = "invalid_request"


class AnswerNotDeliveredError(SelloError):
    """The service did not take the answer."""

    code = "server_error"
    status = 502


@dataclass(frozen=True, slots=True)
class ConsentScreen:
    """What the consent screen says: who asks, and each question with the ways to answer it."""

    id: UUID
    asked: PendingRequest
    questions: tuple[Question, ...]
    before: history.RecordedRequest | None = None  # when the person last signed such a payment

    @property
    def amounts(self) -> str:
        """All that the person would confirm: USD 60.00, or up to so much."""
        return " and ".join(claim_display.payment_amount(payment) for payment in self.asked.payments)

    @property
    def missing(self) -> bool:
        """Whether something is required that this wallet does not hold."""
        return any(question.required and not question.answers for question in self.questions)


def consent_screen(vault: Vault, id: UUID, *, now: datetime) -> ConsentScreen:
    """The consent screen of a waiting request."""
    # 1 Find the ways in which held cards answer.
    asked = authorization_request.load_request(
        pending.read_question(vault, id, kind=authorization_request.KIND, now=now), now
    )
    return ConsentScreen(
        id, asked, questions(vault, asked.request, now=now), before=history.signed_before(vault, asked)
    )


def answer_request(vault: Vault, id: UUID, chosen: Collection[str], *, now: datetime) -> UUID:
    """Show what the person agreed to; `chosen` are identifiers of answers, to whichever question; "" is none.

    Returns the identifier of the page that says how it went. Raises `NothingPendingError` for a second answer
    to one request, `ChoiceError` for a choice that does not answer, `AnswerNotDeliveredError` where nobody
    took it.
    """
    question = pending.take_question(vault, id, kind=authorization_request.KIND, now=now)
    try:
        # 2 The person chooses and agrees: what they chose must be among what answers now.
        asked = authorization_request.load_request(question, now)
        answers = _chosen(questions(vault, asked.request, now=now), chosen)
        # 3 Present for this audience and nonce, with the transaction data.
        presentations = _sign(asked, answers, now)
    except SelloError:
        pending.return_question(vault, id, question)
        raise
    pending.remove_question(vault, id)
    given_consents.keep_consents(vault, asked, answers)
    try:
        # 4 Send, once: from here on the request waits no longer, whatever comes back.
        redirect = responses.send_response(
            responses.create_response(asked.request, presentations), send=http.request
        )
    except SelloError as error:
        history.record_request(vault, asked, answers, outcome="not delivered", now=now)
        raise AnswerNotDeliveredError(
            "The service did not accept the answer. Nothing more was sent; start again there.",
            detail=f"{error.public} {error.detail}",
        ) from error
    # 5 Write it into the history.
    entry = history.record_request(vault, asked, answers, outcome="shown", now=now)
    return _done(vault, asked, entry, redirect, now)


def decline_request(vault: Vault, id: UUID, *, now: datetime) -> UUID:
    """Say no to who asks (`access_denied`, OpenID4VP §8.5), and remember having said it."""
    asked = authorization_request.load_request(
        pending.take_question(vault, id, kind=authorization_request.KIND, now=now), now
    )
    pending.remove_question(vault, id)
    entry = history.record_request(vault, asked, (), outcome="declined", now=now)
    refusal = responses.create_error_response(asked.request, AccessDeniedError("The person said no."))
    try:
        redirect = responses.send_response(refusal, send=http.request)
    except SelloError:
        redirect = ""  # the person's no holds, whether or not it was heard
    return _done(vault, asked, entry, redirect, now)


@dataclass(frozen=True, slots=True)
class PresentationOutcome:
    """How a request ended, and where the person goes on from there (empty: nowhere)."""

    name: str
    outcome: str
    redirect: str
    paid: bool


def presentation_outcome(vault: Vault, id: UUID, *, now: datetime) -> PresentationOutcome:
    """The end of a request, for its last page."""
    value = pending.read_question(vault, id, kind=DONE, now=now)
    return PresentationOutcome(value["name"], value["outcome"], value["redirect"], value["paid"])


def _done(
    vault: Vault, asked: PendingRequest, entry: history.RecordedRequest, redirect: str, now: datetime
) -> UUID:
    try:
        redirect = http.allowed_url(redirect) if redirect.isascii() and redirect.isprintable() else ""
    except FetchError:
        redirect = ""
    value = {
        "kind": DONE,
        "name": asked.name,
        "outcome": entry.outcome,
        "redirect": redirect,
        "paid": entry.outcome == "shown" and bool(asked.payments),
    }
    return pending.add_question(vault, value, now=now)


def _chosen(asked: Sequence[Question], chosen: Collection[str]) -> tuple[Answer, ...]:
    """The answers that the person picked, one a question; a required question without any is an error."""
    names = set(chosen) - {""}
    found = []
    for question in asked:
        picked = [answer for answer in question.answers if answer.id in names]
        answer = merge_answers(picked) if picked else None
        if picked and (answer is None or (len(picked) > 1 and not question.multiple)):
            raise ChoiceError("Choose one of those that exclude each other.")
        if answer is not None:
            found.append(answer)
        elif question.required:
            raise ChoiceError("Choose what to show.")
    if names - {answer.id for question in asked for answer in question.answers}:
        raise ChoiceError("Choose among what is offered.")
    if not found:
        raise ChoiceError("Choose what to show, or decline.")
    return tuple(found)


def _sign(asked: PendingRequest, answers: Sequence[Answer], now: datetime) -> dict[str, list[Secured]]:
    """The presentations for each credential query, each bound to this audience and nonce.

    Each entry of transaction data is authorised by the answer to one query (OpenID4VP §5.1).
    """
    parts = {(part.query_id, part.copy.id): part for answer in answers for part in answer.parts}
    shown = dict.fromkeys(name for name, _ in parts)
    authorised: dict[str, list[str]] = {name: [] for name in shown}
    for entry in asked.request.transaction_data:
        name = next((name for name in entry.credential_ids if name in shown), None)
        if name is None:
            raise ChoiceError("A payment or consent must be confirmed with one of the cards asked for.")
        authorised[name].append(entry.encoded)
    presentations: dict[str, list[Secured]] = {name: [] for name in shown}
    for (name, _), part in parts.items():
        presentations[name].append(_shown(asked, part, authorised[name], now))
    return presentations


def _shown(asked: PendingRequest, part: AnswerPart, authorised: Sequence[str], now: datetime) -> Secured:
    """One credential as it leaves; unsigned by its holder only where the query wants no signature (§5.3)."""
    copy = part.copy
    if not part.signed:
        return FORMATS[copy.format].show_without_binding(
            copy.secured, disclose=part.disclose, sources=sources()
        )
    return FORMATS[copy.format].present(
        copy.secured,
        disclose=part.disclose,
        binding=Binding(
            str(asked.client_id), asked.request.nonce, tuple(authorised), session_transcript(asked.request)
        ),
        signer=copy.signer,
        sources=sources(),
        now=now,
    )
