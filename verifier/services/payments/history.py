"""What a holder's key may know: the payments that it signed, and what became of each."""

from datetime import datetime
from typing import Final

from common.encoding.money import to_text
from common.notices.inbox import once
from common.payments.log import MAX_ENTRIES, PaymentEntry, State
from common.registries.access_holder import verify_log_request
from common.vcdm import times
from verifier.models import PaymentInstruction
from verifier.services.payments import states

STATES: Final[dict[str, State]] = {  # inside: what the person is told
    **dict.fromkeys(states.ON_ITS_WAY, "on its way"),
    states.State.SENT: "sent",
    states.State.SETTLED: "settled",
    states.State.REJECTED: "rejected",
    states.State.RETURNED: "returned",
    states.State.RELEASED: "returned",
}


def payments_of(token: str, *, audience: str, now: datetime) -> list[PaymentEntry]:
    """The payments of the key that signed `token`, newest first."""
    asked = verify_log_request(token, audience=audience, now=now)
    once(asked.thumbprint, asked.jti, now=now)
    rows = PaymentInstruction.objects.filter(holder=asked.thumbprint).select_related("programme")
    return [
        PaymentEntry(
            reference=row.reference,
            amount=to_text(row.amount, row.programme.currency),
            currency=row.programme.currency,
            programme=row.programme.title,
            state=STATES[row.state],
            at=times.write(row.created_at),
            changed_at=times.write(row.changed_at),
        )
        for row in rows.order_by("-id")[:MAX_ENTRIES]
    ]
