"""Double-entry bookkeeping: every entry sums to zero, and no event is booked twice."""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Sum

from common.errors import SelloError
from verifier.models import JournalEntry, LedgerAccount, Posting


class UnbalancedError(SelloError):
    """Postings that do not sum to zero, or of several currencies: a fault here, never of the person."""

    code = "server_error"
    status = 500


def ledger_account(code: str, *, name: str, currency: str) -> LedgerAccount:
    """The account of that code, opened when it is first needed."""
    found, _ = LedgerAccount.objects.get_or_create(code=code, defaults={"name": name, "currency": currency})
    if found.currency != currency:
        raise UnbalancedError("This account is kept in another currency.", detail=code)
    return found


def book_entry(
    idempotency_key: str,
    *,
    reference: str,
    description: str,
    postings: Sequence[tuple[LedgerAccount, int]],
    now: datetime,
) -> tuple[JournalEntry, bool]:
    """The entry of that key, and whether it is new: booked before, it stays as it is.

    `postings` are accounts with amounts in minor units, debits positive; they sum to zero in one currency.
    """
    if len(postings) < 2 or sum(amount for _, amount in postings) != 0:
        raise UnbalancedError("Debits and credits of an entry are the same.")
    if len({each.currency for each, _ in postings}) != 1:
        raise UnbalancedError("An entry is of one currency.")
    try:
        with transaction.atomic():
            entry = JournalEntry.objects.create(
                idempotency_key=idempotency_key, reference=reference, description=description, booked_at=now
            )
            Posting.objects.bulk_create(
                Posting(entry=entry, account=each, amount=amount) for each, amount in postings
            )
    except IntegrityError:
        return JournalEntry.objects.get(idempotency_key=idempotency_key), False
    return entry, True


def balance(code: str) -> int:
    """The balance of an account in minor units; debits positive."""
    return Posting.objects.filter(account__code=code).aggregate(total=Sum("amount"))["total"] or 0


def check_books() -> None:
    """Raise unless each entry, and so the whole of the books, sums to zero."""
    uneven = JournalEntry.objects.annotate(total=Sum("postings__amount")).exclude(total=0)
    if uneven.exists():
        raise UnbalancedError("The books do not balance.", detail=f"{uneven.count()} entries")
