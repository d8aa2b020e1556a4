"""Payment: money moves as the holder signed it, once, however often it is asked for.

The books are kept in double entry; the instruction leaves through the outbox (`deliver_outbox`).
"""

from datetime import datetime
from decimal import Decimal

from common.oid4vp.transaction_data import Payment
from verifier.actions.base import Presented, Unlocked
from verifier.models import JournalEntry, OutboxMessage, PresentationSession
from verifier.services.errors import UnlockRefused
from verifier.services.ledger import account, book
from verifier.services.sealing import pseudonym


def unlock(presentation: Presented, *, session: PresentationSession, now: datetime) -> Unlocked:
    """Book the signed payment and put its instruction into the outbox.

    Once for each person and period: the key is the service, the issuer, that issuer's number for the person,
    and the period of the programme.
    """
    if len(presentation.payments) != 1:
        raise UnlockRefused("Nothing is paid that the person has not signed.")
    payment = presentation.payments[0]
    terms = session.service.parameters["payment"]
    if (payment.amount, payment.currency) != (terms["amount"], terms["currency"]):
        raise UnlockRefused("The amount that was signed is not the one that is due.")
    shown = presentation.one()
    slug = session.service.slug
    key = pseudonym("payment", slug, shown.authority, shown.text(terms["per"]), terms["period"])
    fund = account(f"{slug}:fund", name=f"Fund of {session.service.title}", currency=payment.currency)
    payable = account(f"{slug}:payable", name="Payments on their way", currency=payment.currency)
    entry, booked = book(
        key,
        reference=payment.reference,
        description=payment.purpose,
        postings=((payable, -payment.minor_units), (fund, payment.minor_units)),
        now=now,
    )
    if not booked:
        return _already(entry, payment)
    OutboxMessage.objects.create(
        entry=entry,
        gateway=terms["gateway"],
        instruction={
            "id": key,
            "payee": payment.payee,
            "amount": payment.amount,
            "currency": payment.currency,
            "reference": payment.reference,
            "purpose": payment.purpose,
            "period": terms["period"],
        },
        next_attempt_at=now,
    )
    return Unlocked(
        title="Payment on its way",
        text="You signed this payment in your wallet. It is handed on today.",
        rows=_rows(payment, entry),
        outcome={"unlocked": "payment", "reference": payment.reference, "booked": True},
    )


def _already(entry: JournalEntry, payment: Payment) -> Unlocked:
    return Unlocked(
        title="Already paid",
        text=f"This payment was made on {entry.booked_at:%d %B %Y}. Nothing was paid twice.",
        rows=(("Reference", entry.reference),),
        outcome={"unlocked": "payment", "reference": entry.reference, "booked": False},
    )


def _rows(payment: Payment, entry: JournalEntry) -> tuple[tuple[str, str], ...]:
    return (
        ("Amount", f"{payment.currency} {Decimal(payment.amount):,}"),
        ("Paid to", payment.payee),
        ("For", payment.purpose),
        ("Reference", entry.reference),
    )
