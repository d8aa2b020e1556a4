"""Disbursements by G2P Connect: `/disburse/sync/disburse`, or `/disburse` with its callback and its polling.

`config`: `partner` (the sender_id of who is asked, a registered Partner with an address), `payer` (the
account there), `payer_name`, `mode` (`sync`, or `async`), `resolve` for payees that a mapper knows
(verifier/payments/addresses/payees.py), `names` true where the payee's name may leave.
"""

import hashlib
import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from common.adapters.exchange import messages, outgoing
from common.adapters.exchange.partners import Partner
from common.adapters.exchange.tokens import access_token
from common.errors import SelloError
from common.exchange.header import Envelope, Header
from common.parameters import Parameter, choice_of
from common.payments.address import Address, parse_address
from common.payments.g2p import disburse, status
from common.payments.g2p.actions import (
    DISBURSE,
    NAMESPACE,
    SYNC_DISBURSE,
    SYNC_DISBURSE_STATUS,
    Endpoint,
)
from verifier.identity import organisation
from verifier.payments.addresses.payees import resolve_addresses
from verifier.payments.gateways import setting_kinds
from verifier.payments.gateways.g2p_connect.statuses import DOUBTFUL, UNREAD, receipt_for
from verifier.payments.instructions.disputes import dispute_payment
from verifier.payments.instructions.gateway import (
    GatewayConfig,
    Instruction,
    NotSentError,
    PaymentReceipt,
    PaymentReceipts,
)

MAX_BATCH: Final = 50
SETTINGS: Final = {
    **setting_kinds.PAYING,
    "partner": Parameter(setting_kinds.partner_sender_id, required=True),
    "mode": Parameter(choice_of("sync", "async")),
    "names": Parameter(choice_of(True, False)),
}
log = logging.getLogger("sello.payments")


class G2PConnect:
    """One message a batch, by whose `reference_id`, the instruction's number, the partner knows it again."""

    max_batch = MAX_BATCH

    def __init__(self, account: GatewayConfig) -> None:
        self._config = account.config

    def send(self, instructions: Sequence[Instruction], *, now: datetime) -> PaymentReceipts:
        """Ask for payment; what has no address is rejected, and a payment called a duplicate stays open."""
        try:
            partner = Partner.objects.get(sender_id=self._config["partner"], active=True)
            found = resolve_addresses(instructions, self._config, now=now)
            payable = [(each, found[each.id]) for each in instructions]
            wanted = [self._disbursement(each, to) for each, to in payable if not isinstance(to, str)]
            if partner.token_url:
                access_token(partner, now=now)
        except (SelloError, KeyError, Partner.DoesNotExist) as error:
            raise NotSentError("This disbursement cannot be written.", detail=type(error).__name__) from error
        receipts = {
            each.id: PaymentReceipt("rejected", reason=to, at=now)
            for each, to in payable
            if isinstance(to, str)
        }
        if wanted:
            sent = [each for each in instructions if each.id not in receipts]
            message = disburse.create_disburse_request(_transaction(sent), wanted)
            if self._config.get("mode", "sync") == "async":
                receipts |= self._send_async(partner, message, sent, now=now)
            else:
                envelope = self._ask(partner, SYNC_DISBURSE, message, count=len(sent), now=now)
                receipts |= _receipts(envelope.message, sent, asked=False, now=now)
        return receipts

    def status(self, instructions: Sequence[Instruction], *, now: datetime) -> PaymentReceipts:
        """Ask what became of them; `rjct.reference_id.invalid` is how the partner says that it has none."""
        try:
            partner = Partner.objects.get(sender_id=self._config["partner"], active=True)
        except (KeyError, Partner.DoesNotExist) as error:
            raise NotSentError("This gateway has no partner.") from error
        numbers = [each.id for each in instructions]
        message = status.create_status_request(
            _transaction(instructions),
            reference_id=messages.new_message_id(),
            kind="disburse",
            references=numbers,
        )
        envelope = self._ask(partner, SYNC_DISBURSE_STATUS, message, count=1, now=now)
        return _receipts(status.parse_status_response(envelope.message), instructions, asked=True, now=now)

    def statements(self, *, now: datetime) -> Iterator[PaymentReceipts]:
        """None: callbacks come to `/g2p/on-disburse` on their own."""
        yield from ()

    def _disbursement(self, instruction: Instruction, to: Address) -> disburse.Disbursement:
        return disburse.Disbursement(
            reference_id=instruction.id,
            payer=parse_address(instruction.payer or self._config["payer"]),
            payee=to,
            amount=disburse.decimals(instruction.amount),
            currency=instruction.currency,
            purpose=instruction.purpose,
            note=instruction.reference,
            payer_name=instruction.payer_name,
            payee_name=instruction.payee_name if self._config.get("names") else "",
        )

    def _send_async(
        self, partner: Partner, message: Mapping[str, object], sent: Sequence[Instruction], *, now: datetime
    ) -> dict[str, PaymentReceipt]:
        ack = outgoing.send_message(
            partner,
            NAMESPACE,
            Header(
                messages.new_message_id(),
                DISBURSE.action,
                total_count=len(sent),
                sender_uri=f"{organisation.sender_id()}/{DISBURSE.callback}",
            ),
            message,
            party=organisation.party(),
            url=f"{partner.address.rstrip('/')}/{DISBURSE.path}",
            now=now,
        )
        return {each.id: PaymentReceipt("accepted", reference=ack.correlation_id, at=now) for each in sent}

    def _ask(
        self,
        partner: Partner,
        endpoint: Endpoint,
        message: Mapping[str, object],
        *,
        count: int,
        now: datetime,
    ) -> Envelope:
        return outgoing.request_partner(
            partner,
            NAMESPACE,
            Header(messages.new_message_id(), endpoint.action, total_count=count),
            message,
            party=organisation.party(),
            url=f"{partner.address.rstrip('/')}/{endpoint.path}",
            answer=endpoint.answers,
            now=now,
        )


def _receipts(
    message: Mapping[str, object], sent: Sequence[Instruction], *, asked: bool, now: datetime
) -> dict[str, PaymentReceipt]:
    """What the partner says of what was sent; of an instruction that was not asked about it says nothing."""
    known, receipts = {each.id: each for each in sent}, {}
    _, statuses = disburse.parse_disburse_response(message)
    for each in statuses:
        instruction = known.get(each.reference_id)
        if instruction is None:
            log.warning("a partner answers about a disbursement that it was not asked about")
            continue
        if isinstance(each, disburse.Unread):
            dispute_payment(instruction.id, why=UNREAD, source="answer", now=now)
            continue
        receipt = receipt_for(each, amount=instruction.amount, currency=instruction.currency, asked=asked)
        if receipt is not None:
            receipts[instruction.id] = receipt
            if receipt.reason in DOUBTFUL:
                dispute_payment(instruction.id, why=receipt.reason, source="answer", now=now)
    return receipts


def _transaction(instructions: Sequence[Instruction]) -> str:
    """The transaction of a batch: the same batch again is the same transaction."""
    text = "\n".join(sorted(each.id for each in instructions))
    return hashlib.sha256(text.encode()).hexdigest()[:32]
