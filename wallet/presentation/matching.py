"""The ways in which held cards answer a request, as a person chooses among them.

Formats are no concern of the person: where one card answers in two formats, the one that shows less is
taken. Every answer lists exactly what would leave.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice, product
from typing import Final

from common.formats import FORMATS
from common.oid4vp.dcql import CredentialQuery, CredentialSetQuery
from common.oid4vp.matching import minimal_disclosure
from common.oid4vp.request import AuthorizationRequest
from common.vcdm.credential import ClaimPath
from wallet.account.vault import Vault
from wallet.credentials import cards, claim_display
from wallet.credentials.claim_display import ClaimRow
from wallet.credentials.status import BEST_FIRST, USABLE, CardStatus
from wallet.credentials.stored_credentials import HeldCard, StoredCredential
from wallet.presentation.missing import MissingDocument, missing_document

MOST: Final = 60  # answers to one question, before those that differ in nothing visible are folded

Held = list[tuple[HeldCard, CardStatus]]


@dataclass(frozen=True, slots=True)
class AnswerPart:
    """One credential that would leave, and what of it; `disclose` None is the whole of it.

    `signed` by its holder, unless whoever asks wants it without (OpenID4VP §5.3). `repeatable` where more
    than one may answer the same query (§6.1).
    """

    query_id: str
    card: HeldCard
    copy: StoredCredential
    disclose: tuple[ClaimPath, ...] | None
    status: CardStatus
    rows: tuple[ClaimRow, ...]
    signed: bool = True
    repeatable: bool = False

    @property
    def whole(self) -> bool:
        """Whether nothing of it can be held back."""
        return self.disclose is None


@dataclass(frozen=True, slots=True)
class Answer:
    """One way to answer a question: one part for each credential query of an option."""

    parts: tuple[AnswerPart, ...]

    @property
    def id(self) -> str:
        """The same for the same credentials and claims, so that a form can name it."""
        text = json.dumps([[part.query_id, part.copy.id, part.disclose] for part in self.parts])
        return hashlib.sha256(text.encode()).hexdigest()[:24]

    @property
    def title(self) -> str:
        """The cards it takes."""
        return " and ".join(dict.fromkeys(part.card.title for part in self.parts))

    @property
    def standing(self) -> CardStatus:
        """The worst status among its cards."""
        return max((part.status for part in self.parts), key=BEST_FIRST.index)

    @property
    def whole(self) -> bool:
        """Whether a whole card leaves."""
        return any(part.whole for part in self.parts)


@dataclass(frozen=True, slots=True)
class WithheldCard:
    """A card that would answer and is not offered, because nobody would take it as it stands."""

    card: HeldCard
    status: CardStatus


@dataclass(frozen=True, slots=True)
class Question:
    """What one credential set asks for, and the answers, the best first.

    `multiple` where several of them may be given together (DCQL §6.1). `lacking` where something is required
    and nothing answers: each option as the documents that are missing for it.
    """

    required: bool
    answers: tuple[Answer, ...]
    multiple: bool = False
    withheld: tuple[WithheldCard, ...] = ()
    lacking: tuple[tuple[MissingDocument, ...], ...] = ()


def questions(vault: Vault, request: AuthorizationRequest, *, now: datetime) -> tuple[Question, ...]:
    """Each credential set of a request (DCQL §6.2), with what this person could answer."""
    held = [(card, cards.live_status(card, now=now)) for card in cards.held_cards(vault)]
    return tuple(_question(request, each, held, now) for each in request.query.sets())


def merge_answers(chosen: Sequence[Answer]) -> Answer | None:
    """Several answers to one question as one; None where they exclude each other."""
    parts: dict[tuple[str, str], AnswerPart] = {}
    for part in (part for answer in chosen for part in answer.parts):
        if parts.setdefault((part.query_id, part.copy.id), part).disclose != part.disclose:
            return None
    once = [part.query_id for part in parts.values() if not part.repeatable]
    options = {tuple(part.query_id for part in answer.parts) for answer in chosen}
    if len(options) != 1 or len(set(once)) != len(once):
        return None
    return Answer(tuple(parts.values()))


def _question(
    request: AuthorizationRequest,
    asked: CredentialSetQuery,
    held: Held,
    now: datetime,
) -> Question:
    queries = [request.query.credential(name) for names in asked.options for name in names]
    answers = _answers(request, asked, [entry for entry in held if entry[1] in USABLE])
    withheld = tuple(
        WithheldCard(card, status)
        for card, status in held
        if status not in USABLE and any(any(_ways(query, [(card, status)])) for query in queries)
    )
    return Question(
        required=asked.required,
        answers=answers,
        multiple=any(query.multiple for query in queries),
        withheld=withheld,
        lacking=_lacking(request, asked, held, now) if asked.required and not (answers or withheld) else (),
    )


def _answers(request: AuthorizationRequest, asked: CredentialSetQuery, held: Held) -> tuple[Answer, ...]:
    found: list[Answer] = []
    for names in asked.options:
        ways = [list(_ways(request.query.credential(name), held)) for name in names]
        found += [Answer(parts) for parts in islice(product(*ways), MOST)]
    found.sort(key=lambda answer: BEST_FIRST.index(answer.standing))
    return tuple(_folded(found))


def _ways(query: CredentialQuery, held: Held) -> Iterator[AnswerPart]:
    """Each copy that answers a credential query, with each of its satisfied claim sets (§6.4.1)."""
    variants = [replace(query, claim_sets=(names,)) for names in query.claim_sets] or [query]
    for card, status in held:
        for copy in card.copies:
            unsigned = FORMATS[copy.format].traits.without_binding
            signed = query.require_cryptographic_holder_binding or not unsigned
            for variant in variants:
                disclose = minimal_disclosure(variant, copy)
                if disclose is None:
                    continue
                if not FORMATS[copy.format].is_selective(copy.secured):
                    rows = claim_display.claim_rows(copy)
                    yield AnswerPart(query.id, card, copy, None, status, rows, signed, query.multiple)
                    break
                rows = claim_display.claim_rows(_leaving(copy, disclose))
                yield AnswerPart(query.id, card, copy, disclose, status, rows, signed, query.multiple)


def _folded(answers: Iterable[Answer]) -> Iterator[Answer]:
    """Of answers with the same cards, those only that hold most back, and each visible difference once."""
    by_cards: dict[tuple[object, ...], list[Answer]] = {}
    for answer in answers:
        by_cards.setdefault(tuple(part.card.id for part in answer.parts), []).append(answer)
    for same in by_cards.values():
        fewest = min(sum(part.whole for part in answer.parts) for answer in same)
        seen = set()
        for answer in same:
            visible = tuple(part.rows for part in answer.parts)
            if sum(part.whole for part in answer.parts) == fewest and visible not in seen:
                seen.add(visible)
                yield answer


def _leaving(copy: StoredCredential, disclose: tuple[ClaimPath, ...]) -> StoredCredential:
    """The copy as a verifier would see it: the claims at `disclose`, and those that cannot be held back."""
    seen = FORMATS[copy.format].preview(copy.secured, document=copy.document, disclose=disclose)
    return replace(copy, document=seen.document, claims=seen.claims)


def _lacking(
    request: AuthorizationRequest,
    asked: CredentialSetQuery,
    held: Held,
    now: datetime,
) -> tuple[tuple[MissingDocument, ...], ...]:
    """For each option, what of it is missing; the same in two formats is one."""
    usable = [entry for entry in held if entry[1] in USABLE]
    options: dict[tuple[MissingDocument, ...], None] = {}
    for names in asked.options:
        queries = [request.query.credential(name) for name in names]
        lacking = [query for query in queries if not any(_ways(query, usable))]
        found = (missing_document(query, [card for card, _ in usable], now=now) for query in lacking)
        options[tuple(dict.fromkeys(found))] = None
    return tuple(options)
