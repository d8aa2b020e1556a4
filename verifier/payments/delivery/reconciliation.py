"""Reconciling: what gateways say now against what is in the books, and every difference named."""

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Q

from common.errors import SelloError
from verifier.models import GatewayAccount, PaymentInstruction
from verifier.payments.delivery.gateway_factory import gateway_of
from verifier.payments.delivery.outbox import end_leases
from verifier.payments.delivery.polling import Clock, poll, receive_receipts
from verifier.payments.instructions import states
from verifier.payments.instructions.disputes import ALTERED, SAID
from verifier.payments.instructions.gateway import ReviewNeededError
from verifier.payments.instructions.integrity import stop_altered

State = states.State
LONGEST_UNKNOWN: Final = timedelta(hours=1)
LONGEST_OPEN: Final = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that a person has to look at; no claim, and nobody's account."""

    instruction: str
    programme: str
    gateway: str
    state: str
    since: str
    what: str


def reconcile(*, clock: Clock) -> dict[str, Any]:
    """Read what came back, ask for what is open, and say what is left over.

    `unreachable` names gateways that gave no answer at all; `strangers` counts receipts for instructions that
    were never given here; `look_at` has, by gateway and file, what came back and needs a person's eyes.
    """
    counts: Counter[str] = Counter()
    unreachable, look_at = [], {}
    end_leases(now=clock())
    for account in GatewayAccount.objects.all():
        try:
            part = gateway_of(account)
            for receipts in part.statements(now=clock()):
                counts += receive_receipts(receipts, source="statement", now=clock())
        except ReviewNeededError as error:
            look_at[account.name] = error.look_at
        except (SelloError, OSError):
            unreachable.append(account.name)
            continue
        counts += poll(account, part, wanted=[State.UNKNOWN, State.SENT], clock=clock)
    stop_altered(now=clock())
    differences = [asdict(each) for each in find_differences(now=clock())]
    return {
        **{name: counts[name] for name in ("accepted", "settled", "rejected", "returned", "unanswered")},
        "strangers": counts["stranger"],
        "open": PaymentInstruction.objects.filter(state__in=states.AWAITED).count(),
        "look_at": look_at,
        "unreachable": unreachable,
        "differences": differences,
    }


def find_differences(*, now: datetime) -> list[Difference]:
    """Contradictions, what was parked, and what is open for longer than it should be."""
    rows = PaymentInstruction.objects.select_related("programme", "gateway").filter(
        Q(disputed=True)
        | Q(state=State.PARKED)
        | Q(state=State.UNKNOWN, changed_at__lt=now - LONGEST_UNKNOWN)
        | Q(state=State.SENT, changed_at__lt=now - LONGEST_OPEN)
    )
    return [
        Difference(
            instruction=row.number,
            programme=row.programme.slug,
            gateway=row.gateway.name,
            state=row.state,
            since=row.changed_at.isoformat(),
            what=_what(row),
        )
        for row in rows
    ]


def _what(row: PaymentInstruction) -> str:
    if row.problem == ALTERED:
        return SAID
    if row.disputed:
        return "What the gateway says contradicts itself, or cannot be right."
    return {
        State.PARKED: "It was tried too often.",
        State.UNKNOWN: "Nobody knows whether it left.",
        State.SENT: "The gateway has it and does not say how it ended.",
    }[State(row.state)]
