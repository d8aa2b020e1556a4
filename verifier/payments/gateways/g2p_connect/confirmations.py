"""What a partner says of disbursements that it was sent, at once or later, and what of it is believed."""

from django.db import transaction

from common.adapters.exchange.messages import ReceivedMessage
from common.encoding.money import to_text
from common.exchange.errors import ExchangeError
from common.payments.g2p import disburse, status
from common.payments.g2p.disburse import DisbursementStatus, Unread
from verifier.models import PaymentInstruction
from verifier.payments.gateways.g2p_connect.statuses import DOUBTFUL, UNREAD, receipt_for
from verifier.payments.instructions.disputes import dispute_payment
from verifier.payments.instructions.receipts import apply_receipt


def on_disburse(received: ReceivedMessage) -> None:
    """`/on-disburse`: take in what a gateway's partner says unasked."""
    _confirm(received, disburse.parse_disburse_response(received.message)[1])


def on_status(received: ReceivedMessage) -> None:
    """`/disburse/txn/on-status`: the same, within the answer to a question."""
    _confirm(received, disburse.parse_disburse_response(status.parse_status_response(received.message))[1])


@transaction.atomic
def _confirm(received: ReceivedMessage, statuses: tuple[DisbursementStatus | Unread, ...]) -> None:
    """All of a message or nothing: one that speaks of payments not given to its sender is no slip."""
    now = received.log.at
    for each in statuses:
        row = (
            PaymentInstruction.objects.filter(
                number=each.reference_id,
                gateway__kind="g2p-connect",
                gateway__config__partner=received.partner.sender_id,
            )
            .select_related("programme")
            .first()
        )
        if row is None:
            raise ExchangeError(
                "This message speaks of payments that its sender was not asked for.",
                code="err.request.forbidden",
            )
        if isinstance(each, Unread):
            dispute_payment(row.number, why=UNREAD, source="callback", now=now)
            continue
        currency = row.programme.currency
        receipt = receipt_for(each, amount=to_text(row.amount, currency), currency=currency, asked=False)
        if receipt is not None and receipt.reason in DOUBTFUL:
            dispute_payment(row.number, why=receipt.reason, source="callback", now=now)
        elif receipt is not None:
            apply_receipt(row.number, receipt, source="callback", now=now)
