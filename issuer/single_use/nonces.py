"""`c_nonce`: made without a row, checked by its seal, used exactly once (OpenID4VCI 1.0 §7)."""

import hmac
import secrets
from datetime import datetime, timedelta
from typing import Final

from common.encoding import base64url
from common.errors import MalformedInputError
from common.oid4vci.errors import InvalidNonceError
from issuer.models import Authority
from issuer.single_use import replay

LIFETIME: Final = timedelta(minutes=5)
C_NONCE: Final = "nonce"
_TAG, _TIME, _RANDOM = 16, 5, 16


def create_nonce(authority: Authority, *, purpose: str = C_NONCE, now: datetime) -> str:
    """A nonce of this authority: randomness, the hour of its end, and a seal over both and the purpose."""
    body = secrets.token_bytes(_RANDOM) + int((now + LIFETIME).timestamp()).to_bytes(_TIME, "big")
    return base64url.encode(body + _seal(authority, body, purpose))


def check_nonce(authority: Authority, nonce: str, *, purpose: str = C_NONCE, now: datetime) -> str:
    """The nonce itself, if this authority made it and it is not too old; whether it was used is not asked."""
    try:
        data = base64url.decode(nonce)
    except MalformedInputError as error:
        raise InvalidNonceError("The nonce was not made by this authority.") from error
    body, tag = data[:-_TAG], data[-_TAG:]
    if len(body) != _RANDOM + _TIME or not hmac.compare_digest(tag, _seal(authority, body, purpose)):
        raise InvalidNonceError("The nonce was not made by this authority.")
    if int.from_bytes(body[_RANDOM:], "big") <= now.timestamp():
        raise InvalidNonceError("The nonce is too old.")
    return nonce


def spend_nonce(nonce: str, *, now: datetime) -> None:
    """Use a nonce that was checked; it can be done once."""
    if not replay.use_once("c_nonce", nonce, until=now + LIFETIME):
        raise InvalidNonceError("The nonce was used before.")


def _seal(authority: Authority, body: bytes, purpose: str) -> bytes:
    return replay.keyed_secret(purpose, f"{authority.pk} {body.hex()}")[:_TAG]
