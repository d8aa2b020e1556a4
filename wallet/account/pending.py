"""Questions that wait for an answer: kept sealed and briefly, answered once.

What a page asked is what the answer works on, since both read the same row; and of two answers to one
question only the first is taken.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Q

from common.errors import SelloError
from wallet.account.vault import Vault
from wallet.models import Pending

LIFETIME: Final = timedelta(minutes=30)
MOST: Final = 20  # waiting for one person at once
UNTIL: Final = "waits_until"


class NothingPendingError(SelloError):
    """The question was answered, has run out, or was never asked of this person."""

    code = "invalid_request"
    status = 404


def add_question(vault: Vault, question: Mapping[str, Any], *, now: datetime) -> UUID:
    """Keep a question until it is answered or has run out; the oldest make room."""
    mine = [(row.id, vault.open(row)[UNTIL]) for row in Pending.objects.filter(account=vault.account)]
    over = [id for number, (id, until) in enumerate(mine) if number >= MOST - 1 or _is_over(until, now)]
    Pending.objects.filter(Q(id__in=over) | Q(last_day__lt=now.date())).delete()
    until = now + LIFETIME
    row = Pending(last_day=until.date())
    vault.seal(row, {**question, UNTIL: until.isoformat()})
    row.save()
    return row.id


def read_question(vault: Vault, id: UUID, *, kind: str, now: datetime) -> dict[str, Any]:
    """The question as it was asked."""
    row = Pending.objects.filter(id=id, account=vault.account).first()
    question = vault.open(row) if row else {}
    if question.get("kind") != kind or _is_over(question[UNTIL], now):
        raise NothingPendingError(
            "This was already answered, or has waited too long. Start again from the code."
        )
    return question


def take_question(vault: Vault, id: UUID, *, kind: str, now: datetime) -> dict[str, Any]:
    """The question, for the one who answers it first."""
    question = read_question(vault, id, kind=kind, now=now)
    if not Pending.objects.filter(id=id, account=vault.account, taken=False).update(taken=True):
        raise NothingPendingError("This is being answered at this moment; look at your cards.", status=409)
    return question


def return_question(vault: Vault, id: UUID, question: Mapping[str, Any]) -> None:
    """Let it be answered again, after an answer that came to nothing."""
    row = Pending.objects.get(id=id, account=vault.account)
    vault.seal(row, {**question, UNTIL: vault.open(row)[UNTIL]})
    row.taken = False
    row.save()


def _is_over(until: str, now: datetime) -> bool:
    return datetime.fromisoformat(until) <= now


def remove_question(vault: Vault, id: UUID) -> None:
    """Forget a question that was answered."""
    Pending.objects.filter(id=id, account=vault.account).delete()
