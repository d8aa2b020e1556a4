"""Payment: money moves by a programme's rules, within what the holder signed, once a person and period.

The books are kept in double entry; the instruction leaves through the outbox (`deliver_outbox`).
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from common.adapters.documents.sources import resolve_did
from common.encoding import display
from common.encoding.money import to_text
from common.keys import jwk
from common.oid4vp.transaction_data import Payment
from common.parameters import Parameter, group, list_of_texts, text, texts_by_name
from common.payments.programme import PaymentDecision, decide_payment
from common.site import time_zone
from verifier.errors import UnlockRefusedError
from verifier.models import PaymentInstruction, PresentationSession, Programme
from verifier.payments.instructions.booking import PaymentDue, book_payment
from verifier.payments.instructions.errors import NotEligibleError
from verifier.payments.programmes.terms import declared_programme, known_programme, programme_of
from verifier.sealing import pseudonym
from verifier.services.actions.base import DisclosedCredential, Unlocked, VerifiedAnswer

PARAMETERS: Final = {
    "payment": Parameter(
        group(
            {
                "programme": Parameter(known_programme, required=True),
                "purpose": Parameter(text, required=True),
                "reference": Parameter(text, required=True),
                "payee": Parameter(text, required=True),
                "documents": Parameter(texts_by_name),  # the rules' names for documents, by query identifier
                "signed_with": Parameter(list_of_texts),  # which of them sign the payment; without it, all
            }
        ),
        required=True,
    )
}


def unlock(presentation: VerifiedAnswer, *, session: PresentationSession, now: datetime) -> Unlocked:
    """Decide by the programme's rules, set the money aside, and leave the instruction to the outbox.

    The person signed the most that the rules could come to; less than that may be due, more never is. Once
    for each person and period: the key is the programme, the issuer, that issuer's number for the person (or
    their household), and the period.
    """
    if len(presentation.payments) != 1:
        raise UnlockRefusedError("Nothing is paid that the person has not signed.")
    signed, programme = presentation.payments[0], programme_of(session.service)
    documents = _documents(presentation, session.service.parameters["payment"].get("documents", {}))
    rules = declared_programme(programme)
    if (signed.minor_units, signed.currency) != (rules.rules.how_much.most, programme.currency):
        raise UnlockRefusedError("The amount that was signed is not the one that is due. Start again.")
    decision = decide_payment(rules, _claims(documents), now=now)
    if not decision.eligible:
        raise NotEligibleError(" ".join(decision.reasons))
    if decision.amount > signed.minor_units or (decision.amount < signed.minor_units and not signed.at_most):
        raise UnlockRefusedError("The amount that was signed is not the one that is due. Start again.")
    whose = documents[rules.rules.per.partition(".")[0]]
    instruction, new = book_payment(
        programme,
        PaymentDue(
            key=pseudonym("payment", programme.slug, whose.authority, decision.key, decision.period),
            period=decision.period,
            amount=decision.amount,
            payee=signed.payee,
            reference=signed.reference,
            purpose=signed.purpose,
            holder=_thumbprint(_payer(presentation).holder),
        ),
        now=now,
    )
    found = _booked(signed, decision, programme) if new else _already(instruction)
    return replace(found, outcome={**found.outcome, "payment": instruction.number})


def _documents(presentation: VerifiedAnswer, aliases: Mapping[str, str]) -> dict[str, DisclosedCredential]:
    """Each document that was shown, by the name that the rules have for it; two of one name are none."""
    documents: dict[str, DisclosedCredential] = {}
    for query, credentials in presentation.shown.items():
        name = aliases.get(query, query)
        if len(credentials) != 1 or name in documents:
            raise UnlockRefusedError("This service needs each document once.")
        documents[name] = credentials[0]
    return documents


def _claims(documents: Mapping[str, DisclosedCredential]) -> dict[str, Any]:
    return {
        f"{name}.{path[-1]}": shown.value(path)
        for name, shown in documents.items()
        for path in shown.requested
    }


def _payer(presentation: VerifiedAnswer) -> DisclosedCredential:
    """The document whose holder signed the payment."""
    return next(presentation.shown[name][0] for name in presentation.transaction_data)


def _thumbprint(holder: str) -> str:
    """The thumbprint of a holder's key, which is itself or the one key behind a DID."""
    if not holder.startswith("did:"):
        return holder
    keys = {jwk.thumbprint(method.public_key) for method in resolve_did(holder).methods.values()}
    return keys.pop() if len(keys) == 1 else ""


def _booked(signed: Payment, decision: PaymentDecision, programme: Programme) -> Unlocked:
    less = decision.amount < signed.minor_units
    return Unlocked(
        title="Payment on its way",
        text="You signed this payment in your wallet. It is handed on today."
        + (" You signed the most that it can come to; this is what the rules give you." if less else ""),
        rows=(
            ("Amount", display.amount(to_text(decision.amount, programme.currency), programme.currency)),
            ("Paid to", signed.payee),
            ("For", signed.purpose),
            ("Reference", signed.reference),
        ),
        outcome={"unlocked": "payment", "reference": signed.reference, "booked": True},
    )


def _already(instruction: PaymentInstruction) -> Unlocked:
    return Unlocked(
        title="Already paid",
        text=f"This payment was made on {time_zone.local_day(instruction.created_at)}. Nothing was paid "
        "twice: what you signed just now moves no money. Your wallet shows what became of it, "
        "under Your activity.",
        rows=(("Paid on", time_zone.local_day(instruction.created_at)), ("Reference", instruction.reference)),
        outcome={"unlocked": "payment", "reference": instruction.reference, "booked": False},
    )
