"""Files for a bank: pain.001.001.09 in `VAR_DIR/outbox/pain.001`, pain.002 back in `VAR_DIR/inbox/pain.002`.

`config`: `payer` (the account: account:7001@national-bank, or an IBAN), `payer_name`, `bic` and `purpose`
(an ISO 20022 purpose code, GOVT) where the bank wants them, `folder` and `reports` for other folders,
`resolve` for payees that a mapper knows (verifier/payments/addresses/payees.py).
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from common.errors import SelloError
from common.parameters import Parameter, text
from common.payments.address import Address
from common.payments.errors import InvalidAddressError
from common.payments.iso20022.accounts import check_payment_account
from verifier.payments.addresses.payees import NO_ADDRESS, resolve_addresses
from verifier.payments.gateways import setting_kinds
from verifier.payments.gateways.iso20022 import payment_files
from verifier.payments.instructions.gateway import (
    GatewayConfig,
    Instruction,
    NotSentError,
    PaymentReceipt,
    PaymentReceipts,
)

SETTINGS: Final = {
    **setting_kinds.PAYING,
    "payer_name": Parameter(text, required=True),
    "bic": Parameter(setting_kinds.bic),
    "bics": Parameter(setting_kinds.bics),
    "purpose": Parameter(text),
    "folder": Parameter(setting_kinds.folder_below_var),
    "reports": Parameter(setting_kinds.folder_below_var),
}


class BankFiles:
    """One file a batch; which transfer stands in which file is written down before the file is laid out."""

    max_batch = 1_000

    def __init__(self, account: GatewayConfig) -> None:
        self._account, self._config = account.name, account.config

    def send(self, instructions: Sequence[Instruction], *, now: datetime) -> PaymentReceipts:
        """Lay a file out with those that stand in none yet; what has no address is rejected."""
        try:
            found = {
                id: _fitting(address)
                for id, address in resolve_addresses(instructions, self._config, now=now).items()
            }
            payable = [(each, found[each.id]) for each in instructions]
            payment_files.enter_transfers(
                [(each, address) for each, address in payable if not isinstance(address, str)],
                account=self._account,
                config=self._config,
                now=now,
            )
        except (SelloError, KeyError) as error:  # nothing was written yet
            raise NotSentError("This payment file cannot be written.", detail=type(error).__name__) from error
        refused = {
            each.id: PaymentReceipt("rejected", reason=address, at=now)
            for each, address in payable
            if isinstance(address, str)
        }
        sent = [each for each in instructions if each.id not in refused]
        return {**refused, **self.status(sent, now=now)}

    def status(self, instructions: Sequence[Instruction], *, now: datetime) -> PaymentReceipts:
        """Accepted where the file was laid out, absent where none was written."""
        payment_files.write_files(account=self._account, config=self._config, now=now)
        here = payment_files.written_numbers([each.id for each in instructions])
        return {
            each.id: PaymentReceipt("accepted" if each.id in here else "absent", at=now)
            for each in instructions
        }

    def statements(self, *, now: datetime) -> Iterator[PaymentReceipts]:
        """What the bank's reports say."""
        yield from payment_files.read_reports(self._config, now=now)


def _fitting(address: Address | str) -> Address | str:
    """The address, or the reason for which this rail cannot carry it."""
    try:
        if not isinstance(address, str):
            check_payment_account(address)
    except InvalidAddressError:
        return NO_ADDRESS
    return address
