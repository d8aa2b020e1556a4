"""Whether a programme pays somebody, how much, and for which period: decided from verified claims alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from common.encoding import display
from common.payments.rules import MissingFactError, Rules, claim_text


@dataclass(frozen=True, slots=True)
class ProgrammeTerms:
    """A programme as its rules see it; `open` where its staff have not paused or closed it."""

    rules: Rules
    open: bool = True
    opens_at: datetime | None = None
    closes_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PaymentDecision:
    """What follows for one person: `reasons` are sentences for them, none where they are eligible.

    `amount` is in minor units; `key` is the claim's value that stands for whoever is paid once a `period`.
    """

    eligible: bool
    reasons: tuple[str, ...] = ()
    amount: int = 0
    period: str = ""
    key: str = field(default="", repr=False)


def decide_payment(programme: ProgrammeTerms, claims: Mapping[str, Any], *, now: datetime) -> PaymentDecision:
    """Apply the rules to `claims`, which are named DOCUMENT.CLAIM and were verified."""
    rules, reasons = programme.rules, list(_closed(programme, now))
    amount, key = 0, ""
    for condition in rules.who:
        try:
            if not condition.holds(claims, now=now):
                reasons.append(condition.otherwise)
        except MissingFactError as error:
            reasons.append(error.public)
    try:
        amount, key = rules.how_much.amount(claims), claim_text(claims, rules.per)
        if amount <= 0:
            reasons.append("By the rules of this programme nothing is due to you.")
    except MissingFactError as error:
        reasons.append(error.public)
    if reasons:
        return PaymentDecision(False, tuple(dict.fromkeys(reasons)))
    return PaymentDecision(True, (), amount, rules.period(now), key)


def _closed(programme: ProgrammeTerms, now: datetime) -> tuple[str, ...]:
    if not programme.open:
        return ("This programme does not pay at present.",)
    if programme.opens_at is not None and now < programme.opens_at:
        return (f"This programme begins on {display.day(programme.opens_at)}.",)
    if programme.closes_at is not None and now >= programme.closes_at:
        return (f"This programme ended on {display.day(programme.closes_at)}.",)
    return ()
