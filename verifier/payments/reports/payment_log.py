"""What a holder's key may know: the payments that it signed, and what became of each."""

from datetime import datetime
from typing import Final

from common.encoding.money import to_text
from common.notices.inbox import once
from common.payments.log import MAX_ENTRIES, PaymentEntry, State
from common.registries.record_access.holder import verify_log_request
from common.vcdm import times
from verifier.models import PaymentInstruction, Service
from verifier.payments.instructions import states
from verifier.payments.programmes.terms import programme_of, rules_of
from verifier.sealing import digest_secret

STATES: Final[dict[str, State]] = {  # inside: what the person is told
    **dict.fromkeys(states.ON_ITS_WAY, "on its way"),
    states.State.SENT: "sent",
    states.State.SETTLED: "settled",
    states.State.REJECTED: "rejected",
    states.State.RETURNED: "returned",
    states.State.RELEASED: "returned",
}


def paid_before(service: Service, browser: str, *, now: datetime) -> datetime | None:
    """When the payment of this period was confirmed from this browser, which may serve several people."""
    if not browser or "payment" not in service.parameters:
        return None
    programme = programme_of(service)
    ended = service.sessions.filter(browser=digest_secret(browser), unlocked_at__isnull=False)
    numbers = [outcome.get("payment") for outcome in ended.values_list("outcome", flat=True)]
    alive = programme.instructions.filter(
        number__in=filter(None, numbers), period=rules_of(programme).period(now)
    )
    row = alive.exclude(state__in=(*states.DEAD, states.State.RETURNED)).order_by("-id").first()
    return row.created_at if row else None


def payments_of(token: str, *, audience: str, now: datetime) -> list[PaymentEntry]:
    """The payments of the key that signed `token`, newest first."""
    asked = verify_log_request(token, audience=audience, now=now)
    once(asked.thumbprint, asked.jti, now=now)
    rows = PaymentInstruction.objects.filter(holder=asked.thumbprint).select_related("programme")
    payers = {
        service.parameters["payment"].get("programme"): service.provider
        for service in Service.objects.filter(parameters__has_key="payment")
    }
    return [
        PaymentEntry(
            reference=row.reference,
            amount=to_text(row.amount, row.programme.currency),
            currency=row.programme.currency,
            programme=row.programme.title,
            state=STATES[row.state],
            at=times.write(row.created_at),
            changed_at=times.write(row.changed_at),
            payer=payers.get(row.programme.slug, ""),
        )
        for row in rows.order_by("-id")[:MAX_ENTRIES]
    ]
