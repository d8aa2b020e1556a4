"""A voucher: money on paper for somebody without an account, cashed once at an agent.

A CWT (RFC 8392) in a COSE_Sign1, as Base45, so that it fits a QR code that prints well. It says what it is
worth and until when, and nobody's name: who holds it is paid, and its one use is kept by whoever issued it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from common.encoding import base45, cbor, display
from common.encoding.money import to_minor
from common.errors import InvalidSignatureError, MalformedInputError, SelloError
from common.keys import PublicKey, Signer, cose
from common.payments.errors import PaymentMessageError

PREFIX: Final = "SELLO1:"
END: Final = "."  # so that nobody who trims spaces takes a part of it
MAX_LENGTH: Final = 800  # characters: QR version 14 holds 483 at level Q, 760 at M
EXPIRES, ISSUED, IDENTIFIER = 4, 6, 7  # RFC 8392 §4
AMOUNT, CURRENCY, PROGRAMME = "amt", "cur", "prg"
IDENTIFIER_BYTES: Final = 16
_CLAIMS: Final = {EXPIRES, ISSUED, IDENTIFIER, AMOUNT, CURRENCY, PROGRAMME}


class VoucherRefusedError(PaymentMessageError):
    """A voucher that is not paid out; the sentence is for the person at the counter."""


@dataclass(frozen=True, slots=True)
class VoucherContent:
    """What a voucher says; `identifier` names it, random and never shown elsewhere."""

    identifier: bytes
    amount: str
    currency: str
    programme: str
    issued: datetime
    expires: datetime


def create_voucher(content: VoucherContent, *, signer: Signer) -> str:
    """The text of the QR code."""
    claims = {
        EXPIRES: int(content.expires.timestamp()),
        ISSUED: int(content.issued.timestamp()),
        IDENTIFIER: content.identifier,
        AMOUNT: content.amount,
        CURRENCY: content.currency,
        PROGRAMME: content.programme,
    }
    return PREFIX + base45.encode(cbor.encode(cose.sign1(cbor.encode(claims), signer=signer))) + END


def verify_voucher(text: str, *, key: PublicKey, now: datetime) -> VoucherContent:
    """What a voucher says, once `key` is seen to have signed it and it has not expired."""
    trimmed = text.strip() if isinstance(text, str) and len(text) <= MAX_LENGTH else ""
    if not (trimmed.startswith(PREFIX) and trimmed.endswith(END)):
        raise VoucherRefusedError("This is not a voucher.")
    try:
        message = cose.parse(cbor.decode(base45.decode(trimmed[len(PREFIX) : -len(END)])))
        content = _content(cbor.decode(cose.verify(message, key=key)))
    except InvalidSignatureError as error:
        raise VoucherRefusedError("This voucher is not ours, or somebody changed it.") from error
    except SelloError as error:
        raise VoucherRefusedError("This is not a voucher.", detail=type(error).__name__) from error
    if content.expires <= now:
        raise VoucherRefusedError(f"This voucher expired on {display.day(content.expires)}.")
    return content


def _content(claims: Any) -> VoucherContent:
    if not isinstance(claims, Mapping) or set(claims) != _CLAIMS:
        raise MalformedInputError("A voucher has its own claims and no others.")
    identifier, amount, currency = claims[IDENTIFIER], claims[AMOUNT], claims[CURRENCY]
    if not isinstance(identifier, bytes) or len(identifier) != IDENTIFIER_BYTES:
        raise MalformedInputError("A voucher is named by sixteen bytes.")
    if to_minor(amount, currency) <= 0 or not isinstance(claims[PROGRAMME], str):
        raise MalformedInputError("A voucher is worth more than nothing.")
    return VoucherContent(
        identifier, amount, currency, claims[PROGRAMME], _moment(claims[ISSUED]), _moment(claims[EXPIRES])
    )


def _moment(seconds: Any) -> datetime:
    if type(seconds) is not int or not 0 <= seconds < 2**35:
        raise MalformedInputError("A moment is a number of seconds.")
    return datetime.fromtimestamp(seconds, UTC)
