"""What every payment gateway is: instructions out, receipts back.

A gateway talks; it decides nothing and books nothing. The core (verifier/payments) calls it without
a transaction open, keeps the states, and is told of what arrives unasked by `confirming.confirm`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final, Literal, Protocol

from common.errors import SelloError
from common.parameters import Parameters

ReceiptState = Literal["accepted", "pending", "settled", "rejected", "returned", "absent"]
"""What a gateway says of an instruction.

accepted  it has the instruction and will see to it
pending   it has the instruction and waits for somebody else
settled   the money is with the payee
rejected  no money moves, and none will; the instruction is dead
returned  the money had left and came back; the instruction is dead
absent    only in answer to `status`: it never got this instruction, so that it may be sent
"""
OVER: Final[frozenset[ReceiptState]] = frozenset({"settled", "rejected", "returned"})


class NotSentError(SelloError):
    """Nothing of the batch has left, for certain: it may be sent again without asking first."""

    code = "server_error"
    status = 502


class ReviewNeededError(SelloError):
    """All that came back was given out, and some of it needs a person's eyes: `look_at`, by file."""

    code = "server_error"
    status = 502

    def __init__(self, look_at: Mapping[str, Sequence[str]]) -> None:
        super().__init__("Something that the gateway sent back needs a person's eyes.")
        self.look_at = look_at


@dataclass(frozen=True, slots=True)
class GatewayConfig:
    """A gateway as the operator set it up: `config` is the row's JSON and holds no secret."""

    name: str
    config: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Instruction:
    """One payment, as it leaves. `id` is the idempotency key: 1 to 35 of A-Z, a-z, 0-9.

    `amount` is a decimal text such as 150.00 in `currency` (ISO 4217); `payee` the account, address or
    word that the person signed; `payer` the payer's account at the gateway, from its config.
    """

    id: str
    amount: str
    currency: str
    payee: str = field(repr=False)
    reference: str
    purpose: str
    programme: str
    period: str
    payer: str = ""
    payer_name: str = ""
    payee_name: str = field(default="", repr=False)

    def to_json(self) -> dict[str, str]:
        """As it is kept and filed."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class PaymentReceipt:
    """What became of one instruction: `reference` is the gateway's own, `reason` its code for a no.

    `at` is when that happened; of an `absent` that comes by callback, when the question was asked.
    """

    state: ReceiptState
    reference: str = ""
    reason: str = ""
    at: datetime | None = None


PaymentReceipts = Mapping[str, PaymentReceipt]
"""By instruction id; an instruction that is missing is one of which the gateway said nothing."""


class Gateway(Protocol):
    """One way in which money leaves; made of a `GatewayConfig` by the dict in verifier/payments/gateways."""

    max_batch: int

    def send(self, instructions: Sequence[Instruction], *, now: datetime) -> PaymentReceipts:
        """Hand over at most `max_batch` instructions.

        The same id a second time moves nothing and is answered as the first. `NotSentError` where surely
        nothing left; any other SelloError or OSError means "nobody knows", and the core asks `status` before
        it sends again.
        """
        ...

    def status(self, instructions: Sequence[Instruction], *, now: datetime) -> PaymentReceipts:
        """What became of them; raises, or leaves out, where nobody can say now.

        `absent` is a promise that what was sent before will not be carried out later.
        """
        ...

    def statements(self, *, now: datetime) -> Iterator[PaymentReceipts]:
        """What lies here read for nobody yet (files that came back), a file at a time; else nothing.

        A file may be put away once the next one is asked for: its receipts are confirmed by then. Ends with
        `ReviewNeededError` where a file says what cannot be right, or cannot be read.
        """
        ...


@dataclass(frozen=True, slots=True)
class GatewayKind:
    """A gateway in the dict: what makes one, what an operator may set, and what its kind asks of a payment.

    `needs_address`: money goes to an account, and not just to a word such as "the counter". `needs_person`:
    it is handed to whoever signed for it, on their own page.
    """

    create: Callable[[GatewayConfig], Gateway]
    settings: Parameters = field(default_factory=dict)
    needs_address: bool = False
    needs_person: bool = False
