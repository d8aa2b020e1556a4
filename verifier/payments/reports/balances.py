"""The report: whether the books balance, and where each programme's money is."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Q, Sum

from common.encoding.money import to_text
from verifier.models import JournalEntry, LedgerAccount, PaymentInstruction, Programme
from verifier.payments.instructions import states
from verifier.payments.programmes.terms import UnknownProgrammeError

State = states.State
NAMES = {"payable": "reserved", "transit": "sent", "settled": "settled", "returned": "returned"}


@contextmanager
def snapshot() -> Iterator[None]:
    """One moment for every query within, whoever else is writing."""
    first = not connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if first and connection.vendor == "postgresql":
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


@snapshot()
def payments_report(programme: str = "") -> dict[str, Any]:
    """The trial balance and each programme, or the one of that slug; `faults` says what does not fit.

    1 each entry sums to zero · 2 so does each currency · 3 what the accounts of a programme hold is what its
    instructions in the states of that account are worth · 4 what was drawn from the fund is what the
    programme's row counts, and within its budget
    """
    programmes = Programme.objects.filter(slug=programme) if programme else Programme.objects.all()
    if programme and not programmes:
        raise UnknownProgrammeError("There is no programme of this name.", detail=programme)
    faults = []
    uneven = JournalEntry.objects.annotate(total=Sum("postings__amount")).exclude(total=0).count()  # 1
    if uneven:
        faults.append(f"{uneven} entries of the journal do not sum to zero.")
    accounts = LedgerAccount.objects.annotate(total=Sum("postings__amount")).filter(total__isnull=False)
    sums: dict[str, int] = {}
    for each in accounts:
        sums[each.currency] = sums.get(each.currency, 0) + each.total
    faults += [f"The accounts in {name} do not sum to zero." for name, total in sums.items() if total]  # 2
    balances = {each.code: each.total for each in accounts}
    lines = [_line(each, balances, faults) for each in programmes]
    return {
        "balanced": not faults,
        "faults": faults,
        "entries": JournalEntry.objects.count(),
        "trial_balance": [
            {
                "account": each.code,
                "currency": each.currency,
                "debit": to_text(max(each.total, 0), each.currency),
                "credit": to_text(max(-each.total, 0), each.currency),
            }
            for each in accounts
            if not programme or each.code.startswith(f"{programme}:")
        ],
        "programmes": lines,
    }


def by_state(programme: Programme) -> dict[str, tuple[int, int]]:
    """For each state, how many payments and what they are worth."""
    rows = PaymentInstruction.objects.filter(programme=programme).values_list("state")
    return {
        state: (count, total) for state, count, total in rows.annotate(Count("id"), Sum("amount")).order_by()
    }


def _line(programme: Programme, balances: dict[str, int], faults: list[str]) -> dict[str, Any]:
    worth = by_state(programme)
    held: dict[str, int] = dict.fromkeys(NAMES, 0)
    for state, (_, total) in worth.items():
        if states.ACCOUNTS[state][0] in held:
            held[states.ACCOUNTS[state][0]] += total
    for name, total in held.items():  # 3
        if balances.get(f"{programme.slug}:{name}", 0) != -total:
            faults.append(f"The account {programme.slug}:{name} is not what its payments are worth.")
    drawn = balances.get(f"{programme.slug}:fund", 0)
    if drawn != programme.committed or not 0 <= drawn <= programme.budget:  # 4
        faults.append(f"The fund of {programme.slug} is not what was drawn from it.")
    return {
        "programme": programme.slug,
        "status": programme.status,
        "currency": programme.currency,
        "budget": to_text(programme.budget, programme.currency),
        **{said: to_text(held[name], programme.currency) for name, said in NAMES.items()},
        "left": to_text(programme.budget - programme.committed, programme.currency),
        "payments": {state: count for state, (count, _) in sorted(worth.items())},
        "disputed": PaymentInstruction.objects.filter(Q(programme=programme), disputed=True).count(),
    }
